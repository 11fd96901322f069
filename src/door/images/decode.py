"""From the bytes of an image to its pixels."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from ...runtime.manifest import LARGEST
from ..words import in_brief
from .image import FITS_IMAGES, Encoded, Image, ImageForm, Plane, Unreadable
from .numbers import narrow

PLAIN = ("L", "RGB")  # Pillow's words: one grey channel, three of colour; one byte each
DEEP = ("I;16", "I;16B", "I;16L", "I", "F")  # one channel of more
Pixels = NDArray[Any]


def decode(encoded: Encoded, form: ImageForm) -> Image | Unreadable:
    """The pixels of an image, and where its middle is on the sky; never an exception, whatever the bytes."""
    try:
        parts, middle = [], (np.nan, np.nan, np.nan)
        for plane in encoded.planes:
            pixels, sky = _plane(plane)
            parts.append(pixels)
            middle = sky if np.isnan(middle[0]) else middle
        if len({part.shape[1:] for part in parts}) > 1:
            raise ValueError(f"channels of unequal size, {_sizes(parts)}")
        pixels = parts[0] if len(parts) == 1 else np.concatenate(parts)
        if len(pixels) != len(form.channels):
            raise ValueError(f"{len(pixels)} channels instead of {len(form.channels)}")
        if not pixels.size:
            raise ValueError("no pixels")
        if form.missing is not None:
            pixels = np.where(pixels == form.missing, np.float32(np.nan), pixels.astype(np.float32))
        if pixels.dtype != np.uint8 and not np.isfinite(pixels).any():
            raise ValueError("no pixel is known")
        return Image(encoded.name, encoded.origin, np.ascontiguousarray(pixels), *middle)
    except Exception as error:  # whatever damage makes of a decoder
        return Unreadable(encoded.name, encoded.origin, in_brief(error, 120) or type(error).__name__)


def _plane(plane: Plane) -> tuple[Pixels, tuple[float, float, float]]:
    """(channels, y, x) of a part, and its middle."""
    nowhere = (np.nan, np.nan, np.nan)
    content = plane.content
    if isinstance(content, np.ndarray):
        return np.moveaxis(narrow(content), -1, 0), nowhere
    if plane.shape is not None:
        assert isinstance(content, bytes)  # the reader of tables alone has shapes
        return _raw(content, plane.shape), nowhere
    opened: Any = BytesIO(content) if isinstance(content, bytes) else content
    if plane.kind.endswith(FITS_IMAGES):
        from .fits_image import read_fits  # here: pictures need no astropy

        return read_fits(opened)
    return _picture(opened), nowhere


def _picture(opened: BytesIO | Path) -> NDArray[Any]:
    """(channels, y, x) of a JPEG or PNG; without transparency, colours of a palette as such."""
    with Pillow.open(opened, formats=("JPEG", "PNG")) as picture:
        if picture.width * picture.height * 4 > LARGEST:
            raise ValueError(f"{picture.width}x{picture.height} pixels are too many")
        if picture.mode in DEEP:
            return np.asarray(picture).astype(np.float32)[None]
        mode = picture.mode
        if mode not in PLAIN:
            grey = mode in ("1", "LA", "La")
            mode = "L" if grey else "RGB"
        pixels = np.asarray(picture if mode == picture.mode else picture.convert(mode))
    return np.moveaxis(np.atleast_3d(pixels), -1, 0)


def _raw(content: bytes, shape: tuple[int, int]) -> NDArray[np.float32]:
    """(1, y, x) of raw little-endian float32."""
    if min(shape) < 1 or 4 * shape[0] * shape[1] != len(content):
        raise ValueError(f"{len(content)} bytes are not {shape[0]}x{shape[1]} values of float32")
    return np.frombuffer(content, "<f4").reshape(1, *shape).astype(np.float32)


def _sizes(parts: list[Pixels]) -> str:
    return ", ".join(dict.fromkeys(f"{part.shape[1]}x{part.shape[2]}" for part in parts))
