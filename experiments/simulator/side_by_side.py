"""Real and simulated stamps of each class side by side, as one picture.

    python experiments/simulator/side_by_side.py STAMPS.parquet --out docs/img/simulated_stamps.png

Each triplet is science, template, difference. Both sides are drawn at random, not picked.
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from alertlab.alerts import Alert, Rejected
from alertlab.simulate import SimulatedStamps
from sides import CLASSES, read_side

TRIPLETS, ROWS = 3, 2  # of each class on either side
CUTS = (1.0, 99.3)  # percentiles of the grey scale, of each image's central 41 x 41 px


def show(axis: plt.Axes, image: np.ndarray) -> None:
    """One cut-out between its percentiles, NaN in blue."""
    core = image[11:52, 11:52]
    low, high = np.nanpercentile(core, CUTS)
    cmap = plt.get_cmap("gray").with_extremes(bad="#3b5b92")
    axis.imshow(np.ma.masked_invalid(image), vmin=low, vmax=max(high, low + 1), cmap=cmap, origin="lower")


def draw(grid: np.ndarray, alerts: list[Alert]) -> None:
    """Triplets into the axes (ROWS, 3 TRIPLETS)."""
    for number, alert in enumerate(alerts):
        row, column = divmod(number, TRIPLETS)
        for band, image in enumerate(alert.stamp):
            show(grid[row, 3 * column + band], image)


def main() -> None:
    """Draw the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("real", type=Path)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    real = read_side(arguments.real, arguments.labels)
    simulated = [each for each in SimulatedStamps(80, arguments.seed, 0.5) if not isinstance(each, Rejected)]
    rng = np.random.default_rng(arguments.seed)

    wide = 3 * TRIPLETS
    widths, heights = [*[1.0] * wide, 0.5, *[1.0] * wide], [1.0, 1.0, 0.22] * len(CLASSES)
    figure, axes = plt.subplots(
        len(heights),
        len(widths),
        figsize=(11, 7.1),
        gridspec_kw={"width_ratios": widths, "height_ratios": heights, "wspace": 0.05, "hspace": 0.05},
    )
    for axis in axes.flat:
        axis.axis("off")
    n = TRIPLETS * ROWS
    for place, label in enumerate(CLASSES):
        rows = slice(3 * place, 3 * place + ROWS)
        objects = {real.alerts[row].object_id: row for row in np.flatnonzero(real.label == label)}  # one of each
        chosen = rng.choice(list(objects.values()), n, replace=False)
        draw(axes[rows, :wide], [real.alerts[row] for row in chosen])
        draw(axes[rows, wide + 1 :], [alert for alert, name in simulated if name == label][:n])
        axes[3 * place, 0].text(
            -0.35, 0.0, label, rotation=90, transform=axes[3 * place, 0].transAxes, va="center", ha="right"
        )
    for column, title in ((wide // 2, "real (ZTF public alerts)"), (wide + 1 + wide // 2, "simulated")):
        axes[0, column].set_title(title, fontsize=11, pad=6)
    figure.subplots_adjust(0.03, 0.0, 0.995, 0.95)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(arguments.out, dpi=110)


if __name__ == "__main__":
    main()
