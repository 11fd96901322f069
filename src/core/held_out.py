"""What rows that a classifier did not learn from settle: scores of sets, and thresholds."""

from collections.abc import Mapping

import numpy as np

from ..runtime import conformal, thresholds
from ..runtime.tasks.classification import ClassAnswers
from ..runtime.thresholds import Goal
from .predictions import ClassPredictions

VALIDATION, OUT_OF_BAG = "validation", "out_of_bag"


def held_out_rows(predictions: ClassPredictions) -> ClassPredictions | None:
    """Labelled rows of the validation part; else the out-of-bag ones, None without either."""
    for part in (VALIDATION, OUT_OF_BAG):
        rows = predictions.labelled & (predictions.part == part)
        if rows.any():
            return predictions.take(rows)
    return None


def settled(rows: ClassPredictions, goals: Mapping[str, Goal]) -> ClassAnswers:
    """What a manifest keeps of held-out rows of one repeat.

    Parameters
    ----------
    goals : of thresholds, for some of the classes.
    """
    part = str(rows.part[0])
    sets = conformal.sets_of(rows.probability, rows.target, rows.object_id, rows.classes, part)
    chosen = {}
    for name, goal in goals.items():
        index = rows.classes.index(name)
        chosen[name] = thresholds.choose(rows.probability[:, index], np.asarray(rows.target == index), goal, part)
    return ClassAnswers(sets, chosen)
