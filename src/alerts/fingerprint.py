"""The version of files: the SHA-256 of their content, remembered so that 20 GB are hashed once.

A digest is remembered under what the file system says of each file: device,
inode, size, and the times of change of content and of inode, as git does in
its index. On a POSIX file system no program can set the last one back, so what
stays unseen is a change within the tick of the clock in which the file was
hashed ("racy git"). Digests of files that changed seconds ago are therefore
not remembered. A disk that loses bits by itself is not seen either.
"""

import errno
import hashlib
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from ..door.place import walk
from ..files import replacing
from ..runtime.errors import AlertlabError

CHUNK = 8 << 20  # bytes at a time
SETTLED = 2.0  # seconds, the coarsest clock of a file system (FAT)
Digest = Callable[[Path], str]
Progress = Callable[[int, int], None]  # (bytes done, bytes in all)


def remembered_digest(
    path: Path, memory: Path, progress: Progress = lambda done, total: None, settled: float = SETTLED
) -> str:
    """Digest of a file or a folder, computed only when it may have changed.

    Parameters
    ----------
    memory : folder of what was computed before; safe to delete, and where it
        cannot be written nothing is remembered.
    settled : seconds without a change before a digest is remembered; 0 for
        files that nobody else writes.
    """
    files, began = list(walk(path)), time.time()
    state, changed = _state(path, files)
    note = memory / state
    with suppress(OSError):
        if len(known := note.read_text()) == hashlib.sha256().digest_size * 2:
            return known
    digest = content_digest(path, progress)
    if changed <= began - settled and _state(path, files)[0] == state:
        with suppress(OSError, AlertlabError), replacing(note) as partial:
            partial.write_text(digest)
    return digest


def content_digest(path: Path, progress: Progress = lambda done, total: None) -> str:
    """SHA-256 over the names below ``path`` and the contents; a file has no name, so it may be renamed.

    Raises
    ------
    OSError
        When a file cannot be read, or is none: a pipe would never end.
    """
    files = list(walk(path))
    done, total = 0, sum(file.stat().st_size for file in files)
    whole = hashlib.sha256()
    for file in files:
        if not file.is_file():
            raise OSError(errno.EINVAL, "not a regular file", str(file))
        part = hashlib.sha256()
        with file.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                part.update(chunk)
                done += len(chunk)
                progress(done, total)
        whole.update(_name(path, file) + f"\0{part.hexdigest()}\n".encode())
    return whole.hexdigest()


def _state(path: Path, files: Sequence[Path]) -> tuple[str, float]:
    """A digest of what the file system says, and when the last of the files changed (Unix time)."""
    whole, changed = hashlib.sha256(), 0.0
    for file in files:
        stat = file.stat()
        says = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
        whole.update(_name(path, file) + f"\0{says}\n".encode())
        changed = max(changed, stat.st_mtime, stat.st_ctime)
    return whole.hexdigest(), changed


def _name(path: Path, file: Path) -> bytes:
    return b"" if file == path else os.fsencode(file.relative_to(path))
