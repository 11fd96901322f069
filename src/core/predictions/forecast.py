"""Forecasts: a row a time and band that was asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...door.table import OpenTable
from ...door.values import Place, numbers
from ...runtime.errors import AlertlabError
from ...runtime.ragged import Ragged
from ...runtime.tasks.forecast import QUERY, Bands, asked
from ...runtime.tasks.regression import DEVIATION, VALUE
from ..samples import Samples
from .columns import texts
from .regression import TRUTH
from .table import Identity, Predictions, Told, read_answers, read_identity

HORIZON, TIME, BAND = "horizon", "time", "band"
TRUTH_ERROR = "truth_error"
LAST = "mjd_last"  # fact: the time of the last point seen


@dataclass(frozen=True)
class ForecastPredictions(Predictions):
    """What a model said of the time to come: a row a sample, time and band.

    Attributes
    ----------
    time : (n,) days: of the fact ``mjd_last`` plus horizon, or the horizon where there is none.
    band : (n,) names. horizon : (n,) days after the last point seen.
    value, deviation : (n,) in the unit of the bands; of what is measured, without the noise of measuring.
    truth : (n,) as it was measured, NaN where unknown.
    bands : names and unit.
    truth_error : (n,) standard deviation of the measurement; of length 0 it is 0 throughout.
    """

    task: ClassVar[str] = "forecast"

    time: NDArray[np.float64]
    band: NDArray[np.str_]
    value: NDArray[np.float64]
    deviation: NDArray[np.float64]
    truth: NDArray[np.float64]
    horizon: NDArray[np.float64]
    bands: Bands
    truth_error: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0), kw_only=True)

    def __post_init__(self) -> None:
        if not len(self.truth_error):
            object.__setattr__(self, TRUTH_ERROR, np.zeros(len(self.truth)))

    @property
    def scatter(self) -> NDArray[np.float64]:
        """(n,) what a truth should be off by: the deviation and the error of the measurement together."""
        return np.hypot(self.deviation, self.truth_error)

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """(n,) whether the truth is known."""
        return np.isfinite(self.truth)

    @property
    def answers(self) -> Bands:
        """Bands and unit."""
        return self.bands

    def key(self) -> NDArray[np.int64]:
        """(n,) number of each time and band."""
        _, number = np.unique(np.rec.fromarrays([self.time, self.band]), return_inverse=True)
        return number.astype(np.int64)

    def own_columns(self) -> dict[str, Any]:
        """As they are."""
        columns: dict[str, Any] = {TIME: self.time, BAND: pa.array(self.band.tolist(), pa.string())}
        return columns | {name: getattr(self, name) for name in (VALUE, DEVIATION, TRUTH, TRUTH_ERROR, HORIZON)}

    def check(self, origin: str) -> None:
        """Refuse values that are not finite, and deviations that are not positive."""
        if (bad := ~np.isfinite(self.value) | ~(self.deviation > 0)).any():
            row = int(np.argmax(bad))
            raise AlertlabError(f"{origin}: row {row} holds a value that is not finite, or a deviation not above 0")

    def __str__(self) -> str:
        return f"forecasts in {', '.join(self.bands.bands)}"


def told_of(train: Samples, answers: Mapping[str, Any]) -> Told:
    """The bands of the data."""
    return Told(answers=train.names)


def predictions(
    identity: Identity, answers: Mapping[str, Any], told: Told, inputs: Mapping[str, Any], samples: Samples | None
) -> ForecastPredictions:
    """What a model said of the queries of these rows."""
    horizon, band = asked(inputs[QUERY], told.answers)
    rows = identity.take(horizon.owner)
    days = horizon.values.astype(np.float64)
    truth, error = np.full((2, len(days)), np.nan) if samples is None else measured(samples.target)
    return ForecastPredictions(
        **vars(rows),
        time=np.nan_to_num(rows.facts.get(LAST, np.zeros(len(days)))) + days,
        band=band.values,
        value=answers[VALUE].values.astype(np.float64),
        deviation=answers[DEVIATION].values.astype(np.float64),
        truth=truth,
        horizon=days,
        bands=told.answers,
        truth_error=np.nan_to_num(error),
    )


def measured(target: Ragged) -> NDArray[np.float64]:
    """(2, total) truths and their errors, which are 0 where the target has no second column."""
    found = target.values.astype(np.float64).reshape(len(target.values), -1).T
    return found if len(found) > 1 else np.concatenate([found, np.zeros_like(found)])


def recognises(names: Sequence[str]) -> bool:
    """Whether a table of such columns holds forecasts."""
    return HORIZON in names and VALUE in names


def read(opened: OpenTable) -> ForecastPredictions:
    """Forecasts from any program; time, band, truth and its error may be absent."""
    origin = str(opened.path)
    if absent := [name for name in (HORIZON, VALUE, DEVIATION) if name not in opened.schema.names]:
        raise AlertlabError(f"{origin}: no column {', '.join(absent)}; a table of forecasts needs it")
    identity, table = read_identity(opened, [TIME, BAND, VALUE, DEVIATION, TRUTH, TRUTH_ERROR, HORIZON], [BAND])
    there, n = table.column_names, len(identity)
    found = {
        name: numbers(table[name], Place(origin, name))
        for name in (TIME, VALUE, DEVIATION, TRUTH, TRUTH_ERROR, HORIZON)
        if name in there
    }
    band = texts(table[BAND], Place(origin, BAND)) if BAND in there else np.full(n, "value")
    named = read_answers(opened, ForecastPredictions.task) or Bands(tuple(dict.fromkeys(band.tolist())), "")
    return ForecastPredictions(
        **vars(identity),
        time=found.get(TIME, found[HORIZON]),
        band=band,
        value=found[VALUE],
        deviation=found[DEVIATION],
        truth=found.get(TRUTH, np.full(n, np.nan)),
        horizon=found[HORIZON],
        bands=named,
        truth_error=np.nan_to_num(found.get(TRUTH_ERROR, np.zeros(n))),
    )
