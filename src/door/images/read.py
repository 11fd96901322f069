"""Images of a path, whatever it holds, and the columns that stand beside them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from ...runtime.errors import AlertlabError
from ..place import ARCHIVES, PARQUET, did_you_mean, walk
from ..table import open_table
from .folders import ending, in_folder, in_tar
from .image import IMAGES, Encoded, ImageForm, Unreadable
from .tables import hdf5_columns, in_hdf5, in_parquet

HDF5 = (".h5", ".hdf5")
WORDS = f"a folder of {', '.join(IMAGES)}, or one of {', '.join((*ARCHIVES, *PARQUET, *HDF5))}"


def read_images(path: Path, form: ImageForm) -> Iterator[Encoded | Unreadable]:
    """All images at a path, one at a time, not decoded yet.

    Raises
    ------
    AlertlabError
        When there is nothing there, or nothing that can be read; see the readers of each form.
    """
    name = path.name.lower()
    if not path.exists():
        raise AlertlabError(f"{path}: no such file or folder{did_you_mean(path)}")
    if path.is_dir() or ending(name):
        return in_folder(path, form)
    if name.endswith(ARCHIVES):
        return in_tar(path, form)
    if name.endswith(PARQUET):
        return in_parquet(path, form)
    if name.endswith(HDF5):
        return in_hdf5(path, form)
    raise AlertlabError(f"{path}: of no known kind; expected {WORDS}")


def is_images(path: Path) -> bool:
    """Whether a path could hold images, by the names of files; a folder by any file in it."""
    if path.is_dir():
        return any(ending(file.name) for file in walk(path))
    return path.name.lower().endswith((*IMAGES, *ARCHIVES, *PARQUET, *HDF5))


def columns_in(path: Path, columns: Sequence[str], text: Sequence[str], form: ImageForm, key: str) -> pa.Table:
    """The columns that stand beside images in their own file, the name first; a row may be a band.

    Raises
    ------
    AlertlabError
        For a path that has no columns, or lacks one.
    """
    name = path.name.lower()
    if name.endswith(HDF5):
        return hdf5_columns(path, columns, form)
    if name.endswith(PARQUET) and form.name is not None:
        opened = open_table(path)
        for column in (form.name, *columns):
            if column not in opened.schema.names:
                raise AlertlabError(f"{path} has no column {column}; it has {', '.join(opened.names)}")
        return opened.read([*dict.fromkeys([form.name, *columns])], text=[form.name, *text])
    raise AlertlabError(f"{key}: {path} holds images alone; name the table that says what they are")
