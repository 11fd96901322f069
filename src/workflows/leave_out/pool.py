"""Cells in several processes, which are given the samples once."""

import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from ...features.processes import start_worker
from ...runtime.errors import AlertlabError
from .cell import Ground, Task, work

held: list[Ground] = []  # of a worker: one, for as long as it lives


def done(ground: Ground, tasks: Sequence[Task], workers: int) -> Iterator[Task]:
    """Each task when it is done, whichever is first.

    Workers are new processes: a copy of one that has threads can stop for ever. With 1 this process does all itself.

    Raises
    ------
    AlertlabError
        For the first cell that fails: cells at work are finished, those after them are not begun. Or when a worker
        dies, most likely because the memory is full.
    """
    if workers == 1:
        for task in tasks:
            work(ground, task)
            yield task
        return
    others = multiprocessing.active_children()
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin, (os.getpid(), ground))
    try:
        waiting = {pool.submit(_work, task): task for task in tasks}
        for future in as_completed(waiting):
            future.result()
            yield waiting[future]
    except KeyboardInterrupt:
        for process in multiprocessing.active_children():
            if process not in others:
                process.terminate()  # a cell at work is done again: to wait for it can take minutes
        raise
    except BrokenProcessPool as error:
        raise AlertlabError(
            "a worker died, perhaps for want of memory; go on with --resume and fewer --workers, what is done is kept"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(parent: int, ground: Ground) -> None:
    start_worker(parent)
    sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115  epochs of many cells at once say nothing to anybody
    held.append(ground)


def _work(task: Task) -> None:
    work(held[0], task)
