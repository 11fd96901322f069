"""Writing files so that nothing half-written keeps its final name."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .runtime.errors import AlertlabError


@contextmanager
def replacing(path: Path, folder: bool = False) -> Iterator[Path]:
    """Yield a partial path beside ``path``; move it there when the block succeeds.

    On an error the partial one is removed and what stood under the final name
    before is left as it was.

    Parameters
    ----------
    folder : the block makes a folder, which takes the place of an older one.

    Raises
    ------
    AlertlabError
        When a file would take the place of a folder or the other way round, or
        the folder around it cannot be written.
    """
    path = Path(path)
    if path.is_dir() and not folder:
        raise AlertlabError(f"{path}: is a folder; name a file")
    if path.is_file() and folder:
        raise AlertlabError(f"{path}: is a file; name a folder")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AlertlabError(f"{path}: cannot be written ({error.strerror}: {error.filename})") from error
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield partial
        if folder and path.is_dir():
            shutil.rmtree(path)
        partial.replace(path)
    finally:
        if partial.is_dir():
            shutil.rmtree(partial)
        else:
            partial.unlink(missing_ok=True)
