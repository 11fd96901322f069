"""What is trained."""

from .forests.forests import FlatBalancedForest, HierarchicalBalancedForest, PlainForest
from .stamps.dihedral_classifier import DihedralClassifier
from .stamps.stamp_classifier import StampClassifier
from .tables.boosting import GradientBoosting
from .tables.perceptron import Perceptron

__all__ = [
    "DihedralClassifier",
    "FlatBalancedForest",
    "GradientBoosting",
    "HierarchicalBalancedForest",
    "Perceptron",
    "PlainForest",
    "StampClassifier",
]
