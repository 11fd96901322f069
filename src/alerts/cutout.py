"""Cut-outs: gzipped FITS bytes to pixels, and edge-cut stamps to whole ones.

A ZTF cut-out is one primary HDU of float32 pixels. Reading just that, without
a general FITS library, is what a million alerts a night leave time for; the
tests hold it to astropy's reading of the same bytes.
"""

import zlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..door.words import in_brief
from .alert import STAMP_SIDE, AlertError

CHIP_COLUMNS, CHIP_ROWS = 3072, 3080  # pixels of one ZTF readout channel (Dekany et al. 2020)
SLACK = 1  # pixel: positions are counted from 0 by some, and cut by others where ZTF rounds
BLOCK, CARD = 2880, 80  # FITS standard 4.0, sections 3.1 and 4.1
LARGEST = 1 << 20  # bytes a cut-out may unpack to; a whole one has 20,160
MOST = 10**6  # of anything a stamp's header counts
PIXEL_TYPES = {-64: ">f8", -32: ">f4", 8: "u1", 16: ">i2", 32: ">i4", 64: ">i8"}  # FITS standard 4.0, table 8


def decode_cutout(data: bytes) -> NDArray[np.float32]:
    """Pixels of one cut-out.

    Parameters
    ----------
    data : the ``stampData`` of a packet, a gzipped FITS file.

    Returns
    -------
    (ny, nx) float32 in DN; infinite pixels become NaN.

    Raises
    ------
    AlertError
        With the reason, for anything that is not such a file.
    """
    if data[:2] == b"\xff\xd8":
        raise AlertError("the cut-out is a JPEG preview, not gzipped FITS")
    if data[:2] != b"\x1f\x8b":
        raise AlertError("the cut-out is not gzipped FITS")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        fits = unpacker.decompress(data, LARGEST)
    except zlib.error as error:
        raise AlertError(f"the cut-out's gzip data are damaged ({in_brief(error)})") from error
    if unpacker.unconsumed_tail:
        raise AlertError(f"the cut-out unpacks to more than {LARGEST} bytes")
    if not unpacker.eof:
        raise AlertError("the cut-out's gzip data are cut short")
    return _pixels(fits)


def _pixels(fits: bytes) -> NDArray[np.float32]:
    header, start = _header(fits)
    kind, axes = _integer(header, "BITPIX"), _integer(header, "NAXIS")
    if axes != 2 or kind not in PIXEL_TYPES:
        raise AlertError(f"the cut-out's FITS header declares NAXIS {axes}, BITPIX {kind}; a stamp is a 2-D image")
    shape = _integer(header, "NAXIS2"), _integer(header, "NAXIS1")
    if not all(1 <= side <= STAMP_SIDE for side in shape):
        raise AlertError(f"the cut-out is {shape[0]}x{shape[1]} pixels; a stamp has 1 to {STAMP_SIDE} a side")
    zero, scale = _finite(header, "BZERO", 0.0), _finite(header, "BSCALE", 1.0)
    dtype = np.dtype(PIXEL_TYPES[kind])
    if len(fits) < start + shape[0] * shape[1] * dtype.itemsize:
        raise AlertError("the cut-out's FITS data are cut short")
    raw = np.frombuffer(fits, dtype, shape[0] * shape[1], start).reshape(shape)
    if (zero, scale) != (0.0, 1.0):
        with np.errstate(over="ignore", invalid="ignore"):
            raw = raw.astype(np.float64) * scale + zero
    return finite_or_nan(raw)


def _integer(header: Mapping[str, str], key: str) -> int:
    try:
        value = int(header[key])
    except KeyError:
        raise AlertError(f"the cut-out's FITS header has no {key}") from None
    except ValueError:
        raise AlertError(f"the cut-out's FITS header is damaged ({key} is '{in_brief(header[key], 20)}')") from None
    if abs(value) > MOST:
        raise AlertError(f"the cut-out's FITS header is damaged ({key} is beyond {MOST})")
    return value


def _finite(header: Mapping[str, str], key: str, default: float) -> float:
    text = header.get(key, str(default))
    try:
        value = float(text.replace("D", "E"))  # Fortran's exponent is legal in FITS
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise AlertError(f"the cut-out's FITS header is damaged ({key} is '{in_brief(text, 20)}')")
    return value


def _header(fits: bytes) -> tuple[dict[str, str], int]:
    """Keyword -> value of the primary header, and where the data start."""
    if not fits.startswith(b"SIMPLE"):
        raise AlertError("the cut-out's unpacked data are not FITS")
    cards: dict[str, str] = {}
    for at in range(0, len(fits) - CARD + 1, CARD):
        card = fits[at : at + CARD].decode("latin-1")
        if card.rstrip() == "END":
            return cards, (at // BLOCK + 1) * BLOCK
        if card[8:10] == "= ":
            cards.setdefault(card[:8].rstrip(), card[10:].partition("/")[0].strip())
    raise AlertError("the cut-out's FITS header has no END")


def finite_or_nan(pixels: NDArray[np.generic]) -> NDArray[np.float32]:
    """float32 pixels in native order, NaN where they are not finite."""
    with np.errstate(over="ignore", invalid="ignore"):  # float64 beyond float32 becomes infinite, then NaN
        image = pixels.astype(np.float32)
    image[~np.isfinite(image)] = np.nan
    return image


def pad_to_stamp(image: NDArray[np.float32], xpos: float | None, ypos: float | None) -> NDArray[np.float32]:
    """Fill the side of a cut-out that the edge of the chip cut off with NaN.

    A whole stamp reaches 31 pixels to each side of the pixel nearest to the
    detection, counted from 1 as in FITS. A smaller cut-out is taken only where
    the edge leaves as many pixels as it has, give or take :data:`SLACK`: any
    other was cut by somebody, and nothing tells where its source is.

    Parameters
    ----------
    image : (ny, nx), at most 63 a side; row 0 is the lowest y.
    xpos, ypos : position on the chip in pixels, None where unknown.

    Returns
    -------
    (63, 63) with the detection at the centre.

    Raises
    ------
    AlertError
        For a smaller image that is not at the edge of the chip, or whose
        position is not known.
    """
    if image.shape == (STAMP_SIDE, STAMP_SIDE):
        return image
    size = f"{image.shape[0]}x{image.shape[1]}"
    before = [
        _lost_before(length, position, chip, size)
        for length, position, chip in zip(image.shape, (ypos, xpos), (CHIP_ROWS, CHIP_COLUMNS), strict=True)
    ]
    stamp = np.full((STAMP_SIDE, STAMP_SIDE), np.nan, dtype=np.float32)
    stamp[before[0] : before[0] + image.shape[0], before[1] : before[1] + image.shape[1]] = image
    return stamp


def _lost_before(length: int, position: float | None, chip: int, size: str) -> int:
    """Pixels that the edge cut off before the first one of an axis."""
    absent = STAMP_SIDE - length
    if not absent:
        return 0
    if position is None or not -SLACK <= position <= chip + 1 + SLACK:  # NaN, and -999 for unknown, are neither
        raise AlertError(f"the cut-outs are {size}, with no xpos, ypos to tell the side that is cut")
    nearest = round(position)
    low, high = STAMP_SIDE // 2 + 1 - nearest, nearest + STAMP_SIDE // 2 - chip
    if abs(absent - low) <= SLACK:
        return absent
    if abs(absent - high) <= SLACK:
        return 0
    if max(low, high) <= 0:
        raise AlertError(f"the cut-outs are {size}, not at the edge of the chip")
    raise AlertError(f"the cut-outs are {size}, not what the edge of the chip leaves at their xpos, ypos")
