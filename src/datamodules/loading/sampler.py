"""The order in which training samples are drawn: a function of seed and epoch alone."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from torch import distributed
from torch.utils.data import Sampler

POOL = 32  # batches whose rows are put in order of their length together
Draw = tuple[list[int], tuple[int, int] | None]  # rows of a batch; (epoch, step), or None when not training


def draw(target: NDArray[np.int64], balanced: bool, generator: np.random.Generator) -> NDArray[np.int64]:
    """Row numbers of one epoch, as many as there are rows.

    Balanced: classes in turn are as frequent as each other; a small class is
    replicated whole before any of its rows comes up once more ("balance by
    replication", Carrasco-Davis et al. 2021), a large one is sampled without
    replacement. Otherwise: every row once.
    """
    n = len(target)
    if not balanced:
        return generator.permutation(n)
    classes = generator.permutation(np.unique(target))
    shares = [n // len(classes) + (place < n % len(classes)) for place in range(len(classes))]
    rows = []
    for label, share in zip(classes, shares, strict=True):
        members = np.flatnonzero(target == label)
        rounds = -(-share // len(members))
        rows.append(np.concatenate([generator.permutation(members) for _ in range(rounds)])[:share])
    return generator.permutation(np.concatenate(rows))


def pooled(rows: NDArray[np.int64], lengths: NDArray[np.int64], batch_size: int) -> NDArray[np.int64]:
    """The rows of each run of ``POOL`` batches by their length: batches of like length, others each epoch."""
    pool = np.arange(len(rows)) // (POOL * batch_size)
    return rows[np.lexsort((lengths, pool))]


class EpochBatches(Sampler[Draw]):
    """Batches of an epoch, drawn anew each time; under distributed training each process takes its share.

    Yields (rows, (epoch, step)). The last batch never has one row alone: batch
    normalisation has no variance of it.

    Parameters
    ----------
    target : (n,) class index of the training samples.
    batch_size : rows a batch.
    balanced : see :func:`draw`.
    lengths : (n,) of sequences: those of like length come in one batch, for less is padded then; None for none.
    seed : the order is a function of (seed, epoch), so that a resumed training
        goes on where it was.
    """

    def __init__(
        self,
        target: NDArray[np.int64],
        batch_size: int,
        balanced: bool,
        seed: int,
        lengths: NDArray[np.int64] | None = None,
    ) -> None:
        self.target, self.batch_size, self.balanced, self.seed = target, batch_size, balanced, seed
        self.lengths = lengths
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Lightning calls this before each epoch."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[Draw]:
        generator = np.random.default_rng([self.seed, self.epoch])
        rows = draw(self.target, self.balanced, generator)
        rank, world = _place()
        mine = rows[rank : len(rows) // world * world : world]
        steps = np.arange(len(self))
        if self.lengths is not None:
            mine = pooled(mine, self.lengths[mine], self.batch_size)
            steps = generator.permutation(steps)
        for number, step in enumerate(steps.tolist()):
            stop = None if step + 1 == len(self) else (step + 1) * self.batch_size
            yield mine[step * self.batch_size : stop].tolist(), (self.epoch, number)

    def __len__(self) -> int:
        rows = len(self.target) // _place()[1]
        return max(1, (rows + self.batch_size - 2) // self.batch_size)  # a single last row joins the batch before it


def in_order(n: int, batch_size: int) -> list[Draw]:
    """All rows in batches, as validation takes them."""
    return [(list(range(start, min(start + batch_size, n))), None) for start in range(0, n, batch_size)]


def _place() -> tuple[int, int]:
    """(rank, world size) of this process."""
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    return 0, 1
