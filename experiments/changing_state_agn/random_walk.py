"""The baseline: chi-squared of what a damped random walk, fitted to the past, says of the rest of a light curve.

    python experiments/changing_state_agn/random_walk.py RUN/predictions.parquet DETECTIONS.parquet \
        --past 300 --out baseline.parquet

writes the same rows with the baseline's score; ``alertlab evaluate`` judges them as it does the detector's.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import celerite2
import numpy as np
import pyarrow.parquet as pq
from alertlab.core.predictions import read_predictions
from alertlab.core.progress import counter
from celerite2 import terms
from scipy.optimize import minimize

TAU, SIGMA = (5.0, 3000.0), (0.01, 1.5)  # days, mag: where a fit looks, if it is not told more
SCORES = ("pointwise", "joint", "innovation")


def process(tau, sigma, mean, time, error):
    """A damped random walk of these, ready for the times."""
    walk = celerite2.GaussianProcess(terms.RealTerm(a=sigma**2, c=1 / tau), mean=mean)
    walk.compute(time, yerr=error, quiet=True)
    return walk


def fit(time, value, error, tau=TAU, sigma=SIGMA):
    """Tau [d], sigma [mag] and mean of highest likelihood within these ranges; the mean is its own maximum."""
    bounds = np.log([tau, sigma])

    def parameters(at):
        inside = np.exp(np.clip(at, bounds[:, 0], bounds[:, 1]))
        walk = process(*inside, 0.0, time, error)
        weight = walk.apply_inverse(np.ones_like(value))
        return inside, float(weight @ value / weight.sum()), walk

    def loss(at):
        outside = np.abs(at - np.clip(at, bounds[:, 0], bounds[:, 1])).sum()
        _, mean, walk = parameters(at)
        return -walk.log_likelihood(value - mean) + 10 * outside

    start = bounds.mean(1)
    best = minimize(loss, start, method="Nelder-Mead", options={"xatol": 0.05, "fatol": 0.05, "maxfev": 120})
    (found_tau, found_sigma), mean, _ = parameters(best.x)
    return found_tau, found_sigma, mean


def innovations(tau, sigma, time, value, error):
    """Each point less what those before it foretell, in standard deviations; independent and normal for the walk.

    Values are less their mean (Kelly et al. 2009, ApJ 698, 895, eqs. 6 to 12).
    """
    expected, spread, found, last = 0.0, sigma**2, np.empty(len(value)), time[0]
    for place, (at, each, noise) in enumerate(zip(time, value, error, strict=True)):
        decay = np.exp(-(at - last) / tau)
        expected, spread = expected * decay, spread * decay**2 + sigma**2 * (1 - decay**2)
        total = spread + noise**2
        found[place] = (each - expected) / np.sqrt(total)
        gain = spread / total
        expected, spread, last = expected + gain * (each - expected), spread * (1 - gain), at
    return found


def score(time, value, error, past, tau=TAU, sigma=SIGMA):
    """How a light curve goes on, against what its first days foretell: three scores, NaN where either part is short.

    pointwise : mean over the later points of (value - expected)^2 / (variance of both), each from the past alone.
    joint : the same of all later points together, which expects them to stay together.
    innovation : the largest of the later points less what all before it foretell, in standard deviations.
    """
    seen = time <= time[0] + past
    if seen.sum() < 6 or (~seen).sum() < 3:
        return np.full(3, np.nan)
    tau, sigma, mean = fit(time[seen], value[seen], error[seen], tau, sigma)
    known = process(tau, sigma, mean, time[seen], error[seen])
    expected, variance = known.predict(value[seen], t=time[~seen], return_var=True)
    pointwise = np.mean((value[~seen] - expected) ** 2 / (variance + error[~seen] ** 2))
    steps = innovations(tau, sigma, time, value - mean, error)
    return np.array([pointwise, np.mean(steps[~seen] ** 2), np.abs(steps[~seen]).max()])


def curves_of(path, names, columns=("oid", "time", "magnitude", "error")):
    """Object -> time, value, error, in order of time."""
    table = pq.read_table(path, columns=list(columns))
    own, time, value, error = (np.asarray(table[name]) for name in columns)
    wanted = np.isin(own, names)
    own, time, value, error = (each[wanted] for each in (own, time, value, error))
    order = np.lexsort((time, own))
    names, first = np.unique(own[order], return_index=True)
    parts = [np.split(each[order], first[1:]) for each in (time, value, error)]
    return dict(zip(names.tolist(), zip(*parts, strict=True), strict=True))


def main():
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predictions", type=Path, help="a detector's, whose rows are scored")
    parser.add_argument("detections", type=Path, help="the light curves: oid, time, magnitude, error")
    parser.add_argument("--past", type=float, default=300.0, help="days from the first point that a walk is fitted to")
    parser.add_argument("--score", choices=SCORES, default="pointwise")
    parser.add_argument("--tau", type=float, nargs=2, default=TAU, help="range of a fit, days")
    parser.add_argument("--sigma", type=float, nargs=2, default=SIGMA, help="range of a fit, mag")
    parser.add_argument("--parts", nargs="+", default=["validation", "test"])
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    rows = read_predictions(asked.predictions)
    rows = rows.take(np.isin(rows.part, asked.parts))
    names = np.unique(rows.object_id)
    curves = curves_of(asked.detections, names)
    found = {}
    with counter("random walks") as progress:
        for done, name in enumerate(names.tolist(), 1):
            found[name] = score(*curves[name], asked.past, asked.tau, asked.sigma)
            progress(done, len(names))
    every = np.array([found[name] for name in rows.object_id.tolist()])
    kept = np.isfinite(every).all(1)
    print(f"{(~kept).sum()} of {len(rows)} rows have too few points on one side of day {asked.past:g}")
    facts = dict(rows.facts) | {name: every[:, place] for place, name in enumerate(SCORES)}
    scored = replace(rows, score=every[:, SCORES.index(asked.score)], facts=facts, embedding=None)
    scored.take(kept).write(asked.out)


if __name__ == "__main__":
    main()
