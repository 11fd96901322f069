"""What a feature is: a pure function of a light curve, and the words that go with it."""

import inspect
import os
import stat
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numba


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
    per : ``band``, ``object``, or ``pair`` of neighbouring bands, which are what its names begin with.
    on : ``magnitude`` or ``flux`` where it has a meaning in one of them alone, ``either`` where in both.
    """

    compute: Callable[..., Any]
    texts: tuple[Text, ...]
    inputs: tuple[str, ...]
    minimum: int
    undefined: str
    source: str
    per: str
    on: str

    @property
    def looks_around(self) -> bool:
        """Whether it depends on other bands than its own: by the period, which is that of all."""
        return self.per != "band" or bool(AROUND & set(self.inputs))

    @property
    def definition(self) -> tuple[int | str, ...]:
        """What its values follow from, in words."""
        return self.minimum, self.undefined, self.source


FLUXES = ("flux", "flux_error", "difference_flux", "difference_flux_error")
AROUND = {"period", "folded", "band_period"}
ALERCE = "lc_classifier 2.1.0, Sánchez-Sáez et al. 2021"


def kernel_function(function: Callable[..., Any]) -> Any:
    """A function compiled by numba at its first call, and kept for later processes where a place can be written.

    numba takes ``NUMBA_CACHE_DIR``, then the folder of the code, then the user's
    cache. Where it may write in none, it is a temporary folder of this user's;
    without one, every process compiles anew.
    """
    try:
        return _compiled(function, keep=True)
    except RuntimeError:  # numba's, for "no locator available"
        return _compiled(function, keep=_temporary_place() is not None)


def _compiled(function: Callable[..., Any], keep: bool) -> Any:
    # NaN and infinity instead of exceptions
    return numba.njit(cache=keep, error_model="numpy", no_cfunc_wrapper=True)(function)


@cache
def _temporary_place() -> Path | None:
    """Lead numba to a folder that this user alone may write, for what lies in it is run; None where there is none."""
    try:
        place = Path(tempfile.gettempdir(), f"alertlab-numba-{os.getuid()}")
        place.mkdir(mode=0o700, exist_ok=True)
        state = place.lstat()
        if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.getuid() or state.st_mode & 0o022:
            raise PermissionError(f"{place} is not this user's alone")
        tempfile.TemporaryFile(dir=place).close()
    except OSError as error:
        sys.stderr.write(f"kernels of features are compiled anew by each process: no place to keep them ({error})\n")
        return None
    os.environ["NUMBA_CACHE_DIR"] = numba.config.CACHE_DIR = str(place)  # for the processes of a pool, too
    sys.stderr.write(f"compiled kernels of features are kept in {place}: no other place can be written\n")
    return place


def of_band(
    *texts: tuple[str, str, str],
    minimum: int,
    undefined: str = "",
    source: str = ALERCE,
    compiled: bool = True,
    on: str = "either",
) -> Callable[[Callable[..., Any]], Kernel]:
    """Declare a kernel over the detections of one band, in order of time.

    Its arguments say what it takes: ``time`` (days since the object's first detection in any band), ``zero`` (the
    time of that one), ``magnitude``, ``error``, any name in :data:`~.lightcurves.OPTIONAL`, ``ordered`` (the
    magnitudes, ascending), ``limit_time`` and ``limit`` (the non-detections of the band), ``period`` (of all bands,
    NaN where none was found), ``folded`` (the magnitudes in order of the phase of twice the period, which is 0 at that
    first detection), ``band_period``. Or fluxes in microjansky, negative ones too: ``flux`` and ``flux_error``, of the
    difference image ``difference_flux`` and ``difference_flux_error``.

    In a set that takes fluxes as they are, ``magnitude``, ``error`` and what follows from them are fluxes where the
    light curves are. A kernel that has no meaning so says ``on="magnitude"``: it is given the magnitudes of fluxes of
    at least three standard deviations.

    Parameters
    ----------
    texts : (name, unit, formula) of each column.
    minimum, undefined, source, on : see :class:`Kernel`; one that takes fluxes is on ``flux``.
    compiled : with numba; False for a kernel of other libraries' calls.
    """
    return _declare(texts, minimum, undefined, source, compiled, "band", on)


def of_object(
    *texts: tuple[str, str, str],
    minimum: int,
    undefined: str = "",
    source: str = ALERCE,
    compiled: bool = True,
    on: str = "either",
) -> Callable[[Callable[..., Any]], Kernel]:
    """Declare a kernel over a whole object: as :func:`of_band`, with detections of all bands and their ``band``."""
    return _declare(texts, minimum, undefined, source, compiled, "object", on)


def of_pair(
    *texts: tuple[str, str, str],
    minimum: int,
    undefined: str = "",
    source: str = ALERCE,
    compiled: bool = True,
    on: str = "either",
) -> Callable[[Callable[..., Any]], Kernel]:
    """Declare a kernel over two neighbouring bands: as :func:`of_object`, and ``first`` and ``second`` are the bands.

    Its columns are ``g-r_NAME``, the bluer band first where bands are given in order of wavelength.
    """
    return _declare(texts, minimum, undefined, source, compiled, "pair", on)


def _declare(
    texts: tuple[tuple[str, str, str], ...],
    minimum: int,
    undefined: str,
    source: str,
    compiled: bool,
    per: str,
    on: str,
) -> Callable[[Callable[..., Any]], Kernel]:
    def declared(function: Callable[..., Any]) -> Kernel:
        inputs = tuple(inspect.signature(function).parameters)
        takes = "flux" if set(FLUXES) & set(inputs) else on
        compute = kernel_function(function) if compiled else function
        return Kernel(compute, tuple(Text(*text) for text in texts), inputs, minimum, undefined, source, per, takes)

    return declared
