"""The period of an object: Fourier series of several harmonics beside a box, and rules that choose between periods.

Rules, chosen on half of the variables of the Catalina Surveys South:

- The standard deviation of a band is added to its errors in quadrature: no model here meets the points to their
  errors, and a few of small errors would decide.
- The fit of least penalised chi^2 wins (:func:`~.harmonic_search.penalised`, factor 1.5).
- A slow variation, of which less than 30 cycles a harmonic are seen, has two harmonics at most: more follow its drifts.
- A period of which a harmonic after the second explains 1.5 times as much as either of the first two is a multiple of
  the period, and is out. So P and 2 P remain; a period whose second harmonic is so much the stronger within 60 cycles
  is halved.
- A frequency within 3 cycles a year of whole cycles a day must be better by 10: nights alone give it. One below 0.8
  cycles a day of which 50 cycles or more are seen must be better by 8: it is more often an alias than the truth.
- A box wins over the series where its score is more than twice as high: eclipses too narrow for eight harmonics.
- An eclipsing binary has its period doubled where two minima differ: a fit of as many harmonics at half the frequency,
  which is always tried, is better then by more than its penalty.
"""

from dataclasses import dataclass

import numpy as np

from ..lightcurves import Floats, Integers
from .box_search import Box, boxes
from .harmonic_search import Joint, candidates, grid_of, joined, lowered, penalised
from .periodogram import FEWEST, SHORTEST, WINDOW, _densest
from .spectrum import band_of

SOFTENING = 1.0  # standard deviations of a band, added to its errors in quadrature
PENALTY = 1.5  # times ln N, a parameter
CYCLES_EACH, FEW = 30, 2  # cycles that a harmonic after FEW must have been seen
STRONGER = 1.5  # ratio of what two harmonics explain
SLOW = 60  # cycles over the light curve
FEWEST_CYCLES = 2.0
DAILY, NEAR_DAY = 10.0, 3 / 365.25  # penalty, and cycles a day around whole ones
LEAKED, SLOWER, MANY = 8.0, 0.8, 50  # penalty; cycles a day below which; cycles over the light curve
SIDEREAL = 1.0027379  # cycles a day
STEPS = np.linspace(-0.36, 0.36, 13)  # cycles over the light curve around a candidate
BOX_WINS = 2.0  # ratio of scores
FINER = STEPS / 6  # around the best of them
AGAIN, REFINED, BOXED = 3, 10, 30  # best fits: halves, doubles and aliases of which are tried; refined; with boxes


@dataclass(frozen=True)
class Fit:
    """Fourier series at one frequency. score: - penalised chi^2, 0 a constant. lowered: of 1, 2, ... harmonics."""

    frequency: float
    harmonics: int
    score: float
    lowered: Floats


@dataclass(frozen=True)
class BestPeriod:
    """What is known of a period.

    Attributes
    ----------
    period : days; of the best of both models.
    series, box : the best of each.
    box_score : of the box, as ``series.score``.
    rival : score of the best series one or two sidereal cycles a day beside the period.
    joint : the points.
    """

    period: float
    series: Fit
    box: Box
    box_score: float
    rival: float
    joint: Joint

    @property
    def alias(self) -> int:
        """Cycles a day that the frequency is near, 0 where it is near none."""
        nearest = round(1 / self.period)
        return nearest if abs(1 / self.period - nearest) < NEAR_DAY else 0


def best_period(time: Floats, magnitude: Floats, error: Floats, band: Integers, sign: float = 1.0) -> BestPeriod | None:
    """The period of one object by the rules above; None without a band of enough points that are not all equal.

    Parameters
    ----------
    time, magnitude, error, band : (n,) days, magnitudes or fluxes, their errors, numbers of bands.
    sign : of a dip, 1 in magnitudes, -1 in fluxes.
    """
    joint = _joint(time, magnitude, error, band)
    if joint is None:
        return None
    first = candidates(joint, grid_of(joint.span, SHORTEST))
    fits = _series(joint, first, STEPS)
    others = [np.array([f / 2, 2 * f, *_aliases(f)]) for f in _leading(fits, AGAIN)]
    more = np.concatenate([np.empty(0), *others])
    more = more[(more > FEWEST_CYCLES / joint.span) & (more < 1 / SHORTEST)]
    fits = fits + _series(joint, more, STEPS)
    fits = fits + _series(joint, _leading(fits, REFINED), FINER)
    if not fits:
        return None
    series = max(fits, key=lambda fit: fit.score)
    box, box_score = _box(joint, _leading(fits, BOXED), sign)
    where, height = np.array([fit.frequency for fit in fits]), np.array([fit.score for fit in fits])
    beside = np.abs(where[:, None] - _aliases(series.frequency)).min(axis=1) < 1 / joint.span
    rival = float(height[beside].max()) if beside.any() else np.nan
    boxed = box_score > BOX_WINS * max(series.score, 0.0)
    frequency = box.frequency if boxed else series.frequency * _division(joint, series)
    return BestPeriod(1 / frequency, series, box, box_score, rival, joint)


def _joint(time: Floats, magnitude: Floats, error: Floats, band: Integers) -> Joint | None:
    if np.ptp(time) > WINDOW:
        inside = _densest(time)
        time, magnitude, error, band = time[inside], magnitude[inside], error[inside], band[inside]
    bands, units, start = [], [], time.min()
    for name in np.unique(band):
        of = band == name
        soft = np.sqrt(error[of] ** 2 + SOFTENING**2 * np.var(magnitude[of]))
        made = band_of(time[of] - start, magnitude[of], soft)
        if made.time.size >= FEWEST and made.variance > 0 and np.ptp(made.time) > 0:
            bands.append(made)
            units.append(np.sqrt(np.sum(soft**-2.0)))
    return joined(bands, units) if bands else None


def _aliases(frequency: float) -> Floats:
    return np.abs(frequency + SIDEREAL * np.array([-2.0, -1.0, 1.0, 2.0]))


def _series(joint: Joint, frequency: Floats, steps: Floats) -> list[Fit]:
    """The best series around each frequency."""
    if not frequency.size:
        return []
    shift = steps / joint.span
    low = lowered(joint, frequency, shift)
    at = frequency[:, None] + shift
    score = _scores(joint, at, low)
    places = score.reshape(frequency.size, -1).argmax(axis=1)
    fits = []
    for row, place in enumerate(places.tolist()):
        step, k = divmod(place, low.shape[2])
        if np.isfinite(score[row, step, k]):
            off, top = _summit(score[row, :, k], step)
            fits.append(Fit(float(at[row, step] + off * (shift[1] - shift[0])), k + 1, top, low[row, step]))
    return fits


def _box(joint: Joint, frequency: Floats, sign: float) -> tuple[Box, float]:
    """The best box around all frequencies, and its score."""
    at = (frequency[:, None] + STEPS[::2] / joint.span).ravel()
    dips, start, duration = boxes(joint, at, sign)
    free = 3 + len(joint.bands)
    left = np.log(np.maximum(1 - dips / joint.variance, 1e-9))
    score = -joint.size * left - PENALTY * free * np.log(joint.size) - _suspicion(joint, at)
    best = int(np.argmax(score))
    return Box(float(at[best]), float(dips[best]), float(start[best]), float(duration[best])), float(score[best])


def _scores(joint: Joint, frequency: Floats, low: Floats) -> Floats:
    """- penalised chi^2, (..., harmonics), - infinity where a rule forbids the fit."""
    harmonics = np.arange(1, low.shape[-1] + 1)
    cycles = (frequency * joint.span)[..., None]
    score = -penalised(joint, low, PENALTY) - _suspicion(joint, frequency)[..., None]
    gain = np.diff(low, axis=-1, prepend=0.0)
    early = gain[..., :2].max(axis=-1, keepdims=True)
    late = np.maximum.accumulate(np.where(harmonics > 2, gain, 0.0), axis=-1)
    forbidden = (harmonics > np.maximum(FEW, cycles / CYCLES_EACH)) | (cycles < FEWEST_CYCLES)
    return np.where(forbidden | (late > STRONGER * early), -np.inf, score)


def _suspicion(joint: Joint, frequency: Floats) -> Floats:
    """What a score loses at frequencies that gaps between nights bring forth."""
    nearest = np.round(frequency)
    daily = (np.abs(frequency - nearest) < NEAR_DAY) & (nearest > 0)
    leaked = (frequency < SLOWER) & (frequency * joint.span > MANY)
    return DAILY * daily + LEAKED * leaked


def _summit(score: Floats, step: int) -> tuple[float, float]:
    """Steps from a place to the top of the parabola through it and its neighbours, and the height there."""
    if step in (0, score.size - 1) or not np.all(np.isfinite(score[step - 1 : step + 2])):
        return 0.0, float(score[step])
    before, here, after = score[step - 1 : step + 2].tolist()
    bend = before - 2 * here + after
    if bend >= 0:
        return 0.0, here
    off = min(max((before - after) / (2 * bend), -0.5), 0.5)
    return off, here - (before - after) * off / 4


def _leading(fits: list[Fit], most: int) -> Floats:
    """Frequencies of the best fits."""
    return np.array([fit.frequency for fit in sorted(fits, key=lambda fit: -fit.score)[:most]])


def _division(joint: Joint, series: Fit) -> int:
    """2 where the series of a slow variation is one of half the period."""
    gain = np.diff(series.lowered[: series.harmonics], prepend=0.0)
    slow = series.frequency * joint.span < SLOW
    return 2 if slow and series.harmonics == 2 and gain[1] > STRONGER * gain[0] else 1
