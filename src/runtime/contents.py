"""The files of a bundle: a closed list, hashed."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from .errors import BundleError
from .manifest import File

MANIFEST, GRAPH, GOLDEN = "manifest.json", "model.onnx", "golden.npz"
MANIFEST_LIMIT = 16 << 20  # bytes; a manifest of a thousand columns has 0.2 MB


def read_manifest(folder: Path) -> bytes:
    """The bytes of the manifest, when it is one plain file of sensible size."""
    manifest = folder / MANIFEST
    if manifest.is_symlink():
        raise BundleError(f"{MANIFEST}: a symbolic link; a bundle holds plain files only")
    if not manifest.is_file():
        raise BundleError(f"{folder}: no {MANIFEST}, so this is not a bundle")
    check_manifest_size(manifest.stat().st_size)
    return manifest.read_bytes()


def check_manifest_size(size: int) -> None:
    """Refuse a manifest too large to be one."""
    if size > MANIFEST_LIMIT:
        raise BundleError(f"{MANIFEST}: {size} bytes, at most {MANIFEST_LIMIT} are read")


def check_names(present: set[str], declared: Mapping[str, File]) -> None:
    """Compare the names that are there with the closed list.

    Raises
    ------
    BundleError
        Names the first file that is missing or extra.
    """
    if MANIFEST in declared:
        raise BundleError(f"{MANIFEST}: files: it cannot list itself")
    for name in sorted({GRAPH, GOLDEN} - set(declared)):
        raise BundleError(f"{MANIFEST}: files.{name}: missing")
    for name in sorted(set(declared) - present):
        raise BundleError(f"{name}: missing, though the manifest lists it")
    for name in sorted(present - set(declared) - {MANIFEST}):
        raise BundleError(f"{name}: the manifest does not list it; a bundle holds nothing else")


def check_files(folder: Path, declared: Mapping[str, File], verify: bool) -> None:
    """Check that a folder holds exactly the declared files.

    Parameters
    ----------
    verify : also read every byte and compare the SHA-256.

    Raises
    ------
    BundleError
        Names the file and says what is wrong with it.
    """
    entries = list(os.scandir(folder))
    for entry in entries:
        if entry.is_symlink():
            raise BundleError(f"{entry.name}: a symbolic link; a bundle holds plain files only")
        if not entry.is_file():
            raise BundleError(f"{entry.name}: not a plain file; a bundle has no folders")
    check_names({entry.name for entry in entries}, declared)
    for name, file in declared.items():
        size = (folder / name).stat().st_size
        if size != file.bytes:
            raise BundleError(f"{name}: {size} bytes, the manifest says {file.bytes}")
        if verify and (found := digest(folder / name)) != file.sha256:
            raise BundleError(f"{name}: sha256 differs, {found[:12]}... where the manifest says {file.sha256[:12]}...")


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
