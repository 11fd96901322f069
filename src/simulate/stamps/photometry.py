"""Measuring a difference cut-out at the candidate's place, as the survey's pipeline does."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .exposure import Exposure
from .sky import GAIN, HALF, SIDE, point

Array = NDArray[np.floating]

REACH = 9  # px, half side of the part of the cut-out that is looked at
DISTANCE = np.hypot(np.arange(-REACH, REACH + 1), np.arange(-REACH, REACH + 1)[:, None])
NEAR, WIDE = DISTANCE <= 7, DISTANCE <= 9  # the two apertures
PSF_BOX = 7  # px, half side of the box that the PSF is fitted in
FLOOR_ERROR = 0.045  # relative, the least sigmapsf of the public ZTF stamps
FAINTEST = 0.7  # of the 5-sigma limit: the pipeline asks for 3 sigma in the fit
WINDOWED = 0.73  # SExtractor weighs its moments by a Gaussian, which makes them smaller
SPREAD = 1.9  # what correlated noise adds to the error of a fit


@dataclass(frozen=True)
class Photometry:
    """Fluxes and errors [DN] of a candidate, and its shape.

    Attributes
    ----------
    flux, error : PSF fit. aperture, aperture_error : 14 px diameter. big, big_error : 18 px diameter.
    chi : reduced chi-square of the fit. peak : brightest central pixel over pixel noise.
    negative : negative pixels of the central 5 x 5. ratio : their sum over the sum of their moduli.
    major, minor : Gaussian widths of the central light [px].
    """

    flux: float
    error: float
    aperture: float
    aperture_error: float
    big: float
    big_error: float
    chi: float
    peak: float
    negative: int
    ratio: float
    major: float
    minor: float


def measure(difference: Array, exposure: Exposure) -> Photometry:
    """Photometry of a cut-out (ny, nx), which the chip's edge may have cut."""
    whole = np.zeros((SIDE, SIDE), dtype=np.float32)
    whole[exposure.window] = difference
    image = np.nan_to_num(whole[HALF - REACH : HALF + REACH + 1, HALF - REACH : HALF + REACH + 1]).astype(np.float64)
    shape = point(*exposure.offset, exposure.seeing, PSF_BOX)
    box = (slice(REACH - PSF_BOX, REACH + PSF_BOX + 1),) * 2
    data = image[box]
    power = float((shape**2).sum())
    noise = exposure.noise
    flux = max(float((data * shape).sum()) / power, FAINTEST * exposure.limit)
    error = np.sqrt(SPREAD**2 * noise**2 / power + flux / GAIN + (FLOOR_ERROR * flux) ** 2)
    variance = noise**2 + np.maximum(flux * shape, 0) / GAIN
    chi = float(((data - flux * shape) ** 2 / variance)[3:-3, 3:-3].sum()) / (9 * 9 - 1)
    error *= min(max(chi, 1.0) ** 0.25, 3.0)  # a bad fit is an uncertain one

    near = image[REACH - 2 : REACH + 3, REACH - 2 : REACH + 3]
    axis = np.arange(-2, 3)
    light = np.maximum(near, 0) + 1e-6
    light = light / light.sum()
    across, down = light.sum(0), light.sum(1)
    mean_x, mean_y = float(across @ axis), float(down @ axis)
    xx, yy = float(across @ axis**2) - mean_x**2, float(down @ axis**2) - mean_y**2
    xy = float(axis @ light @ axis) - mean_x * mean_y
    half, turn = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)

    small_sum, big_sum = (float(image[inside].sum()) for inside in (NEAR, WIDE))
    return Photometry(
        flux=flux,
        error=float(error),
        aperture=min(max(small_sum, 0.65 * flux), 1.4 * flux),
        aperture_error=float(np.sqrt(154 * noise**2 + flux / GAIN)),
        big=min(max(big_sum, 0.5 * flux), 1.7 * flux),
        big_error=float(np.sqrt(254 * noise**2 + flux / GAIN)),
        chi=chi,
        peak=float(image[REACH - 1 : REACH + 2, REACH - 1 : REACH + 2].max()) / noise,
        negative=int((near < 0).sum()),
        ratio=float(near.sum() / (np.abs(near).sum() + 1e-9)),
        major=WINDOWED * float(np.sqrt(max(half + turn, 0.1))),
        minor=WINDOWED * float(np.sqrt(max(half - turn, 0.08))),
    )
