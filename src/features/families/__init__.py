"""Families of features, one idea a file; the order here is the order of the columns."""

from . import detections

MODULES = (detections,)
KERNELS = tuple(kernel for module in MODULES for kernel in module.KERNELS)
