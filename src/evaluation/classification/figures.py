"""All figures of a classifier, under one import: matplotlib is loaded only by those who draw."""

from .calibration_figure import calibration_figure
from .confusion_figure import confusion_figure
from .decisions_figure import precision_recall_figure
from .ranking_figure import ranking_figure
from .reliability_by_class import reliability_by_class_figure
from .score_curve_figure import score_curve_figure

__all__ = [
    "calibration_figure",
    "confusion_figure",
    "precision_recall_figure",
    "ranking_figure",
    "reliability_by_class_figure",
    "score_curve_figure",
]
