"""Where runs disagree most: what to look at to understand a difference."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions, ScorePredictions, ValuePredictions
from ..rows import one_an_object
from ..shown import Bar, Example, Gallery, Group
from .pairing import Paired
from .resampling import on_one_scale

NOTE = (
    "Objects on which the runs disagree most, one row of each. Of classifiers a bar is the probability of the true "
    "class, and beside it what the run decides"
)
OTHERS = "Objects on which the runs disagree most, one row of each"
Floats = NDArray[np.float64]


def disagreement(paired: Paired, shown: int) -> Gallery:
    """The objects of the first repeat on which the runs are furthest apart.

    Parameters
    ----------
    shown : of each group at most.
    """
    rows = next(iter(paired.repeats.values()))
    if isinstance(rows[0], ClassPredictions):
        return _of_classes(rows, paired.names, shown)
    if isinstance(rows[0], ScorePredictions):
        return _of_values([on_one_scale(each).score / len(each) for each in rows], rows[0], paired.names, shown, "rank")
    if isinstance(rows[0], ValuePredictions):
        return _of_named_values(rows, paired.names, shown)
    return Gallery()


def _of_classes(rows: Sequence[ClassPredictions], names: Sequence[str], shown: int) -> Gallery:
    first = rows[0]
    decided = np.stack([each.prediction for each in rows])
    own = np.stack([each.probability[np.arange(len(each)), each.target] for each in rows])
    right = decided == first.target
    spread = np.ptp(own, axis=0)
    if len(rows) == 2:
        kinds = {f"Only {name} is right": right[place] & ~right[1 - place] for place, name in enumerate(names)}
    else:
        kinds = {"Some runs are right": right.any(axis=0) & ~right.all(axis=0)}
    kinds["None is right, each in its own way"] = ~right.any(axis=0) & (decided != decided[0]).any(axis=0)
    groups = []
    header = ("True class", *names)
    for title, which in kinds.items():
        order = np.lexsort((first.sample_id, -spread))
        order = one_an_object(first.object_id, order[which[order]])[:shown]
        examples = [_class_example(rows, names, int(row), own[:, row], right[:, row]) for row in order]
        found = f"{int(which.sum())} samples" + (f", {len(order)} shown" if which.sum() > len(order) else "")
        groups.append(Group(title, str(int(which.sum())), header, [(found, "", examples)]))
    return Gallery(f"{NOTE}.", groups, curves=True)


def _class_example(
    rows: Sequence[ClassPredictions], names: Sequence[str], row: int, own: Floats, right: NDArray[np.bool_]
) -> Example:
    first = rows[0]
    decided = [each.classes[int(each.prediction[row])] for each in rows]
    bars = tuple(
        Bar(name, float(p), f"{p:.2f}", "right" if good else "wrong")
        for name, p, good in zip(names, own.tolist(), right.tolist(), strict=True)
    )
    true = first.classes[int(first.target[row])]
    facts = (("true class", true), *((name, word) for name, word in zip(names, decided, strict=True)))
    return Example(
        int(first.sample_id[row]),
        str(first.object_id[row]),
        (true, *(f"{word} {p:.2f}" for word, p in zip(decided, own.tolist(), strict=True))),
        bars,
        facts,
        note=f"true {true}; decided {', '.join(dict.fromkeys(decided))}",
    )


def _of_named_values(rows: Sequence[ValuePredictions], names: Sequence[str], shown: int) -> Gallery:
    values = np.stack([each.value for each in rows])
    scale = np.nanstd(rows[0].truth, axis=0)
    spread = np.ptp(values, axis=0) / np.where(scale > 0, scale, 1)
    worst = spread.argmax(axis=1)
    each = [of[np.arange(len(of)), worst] for of in values]
    quantity = [rows[0].quantities.names[place] for place in worst.tolist()]
    return _of_values(each, rows[0], names, shown, "value", quantity, spread.max(axis=1))


def _of_values(
    values: Sequence[Floats],
    rows: Any,
    names: Sequence[str],
    shown: int,
    noun: str,
    of: Sequence[str] | None = None,
    spread: Floats | None = None,
) -> Gallery:
    stacked = np.stack(values)
    spread = np.ptp(stacked, axis=0) if spread is None else spread
    order = one_an_object(rows.object_id, np.lexsort((rows.sample_id, -spread)))[:shown]
    header = (*(["Quantity"] if of else []), *names)
    examples = []
    for row in order.tolist():
        cells = tuple(f"{value:.4g}" for value in stacked[:, row].tolist())
        facts = tuple(zip(names, cells, strict=True))
        known = (of[row],) if of else ()
        examples.append(Example(int(rows.sample_id[row]), str(rows.object_id[row]), (*known, *cells), facts=facts))
    group = Group("Furthest apart", str(len(order)), header, [(f"Largest difference of {noun} first", "", examples)])
    return Gallery(f"{OTHERS}.", [group], curves=True)
