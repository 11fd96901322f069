"""How many threads a configured number means."""

import os

from ...runtime.errors import AlertlabError


def threads(n_jobs: int) -> int:
    """Threads for ``n_jobs``, -1 for one a core.

    Raises
    ------
    AlertlabError
        For 0, or less than -1.
    """
    if n_jobs == -1:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if n_jobs < 1:
        raise AlertlabError(f"model.n_jobs: {n_jobs} is no number of threads; -1 takes all cores")
    return n_jobs
