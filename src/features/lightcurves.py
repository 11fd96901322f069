"""A batch of light curves: flat arrays and offsets, as Arrow lays out lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..runtime.errors import AlertlabError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

OPTIONAL = ("difference", "difference_error", "positive", "rb", "ra", "dec", "sgscore1")
IN_FLUX = ("flux", "flux_error")
GR = ("g", "r")  # what bands 1 and 2 are where nothing else is said: ZTF's filters


@dataclass(frozen=True)
class Limits:
    """Non-detections of a batch, in order of object, band and time.

    Attributes
    ----------
    offsets : (n + 1,) where the limits of each object begin, and where the last end.
    time : (k,) days.
    band : (k,) number of the band.
    magnitude : (k,) limiting magnitude of the difference image.
    """

    offsets: Integers
    time: Floats
    band: Integers
    magnitude: Floats


@dataclass(frozen=True)
class LightCurves:
    """Clean detections of n objects, m in all, in order of object, band and time. Make it with :func:`light_curves`.

    Attributes
    ----------
    object_id : (n,) names.
    offsets : (n + 1,) where the detections of each object begin, and where the last end.
    band : (m,) number of the band, from 1.
    detections : name -> (m,) float64: ``time`` in days, ``magnitude``, ``error`` in magnitudes, and those of
        :data:`OPTIONAL` that are known: ``difference`` and ``difference_error`` (of the difference image, magnitudes;
        those of the light curve where nothing else is known), ``positive`` (+1 brighter than the template, -1
        fainter), ``rb``, ``ra`` and ``dec`` (degrees), ``sgscore1``. Of light curves in flux ``flux`` and
        ``flux_error`` (microjansky), and magnitudes where a flux has one, else NaN.
    limits : non-detections; None where the survey gives none, which is not the same as having none.
    context : name -> (n,) float64 of whole objects: ``W1``, ``W2``, ``W3``, AllWISE magnitudes.
    bands : names of the bands 1, 2, ...
    """

    object_id: NDArray[np.str_]
    offsets: Integers
    band: Integers
    detections: Mapping[str, Floats]
    limits: Limits | None
    context: Mapping[str, Floats]
    bands: tuple[str, ...] = GR

    @property
    def in_flux(self) -> bool:
        """Whether they are fluxes; else magnitudes."""
        return "flux" in self.detections

    def __len__(self) -> int:
        return len(self.object_id)

    def part(self, start: int, stop: int) -> "LightCurves":
        """The objects from ``start`` to before ``stop``."""
        rows = slice(self.offsets[start], self.offsets[stop])
        limits = self.limits
        if limits is not None:
            inside = slice(limits.offsets[start], limits.offsets[stop])
            offsets = limits.offsets[start : stop + 1] - limits.offsets[start]
            limits = Limits(offsets, limits.time[inside], limits.band[inside], limits.magnitude[inside])
        return LightCurves(
            self.object_id[start:stop],
            self.offsets[start : stop + 1] - self.offsets[start],
            self.band[rows],
            {name: values[rows] for name, values in self.detections.items()},
            limits,
            {name: values[start:stop] for name, values in self.context.items()},
            self.bands,
        )


def light_curves(
    object_id: ArrayLike,
    time: ArrayLike,
    magnitude: ArrayLike,
    error: ArrayLike,
    band: ArrayLike,
    *,
    optional: Mapping[str, ArrayLike] | None = None,
    limits: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike] | None = None,
    context: Mapping[str, Mapping[str, float]] | None = None,
    bands: Sequence[str] = GR,
    flux: tuple[ArrayLike, ArrayLike] | None = None,
) -> LightCurves:
    """A batch from rows in any order, one a detection; objects in the order of their names.

    Rows of one object, band and time are ordered by magnitude and error, or by
    flux, so that nothing depends on the order in which they came.

    Parameters
    ----------
    object_id, time, magnitude, error, band : (m,) a detection each.
    bands : names of the bands 1, 2, ...
    flux : (m,) each, of light curves in flux: microjansky and its error; magnitudes may be NaN then.
    optional : (m,) of the names in :data:`OPTIONAL`.
    limits : (object_id, time, band, magnitude), (k,) each; those of objects without a detection are left out.
    context : name -> object -> value.

    Raises
    ------
    AlertlabError
        For a time, magnitude, flux or error that is not finite, or an error that is not positive.
    """
    objects, code = np.unique(np.asarray(object_id, dtype=np.str_), return_inverse=True)
    columns = {"time": time, "magnitude": magnitude, "error": error}
    columns |= {"difference": magnitude, "difference_error": error, **(optional or {})}
    arrays = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
    if flux is not None:
        arrays |= {name: np.asarray(each, np.float64) for name, each in zip(IN_FLUX, flux, strict=True)}
    measured = ("magnitude", "error") if flux is None else IN_FLUX
    for name in ("time", *measured):
        bad = ~np.isfinite(arrays[name])
        if name == measured[1]:
            bad |= ~(arrays[name] > 0)
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise AlertlabError(f"{objects[code[row]]}: {name} is {arrays[name][row]}; clean the light curves first")
    number = np.asarray(band, dtype=np.int64)
    order = np.lexsort((arrays[measured[1]], arrays[measured[0]], arrays["time"], number, code))
    return LightCurves(
        objects,
        offsets_of(code[order], len(objects)),
        number[order],
        {name: np.ascontiguousarray(values[order]) for name, values in arrays.items()},
        None if limits is None else _limits(objects, *limits),
        {
            name: np.array([values.get(str(each), np.nan) for each in objects], dtype=np.float64)
            for name, values in (context or {}).items()
        },
        tuple(bands),
    )


def _limits(
    objects: NDArray[np.str_], object_id: ArrayLike, time: ArrayLike, band: ArrayLike, magnitude: ArrayLike
) -> Limits:
    names = np.asarray(object_id, dtype=np.str_)
    code = np.searchsorted(objects, names)
    known = np.flatnonzero(objects[np.minimum(code, len(objects) - 1)] == names) if len(objects) else np.arange(0)
    times, limits = np.asarray(time, dtype=np.float64)[known], np.asarray(magnitude, dtype=np.float64)[known]
    bands, code = np.asarray(band, dtype=np.int64)[known], code[known]
    order = np.lexsort((limits, times, bands, code))
    return Limits(offsets_of(code[order], len(objects)), times[order], bands[order], limits[order])


def offsets_of(code: Integers, objects: int) -> Integers:
    """(objects + 1,) where the rows of each object begin, and where the last end; ``code`` ascends."""
    return np.searchsorted(code, np.arange(objects + 1)).astype(np.int64)
