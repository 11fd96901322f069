"""What is trained."""

from .boosting import GradientBoosting
from .dihedral_classifier import DihedralClassifier
from .forests import FlatBalancedForest, HierarchicalBalancedForest, PlainForest
from .perceptron import Perceptron
from .stamp_classifier import StampClassifier

__all__ = [
    "DihedralClassifier",
    "FlatBalancedForest",
    "GradientBoosting",
    "HierarchicalBalancedForest",
    "Perceptron",
    "PlainForest",
    "StampClassifier",
]
