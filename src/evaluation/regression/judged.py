"""How two models of named values are compared, and what the report shows of one."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ValuePredictions
from ...core.samples import Samples
from ...runtime.errors import AlertlabError
from ..metrics.spread import mean_and_std
from ..rows import Weight, one_an_object
from ..shown import Bar, Example, Gallery, Group, Picture, Section
from . import summary
from .summary import ValueEvaluation

HEADER = ("Error", "Worst quantity", "Value", "Truth")
NOTE = (
    "The largest errors: root of the mean square over a row's known quantities, each in standard deviations of its "
    "truths. Of one object the worst row is shown; bars are values over the range of the truths."
)
BARS = 2  # quantities below a picture


def scores(rows: ValuePredictions, weight: Weight = None) -> dict[str, float]:
    """Those of the whole and of groups, and the RMSE of each quantity."""
    found = summary.scores(rows, weight)
    return {name: of for name, of in found.items() if "/" not in name or name.startswith(("rmse/", "agreement/"))}


def levels(rows: ValuePredictions) -> dict[str, ValuePredictions]:
    """There is one."""
    return {"": rows}


def aligned(first: ValuePredictions, second: ValuePredictions) -> ValuePredictions:
    """The second with quantities in the order of the first, and its groups."""
    names, others = first.quantities.names, second.quantities.names
    if set(names) != set(others):
        raise AlertlabError(
            f"the runs answer other quantities, {', '.join(names)} and {', '.join(others)}: "
            "only runs on one task can be compared"
        )
    order = [others.index(name) for name in names]
    for one, place in zip(first.quantities.quantities, order, strict=True):
        unit = second.quantities.quantities[place].unit
        if one.unit and unit and one.unit != unit:  # a table of another program may not name it
            raise AlertlabError(f"the runs give {one.name} in other units, {one.unit} and {unit}; convert one of them")
    columns = {name: getattr(second, name)[:, order] for name in ("truth", "value", "deviation")}
    return replace(second, quantities=first.quantities, **columns)


def differ(first: ValuePredictions, second: ValuePredictions) -> int:
    """Rows with another truth, beyond what single precision rounds."""
    same = np.isclose(first.truth, second.truth, rtol=1e-6, equal_nan=True)
    return int((~same.all(axis=1)).sum())


def sections(evaluation: ValueEvaluation, rows: ValuePredictions) -> list[Section]:
    """Quantities, values, residuals."""
    from .figures import PANELS, residuals_figure, values_figure  # here: matplotlib is half a second of import

    quantities, *groups = evaluation.tables()
    first = f" The first {PANELS} quantities." if len(evaluation.quantities.names) > PANELS else ""
    values = Picture(values_figure(rows), "Value against truth", f"All repeats together.{first}")
    several = "Mean and one standard deviation over repeats." if len(evaluation.repeats) > 1 else ""
    residuals = Picture(residuals_figure(rows), "Histogram of errors", f"All quantities together. {several}".strip())
    return [
        Section("quantities", "By quantity", link="Quantities", tables=[quantities, *groups]),
        Section("values", "Values", pictures=[([values], True)]),
        Section("residuals", "Residuals", pictures=[([residuals], False)]),
    ]


def gallery(evaluation: ValueEvaluation, rows: ValuePredictions, samples: Samples | None, shown: int) -> Gallery:
    """Rows of largest error."""
    std = mean_and_std(rows.truth)[1]
    pull = (rows.value - rows.truth) / np.where(std > 0, std, 1.0)
    size = np.sqrt(mean_and_std(pull.T**2)[0])
    order = one_an_object(rows.object_id, np.lexsort((rows.repeat, rows.sample_id, -size)))[:shown]
    several = len(evaluation.repeats) > 1
    low, high = np.fmin.reduce(rows.truth), np.fmax.reduce(rows.truth)  # NaN without a truth
    examples = [_example(rows, int(row), float(size[row]), pull[row], (low, high), several) for row in order]
    return Gallery(NOTE, [Group("Largest errors", str(len(order)), HEADER, [("Largest first", "", examples)])])


def _example(
    rows: ValuePredictions,
    row: int,
    size: float,
    pull: NDArray[np.float64],
    limits: tuple[NDArray[np.float64], NDArray[np.float64]],
    several: bool,
) -> Example:
    worst = np.argsort(-np.nan_to_num(np.abs(pull), nan=-1.0), kind="stable")
    bars = [bar for place in worst for bar in _bars(rows, row, int(place), limits)]
    first = int(worst[0])
    name, unit = rows.quantities.names[first], rows.quantities.quantities[first].unit
    value, truth = (f"{each[row, first]:.4g} {unit}".rstrip() for each in (rows.value, rows.truth))
    return Example(
        int(rows.sample_id[row]),
        str(rows.object_id[row]),
        (f"{size:.2f}", name, value, truth),
        tuple(bars[: 2 * BARS]),
        (("error", f"{size:.2f}"), *([("repeat", str(rows.repeat[row]))] if several else [])),
        tuple(bars),
    )


def _bars(
    rows: ValuePredictions, row: int, place: int, limits: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> list[Bar]:
    """The value, and the truth where it is known."""
    low, high = limits[0][place], limits[1][place]
    name, found = rows.quantities.names[place], []
    for words, kind, value in (("", "wrong", rows.value[row, place]), (", truth", "right", rows.truth[row, place])):
        if np.isfinite(value):
            share = float(np.clip((value - low) / (high - low), 0, 1)) if high > low else 0.0
            found.append(Bar(f"{name}{words}", share, f"{value:.3g}", kind))
    return found
