"""Quasars, Seyfert nuclei and blazars: damped random walks."""

import numpy as np
from numpy.typing import NDArray

from .light import Bands, Generator, Light, by_band, log_normal, quantiles, reddening

Array = NDArray[np.floating]

HUBBLE = 299_792.458 / 70.0  # Mpc
WAVELENGTH = {1: 4770.0, 2: 6231.0}  # Angstrom, g and r
DUST = 0.04  # mean E(B-V) away from the plane [mag]


def damped_random_walk(rng: Generator, time: Array, tau: float, sigma: float) -> Array:
    """A stationary Ornstein-Uhlenbeck process of mean 0 at times in order, exactly.

    x(t + d) = x(t) exp(-d / tau) + sigma sqrt(1 - exp(-2 d / tau)) N(0, 1), whatever d is
    (Kelly et al. 2009, ApJ 698, 895, section 2); its structure function is
    sqrt(2) sigma sqrt(1 - exp(-d / tau)) (MacLeod et al. 2010, eq. 3).

    Parameters
    ----------
    time : (m,) [d]. tau : time of decorrelation [d]. sigma : standard deviation over long times.
    """
    steps = np.diff(time) / tau
    kicks = sigma * np.sqrt(-np.expm1(-2 * steps)) * rng.standard_normal(steps.size)
    value = sigma * float(rng.standard_normal())
    path = [value]
    for decay, kick in zip(np.exp(-steps).tolist(), kicks.tolist(), strict=True):
        value = value * decay + kick
        path.append(value)
    return np.array(path)


def quasar_variability(absolute: float, mass: float, wavelength: float) -> tuple[float, float]:
    """Tau [d] in the rest frame and sigma [mag] of a quasar.

    log f = A + B log(wavelength / 4000) + C (M_i + 23) + D log(mass / 1e9) (MacLeod et al. 2010, ApJ 721, 1014, eq. 7)
    with (A, B, C, D) = (-0.51, -0.479, 0.131, 0.18) for SF_inf, which is sqrt(2) sigma, and (2.4, 0.17, 0.03, 0.21) for
    tau.

    Parameters
    ----------
    absolute : M_i. mass : decimal logarithm of the black hole's, in solar masses. wavelength : rest frame [Angstrom].
    """
    colour, bright, heavy = np.log10(wavelength / 4000), absolute + 23, mass - 9
    structure = 10 ** (-0.51 - 0.479 * colour + 0.131 * bright + 0.18 * heavy)
    tau = 10 ** (2.4 + 0.17 * colour + 0.03 * bright + 0.21 * heavy)
    return float(tau), float(structure / np.sqrt(2))


def distance_modulus(redshift: float) -> float:
    """Distance modulus for 70 km/s/Mpc and a flat universe with matter 0.3."""
    z = np.linspace(0, redshift, 65)
    distance = float(np.trapezoid(1 / np.sqrt(0.3 * (1 + z) ** 3 + 0.7), z)) * (1 + redshift)
    return float(5 * np.log10(HUBBLE * distance) + 25)


def _nucleus(
    rng: Generator, time: Array, band: Bands, mean: tuple[float, float], tau: float, sigma: tuple[float, float]
) -> Array:
    """Magnitudes of a nucleus: one walk, whose amplitude differs from band to band."""
    walk = damped_random_walk(rng, time, tau, 1.0)
    return by_band(band, *mean) + by_band(band, *sigma) * walk


def qso(rng: Generator, time: Array, band: Bands, spread: float) -> Light:
    """A quasar that outshines its galaxy, brightness and redshift as in flux-limited catalogues."""
    red = 19.8 + np.log10(1 - rng.random()) / 0.75  # counts go as 10^(0.75 m); fainter ones are hardly ever detected
    z = float(np.clip(rng.gamma(3.6, 0.42), 0.25, 4.0))
    dust = reddening(rng, DUST)
    absolute = red - 0.1 - distance_modulus(z) + 2.5 * np.log10(1 + z) * 0.5  # power law of slope -0.5
    mass = 2.0 - 0.27 * absolute + 0.3 * spread * rng.standard_normal()  # MacLeod et al. 2010, sect. 5
    parameters = [quasar_variability(absolute, mass, WAVELENGTH[each] / (1 + z)) for each in (1, 2)]
    tau = parameters[1][0] * (1 + z) * log_normal(rng, 1.0, 0.35, spread)
    wider = log_normal(rng, 1.0, 0.15, spread)
    colour = rng.normal(0.2, 0.15) + dust[0] - dust[1]
    sigma = parameters[0][1] * wider, parameters[1][1] * wider
    magnitude = _nucleus(rng, time, band, (red + colour, red), tau, sigma)
    return Light(magnitude, None, bool(rng.random() < 0.9), True, {"tau": tau, "sigma": sigma[1], "redshift": z})


def agn(rng: Generator, time: Array, band: Bands, spread: float) -> Light:
    """A Seyfert nucleus: fainter and faster than a quasar, half drowned in the steady light of its galaxy."""
    red = quantiles(rng, 15.0, 16.3, 17.4, 18.1, 18.8, 19.6, 20.3)
    share = float(np.clip(rng.beta(2.0, 2.5), 0.05, 0.95))  # of the nucleus in the PSF's light, in r
    z = float(np.clip(rng.gamma(3.0, 0.06), 0.02, 0.6))
    nucleus = red - 2.5 * np.log10(share)
    host_red = red - 2.5 * np.log10(1 - share)
    absolute = nucleus - 0.1 - distance_modulus(z)
    mass = float(np.clip(7.6 + 0.45 * spread * rng.standard_normal(), 6.0, 9.3))
    # The relation is extrapolated: with fainter nuclei, lighter black holes and shorter times.
    parameters = [quasar_variability(absolute, mass, WAVELENGTH[each] / (1 + z)) for each in (1, 2)]
    tau = parameters[1][0] * (1 + z) * log_normal(rng, 1.0, 0.35, spread)
    wider = log_normal(rng, 1.0, 0.15, spread)
    sigma = min(parameters[0][1] * wider, 0.6), min(parameters[1][1] * wider, 0.5)
    dust = reddening(rng, DUST)
    blue = nucleus + rng.normal(0.2, 0.15) + dust[0] - dust[1]
    host = host_red + rng.normal(0.75, 0.12) + dust[0] - dust[1], host_red
    magnitude = _nucleus(rng, time, band, (blue, nucleus), tau, sigma)
    return Light(magnitude, host, bool(rng.random() < 0.12), True, {"tau": tau, "sigma": sigma[1], "redshift": z})


def blazar(rng: Generator, time: Array, band: Bands, spread: float) -> Light:
    """A jet: larger and faster than a quasar, with the same colour at all times or bluer when brighter.

    Tau of 8 to 150 days and sigma of 0.2 to 0.7 mag (after Ruan et al. 2012, ApJ 760, 51: blazars lie
    above the quasars in sigma and below them in tau).
    """
    red = quantiles(rng, 14.5, 15.9, 17.2, 18.1, 18.9, 19.7, 20.3)
    tau = log_normal(rng, 35.0, 0.4, spread)
    sigma = log_normal(rng, 0.36, 0.17, spread)
    dust = reddening(rng, DUST)
    colour = rng.normal(0.45, 0.12) + dust[0] - dust[1]
    bluer = rng.uniform(1.0, 1.12)
    magnitude = _nucleus(rng, time, band, (red + colour, red), tau, (sigma * bluer, sigma))
    quick = damped_random_walk(rng, time, rng.uniform(0.5, 3.0), 0.15 * sigma)  # within days
    host = None
    if rng.random() < 0.3:  # BL Lac objects lie in giant ellipticals
        faint = red + rng.uniform(0.8, 2.5)
        host = faint + 0.85, faint
    return Light(magnitude + quick, host, bool(rng.random() < 0.65), True, {"tau": tau, "sigma": sigma})
