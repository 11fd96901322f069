"""Batches of light curves in several processes."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from ..lightcurves import Floats, LightCurves
from ..processes import each_in_processes
from ..sets import FLUX, FeatureSet, feature_set
from .batch import extract_batch
from .compile import begin, made_up

Task = TypeVar("Task")


def computed(
    tasks: Iterator[Task], curves: Callable[[Task], LightCurves], features: FeatureSet, workers: int
) -> Iterator[tuple[Task, Floats]]:
    """Tasks and the features of their light curves, in the order of the tasks.

    Parameters
    ----------
    tasks : taken when a worker is near to needing one.
    curves : the light curves of a task.
    features : the set.
    workers : processes; with 1 this process computes itself.

    Raises
    ------
    AlertlabError
        When a worker dies, most likely because the memory is full.
    """
    given = ((task, curves(task)) for task in tasks)
    if workers == 1:
        yield from each_in_processes(given, partial(extract_batch, features=features), 1)
        return
    told = features.name, features.bands, features.quantity  # its kernels are functions, which each process has
    if begin(*told):
        extract_batch(made_up(features.used, features.quantity == FLUX), features)  # or each worker compiles them all
    yield from each_in_processes(given, partial(_compute, told=told), workers)


def _compute(curves: LightCurves, told: tuple[str, tuple[str, ...], str]) -> Floats:
    return extract_batch(curves, feature_set(*told))
