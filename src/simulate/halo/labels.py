"""Labels as a spectroscopic survey gives them: few, and by a rule that errs."""

import numpy as np
from numpy.typing import NDArray

from .stars import Stars

HEIGHT, METALLICITY = 1.5, -1.5  # kpc, dex: a star is called accreted above the one and below the other


def called_accreted(stars: Stars) -> NDArray[np.bool_]:
    """(n,) whether the rule calls a star accreted: |z| > 1.5 kpc and measured [Fe/H] < -1.5.

    After the labels of stars of RAVE in Ostdiek et al. (2020), whose cuts could not be verified. It misses the
    accreted stars near the plane, and those richer in metals.
    """
    return (stars.height > HEIGHT) & (stars.measured_metallicity < METALLICITY)


def draw_labels(
    rng: np.random.Generator, stars: Stars, accreted: NDArray[np.bool_], labels: int, noise: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which stars have a label, and whether that says accreted, both (n,).

    Parameters
    ----------
    accreted : (n,) the truth. labels : so many stars, at random, have one; all of them where there are fewer.
    noise : chance of a label to be the rule's, and not the truth.
    """
    n = len(accreted)
    labelled = np.zeros(n, bool)
    labelled[rng.permutation(n)[:labels]] = True
    ruled = rng.random(n) < noise
    return labelled, np.where(ruled, called_accreted(stars), accreted)
