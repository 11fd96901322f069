"""What every forecaster takes and gives: what was seen of light curves, times that are asked for, answers there."""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...core.curve_columns import CURVE, ERROR, NIGHT, TIME, VALUE, count_bands
from ...core.samples import Samples
from ...runtime.errors import AlertlabError
from ...runtime.manifest import InputSpec, OutputSpec
from ...runtime.tasks.forecast import QUERY
from ...runtime.tasks.regression import DEVIATION as DEVIATION_NAME
from ...runtime.tasks.regression import VALUE as VALUE_NAME
from ..inputs import Steps, sequence_input

KNOWN: Steps = ({"op": "append_present"}, {"op": "nan_to_num", "value": 0.0})  # padding: 0, with 0 in the last column
LENGTH = f"{QUERY}_length"
ANSWERS = (VALUE_NAME, DEVIATION_NAME)
LEAST = 1e-6  # of a deviation, in the unit of values


class Seen(NamedTuple):
    """What was seen of n light curves, padded at the end.

    Attributes
    ----------
    time : (n, length) days before the last point, 0 or less. off : (n, length) values less their mean. error : (n,
        length). All are 0 beyond the end.
    present : (n, length) 1 where there is a point.
    mean, spread : (n, 1) of the values that were seen; where all are one, the spread is their mean error.
    """

    time: Tensor
    off: Tensor
    error: Tensor
    present: Tensor
    mean: Tensor
    spread: Tensor

    @staticmethod
    def of(points: Tensor) -> "Seen":
        """From (n, length, 5): time since the first point, band, value, error, present."""
        time, value, error, present = points[..., TIME], points[..., VALUE], points[..., ERROR], points[..., -1]
        time = (time - (time * present).amax(1, keepdim=True)) * present

        def mean(values: Tensor) -> Tensor:
            return (values * present).sum(1, keepdim=True) / present.sum(1, keepdim=True).clamp_min(1)

        first = value[:, :1]  # magnitudes are large beside what they change by: float32 adds up differences
        middle = mean(value - first)
        off = (value - first - middle) * present
        spread, noise = mean(off.square()).sqrt(), mean(error).clamp_min(LEAST)
        return Seen(time, off, error * present, present, first + middle, torch.where(spread > LEAST, spread, noise))

    @property
    def scaled(self) -> Tensor:
        """(n, length) values less their mean and over their spread, 0 beyond the end."""
        return self.off / self.spread

    @property
    def lag(self) -> Tensor:
        """(n, length) days since the point before, 0 of the first and beyond the end."""
        return (self.time - torch.cat([self.time[:, :1], self.time[:, :-1]], 1)) * self.present


def forecast_inputs(train: Samples) -> tuple[InputSpec, ...]:
    """Light curve, a point a night, and query, with a column that tells points from padding.

    Raises
    ------
    AlertlabError
        For data that are no forecasts, or in several bands.
    """
    if QUERY not in train.inputs or CURVE not in train.inputs:
        raise AlertlabError(
            "datamodule: the data ask for no forecast; give datamodule=simulated_forecasts or forecasts"
        )
    if count_bands(train.columns[CURVE]) > 1:
        several = ", ".join(train.names.bands)
        raise AlertlabError(
            f"datamodule.source.used_bands: the model forecasts one band, the data have {several}; name one"
        )
    night = {"op": "merge_close", "column": TIME, "span": NIGHT, "value": VALUE, "error": ERROR}
    return sequence_input(train, CURVE, (night, *KNOWN)), sequence_input(train, QUERY, KNOWN)


def forecast_outputs() -> tuple[OutputSpec, ...]:
    """A value and a deviation for each row of the query."""
    return tuple(OutputSpec(name, (LENGTH,)) for name in ANSWERS)


def forecast_answers(output: Any) -> dict[str, Tensor]:
    """Value and deviation, which come first, by name."""
    return dict(zip(ANSWERS, output[:2], strict=True))


def forecast_loss(value: Tensor, deviation: Tensor, target: Tensor) -> Tensor:
    """Minus the logarithm of a Gaussian's density at what was measured, without its constant, mean over the points.

    The variance is that of the forecast and of the measurement together, so that a deviation is one of the light.

    Parameters
    ----------
    value, deviation : (n, query). target : (n, query, 2) measured values and their errors, NaN beyond the end.

    Returns
    -------
    (n,) loss in nats.
    """
    known = ~target[..., 0].isnan()
    truth, error = (torch.where(known, target[..., column], value.detach() * 0) for column in (0, 1))
    value, variance = torch.where(known, value, 0), torch.where(known, deviation.square() + error.square(), 1)
    each = ((truth - value).square() / variance + variance.log()) / 2
    return each.sum(1) / known.sum(1).clamp_min(1)
