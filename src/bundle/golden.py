"""Which rows a bundle carries to prove itself."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.samples import UNLABELLED, Samples
from ..runtime.errors import BundleError
from ..runtime.ragged import Ragged

PER_CLASS = 16
UNLABELLED_ROWS = 64


def golden_rows(samples: Samples) -> NDArray[np.int64]:
    """Rows for the golden file, in order of ``sample_id``.

    16 of each class, or all there are; 64 in all where nothing is labelled. Up
    to half of them are rows with a NaN, if there are such: that is where two
    implementations of preprocessing part. The choice follows from the rows
    alone, not from their order.

    Raises
    ------
    BundleError
        Without any row.
    """
    if not len(samples):
        raise BundleError("bundle: no samples, and without them nothing proves that the graph repeats the model")
    order = np.lexsort((samples.object_id, samples.sample_id))
    target, holey = samples.strata[order], has_nan(samples)[order]
    if np.all(target == UNLABELLED):
        chosen = prefer(holey, UNLABELLED_ROWS)
    else:
        labelled = [np.flatnonzero(target == index) for index in range(len(samples.classes))]
        chosen = np.concatenate([rows[prefer(holey[rows], PER_CLASS)] for rows in labelled])
    rows: NDArray[np.int64] = order[np.sort(chosen)]
    return rows


def has_nan(samples: Samples) -> NDArray[np.bool_]:
    """(n,) whether any input of a row holds a NaN."""
    flags = [np.any([holed(values) for values in batch.inputs.values()], axis=0) for batch in samples.batches()]
    found: NDArray[np.bool_] = np.concatenate(flags)
    return found


def holed(values: Any) -> NDArray[np.bool_]:
    """(n,) whether a row of one input holds a NaN."""
    if isinstance(values, Ragged):
        return np.bincount(values.owner, holed(values.values), len(values)) > 0
    found: NDArray[np.bool_] = np.isnan(values).any(axis=tuple(range(1, np.ndim(values))))
    return found


def prefer(wanted: NDArray[np.bool_], count: int) -> NDArray[np.int64]:
    """The first ``count`` places, half of them kept for wanted ones as far as there are any."""
    yes, no = np.flatnonzero(wanted), np.flatnonzero(~wanted)
    n_yes = max(min(len(yes), count // 2), min(len(yes), count - len(no)))
    return np.concatenate([yes[:n_yes], no[: count - n_yes]])
