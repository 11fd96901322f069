"""Batches of light curves in several processes, a few at a time."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from ...runtime.errors import AlertlabError
from ..lightcurves import Floats, LightCurves
from ..sets import FLUX, FeatureSet, feature_set
from .batch import extract_batch
from .compile import begin, made_up

AHEAD = 2  # batches a worker: one at work, one waiting
Task = TypeVar("Task")


def computed(
    tasks: Iterator[Task], curves: Callable[[Task], LightCurves], features: FeatureSet, workers: int
) -> Iterator[tuple[Task, Floats]]:
    """Tasks and the features of their light curves, in the order of the tasks.

    Workers are new processes, not copies of this one: a copy of a process that
    has threads can stop for ever.

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
    if workers == 1:
        for task in tasks:
            yield task, extract_batch(curves(task), features)
        return
    told = features.name, features.bands, features.quantity  # its kernels are functions, which each process has
    if begin(*told):
        extract_batch(made_up(features.used, features.quantity == FLUX), features)  # or each worker compiles them all
    pool = ProcessPoolExecutor(workers, _context(), start_worker, (os.getpid(),))
    waiting: deque[tuple[Task, Future[Floats]]] = deque()
    try:
        for task in tasks:
            waiting.append((task, pool.submit(_compute, curves(task), told)))
            if len(waiting) > AHEAD * workers:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    except BrokenProcessPool as error:
        raise AlertlabError(
            "a worker died, perhaps for want of memory; start again with fewer workers, what is done is kept"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _context() -> multiprocessing.context.BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # numba is imported once
    return context


def start_worker(parent: int) -> None:
    """Before the first task of a worker: it leaves interrupts to its parent, and ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it too, and ends its workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """A worker waits for work for ever, also when its parent was killed."""
    process = multiprocessing.parent_process()
    if process is not None:
        process.join()
    os._exit(1)


def _compute(curves: LightCurves, told: tuple[str, tuple[str, ...], str]) -> Floats:
    return extract_batch(curves, feature_set(*told))
