"""Tables and the figure of what curve.py and stream.py have written.

python experiments/accreted_stars/summary.py curve.csv --out experiments/accreted_stars/measured
python experiments/accreted_stars/summary.py stream.csv --out experiments/accreted_stars/measured
"""

import argparse
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from scipy.stats import t

matplotlib.use("Agg")
from matplotlib import pyplot

CONFIDENCE = 0.95
STYLES = {  # colour, marker
    "source only": ("#777777", ""),
    "transfer, none frozen": ("#0072B2", "o"),
    "transfer, last layer": ("#56B4E9", "s"),
    "transfer, gradual": ("#009E73", "^"),
    "target only": ("#D55E00", "v"),
    "boosting, target only": ("#E69F00", "x"),
}


def means(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Mean ± standard deviation over the seeds of every score."""
    scores = [name for name in rows.columns if name not in (*by, "seed", "positives")]
    found = rows.groupby(by, sort=False)
    table = found[scores].mean().join(found[scores].std().add_suffix("_std"))
    table["positives"], table["seeds"] = found["positives"].mean(), found["seed"].nunique()
    return table.reset_index().round(4)


def differences(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Average precision of each transfer less that of the source alone and of the target alone, paired over seeds."""
    told = []
    for cell, own in rows.groupby(by, sort=False):
        wide = own.pivot(index="seed", columns="method", values="average_precision")
        for method in (name for name in wide.columns if name.startswith("transfer")):
            for other in ("source only", "target only"):
                each = (wide[method] - wide[other]).dropna()
                half = t.ppf((1 + CONFIDENCE) / 2, len(each) - 1) * each.std() / np.sqrt(len(each))
                told.append([*np.atleast_1d(cell), method, other, each.mean(), each.mean() - half, each.mean() + half])
    return pd.DataFrame(told, columns=[*by, "method", "less", "difference", "low", "high"]).round(4)


def figure(table: pd.DataFrame, path: Path, title: str) -> None:
    """Average precision against the number of labels."""
    drawn, panel = pyplot.subplots(figsize=(3.5, 3.0), layout="constrained")
    for method, (colour, marker) in STYLES.items():
        own = table[table.method == method].sort_values("labels")
        beside = own.labels * (1 + 0.03 * (list(STYLES).index(method) - 3))  # so that bars do not hide one another
        bars = None if method == "source only" else own.average_precision_std
        panel.errorbar(beside, own.average_precision, bars, color=colour, marker=marker, ms=4, lw=1.2, label=method)
    numbers = sorted(table.labels.unique())
    panel.set_xscale("log")
    panel.set_xticks(numbers, [f"{int(each):,}" for each in numbers], fontsize=7)
    panel.minorticks_off()
    panel.set(xlabel="labels in the target", ylabel="average precision", title=title)
    panel.title.set_size(9)
    panel.legend(fontsize=6.5, frameon=False)
    drawn.savefig(path, dpi=200)


def main() -> None:
    """As the first lines say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    rows = pd.read_csv(options.rows)
    options.out.mkdir(parents=True, exist_ok=True)
    stem = options.rows.stem
    by = ["labels"] if "gap" not in rows else ["labels", "noise", "gap"]
    domains = {"": rows} if "domain" not in rows else dict(iter(rows.groupby("domain")))
    for domain, own in domains.items():
        own = own.drop(columns="domain", errors="ignore")
        name = f"{stem}_{domain}" if domain else stem
        table = means(own, [*by, "method"])
        table.to_csv(options.out / f"{name}.csv", index=False)
        if domain != "source":
            differences(own, by).to_csv(options.out / f"{name}_differences.csv", index=False)
            shown = table if "gap" not in table else table[(table.noise == 0) & (table.gap == 1)]
            title = "GD-1, labels by colour" if "gap" not in table else "simulated target galaxy, true labels"
            figure(shown, options.out / f"{name}.png", title)


if __name__ == "__main__":
    main()
