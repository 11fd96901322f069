"""What two classifiers, of the same classes or of others, say of the same objects."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions
from ...core.samples import UNLABELLED
from ...runtime.errors import AlertlabError
from ..metrics.confusion import row_fractions

HELD_OUT = ("test", "new")  # parts that a model has not learned from


@dataclass(frozen=True)
class Agreement:
    """Objects of each predicted class of one run given each of another.

    Attributes
    ----------
    rows, columns : class names of the first and of the second run.
    counts : (rows, columns) objects.
    breaks : places among the columns where a new branch begins.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: NDArray[np.int64]
    breaks: tuple[int, ...] = ()

    @property
    def fraction(self) -> NDArray[np.float64]:
        """(rows, columns) fraction of each column; columns sum to one, or are NaN without an object."""
        return row_fractions(self.counts.T).T


def by_object(predictions: ClassPredictions) -> ClassPredictions:
    """One row an object, in order of their names: the mean probability over its rows of parts test and new.

    What a model learned from, and light curves that were cut, are left out. The
    row is labelled where all rows of the object agree.
    """
    rows = predictions.take(np.isin(predictions.part, HELD_OUT))
    names, first, owner = np.unique(rows.object_id, return_index=True, return_inverse=True)
    total = np.zeros((len(names), len(rows.classes)))
    np.add.at(total, owner, rows.probability)
    objects = rows.take(first)
    same = np.bincount(owner, rows.target == objects.target[owner], len(names)) == np.bincount(
        owner, minlength=len(names)
    )
    return ClassPredictions(
        objects.sample_id,
        names,
        np.full(len(names), "new"),
        np.zeros(len(names), dtype=np.int64),
        np.where(same, objects.target, UNLABELLED),
        total / np.bincount(owner, minlength=len(names))[:, None],
        rows.classes,
        rows.branches,
    )


def agreements(first: ClassPredictions, second: ClassPredictions) -> dict[str, Agreement]:
    """The matrix of the objects that both predicted: ``leaf``, and ``top`` where the second run has branches.

    Columns are the classes of the second, as in the comparison of ALeRCE's stamp
    classifier (rows) with its light-curve classifier (columns; Förster et al. 2021, AJ 161, 242).

    Parameters
    ----------
    first, second : of `by_object`.

    Raises
    ------
    AlertlabError
        When no object is in both.
    """
    _, left, right = np.intersect1d(first.object_id, second.object_id, assume_unique=True, return_indices=True)
    if len(left) == 0:
        raise AlertlabError(
            f"no object is in the parts {' or '.join(HELD_OUT)} of both: the first has {_examples(first.object_id)}, "
            f"the second {_examples(second.object_id)}; predict with both on objects of the same survey"
        )
    rows, columns = first.take(left), second.take(right)
    found = {"leaf": _agreement(rows, columns)}
    if second.branches:
        found["top"] = _agreement(rows, columns.top())
    return found


def _agreement(rows: ClassPredictions, columns: ClassPredictions) -> Agreement:
    cell = rows.prediction * len(columns.classes) + columns.prediction
    shape = (len(rows.classes), len(columns.classes))
    counts = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    names = [name for of in columns.branches.values() for name in columns.classes if name in of] or columns.classes
    order = [columns.classes.index(name) for name in names]
    breaks = np.cumsum([len(of) for of in columns.branches.values()])[:-1]
    return Agreement(rows.classes, tuple(names), counts[:, order], tuple(int(place) for place in breaks))


def _examples(names: Sequence[str] | NDArray[np.str_]) -> str:
    if len(names) == 0:
        return "none"
    return f"{', '.join(map(str, names[:3]))}{', ...' if len(names) > 3 else ''} ({len(names)})"
