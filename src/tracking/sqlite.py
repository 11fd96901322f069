"""The file of a sqlite store: whether it can be one, and its making, by one process at a time."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ..files import replacing
from .errors import StoreError

MAGIC = b"SQLite format 3\0"
ENDINGS = {".db", ".sqlite", ".sqlite3"}


def file_of(uri: str) -> Path | None:
    """The file of a sqlite store, None for another store.

    Raises
    ------
    StoreError
        For an address that names no file, or not the one it seems to.
    """
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    if "://" not in uri:
        if uri.startswith("sqlite:") or Path(uri).suffix in ENDINGS:
            raise StoreError(f"tracking.uri: {uri} is no address; write sqlite:///{uri.removeprefix('sqlite:')}")
        return None
    if not uri.startswith("sqlite"):
        return None
    try:
        url = make_url(uri)
    except ArgumentError as error:
        raise StoreError(f"tracking.uri: {uri} is no address; write sqlite:///FILE") from error
    if "?" in uri and not url.query:  # options, name=value, may follow it
        raise StoreError(f"tracking.uri: {uri} ends its file's name at the question mark; write %3F for it")
    if url.host:
        raise StoreError(f"tracking.uri: {uri} names a host, {url.host}; write sqlite:/// with three slashes")
    if url.database in (None, "", ":memory:"):
        raise StoreError(f"tracking.uri: {uri} names no file, so nothing would be kept; write sqlite:///FILE")
    return Path(str(url.database))


def open_alone(file: Path, uri: str, connect: Callable[[str], None]) -> None:
    """Open a store while no other process does; one that is not there yet is made whole, or not at all.

    Parameters
    ----------
    file, uri : of the store; the folder around it is made.
    connect : opens the store of an address, and makes its tables or brings them up to date.

    Raises
    ------
    StoreError
        Where the file cannot be a store.
    """
    folder = file.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"tracking.uri: cannot make the folder {folder} for {file.name} ({error.strerror}); name another"
        ) from error
    _check_place(file)
    with _lock(file):
        if _is_new(file):
            with replacing(file) as partial:  # a kill would leave tables that MLflow cannot go on with
                connect(address_of(partial, uri))
        else:
            _check_tables(file)
        connect(uri)


def check_writable(file: Path) -> None:
    """Refuse a store that can be read alone; SQLite writes beside it, too.

    Raises
    ------
    StoreError
        Where this user may not write to the file or its folder.
    """
    for path in file, file.parent:
        if not os.access(path, os.W_OK):
            raise StoreError(f"tracking.uri: cannot write to {path}, so no run can be recorded; name another file")


def _is_new(file: Path) -> bool:
    return not file.is_file() or not file.stat().st_size


def address_of(file: Path, uri: str) -> str:
    """The address of a file with the options of ``uri``, whatever folder the process moves to."""
    from sqlalchemy import make_url

    return str(make_url(uri).set(database=str(file.absolute())).render_as_string(hide_password=False))


def _check_place(file: Path) -> None:
    if file.is_dir():
        raise StoreError(f"tracking.uri: {file} is a folder; name a file in it, sqlite:///{file}/mlflow.db")
    if _is_new(file):
        if file.suffix not in ENDINGS:  # a config of somebody else could make a file that another program runs
            raise StoreError(f"tracking.uri: there is no {file}, and a new one ends in .db; write {file}.db")
        if not os.access(file.parent, os.W_OK | os.X_OK):
            raise StoreError(f"tracking.uri: cannot write to the folder {file.parent}; name a file in another")
        return
    try:
        with file.open("rb") as opened:
            found = opened.read(len(MAGIC))
    except OSError as error:
        raise StoreError(f"tracking.uri: cannot read {file} ({error.strerror})") from error
    if found != MAGIC:
        raise StoreError(f"tracking.uri: {file} is no SQLite database; name another file, or move it away")


def _check_tables(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            tables = {str(name) for (name,) in rows}
            left = sorted(name for name in tables if name.startswith("_alembic_tmp_"))
            runs = database.execute("SELECT count(*) FROM runs").fetchone()[0] if left and "runs" in tables else 0
    except sqlite3.OperationalError:  # others are writing, which MLflow waits for
        return
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"tracking.uri: {file} is damaged ({error}); restore it from a backup, or name another file"
        ) from error
    if left:
        remedy = f"it holds runs ({runs}): restore it from a backup" if runs else "it holds no runs: delete it"
        raise StoreError(
            f"tracking.uri: {file} was left half-made when MLflow was stopped at its tables ({left[0]}); {remedy}"
        )


@contextmanager
def _lock(file: Path) -> Iterator[None]:
    from filelock import FileLock

    lock = FileLock(file.with_name(f".{file.name}.lock"))
    try:
        lock.acquire()
    except (OSError, NotImplementedError):  # only others may write here, or a disk without locks
        yield
        return
    try:
        yield
    finally:
        lock.release()
