"""Where images come from."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from ...alerts.fingerprint import Digest
from ...core.given import listed
from ...core.progress import track
from ...door.images import Image, ImageForm, Unreadable, columns_in, read_images
from ...runtime.errors import AlertlabError
from .decoding import decoded
from .stored import Images, in_memory, stored_images, write_images

KEY = "datamodule.source"  # of the config
VERSION = 1  # of what decoding yields


class ImageSource(Protocol):
    """What a datamodule of images asks of its source."""

    @property
    def description(self) -> str:
        """What they are, in a few words; simulated data say so."""
        ...

    @property
    def origin(self) -> str:
        """What the origin of every image begins with: a path, where equal images may lie elsewhere too."""
        ...

    @property
    def form(self) -> ImageForm:
        """Names of their channels, and of the column that names them."""
        ...

    def images(self) -> Iterator[Image | Unreadable]:
        """All of them, which may take long."""
        ...

    def fingerprint(self, digest: Digest) -> str:
        """Hexadecimal digest of everything that ``images`` follows from; ``digest`` gives that of a file or folder."""
        ...

    def columns(self, names: Sequence[str], text: Sequence[str]) -> pa.Table:
        """The columns that stand beside the images, and the one that names them."""
        ...


class ImageFiles:
    """Images in files: a folder of JPEG, PNG or FITS, a tar file of them, Parquet, HDF5.

    Parameters
    ----------
    path : the folder or file.
    channels : names of the channels; an image has as many.
    columns : how they lie in their file, see :class:`alertlab.door.images.ImageForm`.
    description : what the data are, in a few words.
    workers : threads that decode; None takes as many as there are cores.

    Raises
    ------
    AlertlabError
        For channels or columns that are none.
    """

    def __init__(
        self,
        path: str,
        channels: Sequence[str],
        columns: Mapping[str, Any],
        description: str,
        workers: int | None = None,
    ) -> None:
        named = tuple(map(str, listed(channels, f"{KEY}.channels")))
        if not named or len(set(named)) < len(named):
            raise AlertlabError(f"{KEY}.channels: {list(named)}; name each channel once, at least one")
        known = [name for name in ImageForm.__dataclass_fields__ if name != "channels"]
        if unknown := [name for name in columns if name not in known]:
            raise AlertlabError(f"{KEY}.columns: {unknown[0]} is none of {', '.join(known)}")
        if workers is not None and (isinstance(workers, bool) or not isinstance(workers, int) or workers < 1):
            raise AlertlabError(f"{KEY}.workers: {workers!r} is not a number of 1 or more; null takes all cores")
        self.path, self.about, self.workers = Path(path), description, workers
        self.form = ImageForm(named, **columns)

    @property
    def description(self) -> str:
        """What the data are."""
        return f"{self.about} ({self.path.name})"

    @property
    def origin(self) -> str:
        """The folder or file."""
        return str(self.path)

    def images(self) -> Iterator[Image | Unreadable]:
        """All of them, see :func:`alertlab.door.images.read_images`."""
        return decoded(iter(read_images(self.path, self.form)), self.form, self.workers)

    def fingerprint(self, digest: Digest) -> str:
        """Of the files and how they are read."""
        if not self.path.exists():
            read_images(self.path, self.form)  # which says so
        told = f"images {VERSION} {sorted(asdict(self.form).items())} {self.path.suffix} {digest(self.path)}"
        return hashlib.sha256(told.encode()).hexdigest()

    def columns(self, names: Sequence[str], text: Sequence[str]) -> pa.Table:
        """Of Parquet and HDF5 their own."""
        return columns_in(self.path, names, text, self.form, "datamodule.labels")


class KeptImages:
    """The images of a source, as a cache keeps them.

    Parameters
    ----------
    source : where they come from.
    """

    unkept = "images are decoded for this run alone, and stay in memory"
    bytes = None

    def __init__(self, source: ImageSource) -> None:
        self.source = source

    @property
    def description(self) -> str:
        """What they are."""
        return self.source.description

    def fingerprint(self, digest: Digest) -> str:
        """Of the source."""
        return self.source.fingerprint(digest)

    def write(self, folder: Path, digest: Digest) -> None:
        """Decode them."""
        write_images(folder, track(self.source.images(), "decoding images"), digest, self.source.origin)

    def opened(self, folder: Path, digest: Digest) -> Images:
        """Those that lie in a folder."""
        return stored_images(folder, digest, self.source.origin)

    def unstored(self) -> Images:
        """Decoded into memory."""
        return in_memory(track(self.source.images(), "decoding images"))
