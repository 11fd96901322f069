"""Are steps found? Detection rate of steps by their height, of a trained detector and of walks fitted to the past.

    python experiments/changing_state_agn/steps.py RUN/changing_state_agn-0.1.0.bundle --out FOLDER

Simulates what no training saw, by seeds of its own: steady light curves and steps 300 days after the first point, all
with errors of 0.05 mag and the cadence of ZTF. Half of the steady ones set each score's threshold, at a rate of false
alarms of 1 %; the other half says what it is indeed. The walk is fitted to the first 300 days: the baseline knows when.
"""

import argparse
import itertools
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from alertlab.core.paper import COLUMN, paper_style, render
from alertlab.core.predictions import read_predictions
from alertlab.core.progress import counter
from alertlab.evaluation.detection.alarms import wilson
from alertlab.evaluation.figures.curves import COLOURS
from alertlab.simulate import SimulatedQuasars
from alertlab.workflows.predict.dispatch import predict
from matplotlib.figure import Figure
from random_walk import SCORES, curves_of, score
from scipy.stats import binomtest

LIKE = {"error": 0.05, "catalina": 0.0, "change_days": (300.0, 300.0)}
HEIGHTS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)  # mag
SIGMAS = (0.05, 0.08, 0.12, 0.17, 0.22)  # mag: bins of the walk's own amplitude
RATE, CONFIDENCE, ASKED = 0.01, 0.90, 0.5
STEADY, STEPS = 100, 200  # seeds
WORDS = {
    "score": "detector",
    "pointwise": "walk, chi-squared",
    "joint": "walk, joint",
    "innovation": "walk, innovation",
}


def simulated(folder, name, n, seed, **more):
    """Light curves as a file, and the facts of their objects."""
    made = SimulatedQuasars(n, seed, **(LIKE | more))
    path = folder / f"{name}.parquet"
    pq.write_table(made.detections(), path)
    return path, made.labels()


def scored(bundle, path, labels):
    """Score name -> (n,) of each object, of the detector and of the walks."""
    out = path.with_name(f"{path.stem}_scores.parquet")
    predict(bundle, path, out)
    rows = read_predictions(out)
    place = {name: at for at, name in enumerate(rows.object_id.tolist())}
    names = labels["oid"].to_pylist()
    order = [place[name] for name in names]
    curves, found = curves_of(path, names), []
    with counter(f"walks of {path.stem}") as progress:
        for done, name in enumerate(names, 1):
            found.append(score(*curves[name], LIKE["change_days"][0]))
            progress(done, len(names))
    walks = dict(zip(SCORES, np.nan_to_num(np.array(found).T, nan=-np.inf), strict=True))  # too short: never flagged
    parts = {name: rows.facts[name][order] for name in ("isolation", "chi_squared") if name in rows.facts}
    return {"score": rows.score[order]} | parts | walks


def paired(ours, theirs, resamples=2000):
    """Difference of two rates of alarms on the same objects: mean, bootstrap interval over objects, McNemar's p."""
    difference = ours.astype(float) - theirs
    random = np.random.default_rng(0)
    drawn = difference[random.integers(len(difference), size=(resamples, len(difference)))].mean(1)
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    only, other = int((ours & ~theirs).sum()), int((~ours & theirs).sum())
    p = float(binomtest(only, only + other).pvalue) if only + other else 1.0
    return {"difference": float(difference.mean()), "low": float(low), "high": float(high), "mcnemar_p": p}


def rate_of(alarms):
    """Share with its interval."""
    low, high = wilson(int(alarms.sum()), len(alarms), CONFIDENCE)
    return {"rate": float(alarms.mean()), "low": low, "high": high, "objects": len(alarms)}


@paper_style
def figure(measured):
    """Detection rate against height, and of steps of the asked height against the amplitude of the walk."""
    drawn = Figure((2 * COLUMN, 2.5), layout="constrained")
    left, right = drawn.subplots(1, 2, sharey=True)
    for place, (name, words) in enumerate(WORDS.items()):
        for axes, of, key in ((left, measured["by_height"], "height"), (right, measured["by_sigma"], "sigma")):
            rows = [row for row in of if row["score"] == name]
            rate, low, high = (np.array([row[each] for row in rows]) for each in ("rate", "low", "high"))
            bars = np.stack([rate - low, high - rate]).clip(0)
            axes.errorbar(
                [row[key] for row in rows], rate, bars, color=COLOURS[place], marker="osD^"[place], label=words
            )
    left.axhline(0.8, color="0.6", linewidth=0.6, linestyle="--")
    left.set(xlabel="Height of the step (mag)", ylabel="Detection rate at 1 % false alarms", ylim=(0, 1.02))
    right.set(xlabel=f"Standard deviation of the walk (mag), steps of {ASKED} mag")
    left.legend(loc="lower right")
    return drawn


def main():
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("-n", type=int, default=500, help="objects of each height; four times as many steady ones")
    parser.add_argument("--seed", type=int, default=0, help="added to the seeds of the simulations")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    steady = scored(asked.bundle, *simulated(asked.out, "steady", 4 * asked.n, STEADY + asked.seed))
    own = np.arange(4 * asked.n) % 2 == 0
    above = {name: float(np.quantile(values[own], 1 - RATE)) for name, values in steady.items()}
    false = {name: rate_of(values[~own] > above[name]) for name, values in steady.items()}
    by_height, by_sigma, differences = [], [], []
    for place, height in enumerate(HEIGHTS):
        more = {"changes": {"step": 1.0}, "amplitude": (height, height)}
        path, labels = simulated(asked.out, f"step_{height}", asked.n, STEPS + asked.seed + place, **more)
        alarms = {name: values > above[name] for name, values in scored(asked.bundle, path, labels).items()}
        by_height += [{"score": name, "height": height, **rate_of(of)} for name, of in alarms.items()]
        pairs = [(name, paired(alarms["score"], alarms[name])) for name in SCORES]
        differences += [{"height": height, "minus": name, **of} for name, of in pairs]
        if height == ASKED:
            sigma = labels["sigma"].to_numpy()
            for low, high in itertools.pairwise(SIGMAS):
                within = (sigma >= low) & (sigma < high)
                by_sigma += [
                    {"score": name, "sigma": (low + high) / 2, **rate_of(of[within])} for name, of in alarms.items()
                ]
    measured = {"false_alarms": false, "by_height": by_height, "by_sigma": by_sigma, "differences": differences}
    (asked.out / "steps.json").write_text(json.dumps(measured, indent=1) + "\n")
    (asked.out / "steps.png").write_bytes(render(figure(measured), "png"))
    for name, of in false.items():
        found = {row["height"]: row for row in by_height if row["score"] == name}
        cells = "  ".join(f"{height}: {row['rate']:.3f}" for height, row in found.items())
        print(f"{name:12} false alarms {of['rate']:.4f}  {cells}")
    for row in differences:
        if row["height"] == ASKED:
            print(f"detector minus {row['minus']}: {row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]")


if __name__ == "__main__":
    main()
