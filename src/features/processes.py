"""Work shared among processes, a few pieces at a time."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from ..runtime.errors import AlertlabError

AHEAD = 2  # pieces a worker: one at work, one waiting
Task = TypeVar("Task")
Given = TypeVar("Given")
Result = TypeVar("Result")


def each_in_processes(
    tasks: Iterator[tuple[Task, Given]], work: Callable[[Given], Result], workers: int
) -> Iterator[tuple[Task, Result]]:
    """Tasks and what became of what each gave, in the order of the tasks; memory does not grow with their number.

    Workers are new processes, not copies of this one: a copy of a process that
    has threads can stop for ever.

    Parameters
    ----------
    tasks : with what a worker is given; taken when a worker is near to needing one.
    work : a function of a module, or a partial one of such.
    workers : processes; with 1 this process works itself.

    Raises
    ------
    AlertlabError
        When a worker dies, most likely because the memory is full.
    """
    if workers == 1:
        for task, given in tasks:
            yield task, work(given)
        return
    module = getattr(work, "func", work).__module__
    pool = ProcessPoolExecutor(workers, _context(module), start_worker, (os.getpid(),))
    waiting: deque[tuple[Task, Future[Result]]] = deque()
    try:
        for task, given in tasks:
            waiting.append((task, pool.submit(work, given)))
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


def _context(module: str) -> multiprocessing.context.BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([module])  # what it needs is imported once
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
