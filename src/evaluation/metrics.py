"""The metrics of one repeat."""

import numpy as np
from numpy.typing import NDArray

from ..core.predictions import Predictions
from ..core.samples import UNLABELLED
from ..runtime.errors import AlertlabError
from .calibration import reliability
from .confusion import confusion_counts
from .scores import Scores, class_scores, overall_scores


def classification_metrics(predictions: Predictions, bins: int = 15) -> dict[str, float]:
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
    ranking = _ranking_scores(labelled.target, labelled.probability)
    metrics = {name: float(value) for name, value in overall_scores(counts).items()}
    metrics |= {f"macro_{name}": float(np.nanmean(each)) for name, each in ranking.items() if np.isfinite(each).any()}
    metrics["log_loss"] = _log_loss(labelled.target, labelled.probability)
    metrics["expected_calibration_error"] = reliability(labelled, bins).expected_calibration_error
    for score, each in (class_scores(counts) | ranking).items():
        named = zip(labelled.classes, each, strict=True)
        metrics |= {f"{score}/{name}": float(value) for name, value in named if np.isfinite(value)}
    support = counts.sum(axis=1)
    return metrics | {f"support/{name}": float(value) for name, value in zip(labelled.classes, support, strict=True)}


def _ranking_scores(target: NDArray[np.int64], probability: NDArray[np.float64]) -> Scores:
    """One-vs-rest ROC AUC and average precision: (k,), NaN where undefined."""
    from sklearn.metrics import average_precision_score, roc_auc_score  # here: its import takes a second

    classes = probability.shape[1]
    area, precision = np.full(classes, np.nan), np.full(classes, np.nan)
    for index in np.unique(target):
        own = target == index
        precision[index] = average_precision_score(own, probability[:, index])
        if not own.all():
            area[index] = roc_auc_score(own, probability[:, index])
    return {"roc_auc": area, "average_precision": precision}


def _log_loss(target: NDArray[np.int64], probability: NDArray[np.float64]) -> float:
    from sklearn.metrics import log_loss

    # a float32 softmax misses one by 1e-7, which scikit-learn warns of
    normalised = probability / probability.sum(axis=1, keepdims=True)
    return float(log_loss(target, normalised, labels=np.arange(probability.shape[1])))
