"""What is trained."""

from .stamp_classifier import StampClassifier

__all__ = ["StampClassifier"]
