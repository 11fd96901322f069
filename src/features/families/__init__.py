"""Families of features, one idea a file; the order here is the order of the columns."""

from . import colours, context, detections, mexican_hat, moments, non_detections, order_statistics, structure_function, time_order

MODULES = (order_statistics, moments, time_order, structure_function, mexican_hat, detections, non_detections, colours, context)
KERNELS = tuple(kernel for module in MODULES for kernel in module.KERNELS)
