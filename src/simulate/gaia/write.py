"""A simulated Gaia catalogue as a file."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ...files import replacing
from ..written import Progress, refuse_occupied, silent
from .catalogue import TRUTH, SimulatedGaia


def write_gaia(out: Path, n: int, seed: int, difficulty: float, progress: Progress = silent) -> dict[str, Any]:
    """Write ``gaia.parquet``, units in the metadata of its fields; the summary counts good and bad solutions.

    Parameters
    ----------
    progress : called with (n, n): all are drawn at once.

    Raises
    ------
    AlertlabError
        For a folder that is not empty, or an argument out of range.
    """
    refuse_occupied(out)
    table = SimulatedGaia(n, seed, difficulty).table()
    progress(n, n)
    with replacing(out, folder=True) as partial:
        partial.mkdir(parents=True)
        pq.write_table(table, partial / "gaia.parquet")
    counts = Counter(table[TRUTH].to_pylist())
    return {"directory": str(out), "sources": n, "classes": dict(counts), "seed": seed, "difficulty": difficulty}
