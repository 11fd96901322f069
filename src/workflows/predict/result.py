"""What every prediction leaves, and rows that a bundle has no answer for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...core.samples import taken
from ...runtime import Bundle, NotFiniteError

UNDECIDED = "the bundle gives no finite answer for it"
Inputs = dict[str, Any]


@dataclass(frozen=True)
class PredictResult:
    """What a prediction leaves.

    Attributes
    ----------
    predictions, rejected : paths of the two tables.
    classified : alerts or objects of each predicted class, or of each nearest class.
    reasons : rejected ones by reason.
    dropped : of light curves, measurements and packets that were not used, by reason.
    unknown : of light curves, features that no object has.
    expected : of a classifier, class -> number that its probabilities expect, and the standard deviation of that.
    set_sizes : number of classes in a set -> rows, where sets were asked for.
    """

    predictions: Path
    rejected: Path
    classified: Mapping[str, int]
    reasons: Mapping[str, int]
    dropped: Mapping[str, int] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    expected: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    set_sizes: Mapping[int, int] = field(default_factory=dict)


def decided(bundle: Bundle, inputs: Inputs) -> tuple[NDArray[np.int64], Inputs, dict[str, Any], list[int]]:
    """Rows that have a finite answer, their inputs and answers, and the rows that have none.

    A value that is finite yet absurd passes every check of an input and can
    overflow in the network; it must not take its batch with it.
    """
    rows = np.arange(len(next(iter(inputs.values()))))
    try:
        return rows, inputs, bundle.answers(inputs), []
    except NotFiniteError as error:
        lost = error.rows
    rows = np.delete(rows, lost)
    kept = {name: taken(values, rows) for name, values in inputs.items()}
    return rows, kept, bundle.answers(kept), lost


def told_counts(table: pa.Table) -> list[str]:
    """What a count of answers is by: the class, or the nearest; else all are one."""
    name = next((each for each in ("prediction", "nearest") if each in table.column_names), None)
    return ["answered"] * table.num_rows if name is None else table[name].to_pylist()
