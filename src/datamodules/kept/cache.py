"""A folder of what was decoded, a subfolder for each version of a source."""

import errno
import shutil
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from ...alerts.fingerprint import SETTLED, Digest, remembered_digest
from ...core.progress import counter, notice
from ...files import discard, placing
from ...runtime.errors import AlertlabError
from .files import DamagedError

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
ABANDONED = 86400  # seconds without a byte written, after which a partial folder is a killed process's
ANOTHER = "Name another folder (datamodule.cache=FOLDER)"
REMEDY = f"{ANOTHER}, or decode anew each time (datamodule.cache=null)"
Stored_co = TypeVar("Stored_co", covariant=True)
Stored = TypeVar("Stored")


class Kept(Protocol[Stored_co]):
    """What is to be kept, and how."""

    @property
    def description(self) -> str:
        """What they are, in a few words."""
        ...

    @property
    def unkept(self) -> str:
        """What it means that nothing can be kept, for a line of notice."""
        ...

    @property
    def bytes(self) -> int | None:
        """Room that they need, None where only decoding tells."""
        ...

    def fingerprint(self, digest: Digest) -> str:
        """Hexadecimal digest of everything that they follow from; ``digest`` gives that of a file or folder."""
        ...

    def write(self, folder: Path, digest: Digest) -> None:
        """Decode them into an empty folder; ``digest`` is of files that are complete."""
        ...

    def opened(self, folder: Path, digest: Digest) -> Stored_co:
        """Those of a folder; raises DamagedError where it is not what was written."""
        ...


class Cache:
    """A folder with a subfolder for each version of a source; all of it may be deleted at any time.

    Processes need no lock: each writes a folder of its own, and the first that
    is complete gets the name.

    Parameters
    ----------
    folder : made when something is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, kept: Kept[Stored]) -> Stored | None:
        """What is kept, decoded unless it lies here already.

        None, after a line of notice, where nothing can be kept: the folder may
        not be written, or a file of the source cannot be read for its digest.

        Raises
        ------
        AlertlabError
            When the folder cannot be made or the disk is full, and when the
            source changes meanwhile.
        """
        try:
            key = kept.fingerprint(self._digest)
        except OSError as error:  # reading the source tells what is wrong with it
            notice(f"datamodule.cache: {error.filename} has no digest ({error.strerror}); {kept.unkept}")
            return None
        path = self.folder / key
        try:
            if path.is_dir():
                try:
                    return kept.opened(path, self._digest)
                except DamagedError as error:
                    notice(f"datamodule.cache: {path}: {error}; decoding anew")
                    discard(path)
            self._write(kept, key, path)
        except OSError as error:
            if not self._holds(error.filename):
                raise  # the source's
            if error.errno in FORBIDDEN:
                why = f"{self.folder} cannot be written ({error.strerror})"
                notice(f"datamodule.cache: {why}; {kept.unkept}. {ANOTHER}")
                return None
            raise AlertlabError(
                f"datamodule.cache: cannot write {error.filename} ({error.strerror}). {REMEDY}"
            ) from error
        try:
            return kept.opened(path, self._digest)
        except DamagedError as error:
            raise AlertlabError(f"datamodule.cache: {path} was changed meanwhile ({error}); run again") from error

    def _write(self, kept: Kept[Stored], key: str, path: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        needed = kept.bytes
        if needed and needed > shutil.disk_usage(self.folder).free:
            raise self._full(kept, _size(needed), 0)
        with placing(path) as folder:
            try:
                kept.write(folder, partial(self._digest, settled=0))
            except OSError as error:
                if error.errno not in FULL:
                    raise
                written = sum(each.stat().st_size for each in folder.iterdir())
                raise self._full(kept, _size(needed) if needed else f"more than {_size(written)}", written) from error
            with suppress(FileNotFoundError):
                if kept.fingerprint(self._digest) == key:
                    return
            raise AlertlabError(f"{kept.description}: changed while they were read; run again")

    def _holds(self, name: str | None) -> bool:
        """Whether an error is about a file in this folder; one without a name is of a file that is open here."""
        return name is None or Path(name).absolute().is_relative_to(self.folder.absolute())

    def _digest(self, path: Path, settled: float = SETTLED) -> str:
        with counter(f"hashing {path.name}, MB") as show:
            return remembered_digest(
                path, self.folder / "digests", lambda done, total: show(done >> 20, total >> 20), settled
            )

    def _full(self, kept: Kept[Stored], needed: str, written: int) -> AlertlabError:
        free = _size(shutil.disk_usage(self.folder).free + written)  # what is written will be taken away
        return AlertlabError(
            f"datamodule.cache: no room in {self.folder}: {kept.description} need {needed}, {free} are free. {REMEDY}"
        )

    def _sweep(self) -> None:
        """Remove what killed processes left half-written."""
        for left in self.folder.glob(".*.partial"):
            with suppress(OSError):  # its owner lives, and is faster
                if max(each.stat().st_mtime for each in (left, *left.iterdir())) < time.time() - ABANDONED:
                    shutil.rmtree(left)


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
