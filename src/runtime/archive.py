"""A bundle as an uncompressed zip: unpacked only after its directory proves harmless."""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .contents import MANIFEST, check_manifest_size, check_names
from .errors import BundleError
from .schema import parse


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """Yield the folder of a bundle: itself, or a temporary one for a zip.

    Raises
    ------
    BundleError
        For nothing there, or a zip that is compressed, holds other names than
        its manifest declares, or more bytes.
    """
    if path.is_dir():
        yield path
    elif path.is_file():
        with tempfile.TemporaryDirectory(prefix="alertlab-") as folder:
            try:
                unpack(path, Path(folder))
            except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
                raise BundleError(f"{path.name}: neither a folder nor a zip that can be read ({error})") from error
            yield Path(folder)
    else:
        raise BundleError(f"{path}: no such bundle")


def unpack(path: Path, folder: Path) -> None:
    """Copy the declared files of a zip into ``folder``, never more bytes than declared."""
    with zipfile.ZipFile(path) as archive:
        members = stored(archive, path.stat().st_size)
        if MANIFEST not in members:
            raise BundleError(f"{path}: no {MANIFEST}, so this is not a bundle")
        check_manifest_size(members[MANIFEST].file_size)
        content = archive.read(members[MANIFEST])
        files = parse(content).files  # names in it are plain, so joining them cannot leave the folder
        check_names(set(members), files)
        for name, file in files.items():
            if members[name].file_size != file.bytes:
                raise BundleError(f"{name}: {members[name].file_size} bytes, the manifest says {file.bytes}")
        (folder / MANIFEST).write_bytes(content)
        for name in files:
            (folder / name).write_bytes(archive.read(members[name]))


def stored(archive: zipfile.ZipFile, limit: int) -> dict[str, zipfile.ZipInfo]:
    """The members of a zip by name, when none is compressed and together they fit in ``limit`` bytes.

    Without compression a zip cannot hold more than its own size, unless its
    members overlap: that is the one way to a bomb that is left.
    """
    members = {member.filename: member for member in archive.infolist()}
    if len(members) != len(archive.infolist()):
        raise BundleError("zip: a name stands twice")
    for name, member in members.items():
        if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
            raise BundleError(f"{name}: compressed; a bundle is zipped without compression")
    if sum(member.file_size for member in members.values()) > limit:
        raise BundleError("zip: its members overlap")
    return members
