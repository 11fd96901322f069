"""Purity and completeness of good solutions against cuts in one column, by magnitude and crowding: CSV and a figure.

    python experiments/gaia_fidelity/fidelity.py RUN/predictions.parquet --out experiments/gaia_fidelity/measured

RUWE and the parallax error stand among the facts of the table, so all are judged on the same rows. Completeness is of
the good ones, purity of what is kept; at a matched completeness what is kept is the likeliest good, or the lowest. ±
is the standard deviation over repeats, which have splits and weights of their own, and one simulation.
"""

import argparse
import csv
from itertools import pairwise
from pathlib import Path

import numpy as np
from alertlab.core.predictions import read_predictions
from sklearn.metrics import average_precision_score, roc_auc_score

CUT, COMPLETE = 1.4, 0.97
SLICES = {"phot_g_mean_mag": (0, 15, 16, 17, 18, 19, 21), "nearest": (0, 1, 2, 4, 8, 31)}


def of_kept(kept, good):
    """Purity and completeness."""
    return (good & kept).sum() / max(kept.sum(), 1), (good & kept).sum() / max(good.sum(), 1)


def at_completeness(score, good, complete):
    """Purity of the rows with the highest scores that hold so much of the good ones."""
    kept = score >= np.quantile(score[good], 1 - complete, method="lower")
    return of_kept(kept, good)[0]


def judged(score, good, facts):
    """Every number of one repeat."""
    ruwe, error = facts["ruwe"], facts["parallax_error"]
    found = {
        "base purity": good.mean(),
        "purity": of_kept(score > 0.5, good)[0],
        "completeness": of_kept(score > 0.5, good)[1],
        "RUWE < 1.4 purity": of_kept(ruwe < CUT, good)[0],
        "RUWE < 1.4 completeness": of_kept(ruwe < CUT, good)[1],
    }
    if good.all() or not good.any():
        return found
    matched = found["RUWE < 1.4 completeness"]
    return found | {
        "purity at 0.97": at_completeness(score, good, COMPLETE),
        "purity at that of RUWE < 1.4": at_completeness(score, good, matched),
        "RUWE purity at 0.97": at_completeness(-ruwe, good, COMPLETE),
        "parallax error purity at 0.97": at_completeness(-error, good, COMPLETE),
        "AUROC": roc_auc_score(good, score),
        "RUWE AUROC": roc_auc_score(good, -ruwe),
        "parallax error AUROC": roc_auc_score(good, -error),
        "average precision of bad": average_precision_score(~good, -score),
        "RUWE average precision of bad": average_precision_score(~good, ruwe),
        "parallax error average precision of bad": average_precision_score(~good, error),
    }


def repeats(rows, part):
    """(probability of good, whether good, facts) of each repeat."""
    place = rows.classes.index("good")
    for number in np.unique(rows.repeat).tolist():
        own = rows.take((rows.repeat == number) & (rows.part == part))
        yield own.probability[:, place], own.target == place, own.facts


def spread(found):
    """Name -> mean and deviation, of the repeats that know it."""
    names = dict.fromkeys(name for each in found for name in each)
    values = {name: [each[name] for each in found if name in each] for name in names}
    return {name: (np.mean(each), np.std(each, ddof=1) if len(each) > 1 else np.nan) for name, each in values.items()}


def curves(rows, part):
    """Completeness, and purity of the network and of each column at it, (repeats, 3, completeness)."""
    complete = np.linspace(0.5, 1, 101)
    found = np.array(
        [
            [
                [at_completeness(each, good, c) for c in complete]
                for each in (score, -facts["ruwe"], -facts["parallax_error"])
            ]
            for score, good, facts in repeats(rows, part)
        ]
    )
    return complete, found


def draw(rows, part, out):
    """Purity against completeness."""
    import matplotlib.pyplot as plt

    complete, found = curves(rows, part)
    figure, axes = plt.subplots(figsize=(3.4, 2.6), layout="constrained")
    for place, (name, style) in enumerate((("network", "-"), ("RUWE", "--"), ("parallax error", ":"))):
        mean, std = found[:, place].mean(0), found[:, place].std(0, ddof=1) if len(found) > 1 else 0
        (line,) = axes.plot(complete, mean, style, label=name)
        axes.fill_between(complete, mean - std, mean + std, color=line.get_color(), alpha=0.25, lw=0)
    summary = spread([judged(*each) for each in repeats(rows, part)])
    cut = [summary[f"RUWE < 1.4 {name}"][0] for name in ("completeness", "purity")]
    axes.plot(*cut, "ks", ms=4, label="RUWE < 1.4")
    axes.plot(0.973, 0.993, "k*", ms=7, label="published (real)")
    axes.set(xlabel="completeness of good", ylabel="purity of good")
    axes.legend(frameon=False, fontsize=7)
    figure.savefig(out, dpi=200)


def main():
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("--part", default="test_truth")
    parser.add_argument("--out", type=Path, default=Path("measured"))
    asked = parser.parse_args()
    rows = read_predictions(asked.predictions)
    asked.out.mkdir(parents=True, exist_ok=True)
    lines = []
    whole = spread([judged(*each) for each in repeats(rows, asked.part)])
    lines += [("all", "", name, *value) for name, value in whole.items()]
    for fact, edges in SLICES.items():
        for low, high in pairwise(edges):
            found = []
            for score, good, facts in repeats(rows, asked.part):
                inside = (facts[fact] >= low) & (facts[fact] < high)
                if inside.sum() >= 50:
                    found.append(
                        {"sources": inside.sum()}
                        | judged(score[inside], good[inside], {name: each[inside] for name, each in facts.items()})
                    )
            lines += [(fact, f"{low} to {high}", name, *value) for name, value in spread(found).items()]
    with (asked.out / "fidelity.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("fact", "range", "metric", "mean", "std"))
        writer.writerows((*each[:3], f"{each[3]:.5f}", f"{each[4]:.5f}") for each in lines)
    for each in lines:
        print(f"| {each[0]} {each[1]} | {each[2]} | {each[3]:.4f} ± {each[4]:.4f} |")
    draw(rows, asked.part, asked.out / "purity.png")


if __name__ == "__main__":
    main()
