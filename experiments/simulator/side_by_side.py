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
from PIL import Image
from sides import CLASSES, read_side

TRIPLETS, ROWS = 3, 2  # of each class on either side
SOFT = 3.0  # signal to noise at which the grey scale turns from linear to logarithmic
BLUE = [59, 91, 200]  # where there is no pixel
SHADES = 20  # of grey: the picture stays small


def show(axis: plt.Axes, image: np.ndarray) -> None:
    """One cut-out, an inverse hyperbolic sine of its signal to noise; NaN in blue."""
    level = np.nanmedian(image)
    noise = 1.4826 * np.nanmedian(np.abs(image - level))
    cmap = plt.get_cmap("gray", SHADES).with_extremes(bad=[level / 255 for level in BLUE])
    grey = np.arcsinh((image - level) / noise / SOFT)
    axis.imshow(
        np.ma.masked_invalid(grey), vmin=np.arcsinh(-3 / SOFT), vmax=np.arcsinh(50 / SOFT), cmap=cmap, origin="lower"
    )


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
        dpi=92,
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
    figure.canvas.draw()
    palette = Image.new("P", (1, 1))
    palette.putpalette(
        [level for grey in np.linspace(0, 255, SHADES).round().astype(int) for level in [int(grey)] * 3] + BLUE
    )
    drawn = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())[..., :3])
    picture = drawn.quantize(palette=palette, dither=Image.Dither.NONE)
    picture.save(arguments.out, optimize=True)


if __name__ == "__main__":
    main()
