"""What is trained."""

from .forests.forests import FlatBalancedForest, HierarchicalBalancedForest, PlainForest
from .inputs import image_input, sequence_input, standardising, table_input
from .networks.loss import gaussian_loss
from .networks.network_model import NetworkModel
from .sequences.contextual_detector import ContextualDetector
from .stamps.dihedral_classifier import DihedralClassifier
from .stamps.stamp_classifier import StampClassifier, stamp_input
from .tables.boosting import GradientBoosting
from .tables.perceptron import Perceptron

__all__ = [
    "ContextualDetector",
    "DihedralClassifier",
    "FlatBalancedForest",
    "GradientBoosting",
    "HierarchicalBalancedForest",
    "NetworkModel",
    "Perceptron",
    "PlainForest",
    "StampClassifier",
    "gaussian_loss",
    "image_input",
    "sequence_input",
    "stamp_input",
    "standardising",
    "table_input",
]
