"""The forests that ``conf/model/`` names."""

from typing import Any

from ...core.taxonomy import Taxonomy
from ...runtime.errors import AlertlabError
from .forest_model import ForestModel
from .hierarchy import Branches


class PlainForest(ForestModel):
    """One random forest over all classes (Breiman 2001), in scikit-learn's implementation.

    Parameters
    ----------
    options : see :class:`ForestModel`.
    """

    def branches_of(self, taxonomy: Taxonomy) -> Branches:
        """None: one decision."""
        return {}


class FlatBalancedForest(PlainForest):
    """One balanced random forest over all classes (Chen et al. 2004): each tree draws as many rows of each class.

    Parameters
    ----------
    sampling_strategy : which classes are drawn down to the size of the smallest, see imbalanced-learn.
    replacement : whether a row may be drawn twice for one tree before the bootstrap.
    options : see :class:`ForestModel`.
    """

    def __init__(self, *, sampling_strategy: str, replacement: bool, **options: Any) -> None:
        super().__init__(**options)
        self.arguments |= {"sampling_strategy": sampling_strategy, "replacement": replacement}


class HierarchicalBalancedForest(FlatBalancedForest):
    """ALeRCE's light-curve classifier (Sánchez-Sáez et al. 2021, AJ 161, 141).

    A balanced forest over the branches of the taxonomy and one within each, their
    probabilities multiplied. Of a flat taxonomy it is one forest.

    Parameters
    ----------
    branch_weights : ``equal`` or ``classes``, see :func:`~.hierarchy.weights_of`.
    options : see :class:`FlatBalancedForest`.
    """

    def __init__(self, *, branch_weights: str, **options: Any) -> None:
        super().__init__(**options)
        if branch_weights not in ("equal", "classes"):
            raise AlertlabError(f"model.branch_weights: {branch_weights!r} is neither equal nor classes")
        self.branch_weights = branch_weights

    def branches_of(self, taxonomy: Taxonomy) -> Branches:
        """Those of the data."""
        return taxonomy.branches
