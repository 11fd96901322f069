"""Whether what alertlab fits is fitted at least as well as lc_classifier 2.1.0 fits it."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from alertlab.features.families.autoregression import irregular_autoregression, negative_likelihood
from alertlab.features.families.random_walk import damped_random_walk, log_likelihoods, remember
from alertlab.features.families.supernova import FLOOR, flux_of, residuals, supernova_shape
from alertlab.features.lightcurves import LightCurves
from alertlab.features.maths.periodogram import FEWEST, combined
from alertlab.features.maths.spectrum import band_of, explained_at
from alertlab.features.runs.layout import layout

INPUTS = ("time", "magnitude", "error", "difference", "difference_error")
TOLERANCE = 1e-5  # of a log-likelihood; of chi^2 relative
MANY = 30  # points of a band of which a period is asked to agree


def fits(curves: LightCurves, reference: pd.DataFrame) -> Iterator[tuple[str, int, float, str]]:
    """(fit, curves, share at least as good, measure)."""
    rows, parts = reference.to_dict("records"), layout(curves, (1, 2))
    pairs = [
        ({name: parts.bands[name][segment] for name in INPUTS}, band, rows[owner])
        for segment, (owner, band) in enumerate(zip(parts.owner, parts.band, strict=True))
    ]
    walks = np.array([walk(*pair) for pair in pairs if pair[0]["time"].size >= damped_random_walk.minimum])
    yield "GP_DRW", len(walks), float(walks.mean()), "log-likelihood"
    memories = np.array([memory(*pair) for pair in pairs if np.isfinite(pair[2][f"IAR_phi_{pair[1]}"])])
    yield "IAR_phi", len(memories), float(memories.mean()), "likelihood of the published filter"
    known = [pair for pair in pairs if np.isfinite(pair[2][f"SPM_A_{pair[1]}"])]
    shapes = np.array([(shape(*pair), pair[0]["time"].size) for pair in known])
    yield "SPM", len(shapes), float(shapes[:, 0].mean()), "chi^2"
    defined = shapes[shapes[:, 1] > 6, 0]
    yield "SPM, 7 points and more", len(defined), float(defined.mean()), "SPM_chi"
    found = parts.whole["found"]
    periods = np.array(
        [
            each
            for number, row in enumerate(rows)
            for each in period(found[number].period, [pairs[k][0] for k in np.flatnonzero(parts.owner == number)], row)
        ]
    )
    for name, chosen in (("all", periods[:, 1] > 0), (f"more than {MANY} points in a band", periods[:, 1] > MANY)):
        how = "the same to 0.1 %, or a higher statistic"
        yield f"Multiband_period, {name}", int(chosen.sum()), float(periods[chosen, 0].mean()), how


def walk(arrays: dict, band: int, row: dict) -> bool:
    """Log-likelihood of both random walks; any time scale is as good without variance."""
    ours = damped_random_walk.compute(arrays["time"], arrays["magnitude"], arrays["error"])
    theirs = row[f"GP_DRW_sigma_{band}"], row[f"GP_DRW_tau_{band}"]
    memory, values = np.empty(arrays["time"].size), np.empty((2, 1))
    for place, (variance, tau) in enumerate((ours, theirs)):
        remember(np.log(tau) if np.isfinite(tau) else 0.0, arrays["time"], memory)
        centred = arrays["magnitude"] - arrays["magnitude"].mean()
        log_likelihoods(np.array([variance]), memory, centred, arrays["error"] ** 2, values[place])
    return values[0] >= values[1] - TOLERANCE


def memory(arrays: dict, band: int, row: dict) -> bool:
    """Minus log-likelihood of both autoregressions."""
    magnitude = arrays["magnitude"]
    spread = magnitude.std(ddof=1)
    given = np.diff(arrays["time"]), (magnitude - magnitude.mean()) / spread, (arrays["error"] / spread) ** 2
    ours = irregular_autoregression.compute(arrays["time"], magnitude, arrays["error"])
    return negative_likelihood(ours, *given) <= negative_likelihood(row[f"IAR_phi_{band}"], *given) + TOLERANCE


def shape(arrays: dict, band: int, row: dict) -> bool:
    """chi^2 of both supernova models."""
    flux = flux_of.py_func(arrays["difference"])
    error = flux_of.py_func(arrays["difference"] - arrays["difference_error"]) - flux + FLOOR
    ours = supernova_shape.compute(arrays["time"], arrays["difference"], arrays["difference_error"])[:6]
    names = ("A", "t0", "gamma", "beta", "tau_rise", "tau_fall")
    theirs = np.array([row[f"SPM_{name}_{band}"] for name in names])
    since, residual, jacobian = arrays["time"] - arrays["time"][0], np.empty(flux.size), np.empty((flux.size, 6))
    chi = [residuals(p, since, flux, error, residual, jacobian) for p in (ours, theirs)]
    return chi[0] <= chi[1] * (1 + TOLERANCE) + TOLERANCE


def period(ours: float, bands: list[dict], row: dict) -> Iterator[tuple[bool, int]]:
    """Whether the period is the same or has the higher statistic, and the points of the richest band."""
    theirs = row["Multiband_period"]
    if not np.isfinite(theirs):
        return
    kept = [arrays for arrays in bands if arrays["time"].size >= FEWEST]
    start = min(arrays["time"][0] for arrays in kept)
    made = [band_of(arrays["time"] - start, arrays["magnitude"], arrays["error"]) for arrays in kept]
    total = sum(explained_at(band, 1 / np.array([ours, theirs])) for band in made)
    power = combined(total, 1.0, sum(band.variance for band in made))
    yield abs(ours / theirs - 1) <= 1e-3 or power[0] >= power[1], max(arrays["time"].size for arrays in kept)
