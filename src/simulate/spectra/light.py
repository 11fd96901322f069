"""What a galaxy sends out, without noise: stars, absorption, emission, dust."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .lines import (
    ABSORPTION,
    BALMER,
    DECREMENT,
    EMISSION,
    LIGHT,
    NA_D,
    NARROW_FIXED,
    RESOLUTION,
    gaussian,
    sequence,
)

Array = NDArray[np.float64]
Generator = np.random.Generator

PIVOT = 5500.0  # Angstrom, where stars have a flux of 1
HOT, COOLER = 12_000.0, 7_500.0  # K of the youngest, and how much less the oldest
RICHEST = 60.0  # Angstrom, equivalent width of H alpha at age 0; falls as (1 - age)^2
SECOND = 1.4388e8  # Angstrom K, h c / k
BREAK, SOFT = 4000.0, 40.0  # Angstrom, place and width of the step


@dataclass
class Galaxies:
    """What galaxies are made of, (n,) each, before anything strange.

    Attributes
    ----------
    age : 0 to 1. width : of lines [km/s]. reddening : E(B - V) [mag]. sodium : factor on Na D. balmer_width : [km/s]
        of the emission of hydrogen. split : [km/s] between the two peaks of each emission line, 0 for one.
    emission : line -> flux, in Angstrom of the continuum at ``PIVOT``.
    supernova : share of the light at ``PIVOT`` that is a supernova's.
    """

    age: Array
    width: Array
    reddening: Array
    sodium: Array
    balmer_width: Array
    split: Array
    emission: dict[str, Array]
    supernova: Array


def draw_galaxies(rng: Generator, n: int) -> Galaxies:
    """Usual ones: the younger the stars, the more light comes from gas; its ratios lie on the star-forming sequence."""
    age = rng.beta(1.3, 1.3, n)
    width = np.hypot(RESOLUTION, rng.uniform(60, 180, n))
    nitrogen = np.clip(rng.normal(-0.5, 0.25, n), -1.3, 0.1)
    oxygen = sequence(nitrogen) + 0.1 * rng.standard_normal(n)
    alpha = RICHEST * (1 - age) ** 2 * 10 ** (0.3 * rng.standard_normal(n)) + 0.3
    emission = {name: alpha * DECREMENT[name] / DECREMENT["H alpha"] for name in BALMER}
    emission["[N II]"] = alpha * 10**nitrogen
    emission["[O III]"] = emission["H beta"] * 10**oxygen
    emission["[O II]"] = emission["H beta"] * 10 ** rng.normal(0.4, 0.15, n)
    emission["[O I]"] = alpha * 10 ** rng.normal(-1.6, 0.15, n)
    emission["[O I] 6364"] = emission["[O I]"] / 3
    emission["[S II] 6716"] = alpha * 10 ** rng.normal(-0.75, 0.1, n)
    emission["[S II] 6731"] = 0.72 * emission["[S II] 6716"]
    sodium = 10 ** (0.1 * rng.standard_normal(n))
    return Galaxies(age, width, rng.exponential(0.1, n), sodium, width.copy(), np.zeros(n), emission, np.zeros(n))


def spectrum_of(galaxies: Galaxies, wavelength: Array) -> Array:
    """(n, m) flux per wavelength in the rest frame, 1 at ``PIVOT`` without dust, at wavelengths (n, m) [Angstrom]."""
    stars = _stars(galaxies, wavelength)
    share = galaxies.supernova[:, None]
    light = (1 - share) * stars + share * supernova(wavelength) + _gas(galaxies, wavelength)
    return np.asarray(light * 10 ** (-0.4 * galaxies.reddening[:, None] * attenuation(wavelength)))


def attenuation(wavelength: Array) -> Array:
    """k(lambda) of starbursts (Calzetti et al. 2000, ApJ 533, 682, eq. 4)."""
    x = 1e4 / wavelength
    blue = 2.659 * (-2.156 + 1.509 * x - 0.198 * x**2 + 0.011 * x**3)
    red = 2.659 * (-1.857 + 1.040 * x)
    return np.asarray(np.where(wavelength < 6300, blue, red) + 4.05)


def supernova(wavelength: Array) -> Array:
    """A crude type Ia near maximum, 1 at ``PIVOT``: a hot continuum under broad bumps and troughs."""
    light = _blackbody(wavelength, np.full(len(wavelength), 11_000.0))
    for centre, width, depth in SUPERNOVA:
        light = light * (1 + depth * np.exp(-0.5 * ((wavelength - centre) / width) ** 2))
    return np.asarray(light)


SUPERNOVA = (  # Angstrom, Angstrom, depth of troughs and height of bumps
    (3800.0, 90.0, -0.5),  # Ca II
    (4300.0, 90.0, -0.3),
    (4900.0, 110.0, -0.35),  # Fe II
    (5450.0, 70.0, -0.2),  # S II
    (5700.0, 70.0, 0.15),
    (6150.0, 80.0, -0.45),  # Si II
    (6450.0, 110.0, 0.25),
)


def _blackbody(wavelength: Array, temperature: Array) -> Array:
    """Planck's law per wavelength, 1 at ``PIVOT``."""

    def planck(at: Array) -> Array:
        return np.asarray(at**-5.0 / np.expm1(SECOND / (at * temperature[:, None])))

    return np.asarray(planck(wavelength) / planck(np.full((len(wavelength), 1), PIVOT)))


def _stars(galaxies: Galaxies, wavelength: Array) -> Array:
    """A blackbody, the break of old stars at 4000 Angstrom, and absorption lines."""
    age = galaxies.age[:, None]
    light = _blackbody(wavelength, HOT - COOLER * galaxies.age)
    light = light * (1 - 0.45 * age / (1 + np.exp((wavelength - BREAK) / SOFT)))
    for name, (centre, equivalent) in ABSORPTION.items():
        width = galaxies.width if name in NA_D else 2.5 * galaxies.width  # others are blends
        strength = equivalent * (0.25 + 0.75 * age) * (galaxies.sodium[:, None] if name in NA_D else 1)
        light = light * np.exp(-strength * gaussian(wavelength, centre, width))
    for name in BALMER:  # strongest in stars of spectral type A
        strength = 5 * np.exp(-0.5 * ((age - 0.35) / 0.2) ** 2) + 0.8
        light = light * np.exp(-strength * gaussian(wavelength, EMISSION[name], 5 * galaxies.width))
    return np.asarray(light)


def _gas(galaxies: Galaxies, wavelength: Array) -> Array:
    """Emission lines, each one peak or two."""
    light = np.zeros(wavelength.shape)
    strength = galaxies.emission | {name: galaxies.emission[of] * by for name, (of, by) in NARROW_FIXED.items()}
    apart = galaxies.split / 2 / LIGHT
    two = np.flatnonzero(galaxies.split)
    for name, flux in strength.items():
        width, first = galaxies.balmer_width if name in BALMER else galaxies.width, flux.copy()
        first[two] /= 2
        light += first[:, None] * gaussian(wavelength, EMISSION[name] * (1 + apart), width)
        second = gaussian(wavelength[two], EMISSION[name] * (1 - apart[two]), width[two])
        light[two] += first[two, None] * second
    return light
