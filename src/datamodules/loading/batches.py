"""Samples as batches of tensors, prepared as the model asks."""

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from ...core.contracts import Loading
from ...core.samples import Samples
from ...runtime.ragged import Ragged
from .augment import augment_inputs
from .sampler import Draw, EpochBatches, in_order

Batch = tuple[dict[str, torch.Tensor], torch.Tensor]


class PreparedBatches(Dataset[Batch]):
    """Whole batches by row numbers: augmented when training, then transformed.

    What the augmentation does to a batch follows from (seed, epoch, step)
    alone, whichever worker prepares it.
    """

    def __init__(self, samples: Samples, loading: Loading) -> None:
        self.samples, self.loading = samples, loading

    def __getitem__(self, draw: Draw) -> Batch:
        rows, place = draw
        taken = self.samples.take(np.array(rows))
        inputs = dict(taken.inputs)
        if place is not None:
            augment_inputs(inputs, self.loading.augmentation, np.random.default_rng([self.loading.seed, *place]))
        prepared = self.loading.transform(inputs)
        return {name: torch.from_numpy(array) for name, array in prepared.items()}, _tensor(taken)


def _tensor(samples: Samples) -> torch.Tensor:
    """The target: values in float32 as inputs are, sequences padded with NaN, nothing as (n, 0)."""
    target = samples.target
    if target is None:
        return torch.zeros(len(samples), 0)
    if samples.classes:
        return torch.from_numpy(target)
    values = target.padded() if isinstance(target, Ragged) else target
    return torch.from_numpy(np.asarray(values, np.float32))


def loader(samples: Samples, loading: Loading, training: bool, workers: int) -> "DataLoader[Batch]":
    """Batches of one part: drawn anew each epoch for training, all in order otherwise."""
    order: EpochBatches | list[Draw]
    if training:
        order = EpochBatches(samples.strata, loading.batch_size, loading.balanced, loading.seed, samples.lengths)
    else:
        order = in_order(len(samples), loading.batch_size)
    return DataLoader(
        PreparedBatches(samples, loading),
        sampler=order,
        batch_size=None,  # the sampler hands out whole batches
        num_workers=workers,
        generator=torch.Generator().manual_seed(loading.seed),  # its own, or making an iterator draws from dropout's
        persistent_workers=workers > 0,
        multiprocessing_context="spawn" if workers else None,  # fork is unsafe beside onnxruntime's threads
    )
