"""Files of a folder that is whole or not there: an index of their sizes and digests, written last."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ...alerts.fingerprint import Digest, content_digest

INDEX = "index.json"


class DamagedError(Exception):
    """What lies in the folder is not what was written there; the message says what is wrong."""


def write_index(folder: Path, names: Sequence[str], digest: Digest) -> None:
    """Write down size and digest of files that are complete; without it the rest is half-written."""
    index = {}
    for name in names:
        with (folder / name).open("rb") as written:
            os.fsync(written.fileno())  # a power cut must not leave an index of what never reached the disk
        index[name] = {"bytes": (folder / name).stat().st_size, "sha256": digest(folder / name)}
    (folder / INDEX).write_text(json.dumps(index, indent=1))


def check_index(folder: Path, large: str, digest: Digest) -> None:
    """Hold the files against the index.

    Parameters
    ----------
    large : the file of which ``digest`` is asked, which may remember it; the others are read in full for theirs.

    Raises
    ------
    DamagedError
        For a file that is not what was written; and whatever a damaged index makes of its reader.
    """
    for name, written in json.loads((folder / INDEX).read_text()).items():
        size = (folder / name).stat().st_size
        if size != written["bytes"]:
            raise DamagedError(f"{name} has {size} bytes instead of {written['bytes']}")
        if (digest if name == large else content_digest)(folder / name) != written["sha256"]:
            raise DamagedError(f"{name} is not what was written")


def write_header(file: BinaryIO, kind: str, shape: Sequence[int]) -> None:
    """The header of an .npy file, of 128 bytes whatever the shape: written again when it is known, at most 5 axes."""
    np.lib.format.write_array_header_1_0(file, {"descr": kind, "fortran_order": False, "shape": tuple(shape)})
