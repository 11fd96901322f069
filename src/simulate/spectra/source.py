"""Simulated spectra of galaxies, as SDSS's spectrograph would have them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...door.spectra import Arm, Spectrum
from ...runtime.errors import AlertlabError
from ..check import check_range, check_run
from .kinds import KINDS, USUAL
from .light import draw_galaxies, spectrum_of

Array = NDArray[np.float64]
Generator = np.random.Generator

BLOCK = 128  # objects that are drawn at once: each block has random numbers of its own
SPECTRA = 41  # stream of random numbers
LOG_WAVELENGTH = 3.5798 + 1e-4 * np.arange(3840)  # as SDSS has it: 3,800 to 9,200 Angstrom
WAVELENGTH: Array = np.asarray(10**LOG_WAVELENGTH, np.float64)
NEAREST, FARTHEST = 0.02, 0.25  # redshift: 0.02 + 0.23 Beta(2, 3)
BAD = 0.003  # share of the pixels that a cosmic ray hit
SKY_LINE, SKY_WIDTH = 5578.5, 3.0  # Angstrom, of the night sky: the pixels about it have no weight
FIBRES, FIRST_MJD = 640, 58_000  # of a plate


@dataclass(frozen=True)
class Block:
    """Some spectra on ``WAVELENGTH``.

    Attributes
    ----------
    name, kind : (n,). redshift, ra, dec : (n,). flux, ivar : (n, m); ``ivar`` is 0 where a pixel is bad.
    """

    name: list[str]
    kind: list[str]
    redshift: Array
    ra: Array
    dec: Array
    flux: Array
    ivar: Array


class SimulatedSpectra:
    """Galaxies of every age, some of which are strange in one of seven ways; a crude stand-in for SDSS.

    A blackbody by age with the break at 4,000 Angstrom, stellar absorption, emission lines on the star-forming
    sequence, dust by Calzetti's law. No stellar population, no line of sight, no star or quasar by mistake.
    Object k depends on the arguments and on k alone.

    Parameters
    ----------
    n : spectra. seed : not negative.
    difficulty : 0 to 1; by it strange things are 2^(1 - 2 d) times as strong, and noise 2^(2 d - 1) times.
    strange : share of the spectra that are strange, each kind as often.
    signal_to_noise : lowest and highest of a pixel of 69 km/s, in the middle, at difficulty 0.5.

    Raises
    ------
    AlertlabError
        For an argument out of range.
    """

    def __init__(
        self,
        n: int,
        seed: int,
        difficulty: float = 0.5,
        strange: float = 0.02,
        signal_to_noise: tuple[float, float] = (10.0, 30.0),
    ) -> None:
        check_run(n, seed, difficulty)
        if not 0 <= strange <= 1:
            raise AlertlabError(f"simulate.strange: {strange} is no share from 0 to 1")
        self.n, self.seed, self.difficulty, self.strange = n, seed, difficulty, strange
        self.signal_to_noise = check_range("signal_to_noise", signal_to_noise, 0.1)

    @property
    def description(self) -> str:
        """That they are simulated, and how."""
        return f"{self.n} simulated spectra of galaxies, seed {self.seed}, difficulty {self.difficulty:g}"

    @property
    def origin(self) -> str:
        """No file."""
        return "simulated spectra"

    def spectra(self) -> Iterator[Spectrum]:
        """All of them, in order."""
        for block in self.blocks():
            for row, name in enumerate(block.name):
                flux, ivar = block.flux[row], block.ivar[row]
                good = ivar > 0
                noise = float(np.median(flux[good] * np.sqrt(ivar[good])))
                place = float(block.redshift[row]), block.kind[row], float(block.ra[row]), float(block.dec[row])
                yield Spectrum(name, (Arm(WAVELENGTH, flux, good),), *place, noise)

    def blocks(self) -> Iterator[Block]:
        """All of them, some at a time."""
        for first in range(0, self.n, BLOCK):
            block = self._block(first // BLOCK)
            kept = slice(min(BLOCK, self.n - first))
            yield Block(**{name: values[kept] for name, values in vars(block).items()})

    def _block(self, number: int) -> Block:
        rng = np.random.default_rng([self.seed, SPECTRA, number])
        kinds = np.array([USUAL, *KINDS])
        shares = np.array([1 - self.strange, *np.full(len(KINDS), self.strange / len(KINDS))])
        kind = kinds[rng.choice(len(kinds), BLOCK, p=shares)]
        galaxies = draw_galaxies(rng, BLOCK)
        for name, change in KINDS.items():
            change(rng, galaxies, np.flatnonzero(kind == name), 2 ** (1 - 2 * self.difficulty))
        redshift = NEAREST + (FARTHEST - NEAREST) * rng.beta(2, 3, BLOCK)
        light = spectrum_of(galaxies, WAVELENGTH / (1 + redshift[:, None]))
        brightness: Array = 10 ** rng.normal(1, 0.3, (BLOCK, 1))  # 1e-17 erg/s/cm2/Angstrom, SDSS's unit
        light *= brightness / np.median(light, axis=1, keepdims=True)
        noise = 2 ** (2 * self.difficulty - 1) / rng.uniform(*self.signal_to_noise, (BLOCK, 1))
        error = brightness * noise * _throughput(WAVELENGTH)
        flux = light + error * rng.standard_normal(light.shape)
        bad = rng.random(light.shape) < BAD
        flux[bad] += (brightness * rng.exponential(20, light.shape))[bad]
        bad |= np.abs(WAVELENGTH - SKY_LINE) < SKY_WIDTH
        index = number * BLOCK + np.arange(BLOCK)
        names = [f"spec-{each // FIBRES + 1:04d}-{FIRST_MJD}-{each % FIBRES + 1:04d}" for each in index.tolist()]
        ra, dec = rng.uniform(0, 360, BLOCK), np.degrees(np.arcsin(rng.uniform(0, 1, BLOCK)))
        return Block(names, kind.tolist(), redshift, ra, dec, flux, np.where(bad, 0.0, error**-2))


def _throughput(observed: Array) -> Array:
    """(m,) error against that in the middle: both ends see less light, the red one more sky."""
    blue, red = np.exp(-(observed - 3800) / 180), np.exp((observed - 9200) / 500)
    return np.asarray(1 + 2 * blue + 1.5 * red)
