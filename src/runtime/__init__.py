"""Reading and running a bundle, with numpy and onnxruntime alone.

>>> from alertlab import runtime
>>> bundle = runtime.load("stamp-1.0.bundle")
>>> bundle.predict({"stamp": stamps, "metadata": metadata}).label
"""

from .bundle import Bundle, load
from .errors import AlertlabError, BundleError, NotFiniteError
from .manifest import Column, FeatureSetId, InputSpec, OutputSpec
from .ragged import Ragged
from .tasks.classification import Prediction
from .tasks.forecast import Bands
from .tasks.generation import Grid
from .tasks.regression import Quantities, Quantity

__all__ = [
    "AlertlabError",
    "Bands",
    "Bundle",
    "BundleError",
    "Column",
    "FeatureSetId",
    "Grid",
    "InputSpec",
    "NotFiniteError",
    "OutputSpec",
    "Prediction",
    "Quantities",
    "Quantity",
    "Ragged",
    "load",
]
