"""Train, validation and test by object: no object is in two parts."""

from .parts import UNUSED, Split
from .plan import SplitPlan
from .turns import Turn

__all__ = ["UNUSED", "Split", "SplitPlan", "Turn"]
