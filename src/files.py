"""Writing files so that nothing half-written keeps its final name."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


@contextmanager
def placing(path: Path) -> Iterator[Path]:
    """Yield a new partial folder; it becomes ``path`` when the block succeeds, unless another process was first.

    For folders of which every process would write the same: whoever comes
    second drops its own, so that nothing is taken from under a reader.
    """
    partial = _aside(path)
    try:
        partial.mkdir(parents=True)
        yield partial
        try:
            partial.rename(path)
        except OSError:
            if not path.is_dir():
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def discard(path: Path) -> None:
    """Remove a folder at once for everybody who comes now; who has its files open keeps them."""
    aside = _aside(path)
    with suppress(FileNotFoundError):  # another process was faster
        path.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.partial")  # process ids repeat on a shared disk
