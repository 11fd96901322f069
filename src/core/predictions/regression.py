"""Predictions of named values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...door.table import OpenTable
from ...door.values import Place, numbers
from ...runtime.errors import AlertlabError
from ...runtime.tasks.regression import DEVIATION, VALUE, Quantities, Quantity
from ..samples import Samples
from .table import Identity, Predictions, Told, read_answers, read_identity

TRUTH = "truth"


@dataclass(frozen=True)
class ValuePredictions(Predictions):
    """What a model said of named values.

    Attributes
    ----------
    truth, value : (n, quantities) each in its unit; a truth is NaN where unknown.
    deviation : (n, quantities) standard deviations; NaN where the model gives none.
    quantities : what the columns are.
    """

    task: ClassVar[str] = "regression"

    truth: NDArray[np.float64]
    value: NDArray[np.float64]
    deviation: NDArray[np.float64]
    quantities: Quantities

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """(n,) whether any truth is known."""
        known: Any = np.isfinite(self.truth).any(axis=1)
        return np.asarray(known)

    @property
    def answers(self) -> Quantities:
        """The quantities."""
        return self.quantities

    def own_columns(self) -> dict[str, Any]:
        """``truth_<name>``, ``value_<name>`` and, where there are any, ``deviation_<name>``."""
        kinds = {TRUTH: self.truth, VALUE: self.value, DEVIATION: self.deviation}
        if np.isnan(self.deviation).all():
            del kinds[DEVIATION]
        return {
            f"{kind}_{name}": values[:, place]
            for kind, values in kinds.items()
            for place, name in enumerate(self.quantities.names)
        }

    def check(self, origin: str) -> None:
        """Refuse values that are not finite, and negative deviations."""
        if (bad := ~np.isfinite(self.value).all(axis=1) | (self.deviation < 0).any(axis=1)).any():
            raise AlertlabError(
                f"{origin}: row {int(np.argmax(bad))} holds a value that is not finite, or a negative deviation"
            )

    def __str__(self) -> str:
        return f"values {', '.join(self.quantities.names)}"


def told_of(train: Samples, answers: Mapping[str, Any]) -> Told:
    """The quantities of the data."""
    return Told(answers=train.names)


def predictions(
    identity: Identity, answers: Mapping[str, Any], told: Told, inputs: Mapping[str, Any], samples: Samples | None
) -> ValuePredictions:
    """What a model said of these rows."""
    value = np.asarray(answers[VALUE], np.float64)
    unknown = np.full(value.shape, np.nan)
    return ValuePredictions(
        **vars(identity),
        truth=unknown if samples is None else np.asarray(samples.target, np.float64),
        value=value,
        deviation=np.asarray(answers.get(DEVIATION, unknown), np.float64),
        quantities=told.answers,
    )


def recognises(names: Sequence[str]) -> bool:
    """Whether a table of such columns holds named values."""
    return any(name.startswith(f"{VALUE}_") for name in names)


def read(opened: OpenTable) -> ValuePredictions:
    """Named values from any program; truths and deviations may be absent."""
    origin = str(opened.path)
    names = [name.removeprefix(f"{VALUE}_") for name in opened.names if name.startswith(f"{VALUE}_")]
    quantities = read_answers(opened, ValuePredictions.task) or Quantities(tuple(map(Quantity, names)))
    if absent := sorted(set(quantities.names) - set(names)):
        raise AlertlabError(f"{origin}: no column {VALUE}_{absent[0]}, which its metadata name")
    columns = [f"{kind}_{name}" for kind in (TRUTH, VALUE, DEVIATION) for name in quantities.names]
    identity, table = read_identity(opened, columns, [])
    unknown = np.full(len(identity), np.nan)

    def of(kind: str) -> NDArray[np.float64]:
        columns = [f"{kind}_{name}" for name in quantities.names]
        return np.column_stack(
            [numbers(table[name], Place(origin, name)) if name in table.column_names else unknown for name in columns]
        )

    return ValuePredictions(
        **vars(identity), truth=of(TRUTH), value=of(VALUE), deviation=of(DEVIATION), quantities=quantities
    )
