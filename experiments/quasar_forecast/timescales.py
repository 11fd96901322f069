"""Our timescales of damped random walks beside the published fits of the same light curves.

    python experiments/quasar_forecast/timescales.py BUNDLE LIGHTCURVES.parquet OBJECTS.parquet --out timescales.png

BUNDLE is of ``model=damped_random_walk``; all points are seen. The published fits are of the same light curves: a
reference for a fitter, no truth, and no model ever sees them.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from alertlab import runtime
from alertlab.core.paper import column, paper_style
from alertlab.runtime import Ragged
from matplotlib.figure import Figure
from scipy.stats import spearmanr


def fitted(bundle, curves):
    """Tau [d] and sigma of each light curve, in the order of their names."""
    names, rows = [], []
    for name, each in curves.sort_values("time", kind="stable").groupby("lc_id"):
        columns = (each.time - each.time.iloc[0], np.ones(len(each)), each.value, each.value_err)
        rows.append(np.stack(columns, 1).astype(np.float32))
        names.append(name)
    query = Ragged.of([np.array([[1.0]], np.float32)] * len(rows))
    told = bundle.answers({"light_curve": Ragged.of(rows), "query": query})
    return pd.DataFrame({"lc_id": names, "tau": told["tau"], "sigma": told["sigma"]})


def compared(ours, theirs):
    """Spearman's rho, median and scatter (half of 16th to 84th percentile) of log10 ours over theirs."""
    off = np.log10(ours / theirs)
    low, middle, high = np.percentile(off, [16, 50, 84])
    return {"n": len(off), "rho": spearmanr(ours, theirs).statistic, "median": middle, "scatter": (high - low) / 2}


@paper_style
def draw(table, valid):
    """Ours against theirs."""
    figure = Figure((column(), 3.4), layout="constrained")
    axes = figure.subplots()
    for rows, colour, label in ((table[~valid], "#bbbbbb", "others"), (table[valid], "#0b3c8c", "their final sample")):
        axes.loglog(rows.drw_tau_obs_d, rows.tau, "o", color=colour, markersize=3, label=label)
    ends = np.array([1.0, 3e4])
    axes.loglog(ends, ends, "--", color="#555555", linewidth=0.8)
    axes.set(xlabel="Published timescale [d], as observed", ylabel="Ours [d]", xlim=ends, ylim=ends)
    axes.legend(loc="upper left")
    return figure


def main():
    """Print the comparison and draw it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("bundle", "light_curves", "objects"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    objects = pd.read_parquet(options.objects)
    objects = objects[objects.unit == "mag"]
    curves = pd.read_parquet(options.light_curves)
    curves = curves[curves.lc_id.isin(objects.lc_id)]
    table = objects.merge(fitted(runtime.load(options.bundle), curves), on="lc_id")
    table = table[np.isfinite(table.drw_tau_obs_d) & (table.drw_tau_obs_d > 0)]
    valid = table.valid.astype(bool).to_numpy()
    for label, rows in (("all", table), ("their final sample", table[valid])):
        for ours, theirs in (("tau", "drw_tau_obs_d"), ("sigma", "drw_sigma")):
            known = rows[np.isfinite(rows[theirs]) & (rows[theirs] > 0)]
            told = compared(known[ours].to_numpy(), known[theirs].to_numpy())
            print(label, ours, {key: round(float(value), 3) for key, value in told.items()})
    draw(table, valid).savefig(options.out, dpi=200)
    table[["lc_id", "tau", "drw_tau_obs_d", "sigma", "drw_sigma", "valid"]].to_csv(
        options.out.with_suffix(".csv"), index=False
    )


if __name__ == "__main__":
    main()
