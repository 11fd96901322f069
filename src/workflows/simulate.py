"""Write simulated data to a folder."""

from pathlib import Path
from typing import Any

from ..core.progress import counter
from ..simulate import write_dataset


def simulate_stamps(out: Path, n: int, seed: int, difficulty: float) -> dict[str, Any]:
    """Write ``n`` simulated ZTF packets and their labels; the summary says what lies where.

    Raises
    ------
    AlertlabError
        For a folder that is not empty, or a number out of range.
    """
    with counter("simulating") as progress:
        return write_dataset(out, n, seed, difficulty, progress)
