"""Train, validation and test by object: no object is in two parts."""

from .parts import PARTS, UNUSED, Split
from .plan import SplitPlan

__all__ = ["PARTS", "UNUSED", "Split", "SplitPlan"]
