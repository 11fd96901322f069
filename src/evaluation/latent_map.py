"""A model's latent space on paper: its embedding in two dimensions, coloured by class and by score."""

from importlib.util import find_spec
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..core.paper import paper_style
from ..core.predictions import ClassPredictions, Predictions, ScorePredictions, ValuePredictions
from .figures.curves import COLOURS, panels
from .rows import once

MOST = 5000  # rows drawn, and fitted to: more hide each other
MOST_OF_UMAP = 2000  # of which it takes a minute on one core
FEWEST = 3
OTHERS, REST = "others", "0.75"
UMAP = "umap"  # its import name; alertlab[maps] installs it
Values = NDArray[np.float64]


@once
def latent_maps(predictions: Predictions, part: str = "") -> dict[str, tuple[Figure, str]]:
    """Name -> figure and what is to be known of it; empty without an embedding of two dimensions or more.

    Principal components, and UMAP (McInnes, Healy & Melville 2018, arXiv:1802.03426) where umap-learn is installed.
    Both are fitted to the rows that are drawn: of the first repeat, since each training has axes of its own.

    Parameters
    ----------
    part : of which the rows whose truth is known are drawn; "" draws all rows.
    """
    embedding = predictions.embedding
    if embedding is None or embedding.shape[1] < 2:
        return {}
    rows = predictions.take(predictions.labelled & (predictions.part == part)) if part else predictions
    if len(rows) < FEWEST or not np.isfinite(embedding).all():
        return {}
    some, words = shown(rows, MOST)
    place, share = principal(some)
    told = f"Principal components, fitted to {words}; they hold {100 * share:.0f} % of its variance."
    found = {"latent_map": (_drawn(some, place, "Principal component"), told)}
    if find_spec(UMAP) is not None:
        some, words = shown(rows, MOST_OF_UMAP)
        found["latent_map_umap"] = (_drawn(some, umap(some), "UMAP axis"), f"UMAP, fitted to {words}.")
    return found


def shown(rows: Predictions, most: int) -> tuple[Predictions, str]:
    """Rows to draw, and in words which they are."""
    first = rows.take(rows.repeat == rows.repeat.min())
    parts = ", ".join(sorted(set(first.part.tolist())))
    of = f" of repeat {first.repeat[0]}" if len(first) < len(rows) else ""
    if len(first) <= most:
        return first, f"the {len(first)} rows of the part {parts}{of} that are drawn"
    some = np.sort(np.random.default_rng(0).choice(len(first), most, replace=False))
    return first.take(some), f"the {most} rows that are drawn, at random from {len(first)} of the part {parts}{of}"


def principal(rows: Predictions) -> tuple[Values, float]:
    """(n, 2) the first two principal components, and the share of the variance that they hold."""
    from sklearn.decomposition import PCA  # here: scikit-learn is a second of import

    embedding = np.asarray(rows.embedding, np.float64)
    fitted = PCA(2, svd_solver="full").fit(embedding)
    return fitted.transform(embedding), float(np.nan_to_num(fitted.explained_variance_ratio_).sum())


def umap(rows: Predictions) -> Values:
    """(n, 2) by UMAP with its default parameters, begun at the principal components, with a fixed seed."""
    import umap as learned

    of = learned.UMAP(n_neighbors=min(15, len(rows) - 1), init="pca", random_state=0, n_jobs=1)
    found: Values = of.fit_transform(rows.embedding)
    return found


def coloured(rows: Predictions) -> tuple[NDArray[np.str_] | None, str, Values | None, str]:
    """Class of each row and what class that is, number of each row and its name; None for what a task has not."""
    if isinstance(rows, ScorePredictions):
        if (rows.kind != "").any():
            return rows.kind, "true class", rows.score, "Score"
        return (rows.nearest if rows.known else None), "nearest class", rows.score, "Score"
    if isinstance(rows, ClassPredictions):
        true = (rows.target >= 0).any()
        names = np.array([*rows.classes, ""])[rows.target if true else rows.prediction]
        said = "true class" if true else "predicted class"
        return names, said, rows.probability.max(axis=1), "Largest probability"
    if isinstance(rows, ValuePredictions):
        first = rows.quantities.quantities[0]
        return None, "", rows.value[:, 0], f"{first.name} ({first.unit})" if first.unit else first.name
    return None, "", None, ""


@paper_style
def _drawn(rows: Predictions, place: Values, axis: str) -> Figure:
    names, said, value, label = coloured(rows)
    figure, axes = panels(max(1, (names is not None) + (value is not None)), 2.9)
    left, right = axes[0], axes[-1]
    if names is not None:
        strange = rows.outlier == 1 if isinstance(rows, ScorePredictions) else np.zeros(len(rows), bool)
        _by_class(left, place, names, said, set(names[strange].tolist()))
    if value is not None:
        low, high = np.percentile(value, [1, 99])
        order = np.argsort(value, kind="stable")  # the highest on top
        x, y = place[order].T
        dots = right.scatter(x, y, c=value[order], vmin=low, vmax=high, cmap="cividis", **_dots(len(value)))
        figure.colorbar(dots, ax=right, label=label, extend="both", shrink=0.9)
    if names is None and value is None:
        left.scatter(*place.T, color=COLOURS[0], **_dots(len(place)))
    for each in axes:
        each.set(xlabel=f"{axis} 1", ylabel=f"{axis} 2")
    return figure


def _by_class(axes: Axes, place: Values, names: NDArray[np.str_], said: str, strange: set[str]) -> None:
    """Classes of outliers, on top, and those of most rows in colours, all others grey."""
    known, counts = np.unique(names[names != ""], return_counts=True)
    order = np.lexsort((-counts, ~np.isin(known, list(strange))))
    most = sorted(known[order][: len(COLOURS)].tolist(), key=lambda name: (name in strange, name))
    rest = ~np.isin(names, most)
    if rest.any():
        axes.scatter(*place[rest].T, color=REST, label=OTHERS, **_dots(len(names)))
    for name, colour in zip(most, COLOURS, strict=False):
        axes.scatter(*place[names == name].T, color=colour, label=name, **_dots(len(names)))
    axes.legend(
        title=said[:1].upper() + said[1:],
        markerscale=3,
        frameon=True,
        facecolor="white",
        edgecolor="none",
        framealpha=0.8,
    )


def _dots(number: int) -> dict[str, Any]:
    """Smaller where there are more; as pixels, or a figure of thousands is megabytes."""
    return {"s": float(np.clip(2000 / max(number, 1), 1.5, 8)), "linewidths": 0, "alpha": 0.8, "rasterized": True}
