"""A simulated Gaia catalogue as a file."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ...files import replacing
from ..dataset import refuse_occupied
from .catalogue import TRUTH, SimulatedGaia


def write_gaia(out: Path, n: int, seed: int, difficulty: float) -> dict[str, Any]:
    """Write ``gaia.parquet``, units in the metadata of its fields; the summary counts good and bad solutions.

    Raises
    ------
    AlertlabError
        For a folder that is not empty, or an argument out of range.
    """
    refuse_occupied(out)
    table = SimulatedGaia(n, seed, difficulty).table()
    out.mkdir(parents=True, exist_ok=True)
    with replacing(out / "gaia.parquet") as partial:
        pq.write_table(table, partial)
    counts = Counter(table[TRUTH].to_pylist())
    return {"directory": str(out), "sources": n, "classes": dict(counts), "seed": seed, "difficulty": difficulty}
