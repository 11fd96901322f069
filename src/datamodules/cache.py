"""Decoded alerts, kept for the next training."""

import errno
import shutil
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

from ..alerts.fingerprint import SETTLED, remembered_digest
from ..core.progress import counter, notice, track
from ..files import discard, placing
from ..runtime.errors import AlertlabError
from .source import CacheableSource
from .stored import STAMP_BYTES, STAMPS, DamagedError, StoredAlerts, write_alerts

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
ABANDONED = 86400  # seconds without a byte written, after which a partial folder is a killed process's
REMEDY = "Name another folder (datamodule.cache=FOLDER), or decode anew each time (datamodule.cache=null)"


class AlertCache:
    """A folder with a subfolder for each version of a source; all of it may be deleted at any time.

    Processes need no lock: each writes a folder of its own, and the first that
    is complete gets the name.

    Parameters
    ----------
    folder : made when something is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, source: CacheableSource) -> StoredAlerts:
        """The alerts of ``source``, decoded unless they lie here already.

        Raises
        ------
        AlertlabError
            When the folder cannot be written or the disk is full, and when the
            source changes meanwhile.
        """
        key = source.fingerprint(self._digest)
        path = self.folder / key
        if path.is_dir():
            try:
                return StoredAlerts(path, self._digest, source.origin)
            except DamagedError as error:
                notice(f"datamodule.cache: {path}: {error}; decoding anew")
                discard(path)
        try:
            self._write(source, key, path)
        except OSError as error:
            if not str(error.filename).startswith(str(self.folder)):
                raise  # the source's
            raise AlertlabError(
                f"datamodule.cache: cannot write {error.filename} ({error.strerror}). {REMEDY}"
            ) from error
        try:
            return StoredAlerts(path, self._digest, source.origin)
        except DamagedError as error:
            raise AlertlabError(f"datamodule.cache: {path} was changed meanwhile ({error}); run again") from error

    def _write(self, source: CacheableSource, key: str, path: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        count = source.count()
        needed = None if count is None else count * STAMP_BYTES
        if needed and needed > shutil.disk_usage(self.folder).free:
            raise self._full(source, _size(needed), 0)
        with placing(path) as folder:
            alerts = track(source.alerts(), "decoding alerts", count)
            try:
                write_alerts(folder, alerts, partial(self._digest, settled=0), source.origin)
            except OSError as error:
                if error.errno not in FULL:
                    raise
                written = (folder / STAMPS).stat().st_size
                raise self._full(source, _size(needed) if needed else f"more than {_size(written)}", written) from error
            if source.fingerprint(self._digest) != key:
                raise AlertlabError(f"{source.description}: changed while they were read; run again")

    def _digest(self, path: Path, settled: float = SETTLED) -> str:
        with counter(f"hashing {path.name}, MB") as show:
            return remembered_digest(
                path, self.folder / "digests", lambda done, total: show(done >> 20, total >> 20), settled
            )

    def _full(self, source: CacheableSource, needed: str, written: int) -> AlertlabError:
        free = _size(shutil.disk_usage(self.folder).free + written)  # what is written will be taken away
        return AlertlabError(
            f"datamodule.cache: no room in {self.folder}: {source.description} need {needed}, {free} are free. {REMEDY}"
        )

    def _sweep(self) -> None:
        """Remove what killed processes left half-written."""
        for left in self.folder.glob(".*.partial"):
            with suppress(OSError):  # its owner lives, and is faster
                if max(each.stat().st_mtime for each in (left, *left.iterdir())) < time.time() - ABANDONED:
                    shutil.rmtree(left)


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
