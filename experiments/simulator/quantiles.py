"""Quantiles of what packets say and show, of both sides, by class."""

import numpy as np
from numpy.typing import NDArray
from sides import CLASSES, Side

LEVELS = (0.05, 0.5, 0.95)
FIELDS = (
    "fwhm", "magzpsci", "magpsf", "sigmapsf", "diffmaglim", "sgscore1", "distpsnr1", "distpsnr2", "distpsnr3",
    "srmag1", "distnr", "magnr", "chinr", "sharpnr", "classtar", "ndethist", "ncovhist", "chipsf", "scorr",
    "elong", "nneg", "nbad", "nmatches", "neargaia", "neargaiabright", "rb", "drb",
)  # fmt: skip
PIXELS = (
    "science background", "science noise", "template noise", "difference noise", "difference background",
    "difference noise / science noise", "template background - science background", "science width",
    "difference width", "science correlation right", "science correlation up", "template correlation right",
    "template correlation up", "difference correlation right", "difference correlation up",
    "difference spread of columns / noise", "difference central peak / noise", "difference darkest / noise",
    "difference kurtosis of the sky",
)  # fmt: skip
SENTINELS = ("sgscore1", "distpsnr1", "distpsnr2", "distpsnr3", "srmag1", "sgmag1", "szmag1", "neargaia", "ssdistnr")
PAIRS = (
    ("magpsf", "sigmapsf"), ("fwhm", "diffmaglim"), ("magzpsci", "diffmaglim"), ("magpsf", "diffmaglim"),
    ("magnr", "chinr"), ("sgscore1", "sharpnr"), ("distpsnr1", "distpsnr3"), ("ndethist", "ncovhist"),
)  # fmt: skip

Summary = dict[str, dict[str, list[float] | float]]


def summarise(side: Side) -> dict[str, Summary]:
    """Class (and ``all``, each class weighing the same) -> kind of quantity -> name -> value."""
    found = {label: _one(side.take(np.flatnonzero(side.label == label))) for label in CLASSES}
    return {"all": _one(side)} | found


def _one(side: Side) -> Summary:
    columns = {name: side.field(name) for name in FIELDS}
    pixels = {name: side.numbers[:, side.names.index(name)] for name in PIXELS}
    masked = side.numbers[:, side.names.index("difference NaN fraction")]
    return {
        "candidate": {name: quantiles(column) for name, column in columns.items()},
        "pixels": {name: quantiles(column) for name, column in pixels.items()},
        "share": {
            **{f"{name} is -999": float(side.sentinel(name).mean()) for name in SENTINELS},
            "stamps with NaN": float((masked > 0).mean()),
            "NaN pixels": float(masked.mean()),
            "magzpsci below 25": float((columns["magzpsci"] < 25).mean()),
            "isdiffpos f": float(np.mean([str(alert.candidate["isdiffpos"]) in ("f", "0") for alert in side.alerts])),
        },
        "rank correlation": {f"{a}, {b}": rank_correlation(side.field(a), side.field(b)) for a, b in PAIRS},
    }


def quantiles(column: NDArray[np.float64]) -> list[float]:
    """5, 50 and 95 % of the known values; NaN where there are fewer than five."""
    known = column[np.isfinite(column)]
    return [float(value) for value in np.quantile(known, LEVELS)] if len(known) >= 5 else [np.nan] * 3


def rank_correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Spearman's, of the rows that have both."""
    from scipy.stats import spearmanr

    both = np.isfinite(a) & np.isfinite(b)
    return float(spearmanr(a[both], b[both]).statistic) if both.sum() >= 5 else np.nan
