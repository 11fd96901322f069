"""A stamp as a small picture: its channels side by side."""

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GREYS = 254
GAP, MISSING = 254, 255  # places in the palette after the greys
MISSING_COLOUR = "#a8557f"  # no grey, and told from them by all eyes
PALETTE = bytes(np.repeat(np.linspace(0, 255, GREYS).round().astype(np.uint8), 3)) + b"\0\0\0"
PALETTE += bytes.fromhex(MISSING_COLOUR[1:])


def stamp_picture(stamp: NDArray[np.float32]) -> str:
    """The channels from left to right, as the ``data:`` URI of a PNG.

    Each has its own stretch. Row 0 is at the bottom, as FITS viewers show it.

    Parameters
    ----------
    stamp : (channels, y, x) in any unit; NaN where there is no pixel.
    """
    gap = np.full((stamp.shape[1], 2), GAP, np.uint8)
    tiles = [tile for channel in stamp for tile in (gap, _indices(channel[::-1]))]
    image = Image.fromarray(np.hstack(tiles[1:]))
    image.putpalette(PALETTE)
    content = io.BytesIO()
    image.save(content, "png", transparency=GAP, optimize=True)
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()


def stretch(image: NDArray[np.float32]) -> NDArray[np.float64]:
    """Brightness in [0, 1], NaN where the image is not finite.

    asinh((x - median) / 3 sigma) (Lupton et al. 1999, AJ 118, 1406), sigma from the median
    absolute deviation: black 3 sigma below the median, white at the brightest
    pixel, or 5 sigma above the median where none is brighter, so that mere noise stays grey.
    """
    wide = np.where(np.isfinite(image), image, np.nan).astype(np.float64)
    if np.isnan(wide).all():
        return wide
    median = np.nanmedian(wide)
    sigma = 1.4826 * np.nanmedian(np.abs(wide - median)) or 1.0  # a constant image has none
    bent = np.arcsinh((wide - median) / (3 * sigma))
    black, white = np.arcsinh(-1), max(np.nanmax(bent), np.arcsinh(5 / 3))
    brightness: NDArray[np.float64] = np.clip((bent - black) / (white - black), 0, 1)
    return brightness


def _indices(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(y, x) places in the palette."""
    brightness = stretch(image)
    missing = np.isnan(brightness)
    grey = (np.where(missing, 0, brightness) * (GREYS - 1)).round()
    return np.where(missing, MISSING, grey).astype(np.uint8)
