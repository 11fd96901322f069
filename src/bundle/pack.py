"""A bundle folder as one file."""

import zipfile
from pathlib import Path

from .. import runtime
from ..files import replacing

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold


def pack(folder: Path, path: Path) -> Path:
    """Write a bundle as an uncompressed zip: the same bundle gives the same bytes.

    Raises
    ------
    BundleError
        For a folder that the runtime would refuse.
    """
    runtime.load(folder)
    with replacing(path) as partial, zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(Path(folder).iterdir()):
            member = zipfile.ZipInfo(file.name, EPOCH)
            member.create_system = 3  # Unix, on any machine
            member.external_attr = 0o644 << 16
            archive.writestr(member, file.read_bytes())
    return path
