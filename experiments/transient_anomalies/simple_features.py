"""The baseline: an isolation forest on what anyone would measure of a transient.

    python experiments/transient_anomalies/simple_features.py RUN/predictions.parquet DETECTIONS.parquet \
        --out baseline.parquet

writes the rows of a detector's table with the baseline's score; ``alertlab evaluate`` judges them likewise. The forest
learns from the training rows alone. Brightest flux, days from the first detection to it and from it to the last, and
two colours near it; what is unknown is the median of the training part.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from alertlab.core.predictions import read_predictions
from alertlab.core.progress import counter
from alertlab.evaluation.against.groups import CUT
from sklearn.ensemble import IsolationForest

DETECTED, NEAR = 5.0, 15.0  # sigma; days around the brightest point
COLOURS = (("g", "r"), ("r", "z"))
BRIGHT = ("g", "r", "i")  # bands in which a peak is looked for


def features(time, band, flux, error):
    """(5,) of one light curve in fluxes, NaN where unknown."""
    found = np.full(5, np.nan)
    seen = flux > DETECTED * error
    own = seen & np.isin(band, BRIGHT)
    if not own.any():
        own = seen
    if not own.any():
        return found
    top = np.flatnonzero(own)[np.argmax(flux[own])]
    found[0] = np.log10(flux[top])
    found[1] = np.log1p(time[top] - time[seen].min())
    found[2] = np.log1p(time[seen].max() - time[top])
    near = np.abs(time - time[top]) < NEAR
    for place, (blue, red) in enumerate(COLOURS):
        means = [flux[near & (band == name)] for name in (blue, red)]
        if all(len(each) for each in means):
            pair = [each.mean() for each in means]
            if min(pair) > 0:
                found[3 + place] = np.log10(pair[0] / pair[1])
    return found


def main():
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predictions", type=Path, help="a detector's, whose rows are scored")
    parser.add_argument("detections", type=Path, help="the light curves, in fluxes")
    parser.add_argument("--columns", nargs=5, default=["oid", "time", "band", "magnitude", "error"])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    rows = read_predictions(asked.predictions)
    table = pq.read_table(asked.detections, columns=asked.columns)
    own, time, band, flux, error = (np.asarray(table[name]) for name in asked.columns)
    known = np.isfinite(flux) & np.isfinite(error)
    own, time, band, flux, error = (each[known] for each in (own, time, band, flux, error))
    order = np.lexsort((time, own))
    names, first = np.unique(own[order], return_index=True)
    parts = [np.split(each[order], first[1:]) for each in (time, band, flux, error)]
    curves = dict(zip(names.tolist(), zip(*parts, strict=True), strict=True))
    every = []
    with counter("features") as progress:
        for done, (name, part) in enumerate(zip(rows.object_id.tolist(), rows.part.tolist(), strict=True), 1):
            curve = curves[name]
            if cut := CUT.search(part):
                early = curve[0] <= curve[0][0] + float(cut[1])
                curve = tuple(each[early] for each in curve)
            every.append(features(*curve))
            progress(done, len(rows))
    values, score = np.array(every), np.empty(len(rows))
    for number in np.unique(rows.repeat).tolist():
        of = rows.repeat == number
        train = of & (rows.part == "train")
        filled = np.where(np.isnan(values), np.nanmedian(values[train], axis=0), values)
        forest = IsolationForest(n_estimators=500, random_state=asked.seed + number).fit(filled[train])
        score[of] = -forest.score_samples(filled[of])
    replace(rows, score=score, embedding=None).write(asked.out)


if __name__ == "__main__":
    main()
