"""Light curves from wherever they lie as sequences of points: read, cleaned and ordered as those of features are."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..door.place import Found, look
from ..features.recipe import Measured, Recipe
from ..features.runs.work import LEFT_OUT
from ..features.tables.assemble import Assembled, assemble
from ..features.tables.bounds import Bounds
from ..features.tables.clean import Asked, Rules
from ..features.tables.columns import Columns, nearest
from ..features.tables.read import bands_of, read_light_curves
from ..runtime.errors import AlertlabError
from ..runtime.manifest import Column, FeatureSetId
from ..runtime.ragged import Ragged
from .curve_columns import CURVE, curve_columns
from .split.objects import angles, directions

VERSION = "1"  # of what a point says
MAGNITUDE, FLUX = "magnitude", "flux"  # names of the column of values
UNITS = {MAGNITUDE: "mag", FLUX: "uJy"}  # fluxes are held in microjansky, whatever a file has


@dataclass(frozen=True)
class Reading:
    """How light curves are read.

    Attributes
    ----------
    columns, rules, bounds : as of features.
    bands : names of those that are used, in this order; None takes those that ``columns`` names and the data have.
    quantity : ``magnitude`` turns fluxes into magnitudes where they have one; None takes what there is.
    trained : what the light curves of a bundle's training held: the unit must be the same.
    """

    columns: Columns
    rules: Rules
    bounds: Bounds = field(default_factory=Bounds)
    bands: tuple[str, ...] | None = None
    quantity: str | None = None
    trained: Measured | None = None


@dataclass(frozen=True)
class LightCurveRows:
    """Objects with enough clean points, in the order of their names.

    Attributes
    ----------
    object_id : (n,) names.
    curves : (n) sequences of (time, band, value, error), float32, in order of time.
    columns : what the four are.
    made : how they came about, as a manifest has it.
    facts : ``detections`` and ``days``, (n,) each. places : ``mjd``, ``mjd_last``, ``ra``, ``dec``, (n,) each.
    rejected : table with ``object_id`` and ``reason``.
    dropped : measurements that were not used, by reason.
    """

    object_id: NDArray[np.str_]
    curves: Ragged
    columns: tuple[Column, ...]
    made: FeatureSetId
    facts: dict[str, NDArray[np.float64]]
    places: dict[str, NDArray[np.float64]]
    rejected: pa.Table
    dropped: Counter[str]


def read_curves(path: Path | Found, reading: Reading) -> LightCurveRows:
    """Every light curve at a path, in memory.

    Raises
    ------
    AlertlabError
        For what :func:`read_light_curves` refuses, a band that is none, no measurement in any of the bands,
        magnitudes in one file and fluxes in another, or another unit than a bundle was trained on.
    """
    found = look(path)
    names = bands_of(found, reading.columns)
    for band in reading.bands or ():
        if band not in names:
            raise AlertlabError(
                f"used_bands: {band} is none of {', '.join(names)}, which columns.bands names{nearest(band, names)}"
            )
    tables, held, refused = [], None, Counter[str]()
    for chunk in read_light_curves(found, None, reading.columns, reading.bounds):
        refused += chunk.refused
        if chunk.detections is not None and chunk.detections.num_rows:
            unit = Measured.unit_of(chunk.detections.schema.metadata)
            if held is not None and unit.flux != held.flux:
                raise AlertlabError(f"{found.path}: some light curves are in {held.unit}, others in {unit.unit}")
            held = held or unit
            tables.append(chunk.detections)
    if held is None:
        raise AlertlabError(f"{found.path}: holds no measurement that can be used")
    if reading.trained is not None and reading.trained.differs(held):
        given = f"in {held.unit}, and the bundle was trained on {reading.trained.unit}"
        raise AlertlabError(f"{found.path}: {given}; convert it, or say so with columns.unit={held.unit}")
    fluxes = held.flux and reading.quantity != MAGNITUDE
    assembled = assemble(
        pa.concat_tables(tables, promote_options="default"), None, reading.rules, Asked(names, reading.bands, fluxes)
    )
    return _rows(assembled, replace(held, bands=_used(assembled, reading, found)), reading, refused)


def _used(assembled: Assembled, reading: Reading, found: Found) -> tuple[str, ...]:
    """Names of the bands that points are numbered by."""
    names = assembled.curves.bands
    seen = [names[number - 1] for number in np.unique(assembled.curves.band)]
    wanted = reading.bands or names
    if not seen and len(assembled.curves):
        raise AlertlabError(f"{found.path}: no measurement in any of the bands {', '.join(wanted)}")
    return reading.bands or tuple(name for name in names if name in seen) or names


def _rows(assembled: Assembled, measured: Measured, reading: Reading, refused: Counter[str]) -> LightCurveRows:
    curves = assembled.curves
    owner = np.repeat(np.arange(len(curves)), np.diff(curves.offsets))
    number = np.zeros(len(curves.bands) + 1)
    for place, name in enumerate(measured.bands, 1):
        number[curves.bands.index(name) + 1] = place
    time = curves.detections["time"]
    order = np.lexsort((number[curves.band], time, owner))
    quantity = FLUX if curves.in_flux else MAGNITUDE
    value, error = (
        curves.detections[name] for name in ((FLUX, "flux_error") if curves.in_flux else (MAGNITUDE, "error"))
    )
    first, last = _ends(time[order], curves.offsets)
    points = np.stack([time - first[owner], number[curves.band], value, error], 1)[order]
    with np.errstate(over="ignore"):
        sequences = Ragged(points.astype(np.float32), curves.offsets)
    recipe = Recipe((quantity,), measured, reading.columns, reading.rules, reading.bounds)
    return LightCurveRows(
        curves.object_id,
        sequences,
        curve_columns(measured.bands, quantity, UNITS[quantity]),
        FeatureSetId(CURVE, VERSION, _digest(measured.bands, quantity), recipe.plain()),
        facts_of(sequences),
        {"mjd": first, "mjd_last": last, **_directions(curves.detections, owner, len(curves))},
        pa.table([pa.array(list(each), pa.string()) for each in _left_out(assembled)], schema=LEFT_OUT),
        +(refused + assembled.reasons),
    )


def facts_of(curves: Ragged) -> dict[str, NDArray[np.float64]]:
    """Number of points of each curve, and the days that they span."""
    first, last = _ends(curves.values[:, 0].astype(np.float64), curves.offsets)
    return {"detections": curves.lengths.astype(np.float64), "days": last - first}


def _ends(time: NDArray[np.float64], offsets: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First and last of times in order, (n,) each; no curve is empty."""
    return time[offsets[:-1]], time[offsets[1:] - 1]


def _directions(
    detections: Mapping[str, NDArray[np.float64]], owner: NDArray[np.int64], count: int
) -> dict[str, NDArray[np.float64]]:
    """Mean direction of each object, NaN where unknown."""
    nowhere = np.full(len(owner), np.nan)
    parts = directions(*(detections.get(name, nowhere) for name in ("ra", "dec")))
    ra, dec = angles(*(np.bincount(owner, each, count).astype(np.float64) for each in parts))
    return {"ra": ra, "dec": dec}


def _left_out(assembled: Assembled) -> tuple[list[str], list[str]]:
    return list(assembled.left_out), list(assembled.left_out.values())


def _digest(bands: tuple[str, ...], quantity: str) -> str:
    """SHA-256 of what the points are."""
    return hashlib.sha256(json.dumps([CURVE, VERSION, bands, quantity, UNITS[quantity]]).encode()).hexdigest()
