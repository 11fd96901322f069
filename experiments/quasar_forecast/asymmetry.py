"""Whether light curves look the same backwards, by groups of objects: increments, and forecasts by one model.

    python experiments/quasar_forecast/asymmetry.py LIGHTCURVES.parquet OBJECTS.parquet --by true_luminosity \
        --bundle RUN/quasar_forecast-0.1.0.bundle --out asymmetry.png

Increments: beta(lag) = (S+ - S-) / (S+ + S-), where S+ and S- are the root mean squares of the increments that brighten
and that dim (Kawaguchi et al. 1998, ApJ 504, 671); above 0 where light curves rise faster than they decay.
Forecasts: the mean logarithm of the density that a model gives to the last fifth of a light curve, less the same of the
light curve read backwards. A process that is the same backwards has 0 in both. ± are 90 % intervals of a bootstrap over
objects; the model must have seen none of them.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from alertlab import runtime
from alertlab.core.paper import full, paper_style
from alertlab.datamodules.sequences.forecasts import cuts
from alertlab.runtime import Ragged
from matplotlib.figure import Figure

LAGS = np.array([3.0, 10.0, 30.0, 100.0, 300.0, 1000.0])
SEEN, RESAMPLES = 0.8, 1000
COLOURS, MARKERS = ("#0b3c8c", "#d1701f", "#2f8f4e"), "os^"


def nights(curve):
    """Time, mean magnitude and its error of each night."""
    night = np.floor(curve.time.to_numpy() + 0.5)
    weight = curve.value_err.to_numpy() ** -2.0
    number = np.unique(night, return_inverse=True)[1]
    total = np.bincount(number, weight)
    return np.bincount(number, weight * curve.time) / total, np.bincount(number, weight * curve.value) / total


def increments(curve):
    """(lags, 4) sums of squares and numbers of the increments that brighten and that dim, over the variance."""
    time, value = nights(curve)
    first, second = np.triu_indices(len(time), 1)
    lag, step = time[second] - time[first], (value[second] - value[first]) / value.std()
    place = np.digitize(lag, LAGS) - 1
    found = np.zeros((len(LAGS) - 1, 4))
    for column, side in ((0, step < 0), (1, step > 0)):
        inside = side & (place >= 0) & (place < len(LAGS) - 1)
        found[:, column] = np.bincount(place[inside], step[inside] ** 2, len(LAGS) - 1)
        found[:, 2 + column] = np.bincount(place[inside], minlength=len(LAGS) - 1)
    return found


def beta(sums):
    """Of summed increments (..., lags, 4)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        up, down = (np.sqrt(sums[..., side] / sums[..., 2 + side]) for side in (0, 1))
        return (up - down) / (up + down)


def densities(bundle, curves):
    """Mean logarithm of the density at what was measured of the last part, of each curve (time, value, error)."""
    points = [np.stack([time - time[0], np.ones_like(time), value, error], 1) for time, value, error in curves]
    whole = Ragged.of([each.astype(np.float32) for each in points])
    count = cuts(whole, SEEN)
    query = [whole[row][number:, :1] - whole[row][number - 1, 0] for row, number in enumerate(count)]
    told = bundle.answers({"light_curve": whole.first(count), "query": Ragged.of(query)})
    found = []
    for row, number in enumerate(count):
        off, error = whole[row][number:, 2] - told["value"][row], whole[row][number:, 3]
        variance = told["deviation"][row] ** 2 + error**2
        found.append(np.mean(-0.5 * (off**2 / variance + np.log(2 * np.pi * variance))))
    return np.array(found)


def interval(values, weights):
    """Mean of some objects and its 90 % interval over resamples, (resamples, objects)."""
    drawn = weights @ values / weights.sum(1)
    return values.mean(), *np.percentile(drawn, [5, 95])


@paper_style
def draw(groups, by_lag, ahead):
    """Increments by lag, and forecasts, of each group."""
    figure = Figure((full(), 2.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    middle = np.sqrt(LAGS[:-1] * LAGS[1:])
    for number, name in enumerate(groups):
        value, low, high = by_lag[name]
        style = {"color": COLOURS[number], "marker": MARKERS[number], "capsize": 1.5, "elinewidth": 0.6, "label": name}
        left.errorbar(middle * (0.94 + 0.06 * number), value, [value - low, high - value], **style)
    left.axhline(0, color="#555555", linestyle="--", linewidth=0.8)
    left.set(xscale="log", xlabel="Lag [d]", ylabel=r"$(S_+ - S_-) / (S_+ + S_-)$")
    left.legend()
    place = np.arange(len(groups))
    value, low, high = (np.array([ahead[name][side] for name in groups]) for side in range(3))
    right.errorbar(place, value, [value - low, high - value], fmt="o", color=COLOURS[0], capsize=1.5, elinewidth=0.6)
    right.axhline(0, color="#555555", linestyle="--", linewidth=0.8)
    right.set_xticks(place, groups)
    right.set(ylabel="Log density, ahead less backwards", xlim=(-0.5, len(groups) - 0.5))
    return figure


def main():
    """Print both measures by group and draw them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("light_curves", type=Path)
    parser.add_argument("objects", type=Path)
    parser.add_argument("--by", required=True, metavar="COLUMN", help="of OBJECTS, whose terciles are the groups")
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    table = pd.read_parquet(options.light_curves).sort_values(["lc_id", "time"], kind="stable")
    objects = pd.read_parquet(options.objects).set_index("lc_id")
    curves = dict(list(table.groupby("lc_id")))
    by = objects.loc[list(curves), options.by].to_numpy()
    edges = np.quantile(by, [1 / 3, 2 / 3])
    names = [f"below {edges[0]:.2f}", f"{edges[0]:.2f} to {edges[1]:.2f}", f"from {edges[1]:.2f}"]
    member = np.digitize(by, edges)
    steps = np.stack([increments(each) for each in curves.values()])
    plain = [tuple(each[key].to_numpy(float) for key in ("time", "value", "value_err")) for each in curves.values()]
    back = [(time[-1] - time[::-1], value[::-1], error[::-1]) for time, value, error in plain]
    bundle = runtime.load(options.bundle)
    off = densities(bundle, plain) - densities(bundle, back)
    rng, by_lag, ahead = np.random.default_rng(0), {}, {}
    for number, name in enumerate(names):
        own = member == number
        weights = rng.multinomial(own.sum(), np.full(own.sum(), 1 / own.sum()), RESAMPLES).astype(float)
        drawn = beta(np.einsum("ro,olc->rlc", weights, steps[own]))
        by_lag[name] = (beta(steps[own].sum(0)), *np.nanpercentile(drawn, [5, 95], axis=0))
        ahead[name] = interval(off[own], weights)
        share = f", share {objects.true_share.to_numpy()[own].mean():.2f}" if "true_share" in objects else ""
        told = " ".join(f"{a:+.3f} [{b:+.3f}, {c:+.3f}]" for a, b, c in zip(*by_lag[name], strict=True))
        print(f"{options.by} {name} ({own.sum()} objects{share}): beta {told}; ahead less backwards", end=" ")
        print("{:+.3f} [{:+.3f}, {:+.3f}]".format(*ahead[name]))
    draw(names, by_lag, ahead).savefig(options.out, dpi=200)


if __name__ == "__main__":
    main()
