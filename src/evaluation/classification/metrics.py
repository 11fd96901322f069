"""The metrics of one repeat."""

import numpy as np

from ...core.predictions import ClassPredictions
from ...core.samples import UNLABELLED
from ...runtime.errors import AlertlabError
from ..metrics.calibration import reliability
from ..metrics.confusion import confusion_counts
from ..metrics.ranking import log_losses, ranking_scores
from ..metrics.scores import class_scores, overall_scores


def classification_metrics(predictions: ClassPredictions, bins: int = 15) -> dict[str, float]:
    """Metrics of the labelled rows; all dimensionless, log loss in nats.

    A class without a true sample has ``support/<class>`` 0 and no other metric,
    and is left out of every macro average. ROC AUC and average precision are
    one-vs-rest; ROC AUC is missing when all rows are of one class.

    Parameters
    ----------
    predictions : rows of one repeat; unlabelled ones are ignored.
    bins : equal-width bins of the expected calibration error.

    Returns
    -------
    ``accuracy``, ``balanced_accuracy``, ``macro_<score>``, ``log_loss`` and
    ``expected_calibration_error``, then ``<score>/<class>`` and ``support/<class>``, where
    a score is ``precision``, ``recall``, ``f1``, ``roc_auc`` or ``average_precision``.

    Raises
    ------
    AlertlabError
        When no row is labelled.
    """
    labelled = predictions.take(predictions.target != UNLABELLED)
    if len(labelled) == 0:
        raise AlertlabError("predictions: no labelled row, so there is nothing to evaluate")
    counts = confusion_counts(labelled.target, labelled.prediction, len(labelled.classes))
    ranking = ranking_scores(labelled.target, labelled.probability)
    metrics = {name: float(value) for name, value in overall_scores(counts).items()}
    metrics |= {f"macro_{name}": float(np.nanmean(each)) for name, each in ranking.items() if np.isfinite(each).any()}
    metrics["log_loss"] = float(log_losses(labelled.target, labelled.probability).mean())
    metrics["expected_calibration_error"] = reliability(labelled, bins).expected_calibration_error
    for score, each in (class_scores(counts) | ranking).items():
        named = zip(labelled.classes, each, strict=True)
        metrics |= {f"{score}/{name}": float(value) for name, value in named if np.isfinite(value)}
    support = counts.sum(axis=1)
    return metrics | {f"support/{name}": float(value) for name, value in zip(labelled.classes, support, strict=True)}
