"""Measurements that stand in a table more than once: the same image, its time rounded in other ways."""

from collections.abc import Sequence

import numpy as np

from .lightcurves import Floats, Integers

# days: no survey exposes a band twice within it, and a Julian date in double precision is good to 4e-5 s
SECOND = 1 / 86400


def repeats(time: Floats, band: Integers, code: Integers, better: Sequence[Floats]) -> Integers:
    """Places of measurements within a second of a better one of their object and band.

    The best one is kept and those around it are not, then the best of the rest, and so on: what is kept lies more than
    a second apart, and the rest within a second of something better that is kept. Of three at 0, 0.7 and 1.4 s the
    middle one stays alone where it is the best, else both ends stay. The order of rows does not matter.

    Parameters
    ----------
    time, band, code : (n,) days, numbers of bands, numbers of objects; all finite, in any order.
    better : (n,) keys each, the most important first, of which the lower is the better; the earlier time is the last.
    """
    order = np.lexsort((time, band, code))
    near = np.zeros(len(order), dtype=bool)
    near[1:] = np.diff(time[order]) <= SECOND
    for same in (band, code):
        near[1:] &= np.diff(same[order]) == 0
    grouped = near.copy()
    grouped[:-1] |= near[1:]
    few = order[grouped]
    if not few.size:
        return few
    days, chain = time[few], np.cumsum(~near[grouped]) - 1
    ranked = np.lexsort([key[few] for key in (*better, time)][::-1])
    best = ranked[np.unique(chain[ranked], return_index=True)[1]]
    worse = np.abs(days - days[best][chain]) <= SECOND
    rest = np.flatnonzero(~worse)  # of chains longer than a second: hardly ever any
    worse[best] = False
    again = np.searchsorted(rest, ranked[np.isin(ranked, rest)])
    worse[rest[_beside_better(days[rest].tolist(), chain[rest].tolist(), again.tolist())]] = True
    return few[worse]


def _beside_better(time: list[float], chain: list[int], ranked: list[int]) -> list[int]:
    """Places to drop of times that are in order within each chain; ``ranked`` has the best place first."""
    dropped = [False] * len(time)
    for place in ranked:
        if dropped[place]:
            continue
        for step in (-1, 1):
            other = place + step
            while 0 <= other < len(time) and chain[other] == chain[place] and abs(time[other] - time[place]) <= SECOND:
                dropped[other] = True
                other += step
    return [place for place, drop in enumerate(dropped) if drop]
