"""One visit of the telescope: the night's conditions, and where on the chip the object fell."""

from dataclasses import dataclass

import numpy as np

from .sky import FRAMES, HALF, pixel_noise

CHIP = (3072, 3080)  # px in x and y
FAINT_LIMIT = 7.4  # measured on the public ZTF stamps: 1 sigma of diffmaglim, in pixel noises, at 2.1 px seeing
EDGE_SHARE = 0.01  # of stamps cut by the chip's edge
ZERO_POINT = {1: 26.30, 2: 26.20, 3: 25.65}  # DN to AB mag, by filter
FILTERS = (1, 2, 3)  # g, r, i


@dataclass(frozen=True)
class Exposure:
    """Conditions of one epoch.

    Attributes
    ----------
    jd : Julian date. fid : filter. seeing, reference_seeing : FWHM [px]. sky : background [DN].
    zero_point : [mag]. limit : 5-sigma limiting flux of the difference [DN].
    xpos, ypos : position on the chip, the first pixel's centre at 1 [px].
    """

    jd: float
    fid: int
    seeing: float
    reference_seeing: float
    sky: float
    zero_point: float
    limit: float
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
        return float(pixel_noise(0.0, self.sky)) * float(np.sqrt(1 + 1 / FRAMES))

    def flux(self, magnitude: float) -> float:
        """Flux [DN] of an AB magnitude."""
        return float(10 ** (-0.4 * (magnitude - self.zero_point)))

    def magnitude(self, flux: float) -> float:
        """AB magnitude of a flux [DN], which must be positive."""
        return self.zero_point - 2.5 * float(np.log10(flux))


def nearest(position: float) -> int:
    """The pixel that a position lies in."""
    return int(np.floor(position + 0.5))


def draw_exposure(rng: np.random.Generator, jd: float) -> Exposure:
    """A night as ZTF has them: seeing 2 px, limit 20.5 +- 0.6 mag in the median."""
    fid = int(rng.choice(FILTERS, p=(0.45, 0.5, 0.05)))
    seeing = float(np.clip(2.1 * 10 ** rng.normal(0, 0.09), 1.5, 4.0))
    sky = float(np.clip(140 * 10 ** rng.normal(0, 0.24), 20, 900))
    clouds = rng.exponential(0.12)
    xpos, ypos = (rng.uniform(HALF + 1, size - HALF) for size in CHIP)
    if rng.random() < EDGE_SHARE:
        inside = rng.uniform(8, HALF)
        side = rng.integers(4)
        xpos = (xpos, inside, CHIP[0] + 1 - inside, xpos)[side]
        ypos = (inside, ypos, ypos, CHIP[1] + 1 - inside)[side]
    limit = 5 * FAINT_LIMIT * float(pixel_noise(0.0, sky)) * seeing / 2.1
    return Exposure(
        jd=jd,
        fid=fid,
        seeing=seeing,
        reference_seeing=float(np.clip(2.0 * 10 ** rng.normal(0, 0.06), 1.5, 3.0)),
        sky=sky,
        zero_point=ZERO_POINT[fid] + rng.normal(0, 0.08) - clouds,
        limit=limit,
        xpos=xpos,
        ypos=ypos,
    )
