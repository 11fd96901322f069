"""What a feature is: a pure function of a light curve, and the words that go with it."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numba import njit


@dataclass(frozen=True)
class Text:
    """One column that a kernel gives: its name without the band, its unit, its formula."""

    name: str
    unit: str
    formula: str


@dataclass(frozen=True)
class Kernel:
    """A function of one light curve, declared by :func:`of_band` or :func:`of_object`.

    Attributes
    ----------
    compute : takes the arrays named in ``inputs``; gives a float, or an array of one value for each text.
    texts : what the columns are.
    inputs : names of the arrays that it takes, which are the names of its arguments.
    minimum : detections that it needs, in its band where it is of a band.
    undefined : when it gives NaN in spite of enough detections.
    source : paper and equation, or whose code is the definition.
    by_band : its columns end with the number of a band.
    """

    compute: Callable[..., Any]
    texts: tuple[Text, ...]
    inputs: tuple[str, ...]
    minimum: int
    undefined: str
    source: str
    by_band: bool


kernel_function = njit(cache=True, error_model="numpy", no_cfunc_wrapper=True)  # NaN and infinity instead of exceptions
ALERCE = "lc_classifier 2.1.0, Sánchez-Sáez et al. 2021"


def of_band(
    *texts: tuple[str, str, str], minimum: int, undefined: str = "", source: str = ALERCE, compiled: bool = True
) -> Callable[[Callable[..., Any]], Kernel]:
    """Declare a kernel over the detections of one band, in order of time.

    Its arguments say what it takes: ``time`` (days since the object's first detection in any band), ``zero`` (the
    time of that one), ``magnitude``, ``error``, any name in :data:`~.lightcurves.OPTIONAL`, ``ordered`` (the
    magnitudes, ascending), ``limit_time`` and ``limit`` (the non-detections of the band), ``period`` (of all bands,
    NaN where none was found), ``folded`` (the magnitudes in order of the phase of twice the period, which is 0 at that
    first detection), ``band_period``.

    Parameters
    ----------
    texts : (name, unit, formula) of each column.
    minimum, undefined, source : see :class:`Kernel`.
    compiled : with numba; False for a kernel of other libraries' calls.
    """
    return _declare(texts, minimum, undefined, source, compiled, by_band=True)


def of_object(
    *texts: tuple[str, str, str], minimum: int, undefined: str = "", source: str = ALERCE, compiled: bool = True
) -> Callable[[Callable[..., Any]], Kernel]:
    """Declare a kernel over a whole object: as :func:`of_band`, with detections of all bands and their ``band``."""
    return _declare(texts, minimum, undefined, source, compiled, by_band=False)


def _declare(
    texts: tuple[tuple[str, str, str], ...], minimum: int, undefined: str, source: str, compiled: bool, by_band: bool
) -> Callable[[Callable[..., Any]], Kernel]:
    def declared(function: Callable[..., Any]) -> Kernel:
        inputs = tuple(inspect.signature(function).parameters)
        compute = kernel_function(function) if compiled else function
        return Kernel(compute, tuple(Text(*text) for text in texts), inputs, minimum, undefined, source, by_band)

    return declared
