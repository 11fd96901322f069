"""Images in FITS: pixels and, by the WCS, their place on the sky."""

import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS
from astropy.wcs.utils import proj_plane_pixel_area
from numpy.typing import NDArray

from ...runtime.manifest import LARGEST
from .numbers import narrow

ARCSEC = 3600.0  # in a degree


def read_fits(opened: BytesIO | Path) -> tuple[NDArray[Any], tuple[float, float, float]]:
    """(channels, y, x) of the first extension that holds an image, and (ra, dec, pixel scale).

    A cube has its channels along the first axis, as FITS's third. BSCALE, BZERO and BLANK are heeded.

    Raises
    ------
    ValueError
        For a file without an image.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of headers: what matters is an error, and rejected
        with fits.open(opened, memmap=False, lazy_load_hdus=True) as file:
            for hdu in file:
                if not hdu.is_image or not hdu.shape:
                    continue
                if int(np.prod(hdu.shape, dtype=np.float64)) > LARGEST:
                    raise ValueError(f"shape {hdu.shape} is too large")
                pixels = np.asarray(hdu.data)
                if pixels.ndim not in (2, 3):
                    raise ValueError(f"{pixels.ndim} axes; an image has two, or three with channels")
                pixels = pixels.astype(pixels.dtype.newbyteorder("="))
                return narrow(pixels.reshape(-1, *pixels.shape[-2:])), _middle(hdu.header, pixels.shape[-2:])
    raise ValueError("no extension holds an image")


def _middle(header: fits.Header, sides: tuple[int, ...]) -> tuple[float, float, float]:
    """ICRS degrees of the middle and arcsec a pixel; NaN without a WCS, or one that astropy cannot read."""
    try:
        wcs = WCS(header, naxis=2).celestial
        if not wcs.has_celestial:
            return np.nan, np.nan, np.nan
        middle = wcs.pixel_to_world((sides[1] - 1) / 2, (sides[0] - 1) / 2).icrs
        return float(middle.ra.deg), float(middle.dec.deg), float(np.sqrt(proj_plane_pixel_area(wcs)) * ARCSEC)
    except Exception:  # the pixels are as good without
        return np.nan, np.nan, np.nan
