"""Periods of Catalina's variables, beside those of their catalogue (Drake et al. 2017)."""

from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from alertlab.features.maths.periodogram import search

CLOSE = 1e-3  # relative


def recovered(path: Path) -> pd.DataFrame:
    """Catalogue and found period of every object; recovered: the period, its half or its double, to 0.1 %."""
    table = pd.read_parquet(path)
    found = [_period(*row) for row in table[["mjd_minus_53000", "mag", "magerr"]].itertuples(index=False)]
    near = [np.abs(np.array(found) / (table["period"] * factor) - 1) < CLOSE for factor in (0.5, 1, 2)]
    return table[["class", "period"]].assign(found=found, recovered=np.any(near, axis=0))


def _period(time: np.ndarray, magnitude: np.ndarray, error: np.ndarray) -> float:
    good = np.isfinite(magnitude) & (error > 0) & (error < 1)
    columns = (np.asarray(column, dtype=np.float64)[good] for column in (time, magnitude, error))
    return search(*columns, np.ones(good.sum(), dtype=np.int64)).period


def scatter(periods: pd.DataFrame, path: Path) -> None:
    """Found against catalogued periods, recovered ones in another colour."""
    figure, axes = plt.subplots(figsize=(6, 6), dpi=150)
    for wanted, colour, name in ((False, "tab:orange", "others"), (True, "tab:blue", "P, P/2 or 2P to 0.1 %")):
        chosen = periods[periods["recovered"] == wanted]
        axes.loglog(chosen["period"], chosen["found"], ".", ms=3, color=colour, label=f"{name}: {len(chosen)}")
    axes.set(xlabel="catalogue period [d]", ylabel="Multiband_period [d]", title="Catalina Surveys South, V band")
    axes.legend()
    axes.set_aspect("equal")
    figure.savefig(path, bbox_inches="tight")
    plt.close(figure)
