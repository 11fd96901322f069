"""Simulated transients as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..check import check_range, check_run, check_shares
from ..digest import digest
from ..written import Progress, silent
from .kinds import KINDS
from .light import LONGER, PIVOT, WAVELENGTH, distance_moduli, flux_law, magnitudes, peak_of
from .visits import BANDS, ZERO_POINT, draw_errors, draw_visits

Array = NDArray[np.float64]

BLOCK = 256  # objects that are drawn at once: each block has random numbers of its own
TRANSIENTS = 32  # stream of random numbers
FIRST = 60900.0  # MJD at which the first light curve may begin
DAYS = 270.0  # of a light curve
PEAK = (60.0, 130.0)  # d after its begin at which a transient peaks, uniform
DETECTED, SIGMA = 5, 5.0  # points of so many sigma, without which no alert stream has an object
DEX = 0.12  # scatter of each time of the flux law
COLOUR = 0.5  # scatter of the colour [mag]
NEAREST, FARTHEST = 0.02, 0.82  # redshift: 0.02 + 0.8 Beta(2, 5)
ABSOLUTE = -20.0  # magnitude of a flux of 1 at 10 pc
TABLE = pa.schema(
    [
        ("oid", pa.string()),
        ("time", pa.float64()),
        ("band", pa.string()),
        ("magnitude", pa.float64()),
        ("error", pa.float64()),
    ]
)
LIMITS = pa.schema([("oid", pa.string()), ("time", pa.float64()), ("band", pa.string()), ("diffmaglim", pa.float64())])
FACTS = ("redshift", "time_of_peak", "absolute", "detected")
MIXTURE = {"SNIa": 0.50, "SNII": 0.30, "SNIbc": 0.14, "SLSN": 0.02, "PISN": 0.01, "KN": 0.01, "TDE": 0.02}


@dataclass
class Drawn:
    """Light curves of some objects: what is beyond an object's number of points is to be left out.

    Attributes
    ----------
    number : (n,). time : (n, m) days since ``FIRST``. band : (n, m) place in ``BANDS``. flux, error : (n, m).
    facts : name -> (n,), see :meth:`SimulatedTransients.labels`.
    """

    number: NDArray[np.int64]
    time: Array
    band: NDArray[np.int64]
    flux: Array
    error: Array
    facts: dict[str, Array]


class SimulatedTransients:
    """Extragalactic transients in difference fluxes of six bands, negative ones and those of the sky alone too.

    The stand-in for the simulations of Villar et al. (2021, ApJS 255, 24). Object k depends on the arguments and on k
    alone. An object is kept when five of its points have five sigma, so that faint kinds are near ones. There is no
    dust, and a spectrum is a power law.

    Parameters
    ----------
    n : number of objects.
    seed : not negative.
    difficulty : 0, each kind of one shape and the sky half as noisy, to 1, twice the scatter and the noise.
    mixture : kind -> its share of the objects; they sum to 1.
    visits : lowest and highest number of a light curve.
    rest_frame : true gives what a known redshift allows, as published: fluxes at 10 pc with
        2.5 log10(1 + z) taken off, 1 being of -20 mag, and days of the rest frame.

    Raises
    ------
    AlertlabError
        At the call, for an argument out of range.
    """

    def __init__(
        self,
        n: int,
        seed: int,
        difficulty: float = 0.5,
        mixture: Mapping[str, float] = MIXTURE,
        visits: Sequence[int] = (40, 120),
        rest_frame: bool = False,
    ) -> None:
        check_run(n, seed, difficulty)
        self.n, self.seed, self.difficulty, self.rest_frame = n, seed, difficulty, rest_frame
        self.mixture = check_shares("mixture", mixture, tuple(KINDS))
        low, high = check_range("visits", visits, DETECTED)
        self.visits = int(low), int(high)
        self._blocks: list[tuple[NDArray[np.str_], Drawn]] = []

    @property
    def description(self) -> str:
        """That they are simulated, and how."""
        frame = ", in the rest frame" if self.rest_frame else ""
        return f"{self.n} simulated transients in six bands{frame}, seed {self.seed}, difficulty {self.difficulty:g}"

    def fingerprint(self) -> str:
        """Hexadecimal digest of the arguments and of all code that has a hand in the light curves."""
        arguments = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        here = Path(__file__).parent
        return digest(arguments, here, here.parent, here.parent / "light_curves")

    def objects(self, progress: Progress = silent) -> "list[tuple[NDArray[np.str_], Drawn]]":
        """All objects, simulated by the first call; ``progress`` is called with (objects done, n)."""
        if not self._blocks:
            made = []
            for first in range(0, self.n, BLOCK):
                kept = np.arange(min(BLOCK, self.n - first))
                kind, drawn = self._block(first // BLOCK)
                made.append((kind[kept], _of(drawn, kept)))
                progress(min(first + BLOCK, self.n), self.n)
            self._blocks = made
        return self._blocks

    def detections(self) -> pa.Table:
        """oid, time [MJD], band (u to y), magnitude and error: fluxes of zero point 27.5, whatever their sign."""
        drawn = [each for _, each in self.objects()]
        there = [np.arange(each.time.shape[1]) < each.number[:, None] for each in drawn]
        time, band, flux, error = (
            np.concatenate([getattr(each, name)[own] for each, own in zip(drawn, there, strict=True)])
            for name in ("time", "band", "flux", "error")
        )
        names = np.repeat(self._names(), np.concatenate([each.number for each in drawn]))
        columns = {"oid": names, "time": FIRST + time, "band": np.array(BANDS)[band], "magnitude": flux, "error": error}
        return pa.table(columns, schema=TABLE)

    def non_detections(self) -> pa.Table:
        """None: every visit has a flux."""
        return LIMITS.empty_table()

    def labels(self) -> pa.Table:
        """oid, class, and facts to judge by.

        redshift; time_of_peak, days from the first point to the peak at 5000 Angstrom (of the rest frame where
        ``rest_frame``); absolute, magnitude there; detected, points of 5 sigma.
        """
        kind = np.concatenate([each for each, _ in self.objects()])
        facts = {name: np.concatenate([each.facts[name] for _, each in self.objects()]) for name in FACTS}
        return pa.table({"oid": self._names(), "class": kind, **facts})

    def _names(self) -> list[str]:
        return [f"transient{index:07d}" for index in range(self.n)]

    def _block(self, block: int) -> tuple[NDArray[np.str_], Drawn]:
        """The objects of one block, all of them: each is drawn anew until it is detected."""
        rng = np.random.default_rng([self.seed, TRANSIENTS, block])
        names, shares = np.array(list(self.mixture)), np.array(list(self.mixture.values()))
        kind = names[rng.choice(len(names), BLOCK, p=shares / shares.sum())]
        drawn = self._draw(rng, kind)
        while (missing := np.flatnonzero(drawn.facts["detected"] < DETECTED)).size:
            again = self._draw(rng, kind[missing])
            _replace(drawn, missing, again)
        return kind, self._at_rest(drawn) if self.rest_frame else drawn

    def _draw(self, rng: np.random.Generator, kind: NDArray[np.str_]) -> Drawn:
        """One try of each object, detected or not."""
        n, spread, noisier = len(kind), 2 * self.difficulty, 2 ** (2 * self.difficulty - 1)
        own = [KINDS[name] for name in kind.tolist()]

        def typical(name: str) -> Array:
            return np.array([getattr(each, name) for each in own])

        redshift = NEAREST + (FARTHEST - NEAREST) * rng.beta(2.0, 5.0, n)
        absolute = typical("peak") + spread * typical("scatter") * rng.standard_normal(n)
        colour = typical("colour") + spread * COLOUR * rng.standard_normal(n)
        rise, plateau, fall = (
            typical(name) * 10 ** (spread * DEX * rng.standard_normal(n)) for name in ("rise", "plateau", "fall")
        )
        decline = typical("decline")
        number = rng.integers(self.visits[0], self.visits[1] + 1, n)
        time, band = draw_visits(rng, number, self.visits[1], DAYS)
        at_peak = rng.uniform(*PEAK, n)
        slow = 1 + redshift
        delay, top = peak_of(rise, plateau, fall, decline)
        emitted = np.array([WAVELENGTH[name] for name in BANDS])[band] / slow[:, None]
        longer = (emitted / PIVOT) ** LONGER
        since = (time - at_peak[:, None]) / slow[:, None] + delay[:, None]
        shape = flux_law(since, rise[:, None], longer * plateau[:, None], longer * fall[:, None], decline[:, None])
        magnitude = magnitudes(absolute[:, None], colour[:, None], redshift[:, None], emitted * slow[:, None])
        truth = shape / top[:, None] * 10 ** (-0.4 * (magnitude - ZERO_POINT))
        error = draw_errors(rng, truth, band, noisier)
        flux = truth + error * rng.standard_normal(truth.shape)
        there = np.arange(time.shape[1]) < number[:, None]
        detected = ((flux > SIGMA * error) & there).sum(1)
        facts = dict(zip(FACTS, (redshift, at_peak - time[:, 0], absolute, detected * 1.0), strict=True))
        return Drawn(number, time, band, flux, error, facts)

    def _at_rest(self, drawn: Drawn) -> Drawn:
        redshift = drawn.facts["redshift"]
        dimmed = distance_moduli(redshift) - 2.5 * np.log10(1 + redshift)
        factor = 10 ** (0.4 * (dimmed - ZERO_POINT + ABSOLUTE))[:, None]
        first, slow = drawn.time[:, :1], 1 + redshift
        time = first + (drawn.time - first) / slow[:, None]
        facts = drawn.facts | {"time_of_peak": drawn.facts["time_of_peak"] / slow}
        return Drawn(drawn.number, time, drawn.band, drawn.flux * factor, drawn.error * factor, facts)


def _replace(drawn: Drawn, rows: NDArray[np.int64], by: Drawn) -> None:
    """Put other draws in the place of these rows; both are as wide as the most visits."""
    for name in ("number", "time", "band", "flux", "error"):
        getattr(drawn, name)[rows] = getattr(by, name)
    for name, values in drawn.facts.items():
        values[rows] = by.facts[name]


def _of(drawn: Drawn, rows: NDArray[np.int64]) -> Drawn:
    facts = {name: values[rows] for name, values in drawn.facts.items()}
    return Drawn(drawn.number[rows], drawn.time[rows], drawn.band[rows], drawn.flux[rows], drawn.error[rows], facts)
