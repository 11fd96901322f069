"""An evaluation as rows of text. Any key may be missing: other programs write evaluations too."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Evaluation = Mapping[str, Any]


def summary_rows(evaluation: Evaluation) -> list[tuple[str, str]]:
    """Metric and value, for metrics of the whole: those of a class hold a slash."""
    return [(name, formatted(evaluation, name)) for name in evaluation.get("mean") or {} if "/" not in name]


def formatted(evaluation: Evaluation, name: str) -> str:
    """``0.870 ± 0.010``, ``0.870 [0.820, 0.910]``, or what there is of it."""
    mean = (evaluation.get("mean") or {}).get(name)
    if mean is None:
        return "-"
    std = (evaluation.get("std") or {}).get(name)
    interval = (evaluation.get("intervals") or {}).get(name)
    spread = f" ± {std:.3f}" if std is not None else ""
    return f"{mean:.3f}{spread}" + (f" [{interval[0]:.3f}, {interval[1]:.3f}]" if interval else "")


def class_rows(evaluation: Evaluation) -> list[tuple[str, str, str, str, int]]:
    """Class, precision, recall, F1 and support, summed over repeats; none without counts.

    Where the evaluation has its own ``recall/<class>`` with a spread, that is shown.
    """
    classes = evaluation.get("classes") or []
    counts = confusion(evaluation, len(classes))
    if counts is None:
        return []
    hits, support, predicted = np.diagonal(counts), counts.sum(axis=1), counts.sum(axis=0)
    rows = []
    for index, name in enumerate(classes):
        scores = {
            "precision": (hits[index], predicted[index]),
            "recall": (hits[index], support[index]),
            "f1": (2 * hits[index], support[index] + predicted[index]),
        }
        own = evaluation.get("mean") or {}
        precision, recall, f1 = (
            formatted(evaluation, f"{score}/{name}") if f"{score}/{name}" in own else ratio(*of)
            for score, of in scores.items()
        )
        rows.append((name, precision, recall, f1, int(support[index])))
    return rows


def ratio(part: int, whole: int) -> str:
    """Three digits, or a dash where there is nothing to divide by."""
    return f"{part / whole:.3f}" if whole else "-"


def confusion(evaluation: Evaluation, k: int) -> NDArray[np.int64] | None:
    """(k, k) counts summed over repeats, rows true; None where there are none."""
    found = evaluation.get("confusion_counts")
    if found is None:
        found = [repeat.get("confusion_counts") for repeat in evaluation.get("repeats") or []]
    if not k or not found or None in found:
        return None
    counts: NDArray[np.int64] = np.asarray(found, np.int64).reshape(-1, k, k).sum(axis=0)
    return counts
