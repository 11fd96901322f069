"""Images decoded some at a time by several threads: Pillow lets go of Python while it works."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from ...core.cores import cores
from ...door.images import Encoded, Image, ImageForm, Unreadable, decode

AHEAD = 8  # images a worker: decoded before they are asked for
Found = Image | Unreadable


def decoded(found: Iterator[Encoded | Unreadable], form: ImageForm, workers: int | None) -> Iterator[Found]:
    """All images in their order, those that cannot be decoded as such; few are in memory at a time.

    Parameters
    ----------
    workers : threads; None takes as many as there are cores.
    """
    count = cores() if workers is None else workers
    waiting: deque[Future[Found]] = deque()
    with ThreadPoolExecutor(count) as pool:
        try:
            for each in found:
                waiting.append(pool.submit(_decoded, each, form))
                if len(waiting) > AHEAD * count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _decoded(each: Encoded | Unreadable, form: ImageForm) -> Found:
    return each if isinstance(each, Unreadable) else decode(each, form)
