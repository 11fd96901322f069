"""Inputs from an .npz file."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import AlertlabError
from .ragged import Ragged


def read_inputs(path: Path) -> dict[str, Any]:
    """Inputs from an .npz file; of sequences NAME and NAME.offsets, of images of any size NAME.shapes too."""
    arrays = read_arrays(path)
    names = [name for name in arrays if not name.endswith((".offsets", ".shapes"))]
    try:
        return {
            name: Ragged(arrays[name], arrays[f"{name}.offsets"], arrays.get(f"{name}.shapes"))
            if f"{name}.offsets" in arrays
            else arrays[name]
            for name in names
        }
    except (ValueError, IndexError, TypeError) as error:
        raise AlertlabError(f"{path}: {error}") from error


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of an .npz file, pickles refused."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    except (ValueError, EOFError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise AlertlabError(f"{path}: not an .npz file of plain arrays ({error})") from error
