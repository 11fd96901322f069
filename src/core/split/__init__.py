"""Train, validation and test by object: no object is in two parts."""

from .parts import UNUSED, Split
from .plan import SplitPlan

__all__ = ["UNUSED", "Split", "SplitPlan"]
