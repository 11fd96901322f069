"""One step of Levenberg-Marquardt within bounds, for kernels that must not leave compiled code."""

import numpy as np

from ..feature import kernel_function
from ..lightcurves import Floats


@kernel_function
def bounded_step(
    p: Floats, low: Floats, high: Floats, residual: Floats, jacobian: Floats, damping: float, out: Floats
) -> None:
    """Fill ``out`` with the next parameters to try.

    Parameters are scaled by the width of their bounds. One that stands at a
    bound and is pushed against it stays there; the others move together
    (Kanzow, Yamashita & Fukushima 2004), and are cut at their bounds.

    Parameters
    ----------
    p, low, high : (k,).
    residual, jacobian : (n,), (n, k) at ``p``.
    damping : relative to the diagonal of the normal equations.
    """
    k = p.size
    normal, gradient = np.zeros((k, k)), np.zeros(k)
    for i in range(residual.size):
        for a in range(k):
            scaled = jacobian[i, a] * (high[a] - low[a])
            gradient[a] += scaled * residual[i]
            for b in range(a + 1):
                normal[a, b] += scaled * jacobian[i, b] * (high[b] - low[b])
    largest = 0.0
    for a in range(k):
        largest = max(largest, normal[a, a])
    for a in range(k):
        held = (p[a] <= low[a] and gradient[a] > 0) or (p[a] >= high[a] and gradient[a] < 0)
        if held:
            for b in range(k):
                normal[a, b], normal[b, a] = 0.0, 0.0
            normal[a, a], gradient[a] = 1.0, 0.0
        else:
            normal[a, a] += damping * normal[a, a] + 1e-12 * largest + 1e-300
    _solve(normal, gradient)
    for a in range(k):
        out[a] = min(max(p[a] - (high[a] - low[a]) * gradient[a], low[a]), high[a])


@kernel_function
def _solve(lower: Floats, right: Floats) -> None:
    """Solve a symmetric positive system, lower triangle given, by Cholesky; the solution overwrites the right side."""
    k = right.size
    for a in range(k):
        for b in range(a + 1):
            value = lower[a, b]
            for c in range(b):
                value -= lower[a, c] * lower[b, c]
            lower[a, b] = np.sqrt(max(value, 1e-300)) if a == b else value / lower[b, b]
    for a in range(k):
        for c in range(a):
            right[a] -= lower[a, c] * right[c]
        right[a] /= lower[a, a]
    for a in range(k - 1, -1, -1):
        for c in range(a + 1, k):
            right[a] -= lower[c, a] * right[c]
        right[a] /= lower[a, a]
