"""Least squares for kernels that must not leave compiled code: a linear fit, one step of Levenberg-Marquardt."""

import numpy as np

from ..feature import kernel_function
from ..lightcurves import Floats

DOUBTFUL = 1e-4  # of the largest diagonal of the triangle, below which rounding may decide a linear fit


@kernel_function
def least_norm(matrix: Floats, right: Floats, solution: Floats) -> bool:
    """Fill ``solution``, (k,), with the x of least norm among those of least |matrix x - right|; Householder's QR.

    Parameters
    ----------
    matrix, right : (n, k), (n,).

    Returns
    -------
    Whether rows or columns are far enough from dependent that rounding plays no part: else take singular values.
    """
    n, k = matrix.shape
    wide = n < k
    tall = matrix.T.copy() if wide else matrix.copy()
    rows, columns = tall.shape
    largest, smallest = 0.0, np.inf
    diagonal = np.empty(columns)
    for c in range(columns):
        squares = 0.0
        for i in range(c, rows):
            squares += tall[i, c] ** 2
        length = np.sqrt(squares)
        largest, smallest = max(largest, length), min(smallest, length)
        if not length > 0:
            return False
        diagonal[c] = -length if tall[c, c] > 0 else length
        tall[c, c] -= diagonal[c]
        scale = -diagonal[c] * tall[c, c]  # half the square of the reflection's normal
        for d in range(c + 1, columns):
            product = 0.0
            for i in range(c, rows):
                product += tall[i, c] * tall[i, d]
            product /= scale
            for i in range(c, rows):
                tall[i, d] -= product * tall[i, c]
    if not smallest > DOUBTFUL * largest:
        return False
    vector = np.zeros(rows)
    for i in range(n):
        vector[i] = right[i]
    if wide:  # matrix = R^T Q^T: R^T y = right, x = Q y
        for c in range(columns):
            for d in range(c):
                vector[c] -= tall[d, c] * vector[d]
            vector[c] /= diagonal[c]
    for step in range(columns):
        c = columns - 1 - step if wide else step
        product = 0.0
        for i in range(c, rows):
            product += tall[i, c] * vector[i]
        product /= -diagonal[c] * tall[c, c]
        for i in range(c, rows):
            vector[i] -= product * tall[i, c]
    if not wide:  # R x = Q^T right
        for step in range(columns):
            c = columns - 1 - step
            for d in range(c + 1, columns):
                vector[c] -= tall[c, d] * vector[d]
            vector[c] /= diagonal[c]
    for c in range(k):
        solution[c] = vector[c]
    return True


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
