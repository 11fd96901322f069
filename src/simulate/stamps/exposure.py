"""One visit of the telescope: the night's conditions, and where on the chip the object fell."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .sky import FRAMES, HALF, READ_NOISE, pixel_noise

Array = NDArray[np.floating]

CHIP = (3072, 3080)  # px in x and y
FAINT_LIMIT = 7.4  # measured on the public ZTF stamps: 1 sigma of diffmaglim, in pixel noises, at 2.1 px seeing
EDGE_SHARE = 0.01  # of stamps cut by the chip's edge
ZERO_POINT = {1: 26.30, 2: 26.30, 3: 25.75}  # DN to AB mag, by filter, in a clear night
SKY = {1: 100.0, 2: 220.0, 3: 220.0}  # DN, the median background by filter
FILTERS = (1, 2, 3)  # g, r, i
NOISY_SHARE = 0.12  # of readouts have two to three times the read noise


@dataclass(frozen=True)
class Exposure:
    """Conditions of one epoch.

    Attributes
    ----------
    jd : Julian date. fid : filter. seeing, reference_seeing : FWHM [px]. sky : background [DN].
    zero_point : [mag]. limit : 5-sigma limiting flux of the difference [DN].
    read_noise : of the science image, what is beyond its photons [DN]. reference_noise : of an empty pixel of
        the reference, scaled to this zero point [DN]. noisier : factor on the noise of all pixels.
    xpos, ypos : position on the chip, the first pixel's centre at 1 [px].
    """

    jd: float
    fid: int
    seeing: float
    reference_seeing: float
    sky: float
    zero_point: float
    limit: float
    read_noise: float
    reference_noise: float
    noisier: float
    xpos: float
    ypos: float

    @property
    def offset(self) -> tuple[float, float]:
        """Offset (x, y) of the object from the centre of its pixel [px], within half a pixel."""
        return self.xpos - nearest(self.xpos), self.ypos - nearest(self.ypos)

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of a 63 x 63 stamp that lie on the chip, row 0 the lowest y."""
        (left, right), (bottom, top) = (
            (max(0, HALF + 1 - nearest(at)), min(2 * HALF + 1, size - nearest(at) + HALF + 1))
            for at, size in zip((self.xpos, self.ypos), CHIP, strict=True)
        )
        return slice(bottom, top), slice(left, right)

    @property
    def noise(self) -> float:
        """Standard deviation of an empty pixel of the difference [DN]."""
        return float(np.hypot(self.pixel_noise(0.0), self.noisier * self.reference_noise))

    def pixel_noise(self, signal: Array | float) -> Array:
        """Standard deviation [DN] of the pixels of the science image, for ``signal`` [DN] beside the sky."""
        return self.noisier * pixel_noise(signal, self.sky, self.read_noise)

    def flux(self, magnitude: float) -> float:
        """Flux [DN] of an AB magnitude."""
        return float(10 ** (-0.4 * (magnitude - self.zero_point)))

    def magnitude(self, flux: float) -> float:
        """AB magnitude of a flux [DN], which must be positive."""
        return self.zero_point - 2.5 * float(np.log10(flux))


def reaching(exposure: Exposure, limit: float) -> Exposure:
    """The same exposure as noisy as a 5-sigma limit [mag] says."""
    flux = exposure.flux(limit)
    return replace(exposure, limit=flux, noisier=exposure.noisier * flux / exposure.limit)


def nearest(position: float) -> int:
    """The pixel that a position lies in."""
    return int(np.floor(position + 0.5))


def draw_exposure(
    rng: np.random.Generator, jd: float, clouded: float = 0.0, noise: float = 1.0, band: int | None = None
) -> Exposure:
    """A night as ZTF has them: seeing 2 px, limit 20.4 +- 0.4 mag in the median.

    Parameters
    ----------
    clouded : chance of a poor exposure: 3 mag of extinction, a dark and noisy image.
    noise : factor on the noise of all pixels, 1 is ZTF's.
    band : filter, or None to draw it.
    """
    drawn = int(rng.choice(FILTERS, p=(0.5, 0.46, 0.04)))
    fid = drawn if band is None else band
    seeing = min(max(2.05 * 10 ** rng.normal(0, 0.08), 1.5), 4.0)
    zero_point = ZERO_POINT[fid] + rng.normal(0, 0.06) - rng.exponential(0.1)
    sky, read_noise = SKY[fid] * 10 ** rng.normal(0, 0.12), READ_NOISE * 10 ** rng.normal(0.03, 0.1)
    if rng.random() < NOISY_SHARE:
        read_noise *= rng.uniform(1.8, 4.0)
    depth = 0.86 * 10 ** rng.normal(0.0, 0.06)  # of the reference: some are of more than the fewest frames
    if rng.random() < clouded:
        extinction = min(max(rng.normal(3.0, 0.6), 1.6), 4.5)
        zero_point, sky = zero_point - extinction, SKY[2] * 0.065 * 10 ** rng.normal(0, 0.2)
        read_noise = 11.5 * 10 ** rng.normal(0, 0.08)
    xpos, ypos = (rng.uniform(HALF + 1, size - HALF) for size in CHIP)
    if rng.random() < EDGE_SHARE:
        inside = rng.uniform(8, HALF)
        side = rng.integers(4)
        xpos = (xpos, inside, CHIP[0] + 1 - inside, xpos)[side]
        ypos = (inside, ypos, ypos, CHIP[1] + 1 - inside)[side]
    # The reference was taken in clear nights, and is scaled down with this one's transparency.
    scale = 10 ** (0.4 * (zero_point - ZERO_POINT[fid] + 0.1))
    reference_noise = scale * depth * float(pixel_noise(0.0, SKY[fid])) / FRAMES**0.5
    sigma = noise * float(pixel_noise(0.0, sky, read_noise))
    return Exposure(
        jd=jd,
        fid=fid,
        seeing=seeing,
        reference_seeing=min(max(2.0 * 10 ** rng.normal(0, 0.06), 1.5), 3.0),
        sky=sky,
        zero_point=zero_point,
        limit=5 * FAINT_LIMIT * 10 ** rng.normal(0, 0.06) * sigma * seeing / 2.1,
        read_noise=read_noise,
        reference_noise=reference_noise,
        noisier=noise,
        xpos=xpos,
        ypos=ypos,
    )
