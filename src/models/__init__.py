"""What is trained."""

from .calibration.calibrated import Calibrated
from .calibration.choose import BEST, METHODS, NONE
from .detectors.autoencoders import Autoencoder, VariationalAutoencoder
from .detectors.deep_svdd import DeepSVDD
from .detectors.isolation_forest import IsolationForestDetector
from .detectors.least_confidence import LeastConfidence
from .detectors.mahalanobis import Mahalanobis
from .detectors.mc_isolation_forest import McIsolationForest
from .detectors.nearest_neighbours import NearestNeighbours
from .detectors.one_class_svm import OneClassSVM
from .detectors.unsupervised_forest import UnsupervisedForest
from .expert.aad_forest import AADForest
from .expert.pine_forest import PineForest
from .forecasts.attentive_forecaster import AttentiveForecaster
from .forecasts.damped_random_walk import DampedRandomWalk
from .forecasts.recurrent_forecaster import RecurrentForecaster
from .forecasts.window_mean import WindowMean
from .forests.forests import FlatBalancedForest, HierarchicalBalancedForest, PlainForest
from .images.backbone import BackboneCnn
from .images.dieleman import DielemanCnn
from .images.dihedral import DihedralCnn
from .images.image_model import ImageModel
from .images.residual import ImageCnn
from .inputs import image_input, sequence_input, standardising, table_input
from .networks.loss import gaussian_loss
from .networks.network_model import NetworkModel
from .sequences.contextual_detector import ContextualDetector
from .stamps.diagram_classifier import DiagramClassifier
from .stamps.dihedral_classifier import DihedralClassifier
from .stamps.moments_forest import MomentsForest
from .stamps.stamp_classifier import StampClassifier, stamp_input
from .tables.boosting import GradientBoosting
from .tables.column_cut import ColumnCut
from .tables.perceptron import Perceptron
from .tables.split_model import SplitModel
from .tables.tabular_network import TabularNetwork

__all__ = [
    "BEST",
    "METHODS",
    "NONE",
    "AADForest",
    "AttentiveForecaster",
    "Autoencoder",
    "BackboneCnn",
    "Calibrated",
    "ColumnCut",
    "ContextualDetector",
    "DampedRandomWalk",
    "DeepSVDD",
    "DiagramClassifier",
    "DielemanCnn",
    "DihedralClassifier",
    "DihedralCnn",
    "FlatBalancedForest",
    "GradientBoosting",
    "HierarchicalBalancedForest",
    "ImageCnn",
    "ImageModel",
    "IsolationForestDetector",
    "LeastConfidence",
    "Mahalanobis",
    "McIsolationForest",
    "MomentsForest",
    "NearestNeighbours",
    "NetworkModel",
    "OneClassSVM",
    "Perceptron",
    "PineForest",
    "PlainForest",
    "RecurrentForecaster",
    "SplitModel",
    "StampClassifier",
    "TabularNetwork",
    "UnsupervisedForest",
    "VariationalAutoencoder",
    "WindowMean",
    "gaussian_loss",
    "image_input",
    "sequence_input",
    "stamp_input",
    "standardising",
    "table_input",
]
