"""Models side by side by horizon: squared errors and densities less those of the walk, repeat by repeat.

    python experiments/quasar_forecast/by_horizon.py WALK/predictions.parquet \
        --models recurrent=A/predictions.parquet attentive=B/predictions.parquet --out periodic.png

Printed and drawn is the mean over repeats; ± is the standard deviation over them, and bars are twice its error (each
repeat has a split and a training of its own). Differences are paired: all models were asked the same.
"""

import argparse
from pathlib import Path

import numpy as np
from alertlab.core.paper import full, paper_style
from alertlab.core.predictions import read_predictions
from alertlab.evaluation.forecast.summary import labels, scores
from alertlab.runtime.errors import AlertlabError
from matplotlib.figure import Figure

HORIZONS = (250.0, 500.0, 750.0, 1000.0)
SHOWN = {"noise_chi2": "Chi-squared less the walk's", "log_likelihood": "Log density, less the walk's"}
PRINTED = ("rmse", "noise_chi2", "log_likelihood", "reduced_chi2", "coverage_1_sigma")
COLOURS, MARKERS = ("#0b3c8c", "#d1701f", "#2f8f4e", "#8c3b7a", "#777777"), "os^Dv"


def scored(path, part="test"):
    """Repeat -> scores by horizon, and the rows that were asked."""
    rows = read_predictions(Path(path))
    rows = rows.take(rows.part == part)
    each = {repeat: rows.take(rows.repeat == repeat) for repeat in np.unique(rows.repeat)}
    asked = {repeat: (own.sample_id.tolist(), own.horizon.tolist()) for repeat, own in each.items()}
    return {repeat: scores(own, None, HORIZONS) for repeat, own in each.items()}, asked


def over_repeats(found, metric, name, walk=None):
    """(repeats,) of a score of one horizon, perhaps less the walk's; empty where a repeat lacks it."""
    key = f"{metric}/{name}" if name else metric
    if any(key not in of for of in found.values()):
        return np.zeros(0)
    return np.array([of[key] - (walk[repeat][key] if walk else 0.0) for repeat, of in found.items()])


@paper_style
def draw(models, walk, names):
    """Both differences by horizon."""
    figure = Figure((full(), 2.6), layout="constrained")
    for axes, (metric, label) in zip(figure.subplots(1, 2), SHOWN.items(), strict=True):
        for number, (model, found) in enumerate(models.items()):
            values = [over_repeats(found, metric, name, walk) for name in names]
            place = np.arange(len(names)) + 0.08 * (number - (len(models) - 1) / 2)
            bars = [2 * of.std(ddof=1) / np.sqrt(len(of)) if len(of) > 1 else 0.0 for of in values]
            style = {"color": COLOURS[number], "fmt": MARKERS[number], "capsize": 1.5, "elinewidth": 0.6}
            axes.errorbar(place, [of.mean() for of in values], bars, label=model, **style)
        axes.axhline(0, color="#555555", linestyle="--", linewidth=0.8)
        axes.set_xticks(np.arange(len(names)), [name.replace("below ", "<").removesuffix(" d") for name in names])
        axes.set(xlabel="Days after the last point seen", ylabel=label)
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=5)
    return figure


def main():
    """Print the table and draw it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("walk", type=Path)
    parser.add_argument("--models", nargs="+", required=True, metavar="NAME=PREDICTIONS")
    parser.add_argument("--horizons", type=int, default=3, help="bins that are shown (default: %(default)s)")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    walk, asked = scored(options.walk)
    names, models = labels(HORIZONS)[: options.horizons], {}
    for name, _, path in (word.partition("=") for word in options.models):
        models[name], theirs = scored(path)
        if theirs != asked:
            raise AlertlabError(f"{path}: was asked other rows than {options.walk}; give runs on one split")
    for model, found in {"walk": walk, **models}.items():
        for name in ("", *names):
            cells = []
            for metric in PRINTED:
                value = over_repeats(found, metric, name)
                off = over_repeats(found, metric, name, walk)
                spread = [of.std(ddof=1) if len(of) > 1 else 0.0 for of in (value, off)]
                cells.append(f"{metric} {value.mean():.4f} ± {spread[0]:.4f} ({off.mean():+.4f} ± {spread[1]:.4f})")
            print(f"{model:<12}{name or 'all':<14}" + "  ".join(cells))
    draw(models, walk, names).savefig(options.out, dpi=200)


if __name__ == "__main__":
    main()
