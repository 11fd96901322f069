"""Write simulated data to a new folder."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..core.progress import counter
from ..simulate import (
    write_clusters,
    write_dataset,
    write_gaia,
    write_halo,
    write_light_curves,
    write_quasars,
    write_spectra,
    write_survey,
)

WRITERS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "stamps": write_dataset,
    "lightcurves": write_light_curves,
    "survey": write_survey,
    "quasars": write_quasars,
    "gaia": write_gaia,
    "halo": write_halo,
    "clusters": write_clusters,
    "spectra": write_spectra,
}


def simulate(kind: str, out: Path, n: int, seed: int, **own: Any) -> dict[str, Any]:
    """Write ``n`` simulated objects, all or nothing; the summary counts their classes and says what was asked.

    Parameters
    ----------
    kind : of :data:`WRITERS`. own : what is asked of this kind alone, by the names of its writer.

    Raises
    ------
    AlertlabError
        For a folder that is not empty, or an argument out of range.
    """
    with counter("simulating") as progress:
        return WRITERS[kind](out, n, seed, progress=progress, **own)
