"""Learning curves: what training and validation did, epoch by epoch."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ...core.paper import TRAIN, VALIDATION, column, paper_style
from ...runtime.errors import AlertlabError

Row = Mapping[str, float]
COLOURS = {"train": TRAIN, "validation": VALIDATION}
STYLES = {"train": "-", "validation": "--"}  # in grey the colours are one


@paper_style
def learning_curves_figure(history: Sequence[Row]) -> Figure:
    """One panel a quantity, a thin line a repeat; a dot marks the epoch of lowest ``validation_loss``.

    Parameters
    ----------
    history : rows with ``epoch``, ``repeat`` and any ``train_<quantity>`` or
        ``validation_<quantity>``; a value may be missing, and one that is not finite is left out.

    Raises
    ------
    AlertlabError
        When no row holds such a quantity.
    """
    names = list(dict.fromkeys(name for row in history for name in row))
    split = [name.split("_", 1) for name in names]
    quantities = list(dict.fromkeys(parts[1] for parts in split if parts[0] in COLOURS and len(parts) == 2))
    if not quantities:
        raise AlertlabError(f"history: no train_<quantity> or validation_<quantity>; it holds {', '.join(names)}")
    columns = 1 if len(quantities) <= 3 else 2
    rows = math.ceil(len(quantities) / columns)
    figure = Figure((columns * column(), 0.3 + 1.5 * rows), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for panel, quantity in zip(panels, quantities, strict=False):
        _draw(panel, history, quantity)
    for panel in panels[max(0, len(quantities) - columns) :]:
        panel.set_xlabel("Epoch")
    for panel in panels[len(quantities) :]:
        panel.remove()
    panels[0].legend()
    return figure


def _draw(panel: Axes, history: Sequence[Row], quantity: str) -> None:
    for number, repeat in enumerate(sorted({row["repeat"] for row in history})):
        best = _best_epoch(history, repeat)
        for part, colour in COLOURS.items():
            points = _points(history, repeat, f"{part}_{quantity}")
            if points:
                label = part if number == 0 else None
                line: dict[str, Any] = {
                    "color": colour,
                    "linestyle": STYLES[part],
                    "linewidth": 0.7,
                    "alpha": 0.7,
                    "label": label,
                }
                panel.plot(list(points), list(points.values()), **line)
            if part == "validation" and best in points:
                panel.plot(best, points[best], "o", color=colour, label="best epoch" if number == 0 else None)
    title = quantity.replace("_", " ")
    panel.set_ylabel(title[:1].upper() + title[1:])
    panel.xaxis.set_major_locator(MaxNLocator(integer=True))


def _points(history: Sequence[Row], repeat: float, name: str) -> dict[float, float]:
    """Value of each epoch, in time order."""
    rows = [row for row in history if row["repeat"] == repeat and math.isfinite(row.get(name, math.nan))]
    return {row["epoch"]: row[name] for row in sorted(rows, key=lambda row: row["epoch"])}


def _best_epoch(history: Sequence[Row], repeat: float) -> float | None:
    loss = _points(history, repeat, "validation_loss")
    return min(loss, key=lambda epoch: loss[epoch]) if loss else None
