"""Changes of state: what a nucleus does that a damped random walk does not.

Kinds after the changing-state candidates of Sánchez-Sáez et al. (2021, AJ 162, 206) and the light curves of
changing-look nuclei (Graham et al. 2020, MNRAS 491, 4925); their amplitudes are drawn alike, for judging.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEADY = "steady"
KINDS = ("step", "onset", "end", "flare", "timescale")
QUIET = 0.1  # of the amplitude: standard deviation before an onset and after an end
DECAY = (30.0, 200.0)  # d, of a flare by 1/e, uniform in its logarithm
RISE = 0.25  # of the decay: standard deviation of a flare's Gaussian rise


@dataclass(frozen=True)
class Changes:
    """What changes of each object, (n,).

    Attributes
    ----------
    kind : of ``KINDS``, or ``STEADY``. sign : 1 or -1, fainter or brighter, slower or faster.
    amplitude : of a step and a flare [mag]; standard deviation of the variability that begins or ends [mag]; by which
        the timescale changes [dex]. NaN for none.
    decay : of a flare [d].
    """

    kind: NDArray[np.str_]
    sign: Array
    amplitude: Array
    decay: Array


def log_uniform(rng: np.random.Generator, low: float, high: float, n: int) -> Array:
    """(n,) uniform in the logarithm."""
    return np.exp(rng.uniform(np.log(low), np.log(high), n))


def draw_changes(rng: np.random.Generator, n: int, shares: dict[str, float], amplitude: tuple[float, float]) -> Changes:
    """Kind by its share, else steady; amplitudes uniform in their logarithm."""
    names = np.array([*shares, STEADY])
    chances = np.array([*shares.values(), max(0.0, 1 - sum(shares.values()))])
    kind = names[np.searchsorted(np.cumsum(chances) / chances.sum(), rng.random(n), side="right")]
    drawn, decay = log_uniform(rng, *amplitude, n), log_uniform(rng, *DECAY, n)
    sign = rng.choice([-1.0, 1.0], n)
    return Changes(kind, sign, np.where(kind == STEADY, np.nan, drawn), decay)


def parameters_of(changes: Changes, tau: Array, sigma: Array) -> tuple[Array, Array]:
    """(n, 2) tau and sigma of the walk before and after the change."""
    taus, sigmas = np.stack([tau, tau], 1), np.stack([sigma, sigma], 1)
    slower = changes.kind == "timescale"
    taus[slower, 1] *= 10 ** (changes.sign * changes.amplitude)[slower]
    for kind, loud in ("onset", 1), ("end", 0):
        own = changes.kind == kind
        sigmas[own, loud] = changes.amplitude[own]
        sigmas[own, 1 - loud] = QUIET * changes.amplitude[own]
    return taus, sigmas


def added_magnitude(changes: Changes, time: Array, change: Array) -> Array:
    """(n, m) magnitudes that a step or a flare adds to the walk.

    A flare rises as half a Gaussian, and decays by 1/e within ``decay``; its change is its peak.

    Parameters
    ----------
    time : (n, m) [d]. change : (n,) [d], NaN for none.
    """
    since = time - change[:, None]
    step = np.where(since > 0, (changes.sign * changes.amplitude)[:, None], 0.0)
    decay = changes.decay[:, None]
    shape = np.where(since < 0, np.exp(-0.5 * (since / (RISE * decay)) ** 2), np.exp(-np.maximum(since, 0) / decay))
    flare = -changes.amplitude[:, None] * shape
    kind = changes.kind[:, None]
    return np.where(kind == "step", step, np.where(kind == "flare", flare, 0.0))
