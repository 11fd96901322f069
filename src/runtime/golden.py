"""Golden rows: real inputs that a bundle carries, and what the trained model says of them."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from .archive import stored
from .contents import GOLDEN
from .errors import BundleError
from .manifest import Manifest
from .ragged import Ragged
from .session import first_line

PARTS = ("", ".offsets", ".shapes")  # of what is of unequal length: flat values, where rows begin, shapes of images


def encode(inputs: Mapping[str, Any], answers: Mapping[str, Any]) -> bytes:
    """The bytes of ``golden.npz``, uncompressed as the runtime wants it."""
    arrays: dict[str, Any] = {}
    for end, named in (("input", inputs), ("output", answers)):
        for name, values in named.items():
            parts = vars(values).values() if isinstance(values, Ragged) else (values,)
            found = zip(PARTS, parts, strict=False)
            arrays |= {f"{end}.{name}{part}": each for part, each in found if each is not None}
    content = io.BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()


def decode(content: bytes, manifest: Manifest) -> tuple[dict[str, Any], dict[str, Any]]:
    """Inputs and answers, by name.

    Raises
    ------
    BundleError
        For what is no such file, or lacks an input; of outputs those that are there.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            stored(archive, len(content))
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            inputs = {spec.name: _one(arrays, f"input.{spec.name}") for spec in manifest.raw}
            names = [spec.name for spec in manifest.outputs if f"output.{spec.name}" in arrays]
            return inputs, {name: _one(arrays, f"output.{name}") for name in names}
    except (BundleError, OSError, ValueError, KeyError, EOFError, MemoryError, zipfile.BadZipFile) as error:
        raise BundleError(f"{GOLDEN}: cannot be read ({first_line(error)})") from error


def _one(arrays: Any, name: str) -> Any:
    parts = [arrays[f"{name}{part}"] for part in PARTS if f"{name}{part}" in arrays]
    return Ragged(*parts) if len(parts) > 1 else arrays[name]
