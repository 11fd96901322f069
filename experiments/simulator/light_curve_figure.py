"""Two simulated light curves of each class, folded where periodic: the overview of docs/simulator.md.

python experiments/simulator/light_curve_figure.py --out docs/img/simulated_light_curves.png
"""

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from alertlab.simulate.light_curves.objects import SimulatedObject, simulate_object
from alertlab.simulate.light_curves.taxonomy import BRANCHES, CLASSES

COLOURS = {1: "#2a8f6d", 2: "#c0392b"}
NAMES = {1: "g", 2: "r"}
LEAST = {"Transient": 25, "Stochastic": 40, "Periodic": 90}  # detections that an example should have


def examples(seed: int, count: int) -> dict[str, list[SimulatedObject]]:
    """The first well-observed objects of each class."""
    found: dict[str, list[SimulatedObject]] = {name: [] for name in CLASSES}
    index = 0
    while any(len(each) < count for each in found.values()):
        thing = simulate_object(index, seed, 0.5, "equal")
        branch = next(name for name, classes in BRANCHES.items() if thing.label in classes)
        enough = min(np.sum(thing.measured.band == band) for band in (1, 2)) >= LEAST[branch] / 3
        if enough and thing.measured.time.size >= LEAST[branch] and len(found[thing.label]) < count:
            found[thing.label].append(thing)
        index += 1
    return found


def draw(axes: plt.Axes, thing: SimulatedObject) -> None:
    """One object: points with errors, and upper limits of transients."""
    seen = thing.measured
    magnitude = seen.corrected if thing.light.corrected else seen.difference
    error = seen.corrected_error if thing.light.corrected else seen.difference_error
    period = thing.light.truth.get("period") if thing.label in BRANCHES["Periodic"] else None
    for band in (1, 2):
        chosen = seen.band == band
        time, values = seen.time[chosen], magnitude[chosen]
        if period:
            phase = time / period % 1
            time = np.concatenate([phase, phase + 1])
        else:
            time = time - 58202
        turns = 2 if period else 1
        axes.errorbar(
            time,
            np.tile(values, turns),
            np.tile(error[chosen], turns),
            fmt="o",
            ms=2.2,
            lw=0.6,
            color=COLOURS[band],
            label=NAMES[band],
        )
        if not thing.light.corrected:
            missed = seen.limit_band == band
            axes.plot(seen.limit_time[missed] - 58202, seen.limit_magnitude[missed], "v", ms=2.5, mfc="none",
                      color=COLOURS[band], alpha=0.5)  # fmt: skip
    axes.invert_yaxis()
    axes.tick_params(labelsize=7)
    note = f"P = {period:.3g} d" if period else f"{seen.time.size} detections"
    axes.set_title(note, fontsize=8, pad=3)


def main() -> None:
    """Draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    found = examples(arguments.seed, 2)
    figure = plt.figure(figsize=(15, 13.5), layout="constrained")
    outer = figure.subfigures(5, 3, wspace=0.02, hspace=0.03)
    for panel, (label, things) in zip(outer.ravel(), found.items(), strict=True):
        panel.suptitle(label, fontsize=11, fontweight="bold")
        for place, (axes, thing) in enumerate(zip(panel.subplots(1, 2), things, strict=True)):
            draw(axes, thing)
            axes.set_xlabel("phase" if label in BRANCHES["Periodic"] else "MJD - 58202 [d]", fontsize=7)
            if not place:
                axes.set_ylabel("magnitude", fontsize=7)
    handles = [plt.Line2D([], [], marker="o", ls="", color=COLOURS[band], label=NAMES[band]) for band in (1, 2)]
    handles.append(plt.Line2D([], [], marker="v", ls="", mfc="none", color="grey", label="upper limit, 5 sigma"))
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(arguments.out, dpi=80)


if __name__ == "__main__":
    main()
