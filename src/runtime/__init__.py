"""Reading and running a bundle, with numpy and onnxruntime alone.

>>> from alertlab import runtime
>>> bundle = runtime.load("stamp-1.0.bundle")
>>> bundle.predict({"stamp": stamps, "metadata": metadata}).label
"""

from .bundle import Bundle, Prediction, load
from .errors import AlertlabError, BundleError, NotFiniteError
from .manifest import Column, FeatureSetId, InputSpec, OutputSpec

__all__ = [
    "AlertlabError",
    "Bundle",
    "BundleError",
    "Column",
    "FeatureSetId",
    "InputSpec",
    "NotFiniteError",
    "OutputSpec",
    "Prediction",
    "load",
]
