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
    rows, columns = max(n, k), min(n, k)
    normals = matrix.copy() if wide else matrix.T.copy()  # in each row a column of what is made a triangle
    largest, smallest, diagonal = 0.0, np.inf, np.empty(columns)
    for c in range(columns):
        for d in range(c):
            _reflect(normals[d], d, diagonal[d], normals[c])
        normal = normals[c]
        length = 0.0
        for i in range(c, rows):
            length += normal[i] ** 2
        length = np.sqrt(length)
        largest, smallest = max(largest, length), min(smallest, length)
        if not smallest > DOUBTFUL * largest:
            return False
        diagonal[c] = -length if normal[c] > 0 else length
        normal[c] -= diagonal[c]
    vector = np.zeros(rows)
    for i in range(n):
        vector[i] = right[i]
    for step in range(2 * columns):
        if (step < columns) == wide:  # a triangle: from the left of its transpose, or from its right end
            c = step if wide else 2 * columns - 1 - step
            for d in range(columns):
                if d < c and wide:
                    vector[c] -= normals[c, d] * vector[d]
                elif d > c and not wide:
                    vector[c] -= normals[d, c] * vector[d]
            vector[c] /= diagonal[c]
        else:  # the reflections, backwards or forwards
            c = 2 * columns - 1 - step if wide else step
            _reflect(normals[c], c, diagonal[c], vector)
    for c in range(k):
        solution[c] = vector[c]
    return True


@kernel_function
def _reflect(normal: Floats, start: int, diagonal: float, vector: Floats) -> None:
    """Reflect a vector from place ``start`` on; ``diagonal`` is what the normal's own column became there."""
    product = 0.0
    for i in range(start, vector.size):
        product += normal[i] * vector[i]
    product /= -diagonal * normal[start]
    for i in range(start, vector.size):
        vector[i] -= product * normal[i]


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
