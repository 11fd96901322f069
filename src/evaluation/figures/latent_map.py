"""A model's latent space on paper: its embedding in two dimensions, coloured by class and by score."""

from importlib.util import find_spec
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...core.paper import paper_style
from ...core.predictions import ClassPredictions, Predictions, ScorePredictions, ValuePredictions
from .curves import COLOURS, panels

ROWS = 5000  # drawn, and fitted to: more hide each other
OTHERS, REST = "others", "0.75"
UMAP = "umap"  # its import name; alertlab[maps] installs it
Values = NDArray[np.float64]


def latent_maps(rows: Predictions) -> dict[str, tuple[Figure, str]]:
    """Name -> figure and what is to be known of it; empty without an embedding of two dimensions or more.

    Principal components, and UMAP (McInnes, Healy & Melville 2018, arXiv:1802.03426) where umap-learn is installed.
    Both are fitted to the rows that are drawn: of the first repeat, since each training has axes of its own.
    """
    some, words = shown(rows)
    if some.embedding is None or some.embedding.shape[1] < 2 or len(some) < 3:
        return {}
    if not np.isfinite(some.embedding).all():
        return {}
    place, share = principal(some.embedding)
    told = f"Principal components, fitted to {words}; they hold {100 * share:.0f} % of its variance."
    found = {"latent_map": (_drawn(some, place, "Principal component"), told)}
    if find_spec(UMAP) is not None:
        found["latent_map_umap"] = (_drawn(some, umap(some.embedding), "UMAP axis"), f"UMAP, fitted to {words}.")
    return found


def shown(rows: Predictions) -> tuple[Predictions, str]:
    """Rows to draw, and in words which they are."""
    first = rows.take(rows.repeat == rows.repeat.min(initial=0)) if len(rows) else rows
    parts = ", ".join(sorted(set(first.part.tolist())))
    of = f" of repeat {first.repeat[0]}" if len(first) < len(rows) else ""
    if len(first) <= ROWS:
        return first, f"the {len(first)} rows of the part {parts}{of} that are drawn"
    some = np.sort(np.random.default_rng(0).choice(len(first), ROWS, replace=False))
    return first.take(some), f"the {ROWS} rows that are drawn, at random from {len(first)} of the part {parts}{of}"


def principal(embedding: NDArray[np.float32]) -> tuple[Values, float]:
    """(n, 2) the first two principal components, and the share of the variance that they hold."""
    from sklearn.decomposition import PCA  # here: scikit-learn is a second of import

    fitted = PCA(2, svd_solver="full").fit(embedding.astype(np.float64))
    return fitted.transform(embedding.astype(np.float64)), float(np.nan_to_num(fitted.explained_variance_ratio_).sum())


def umap(embedding: NDArray[np.float32]) -> Values:
    """(n, 2) by UMAP with its default parameters and a fixed seed."""
    import umap as learned

    neighbours = min(15, len(embedding) - 1)
    found: Values = learned.UMAP(n_neighbors=neighbours, random_state=0, n_jobs=1).fit_transform(embedding)
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
        _by_class(left, place, names, said)
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


def _by_class(axes: Axes, place: Values, names: NDArray[np.str_], said: str) -> None:
    """The classes of most rows in colours, all others grey."""
    known, counts = np.unique(names[names != ""], return_counts=True)
    most = sorted(known[np.argsort(-counts, kind="stable")][: len(COLOURS)].tolist())
    rest = ~np.isin(names, most)
    if rest.any():
        axes.scatter(*place[rest].T, color=REST, label=OTHERS, **_dots(len(names)))
    for name, colour in zip(most, COLOURS, strict=False):
        axes.scatter(*place[names == name].T, color=colour, label=name, **_dots(len(names)))
    axes.legend(title=said[:1].upper() + said[1:], title_fontsize=6, markerscale=3, scatterpoints=1)


def _dots(number: int) -> dict[str, Any]:
    """Smaller where there are more; as pixels, or a figure of thousands is megabytes."""
    return {"s": float(np.clip(2000 / max(number, 1), 1.5, 8)), "linewidths": 0, "alpha": 0.8, "rasterized": True}
