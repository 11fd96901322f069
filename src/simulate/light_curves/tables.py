"""Simulated light curves as the tables that a broker's cleaning leaves."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from ..digest import digest
from ..written import Progress, silent
from .objects import SimulatedObject, simulate_object
from .taxonomy import check

DETECTIONS = pa.schema(
    [
        ("oid", pa.string()),
        ("time", pa.float64()),
        ("band", pa.int64()),
        *((name, pa.float64()) for name in ("magnitude", "error", "isdiffpos", "rb", "ra", "dec", "sgscore1")),
        *((name, pa.float64()) for name in ("magpsf", "sigmapsf", "magpsf_corr")),
        ("corrected", pa.bool_()),
        ("source", pa.string()),
    ]
)
NON_DETECTIONS = pa.schema(
    [("oid", pa.string()), ("time", pa.float64()), ("band", pa.int64()), ("diffmaglim", pa.float64())]
)
LABELS = pa.schema([("oid", pa.string()), ("class", pa.string())])
SOURCE = "simulated"


def detections_table(objects: Sequence[SimulatedObject]) -> pa.Table:
    """Detections: columns as in :data:`DETECTIONS`, objects in order, each in order of time.

    ``magnitude`` and ``error`` are those of template and difference together where ``corrected``, else of the
    difference (``magpsf``, ``sigmapsf``).
    """
    counts = [each.measured.time.size for each in objects]

    def every(name: str) -> np.ndarray:
        return np.concatenate([getattr(each.measured, name) for each in objects])

    def repeated(values: Sequence[object]) -> np.ndarray:
        return np.repeat(np.array(values), counts)

    corrected = repeated([each.light.corrected for each in objects])
    difference, error = every("difference"), every("difference_error")
    columns = {
        "oid": repeated([each.name for each in objects]),
        "time": every("time"),
        "band": every("band"),
        "magnitude": np.where(corrected, every("corrected"), difference),
        "error": np.where(corrected, every("corrected_error"), error),
        "isdiffpos": np.where(every("positive"), 1.0, -1.0),
        "rb": every("rb"),
        "ra": repeated([each.ra for each in objects]),
        "dec": repeated([each.dec for each in objects]),
        "sgscore1": repeated([each.sgscore1 for each in objects]),
        "magpsf": difference,
        "sigmapsf": error,
        "magpsf_corr": every("corrected"),
        "corrected": corrected,
        "source": repeated([SOURCE] * len(objects)),
    }
    return pa.table(columns, schema=DETECTIONS)


def non_detections_table(objects: Sequence[SimulatedObject]) -> pa.Table:
    """Upper limits, as in :data:`NON_DETECTIONS`."""
    seen = [each.measured for each in objects]
    columns = {
        "oid": np.repeat([each.name for each in objects], [each.limit_time.size for each in seen]),
        "time": np.concatenate([each.limit_time for each in seen]),
        "band": np.concatenate([each.limit_band for each in seen]),
        "diffmaglim": np.concatenate([each.limit_magnitude for each in seen]),
    }
    return pa.table(columns, schema=NON_DETECTIONS)


def labels_table(objects: Sequence[SimulatedObject]) -> pa.Table:
    """Names and classes, as in :data:`LABELS`."""
    return pa.table({"oid": [each.name for each in objects], "class": [each.label for each in objects]}, schema=LABELS)


class SimulatedLightCurves:
    """The embedded data of the light-curve classifier: tables of detections, upper limits and classes.

    Object k depends on the arguments and on k alone: a longer run begins with the shorter one.

    Parameters
    ----------
    n : number of objects.
    seed : not negative.
    difficulty : 0, bright, clean and well separated, to 1, faint, noisy, sparse and overlapping; 0.5 is like ZTF.
    balance : ``published``, ten of each class and then the shares of the published labelled set, or ``equal``.

    Raises
    ------
    AlertlabError
        At the call, for an argument out of range.
    """

    def __init__(self, n: int, seed: int, difficulty: float = 0.5, balance: str = "published") -> None:
        check(n, seed, difficulty, balance)
        self.n, self.seed, self.difficulty, self.balance = n, seed, difficulty, balance
        self._objects: list[SimulatedObject] = []

    @property
    def description(self) -> str:
        """That they are simulated, and how."""
        return (
            f"{self.n} simulated light curves, seed {self.seed}, difficulty {self.difficulty:g}, "
            f"{self.balance} class shares"
        )

    def fingerprint(self) -> str:
        """Hexadecimal digest of the arguments and of all code that has a hand in the light curves."""
        here = Path(__file__).parent
        return digest((self.n, self.seed, self.difficulty, self.balance), here, here.parent)

    def __iter__(self) -> Iterator[SimulatedObject]:
        return (simulate_object(index, self.seed, self.difficulty, self.balance) for index in range(self.n))

    def objects(self, progress: Progress = silent) -> list[SimulatedObject]:
        """All objects, simulated by the first call; ``progress`` is called with (objects done, n)."""
        if not self._objects:
            made = []
            for done, each in enumerate(self, start=1):
                made.append(each)
                progress(done, self.n)
            self._objects = made
        return self._objects

    def detections(self) -> pa.Table:
        """The detections, see :func:`detections_table`."""
        return detections_table(self.objects())

    def non_detections(self) -> pa.Table:
        """The upper limits: oid, time [MJD], band (1 g, 2 r), diffmaglim [mag, 5 sigma]."""
        return non_detections_table(self.objects())

    def labels(self) -> pa.Table:
        """The classes: oid, class."""
        return labels_table(self.objects())
