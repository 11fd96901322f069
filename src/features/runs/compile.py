"""Kernels that were never compiled here are compiled by two processes: this one from the first, another from the last.

Each finds in numba's cache what the other has done; so the first light curve of a new installation waits half as long.
"""

import atexit
import json
import os
import subprocess
import sys
from functools import cache
from multiprocessing import parent_process

import numba
import numpy as np

from ..feature import kernel_function
from ..lightcurves import LightCurves, light_curves

POINTS = 24  # of a band of the helper's light curve: every kernel has enough


@kernel_function
def marker(number: float) -> float:
    """Compiled first of all: where it is not in the cache, nothing is."""
    return number


def usable_cores() -> int:
    """Cores that this process may use, which on a shared machine are fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def begin(name: str, bands: tuple[str, ...], quantity: str) -> bool:
    """Start a helper where the cache is empty and two cores may be used, once in a process; whether it was.

    Parameters
    ----------
    name, bands, quantity : of a set of features; packages of one's own are not imported by the helper.
    """
    if numba.config.DISABLE_JIT or parent_process() is not None or usable_cores() < 2 or "." in name:
        return False
    marker.compile((numba.float64,))
    if not marker.stats.cache_misses or marker.stats.cache_path is None:
        return False
    quiet, told = subprocess.DEVNULL, json.dumps([name, bands, quantity])
    helper = subprocess.Popen([sys.executable, "-m", __package__, told], stdin=quiet, stdout=quiet, stderr=quiet)
    atexit.register(helper.terminate)
    return True


def made_up(bands: tuple[str, ...], flux: bool) -> LightCurves:
    """One light curve that every kernel can be computed of."""
    time = np.tile(np.arange(POINTS) * 1.7, len(bands))
    number = np.repeat(np.arange(1, len(bands) + 1), POINTS)
    magnitude = 18 + 0.3 * np.sin(time) + 0.01 * np.arange(time.size)
    spread = np.full(time.size, 0.05)
    known = {"positive": np.ones(time.size), "ra": spread, "dec": spread, "rb": spread, "sgscore1": spread}
    limits = (["a"], [-5.0], [1], [20.0])
    context = {name: {"a": 15.0} for name in ("W1", "W2", "W3")}
    return light_curves(
        ["a"] * time.size,
        time,
        magnitude,
        spread,
        number,
        optional=known,
        limits=limits,
        context=context,
        bands=bands,
        flux=(magnitude, spread) if flux else None,
    )
