"""Write simulated data to a folder."""

from pathlib import Path
from typing import Any

from ..core.progress import counter, status
from ..simulate import (
    SimulatedHalo,
    write_clusters,
    write_dataset,
    write_gaia,
    write_halo,
    write_light_curves,
    write_quasars,
    write_spectra,
    write_survey,
)


def simulate_stamps(out: Path, n: int, seed: int, difficulty: float) -> dict[str, Any]:
    """Write ``n`` simulated ZTF packets and their labels; the summary says what lies where.

    Raises
    ------
    AlertlabError
        For a folder that is not empty, or a number out of range.
    """
    with counter("simulating") as progress:
        return write_dataset(out, n, seed, difficulty, progress)


def simulate_light_curves(out: Path, n: int, seed: int, difficulty: float, balance: str) -> dict[str, Any]:
    """Write the light curves of ``n`` simulated objects and their classes; the summary counts them.

    Parameters
    ----------
    balance : ``published`` or ``equal`` shares of the fifteen classes.

    Raises
    ------
    AlertlabError
        For a folder that is not empty, or an argument out of range.
    """
    with counter("simulating") as progress:
        return write_light_curves(out, n, seed, difficulty, balance, progress)


def simulate_survey(out: Path, n: int, seed: int, difficulty: float) -> dict[str, Any]:
    """Write ``n`` simulated objects, each with its light curve and the packet of its first detection, and other alerts.

    Raises
    ------
    AlertlabError
        For a folder that is not empty, or a number out of range.
    """
    with counter("simulating") as progress:
        return write_survey(out, n, seed, difficulty, progress)


def simulate_spectra(out: Path, n: int, seed: int, difficulty: float) -> dict[str, Any]:
    """Write ``n`` simulated spectra of galaxies as SDSS publishes them, and their kinds, which the summary counts.

    Raises
    ------
    AlertlabError
        For a folder that is not empty, or a number out of range.
    """
    with counter("simulating") as progress:
        return write_spectra(out, n, seed, difficulty, progress)


def simulate_clusters(out: Path, n: int, seed: int, stars: int) -> dict[str, Any]:
    """Write ``n`` simulated fields of so many stars with open clusters, side by side; the summary counts.

    Raises
    ------
    AlertlabError
        For a folder that is not empty, or a number out of range.
    """
    with counter("simulating") as progress:
        return write_clusters(out, n, seed, (stars, stars), progress)


def simulate_gaia(out: Path, n: int, seed: int, difficulty: float) -> dict[str, Any]:
    """Write a catalogue of ``n`` simulated Gaia sources, good and spurious ones, which the summary counts.

    Raises
    ------
    AlertlabError
        For a folder that is not empty, or a number out of range.
    """
    with status("simulating"):
        return write_gaia(out, n, seed, difficulty)


def simulate_quasars(out: Path, n: int, seed: int, difficulty: float, process: str) -> dict[str, Any]:
    """Write ``n`` simulated light curves of quasars and what they were made with; the summary counts them.

    Parameters
    ----------
    process : ``walk``, ``shots``, ``carma`` or ``periodic``.

    Raises
    ------
    AlertlabError
        For a folder that is not empty, or an argument out of range.
    """
    with counter("simulating") as progress:
        return write_quasars(out, n, seed, difficulty, process, progress)


def simulate_halo(out: Path, n: int, seed: int, gap: float, labels: int | None, label_noise: float) -> dict[str, Any]:
    """Write ``n`` simulated stars as a table with Gaia's columns; the summary counts their true classes.

    Parameters
    ----------
    gap, labels, label_noise : see :class:`alertlab.simulate.SimulatedHalo`.

    Raises
    ------
    AlertlabError
        For a folder that is not empty, or an argument out of range.
    """
    stars = SimulatedHalo(n, seed, gap, labels, label_noise)
    with status(f"simulating {stars.description}"):
        return write_halo(out, stars)
