"""Simulated light curves of active nuclei as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...runtime.errors import AlertlabError
from ..check import check_range, check_run, check_shares
from ..digest import digest
from ..written import Progress, silent
from .changes import KINDS, STEADY, added_magnitude, draw_changes, log_uniform, parameters_of
from .processes import CARMA, PERIODIC, PROCESSES, SHOTS, WALK, carma, oscillation, shot_noise
from .visits import CATALINA, draw_errors, draw_visits, ztf
from .walks import changing_walks

Array = NDArray[np.float64]

BLOCK = 256  # objects that are drawn at once: each block has random numbers of its own
QUASARS, KEPT = 31, 0.8  # stream of random numbers; share of a light curve within which changes lie
OF_PROCESS = 32  # stream of what is no walk
LUMINOSITY = (45.0, 47.0)  # log10 of erg/s, uniform: the share of what is no walk falls with it
DETECTIONS = pa.schema(
    [
        ("oid", pa.string()),
        ("time", pa.float64()),
        ("band", pa.string()),
        ("magnitude", pa.float64()),
        ("error", pa.float64()),
    ]
)
LIMITS = pa.schema([("oid", pa.string()), ("time", pa.float64()), ("band", pa.string()), ("diffmaglim", pa.float64())])
NAMES = {
    WALK: "damped random walks",
    SHOTS: "light curves of flares on damped random walks",
    CARMA: "CARMA(2,1) processes",
    PERIODIC: "oscillators on damped random walks",
}
FACTS = ("amplitude", "change_time", "tau", "sigma", "mean_error", "catalina", "mean", "second", "share", "luminosity")


@dataclass(frozen=True)
class Block:
    """Light curves of some objects, one after the other.

    Attributes
    ----------
    number : (n,) points of each. kind : (n,). facts : name -> (n,). band : (n,) of each.
    time, magnitude, error : (points,) MJD and mag.
    """

    number: NDArray[np.int64]
    kind: NDArray[np.str_]
    band: NDArray[np.str_]
    facts: dict[str, Array]
    time: Array
    magnitude: Array
    error: Array


class SimulatedQuasars:
    """Active nuclei as damped random walks in one band, some of which change their state.

    Object k depends on the arguments and on k alone: a longer run begins with the shorter one. Numbers of detections
    are uniform, so that a light curve of any number of points is as likely (published: balanced in bins of 20).

    Parameters
    ----------
    n : number of objects.
    seed : not negative.
    difficulty : 0, amplitudes twice and errors half as large, to 1, the reverse.
    changes : kind of change -> its share of the objects; the others are steady.
    amplitude : lowest and highest, uniform in the logarithm; see :class:`Changes` for what it is of each kind.
    change_days : days from the first point to the change, and never later than 0.8 of the light curve.
    detections : lowest and highest number.
    tau : days of decorrelation, as observed. sigma : standard deviation over long times [mag]. Both uniform in the
        logarithm, from the 16th to the 84th percentile of fits to 240 quasars (Burke et al. 2021, Science 373, 789).
    magnitude : mean, at ZTF's depth; those of Catalina are brighter as it is shallower.
    error : of every point [mag]; None for errors by magnitude.
    catalina : share of the objects with the cadence of Catalina; the others have ZTF's.
    days : length of the survey with ZTF's cadence.
    process : ``walk``; ``shots``, flares whose decay is ``tau``; ``carma``, whose slow timescale is ``tau``;
        ``periodic``, an oscillator. See :mod:`.processes`. None but the walk changes its state.
    ratio : of the rise of flares to their decay, and of the fast to the slow timescale.
    rate : flares within one. period : [d]. Ratio and period are uniform in the logarithm.
    share : of the variance that is flares or oscillation, at the highest and the lowest luminosity; the rest is a walk.

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
        changes: Mapping[str, float] | None = None,
        amplitude: Sequence[float] = (0.1, 1.5),
        change_days: Sequence[float] = (200.0, 900.0),
        detections: Sequence[int] = (50, 200),
        tau: Sequence[float] = (50.0, 3000.0),
        sigma: Sequence[float] = (0.05, 0.22),
        magnitude: Sequence[float] = (17.0, 20.0),
        error: float | None = None,
        catalina: float = 0.25,
        days: float = 1200.0,
        process: str = WALK,
        ratio: Sequence[float] = (0.05, 0.2),
        rate: float = 1.0,
        period: Sequence[float] = (300.0, 900.0),
        share: Sequence[float] = (0.5, 0.9),
    ) -> None:
        check_run(n, seed, difficulty)
        self.n, self.seed, self.difficulty = n, seed, difficulty
        self.changes = check_shares("changes", changes or {}, KINDS)
        self.amplitude = check_range("amplitude", amplitude, 1e-3)
        self.change_days = check_range("change_days", change_days, 0)
        low, high = check_range("detections", detections, 2)
        self.numbers = int(low), int(high)
        self.tau, self.sigma = check_range("tau", tau, 1e-3), check_range("sigma", sigma, 1e-6)
        self.magnitude, self.error = check_range("magnitude", magnitude, -50), error
        self.catalina = check_shares("catalina", {"catalina": catalina}, ("catalina",))["catalina"]
        self.days = check_range("days", (days, days), 100)[0]
        if process not in PROCESSES:
            raise AlertlabError(f"simulate.process: {process!r} is none of {', '.join(PROCESSES)}")
        if process != WALK and any(self.changes.values()):
            raise AlertlabError(f"simulate.changes: a walk alone changes its state, and process is {process}")
        self.process, self.rate = process, check_range("rate", (rate, rate), 1e-3)[0]
        self.ratio, self.period = check_range("ratio", ratio, 1e-3), check_range("period", period, 1.0)
        self.share = check_range("share", share, 0.0)
        if self.share[1] > 1 or self.ratio[1] >= 1:
            raise AlertlabError("simulate: a share is at most 1, and a ratio less than 1")
        self._blocks: list[Block] = []

    @property
    def description(self) -> str:
        """That they are simulated, and how."""
        return f"{self.n} simulated {NAMES[self.process]}, seed {self.seed}, difficulty {self.difficulty:g}"

    def fingerprint(self) -> str:
        """Hexadecimal digest of the arguments and of all code that has a hand in the light curves."""
        arguments = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        here = Path(__file__).parent
        return digest(arguments, here, here.parent, here.parent / "light_curves")

    def objects(self, progress: Progress = silent) -> list[Block]:
        """All objects, simulated by the first call; ``progress`` is called with (objects done, n)."""
        if not self._blocks:
            made = []
            for first in range(0, self.n, BLOCK):
                made.append(_first(self._block(first // BLOCK), min(BLOCK, self.n - first)))
                progress(min(first + BLOCK, self.n), self.n)
            self._blocks = made
        return self._blocks

    def detections(self) -> pa.Table:
        """oid, time [MJD], band (``g`` of ZTF, ``CV`` of Catalina), magnitude and error [mag]."""
        blocks = self.objects()
        counts = np.concatenate([each.number for each in blocks])
        columns = {
            "oid": np.repeat(self._names(), counts),
            "time": np.concatenate([each.time for each in blocks]),
            "band": np.repeat(np.concatenate([each.band for each in blocks]), counts),
            "magnitude": np.concatenate([each.magnitude for each in blocks]),
            "error": np.concatenate([each.error for each in blocks]),
        }
        return pa.table(columns, schema=DETECTIONS)

    def non_detections(self) -> pa.Table:
        """None: every visit measures."""
        return LIMITS.empty_table()

    def labels(self) -> pa.Table:
        """oid, class (``steady`` or the kind of change), and facts to judge by, NaN where there is none.

        amplitude, see :class:`Changes`; change_time, days from the first point; tau [d] and sigma [mag] before the
        change; mean_error [mag]; catalina, 1 for its cadence; mean [mag]; second, the rise of flares, fast timescale or
        period [d]; share of the variance that is no walk; luminosity, log10 of erg/s, by which that share falls.
        """
        blocks = self.objects()
        kind = np.concatenate([each.kind for each in blocks])
        facts = {name: np.concatenate([each.facts[name] for each in blocks]) for name in FACTS}
        return pa.table({"oid": self._names(), "class": kind, **facts})

    def _names(self) -> list[str]:
        return [f"nucleus{index:07d}" for index in range(self.n)]

    def _block(self, block: int) -> Block:
        """The objects of one block, all of them."""
        rng = np.random.default_rng([self.seed, QUASARS, block])
        easier = 2 ** (1 - 2 * self.difficulty)
        low, high = self.amplitude
        changes = draw_changes(rng, BLOCK, self.changes, (low * easier, high * easier))
        number = rng.integers(self.numbers[0], self.numbers[1] + 1, BLOCK)
        tau, sigma = (log_uniform(rng, *each, BLOCK) for each in (self.tau, self.sigma))
        mean, after = rng.uniform(*self.magnitude, BLOCK), rng.uniform(*self.change_days, BLOCK)
        of_catalina = rng.random(BLOCK) < self.catalina
        surveys = [ztf(self.days), CATALINA]
        times = [draw_visits(rng, survey, number, self.seed) for survey in surveys]
        time = np.where(of_catalina[:, None], times[1], times[0])
        change = np.minimum(after, KEPT * np.ptp(time, axis=1))
        change = np.where(changes.kind == STEADY, np.nan, change)
        at = time[:, 0] + change
        walk = changing_walks(rng, time, at, *parameters_of(changes, tau, sigma))
        walk, of_process = self._mixed(block, time, walk, tau, sigma)
        truth = mean[:, None] + walk + added_magnitude(changes, time, at)
        shift = surveys[0].limit - surveys[1].limit
        errors = [draw_errors(rng, each, truth) for each in surveys]
        errors[1] = draw_errors(rng, surveys[1], truth - shift)
        error = np.where(of_catalina[:, None], errors[1], errors[0])
        if self.error is not None:
            error = np.full(time.shape, self.error)
        error = error / easier
        truth = truth - np.where(of_catalina, shift, 0.0)[:, None]
        magnitude = truth + error * rng.standard_normal(time.shape)
        first = np.where(of_catalina, surveys[1].first, surveys[0].first)
        there = np.arange(time.shape[1]) < number[:, None]
        mean_error = np.where(there, error, 0).sum(1) / number
        level = mean - np.where(of_catalina, shift, 0.0)
        told = (changes.amplitude, change, tau, sigma, mean_error, of_catalina * 1.0, level, *of_process)
        facts = dict(zip(FACTS, told, strict=True))
        band = np.where(of_catalina, surveys[1].band, surveys[0].band)
        flat = [each[there] for each in (time + first[:, None], magnitude, error)]
        return Block(number, changes.kind, band, facts, *flat)

    def _mixed(self, block: int, time: Array, walk: Array, tau: Array, sigma: Array) -> tuple[Array, Array]:
        """The walk, and what is none in its share; and (3, n) the second timescale, the share, the luminosity."""
        rng = np.random.default_rng([self.seed, OF_PROCESS, block])
        luminosity = rng.uniform(*LUMINOSITY, BLOCK)
        low, high = self.share
        share = high - (high - low) * (luminosity - LUMINOSITY[0]) / np.ptp(LUMINOSITY)
        if self.process == WALK:
            return walk, np.stack([np.full(BLOCK, np.nan), np.zeros(BLOCK), luminosity])
        if self.process == PERIODIC:
            second = log_uniform(rng, *self.period, BLOCK)
            other = oscillation(rng, time, second)
        else:
            second = tau * log_uniform(rng, *self.ratio, BLOCK)
        if self.process == SHOTS:
            other = shot_noise(rng, time, second, tau, self.rate)
        if self.process == CARMA:
            other, share = carma(rng, time, tau, second), np.ones(BLOCK)
        mixed = np.sqrt(1 - share)[:, None] * walk + (sigma * np.sqrt(share))[:, None] * other
        return mixed, np.stack([second, share, luminosity])


def _first(block: Block, n: int) -> Block:
    """Its first objects."""
    points = int(block.number[:n].sum())
    facts = {name: values[:n] for name, values in block.facts.items()}
    flat = [each[:points] for each in (block.time, block.magnitude, block.error)]
    return Block(block.number[:n], block.kind[:n], block.band[:n], facts, *flat)
