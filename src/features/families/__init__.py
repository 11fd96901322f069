"""Families of features, one idea a file; the order here is the order of the columns."""

from . import (
    autoregression,
    colours,
    context,
    detections,
    folded,
    harmonics,
    mexican_hat,
    moments,
    non_detections,
    order_statistics,
    periodic,
    periods,
    random_walk,
    structure_function,
    supernova,
    time_order,
    transient,
)

MODULES = (
    order_statistics,
    moments,
    time_order,
    structure_function,
    autoregression,
    random_walk,
    mexican_hat,
    supernova,
    periods,
    harmonics,
    folded,
    detections,
    non_detections,
    colours,
    context,
    transient,
    periodic,
)
KERNELS = tuple(kernel for module in MODULES for kernel in module.KERNELS)
