"""Are steps found? Detection rate of steps by their height, of trained detectors and of walks fitted to the past.

    python experiments/changing_state_agn/steps.py RUN/changing_state_agn-0.1.0.bundle ... --out FOLDER

Simulates what no training saw, by seeds of its own: steady light curves and steps 300 days after the first point, all
with errors of 0.05 mag and the cadence of ZTF. Half of the steady ones set each score's threshold, at a rate of false
alarms of 1 %; the other half says what it is indeed. The walk is fitted to the first 300 days, and the plainest score
is the mean square of what comes later, scaled by mean and deviation of these: the baselines know when, and so does the
detector's scaling. ``--days 300 900`` lets steps happen at any time between, which nobody is told.
Of several bundles, trainings that differ by their seed, rates are means, with their standard deviation beside.
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

LIKE = {"error": 0.05, "catalina": 0.0}
PAST = 300.0  # days
HEIGHTS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)  # mag
SIGMAS = (0.05, 0.08, 0.12, 0.17, 0.22)  # mag: bins of the walk's own amplitude
RATE, CONFIDENCE, ASKED = 0.01, 0.90, 0.5
PLAIN = (*SCORES, "scaled")
PARTS = ("isolation", "distance", "chi_squared")
STEADY, STEPS = 100, 200  # seeds
WORDS = {
    "score": "detector",
    "scaled": "mean square, scaled",
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


def scaled(time, value, _):
    """Mean square of the later magnitudes, less the mean and over the deviation of the past; NaN as of `score`."""
    seen = time <= time[0] + PAST
    if seen.sum() < 6 or (~seen).sum() < 3:
        return np.nan
    return np.mean(((value[~seen] - value[seen].mean()) / value[seen].std()) ** 2)


def baselines(path, labels):
    """Score name -> (n,) of each object, of the walks and the plainest score."""
    names = labels["oid"].to_pylist()
    curves, found = curves_of(path, names), []
    with counter(f"walks of {path.stem}") as progress:
        for done, name in enumerate(names, 1):
            found.append([*score(*curves[name], PAST), scaled(*curves[name])])
            progress(done, len(names))
    return dict(zip(PLAIN, np.nan_to_num(np.array(found).T, nan=-np.inf), strict=True))  # too short: never flagged


def scored(bundle, path, labels):
    """Score name -> (n,) of each object, of a detector."""
    out = path.with_name(f"{path.stem}_scores.parquet")
    predict(bundle, path, out)
    rows = read_predictions(out)
    place = {name: at for at, name in enumerate(rows.object_id.tolist())}
    order = [place[name] for name in labels["oid"].to_pylist()]
    parts = {name: rows.facts[name][order] for name in PARTS if name in rows.facts}
    return {"score": rows.score[order]} | parts


def paired(ours, theirs, resamples=2000):
    """Difference of two rates of alarms on the same objects, (trainings, n) each: mean, interval over objects."""
    difference = (ours.astype(float) - theirs).mean(0)
    random = np.random.default_rng(0)
    drawn = difference[random.integers(len(difference), size=(resamples, len(difference)))].mean(1)
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return {"difference": float(difference.mean()), "low": float(low), "high": float(high)}


def rate_of(alarms):
    """Share (trainings, n): mean, its interval over objects, and the standard deviation over trainings."""
    shares = alarms.mean(1)
    low, high = wilson(round(alarms.shape[1] * shares.mean()), alarms.shape[1], CONFIDENCE)
    spread = {"std": float(shares.std(ddof=1))} if np.ptp(shares) > 0 else {}  # baselines are of no training
    return {"rate": float(shares.mean()), **spread, "low": low, "high": high, "objects": alarms.shape[1]}


def told(rate):
    """A rate with its deviation, for people."""
    return f"{rate['rate']:.3f}" + (f" ± {rate['std']:.3f}" if "std" in rate else "")


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
                [row[key] for row in rows], rate, bars, color=COLOURS[place], marker="osD^v"[place], label=words
            )
    left.axhline(0.8, color="0.6", linewidth=0.6, linestyle="--")
    left.set(xlabel="Height of the step (mag)", ylabel="Detection rate at 1 % false alarms", ylim=(0, 1.02))
    right.set(xlabel=f"Standard deviation of the walk (mag), steps of {ASKED} mag")
    left.legend(loc="lower right")
    return drawn


def main():
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundles", type=Path, nargs="+")
    parser.add_argument("-n", type=int, default=500, help="objects of each height; four times as many steady ones")
    parser.add_argument("--seed", type=int, default=0, help="added to the seeds of the simulations")
    parser.add_argument("--days", type=float, nargs=2, default=(PAST, PAST), help="after the first point, of steps")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)

    def all_scores(made):
        """Score name -> (trainings, n); the baselines are the same for every training."""
        plain = baselines(*made)
        found = [scored(bundle, *made) | plain for bundle in asked.bundles]
        return {name: np.array([each[name] for each in found]) for name in found[0]}

    steady = all_scores(simulated(asked.out, "steady", 4 * asked.n, STEADY + asked.seed))
    own = np.arange(4 * asked.n) % 2 == 0
    above = {name: np.quantile(values[:, own], 1 - RATE, axis=1, keepdims=True) for name, values in steady.items()}
    false = {name: rate_of(values[:, ~own] > above[name]) for name, values in steady.items()}
    by_height, by_sigma, differences = [], [], []
    for place, height in enumerate(HEIGHTS):
        more = {"changes": {"step": 1.0}, "amplitude": (height, height), "change_days": asked.days}
        path, labels = simulated(asked.out, f"step_{height}", asked.n, STEPS + asked.seed + place, **more)
        alarms = {name: values > above[name] for name, values in all_scores((path, labels)).items()}
        by_height += [{"score": name, "height": height, **rate_of(of)} for name, of in alarms.items()]
        pairs = [(name, paired(alarms["score"], alarms[name])) for name in PLAIN]
        differences += [{"height": height, "minus": name, **of} for name, of in pairs]
        if height == ASKED:
            sigma = labels["sigma"].to_numpy()
            for low, high in itertools.pairwise(SIGMAS):
                within = (sigma >= low) & (sigma < high)
                by_sigma += [
                    {"score": name, "sigma": (low + high) / 2, **rate_of(of[:, within])} for name, of in alarms.items()
                ]
    measured = {"trainings": len(asked.bundles), "false_alarms": false}
    measured |= {"by_height": by_height, "by_sigma": by_sigma, "differences": differences}
    (asked.out / "steps.json").write_text(json.dumps(measured, indent=1) + "\n")
    (asked.out / "steps.png").write_bytes(render(figure(measured), "png"))
    for name, of in false.items():
        found = {row["height"]: row for row in by_height if row["score"] == name}
        cells = "  ".join(f"{height}: {told(row)}" for height, row in found.items())
        print(f"{name:12} false alarms {told(of)}  {cells}")
    for row in differences:
        if row["height"] == ASKED:
            print(f"detector minus {row['minus']}: {row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]")


if __name__ == "__main__":
    main()
