"""When a nucleus was measured, and how well: cadences of ZTF and of the Catalina Real-Time Transient Survey.

ZTF's public survey looks every few nights, season by season (Bellm et al. 2019, PASP 131, 068003). Catalina takes
four exposures within half an hour, weeks apart, without a filter, over eight years (Drake et al. 2009, ApJ 696, 870).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..light_curves.weather import CLOSES, OPENS

Array = NDArray[np.float64]
Generator = np.random.Generator

YEAR = 365.25
SEASON = (170.0, 270.0)  # d a year that a place is up at night
WEATHER = 30  # stream of random numbers
EXPOSURES, EXPOSURE = 4, 0.0069  # of a visit of Catalina, and from one to the next [d]: 10 min
AGAIN = 4  # visits a night at most, of ZTF
LATER = 0.8  # how much rather another night is taken than another visit of the same, 1 is always


@dataclass(frozen=True)
class Survey:
    """A survey's first night [MJD], its length [d], depth of 5 sigma and its scatter [mag], floor of errors [mag]."""

    band: str
    first: float
    days: float
    limit: float
    scatter: float
    floor: float


CATALINA = Survey("CV", 53500.0, 2900.0, 19.6, 0.2, 0.03)


def ztf(days: float) -> Survey:
    """ZTF in g, over so many days from March 2018 on."""
    return Survey("g", 58202.0, days, 20.8, 0.25, 0.012)


def open_nights(seed: int, nights: int) -> NDArray[np.bool_]:
    """Whether each night was open: bad ones come in rows, the same for all objects of a seed."""
    rng = np.random.default_rng([seed, WEATHER])
    is_open = np.empty(nights, bool)
    state = True
    for night, luck in enumerate(rng.random(nights)):
        state = luck >= CLOSES if state else luck < OPENS
        is_open[night] = state
    return is_open


def draw_visits(rng: Generator, survey: Survey, number: NDArray[np.int64], seed: int) -> Array:
    """Times of so many exposures of each object.

    Parameters
    ----------
    number : (n,) exposures. seed : of the weather.

    Returns
    -------
    (n, m) [d since the survey's first night], in order, m the largest number; the last time is repeated where an
    object has fewer.
    """
    n, nights = len(number), int(survey.days)
    night = np.arange(nights)
    length = rng.uniform(*SEASON, n)
    phase = (night - rng.uniform(0, YEAR, n)[:, None]) % YEAR
    possible = open_nights(seed, nights) & (phase < length[:, None])
    catalina = survey is CATALINA
    visits = -(-number // EXPOSURES) if catalina else number
    times = 1 if catalina else AGAIN
    key = rng.random((n, times, nights)) + LATER * np.arange(times)[:, None]
    key = np.where(possible[:, None], key, np.inf).reshape(n, -1)
    most = int(visits.max())
    chosen = np.argsort(key, axis=1)[:, :most]
    start = chosen % nights + rng.uniform(0.15, 0.45, chosen.shape)
    if catalina:
        start = (start[..., None] + EXPOSURE * np.arange(EXPOSURES)).reshape(n, -1)
        visits = visits * EXPOSURES
    start = np.where(np.arange(start.shape[1]) < visits[:, None], start, np.inf)
    start = np.sort(start, axis=1)[:, : int(number.max())]
    last = start[np.arange(n), number - 1]
    return np.minimum(start, last[:, None])


def draw_errors(rng: Generator, survey: Survey, magnitude: Array) -> Array:
    """Errors [mag] by magnitude: sky noise below the survey's floor, 0.2 mag at the limit of a visit and at most."""
    limit = survey.limit + survey.scatter * rng.standard_normal(magnitude.shape)
    noise = 0.2 * 10 ** (0.4 * (magnitude - limit))
    return np.minimum(np.hypot(survey.floor, noise), 0.2)
