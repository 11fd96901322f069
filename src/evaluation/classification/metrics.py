"""The metrics of one repeat."""

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions
from ...core.samples import UNLABELLED
from ...runtime.errors import AlertlabError
from ..metrics.calibration import reliability
from ..metrics.confusion import confusion_counts
from ..metrics.field import brier_by_class, weighted_log_loss
from ..metrics.ranking import log_losses, ranking_scores
from ..metrics.scores import class_scores, overall_scores


def classification_metrics(
    predictions: ClassPredictions,
    bins: int = 15,
    weight: NDArray[np.float64] | None = None,
    class_weight: NDArray[np.float64] | None = None,
) -> dict[str, float]:
    """Metrics of the labelled rows; all dimensionless, log loss in nats.

    A class without a true sample has ``support/<class>`` 0 and no other metric,
    and is left out of every macro average. ROC AUC and average precision are
    one-vs-rest; ROC AUC is missing when all rows are of one class.

    Parameters
    ----------
    predictions : rows of one repeat; unlabelled ones are ignored.
    bins : equal-width bins of the expected calibration error.
    weight : (n,) of each row in another mix of classes; all alike by default.
    class_weight : (k,) of each class in the weighted log loss; all alike by default.

    Returns
    -------
    ``accuracy``, ``balanced_accuracy``, ``macro_<score>``, ``log_loss``, ``weighted_log_loss`` and
    ``expected_calibration_error``, then ``<score>/<class>`` and ``support/<class>``, where
    a score is ``precision``, ``recall``, ``f1``, ``roc_auc``, ``average_precision`` or ``brier``.

    Raises
    ------
    AlertlabError
        When no row is labelled.
    """
    known = predictions.target != UNLABELLED
    labelled, weight = predictions.take(known), None if weight is None else weight[known]
    if len(labelled) == 0:
        raise AlertlabError("predictions: no labelled row, so there is nothing to evaluate")
    counts = confusion_counts(labelled.target, labelled.prediction, len(labelled.classes), weight)
    ranking = ranking_scores(labelled.target, labelled.probability, weight)
    metrics = {name: float(value) for name, value in overall_scores(counts).items()}
    metrics |= {f"macro_{name}": float(np.nanmean(each)) for name, each in ranking.items() if np.isfinite(each).any()}
    metrics["log_loss"] = float(np.average(log_losses(labelled.target, labelled.probability), weights=weight))
    metrics["weighted_log_loss"] = weighted_log_loss(labelled.target, labelled.probability, class_weight, weight)
    metrics["expected_calibration_error"] = reliability(labelled, bins, weight).expected_calibration_error
    brier = {"brier": brier_by_class(labelled.target, labelled.probability, weight)}
    for score, each in (class_scores(counts) | ranking | brier).items():
        named = zip(labelled.classes, each, strict=True)
        metrics |= {f"{score}/{name}": float(value) for name, value in named if np.isfinite(value)}
    support = counts.sum(axis=1)
    return metrics | {f"support/{name}": float(value) for name, value in zip(labelled.classes, support, strict=True)}
