"""Objects as what is drawn: their rows go together, and above a thousand of them so do objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCKS = 1000  # the error of a standard error from so many is 2 %, as that of so many resamples


@dataclass(frozen=True)
class Blocks:
    """What is drawn or swapped whole.

    Up to :data:`BLOCKS` objects are a block each. More are dealt to so many blocks at random: sums over a block are
    sums of independent objects, and a resample of blocks has the variance of one of objects (the grouped jackknife's
    argument: Efron & Tibshirani 1993, ch. 11), at a cost that does not grow with their number.

    Attributes
    ----------
    number : of blocks. objects : how many there are. of : repeat -> (n,) block of each row.
    """

    number: int
    objects: int
    of: Mapping[int, NDArray[np.int64]]

    @property
    def whole(self) -> bool:
        """Whether a block is an object."""
        return self.number == self.objects

    def draws(self, resamples: int, seed: int) -> NDArray[np.float32]:
        """(resamples, number) how often each block is drawn, as many blocks as there are, with replacement."""
        random = np.random.default_rng([seed, 0])
        drawn = random.integers(self.number, size=(resamples, self.number))
        drawn += np.arange(resamples)[:, None] * self.number
        return np.bincount(drawn.ravel(), minlength=resamples * self.number).reshape(resamples, -1).astype(np.float32)

    def swaps(self, permutations: int, seed: int) -> NDArray[np.float32]:
        """(permutations, number) 1 where two runs change places in a block, else 0, with equal chance."""
        random = np.random.default_rng([seed, 1])
        return random.integers(2, size=(permutations, self.number), dtype=np.int8).astype(np.float32)


def blocks_of(repeats: Mapping[int, tuple[Any, ...]], seed: int) -> Blocks:
    """Blocks of the objects of all repeats; an object is in the same block in each.

    Parameters
    ----------
    repeats : number -> rows of each run, in one order.
    seed : of dealing; the order of rows does not matter.
    """
    named = {number: np.unique(rows[0].object_id, return_inverse=True) for number, rows in repeats.items()}
    objects = np.unique(np.concatenate([names for names, _ in named.values()]))
    count = len(objects)
    block = np.arange(count)
    if count > BLOCKS:
        block = np.random.default_rng([seed, 2]).permutation(count) % BLOCKS
    of = {number: block[np.searchsorted(objects, names)][owner] for number, (names, owner) in named.items()}
    return Blocks(min(count, BLOCKS), count, of)
