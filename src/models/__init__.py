"""What is trained."""

from .dihedral_classifier import DihedralClassifier
from .stamp_classifier import StampClassifier

__all__ = ["DihedralClassifier", "StampClassifier"]
