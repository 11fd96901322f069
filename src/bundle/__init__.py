"""Writing a bundle: what a trained model becomes when it leaves the laboratory."""

from .details import BundleDetails
from .pack import pack
from .write import write_bundle

__all__ = ["BundleDetails", "pack", "write_bundle"]
