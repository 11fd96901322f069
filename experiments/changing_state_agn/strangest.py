"""The light curves of highest score, drawn: of real quasars, or of any table of predictions.

    python experiments/changing_state_agn/strangest.py PREDICTIONS.parquet LIGHTCURVES.parquet --out strangest.png

Of a light curve that was tested in several repeats the mean percentile among the training part counts.
"""

import argparse
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from alertlab.core.paper import COLUMN, paper_style, render
from alertlab.core.predictions import read_predictions
from alertlab.core.samples import number_of
from matplotlib.figure import Figure
from random_walk import curves_of

SHOWN = 10


@paper_style
def figure(curves, words):
    """A panel a light curve, strangest first; magnitudes with the bright side up."""
    drawn = Figure((2 * COLUMN, 1.15 * (len(curves) + 1) // 2 + 0.4), layout="constrained")
    for axes, (time, value, error), told in zip(
        drawn.subplots(-(-len(curves) // 2), 2, squeeze=False).ravel(), curves, words, strict=False
    ):
        axes.errorbar(time - time[0], value, error, fmt=".", markersize=2, elinewidth=0.4, color="#0072B2")
        axes.invert_yaxis()
        axes.set_title(told, fontsize=6)
    drawn.supxlabel("Days after the first point", fontsize=7)
    drawn.supylabel("Magnitude", fontsize=7)
    return drawn


def main():
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("curves", type=Path)
    parser.add_argument("--columns", nargs=4, default=["lc_id", "time", "value", "value_err"])
    parser.add_argument("--part", default="test")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    rows = read_predictions(asked.predictions)
    rows = rows.take(rows.part == asked.part)
    every = np.unique(np.asarray(pq.read_table(asked.curves, columns=asked.columns[:1])[asked.columns[0]]))
    named = {number_of(name): name for name in every.tolist()}  # objects may be groups of light curves
    own = np.unique(rows.sample_id)
    rank = np.array([rows.percentile[rows.sample_id == each].mean() for each in own])
    score = np.array([rows.score[rows.sample_id == each].mean() for each in own])
    first = np.lexsort((-score, -rank))[:SHOWN]
    names = [named[each] for each in own.tolist()]
    curves = curves_of(asked.curves, names, asked.columns)
    words = []
    for place in first.tolist():
        number = len(curves[names[place]][0])
        words.append(f"{names[place]}: score {score[place]:.3g}, percentile {rank[place]:.1f}, {number} points")
    print("\n".join(words))
    asked.out.write_bytes(render(figure([curves[names[place]] for place in first], words), "png"))


if __name__ == "__main__":
    main()
