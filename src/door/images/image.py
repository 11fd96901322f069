"""What an image is, wherever it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PICTURES = (".jpg", ".jpeg", ".png")
FITS_IMAGES = (".fits", ".fit", ".fits.gz", ".fit.gz", ".fits.fz")
IMAGES = (*PICTURES, *FITS_IMAGES)


@dataclass(frozen=True)
class ImageForm:
    """How images lie in their files.

    Attributes
    ----------
    channels : names of the channels, in order; an image has as many.
    name : of Parquet and HDF5 the column of names; None in HDF5 takes the number of a row.
    image : of Parquet the column of bytes, of HDF5 the data set (n, y, x, channels).
    band : of Parquet with a row a band, the column of its name; None where a row holds all channels.
    height, width : of Parquet with raw little-endian float32, its columns; None for JPEG and PNG.
    bands_apart : of folders and tar files, each channel is a file of its own, ``NAME.CHANNEL.fits`` or
        ``NAME_CHANNEL.fits``.
    missing : pixel value that stands for none; None where there is no such value.
    """

    channels: tuple[str, ...]
    name: str | None = "object_id"
    image: str = "image"
    band: str | None = None
    height: str | None = None
    width: str | None = None
    bands_apart: bool = False
    missing: float | None = None


@dataclass(frozen=True)
class Plane:
    """A part of an image as it lies in its file: one channel, or several.

    Attributes
    ----------
    content : a file, its bytes, or pixels (y, x, channels) that need no decoding.
    kind : the ending of a file's name, ``.jpg``; of bytes in a table, nothing.
    shape : (y, x) of raw float32, None of everything else.
    """

    content: Path | bytes | NDArray[Any]
    kind: str = ""
    shape: tuple[int, int] | None = None


@dataclass(frozen=True)
class Encoded:
    """An image before it is decoded: cheap to find, to hand to another process, and to forget.

    Attributes
    ----------
    name : text. origin : file and row or member, for messages. planes : its channels in order.
    """

    name: str
    origin: str
    planes: Sequence[Plane]


@dataclass(frozen=True)
class Image:
    """One image.

    Attributes
    ----------
    pixels : (channels, y, x) uint8 as pictures have them, or float32, NaN where there is none.
    ra, dec : of the middle by the header's WCS, ICRS degrees; NaN where there is none. pixel_scale : arcsec; likewise.
    """

    name: str
    origin: str
    pixels: NDArray[np.uint8] | NDArray[np.float32]
    ra: float = np.nan
    dec: float = np.nan
    pixel_scale: float = np.nan


@dataclass(frozen=True)
class Unreadable:
    """An image that cannot be used, and why; the name is empty where none is known."""

    name: str
    origin: str
    reason: str
