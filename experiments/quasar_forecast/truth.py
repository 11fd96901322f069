"""The true predictor of a simulated process: it knows the parameters that each light curve was made with.

    python experiments/quasar_forecast/truth.py RUN/predictions.parquet DETECTIONS.parquet --out truth.parquet

DETECTIONS are the simulator's detections (oid, time, magnitude, error). The rows of RUN come back with the conditional
mean and variance of the Gaussian process itself (celerite2), given what was seen: nothing can forecast it better.
``alertlab compare RUN truth.parquet`` then holds a model to it, horizon by horizon.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import celerite2
import numpy as np
import pyarrow.parquet as pq
from alertlab.core.predictions import read_predictions
from alertlab.core.progress import track
from alertlab.simulate.quasars.processes import COHERENT, carma_weights
from celerite2 import terms


def kernel(process, fact):
    """The covariance that a light curve was made with, of its facts."""
    tau, sigma, second, share = (float(fact[name]) for name in ("tau", "sigma", "second", "share"))
    if process == "walk":
        return terms.RealTerm(a=sigma**2, c=1 / tau)
    if process == "carma":
        weight, rates = carma_weights(np.array([tau]), np.array([second]))[:, 0], 1 / np.array([tau, second])
        amplitude = sigma**2 * weight * (weight / (rates[:, None] + rates)).sum(1)
        return terms.RealTerm(a=amplitude[0], c=rates[0]) + terms.RealTerm(a=amplitude[1], c=rates[1])
    wave = terms.ComplexTerm(a=share * sigma**2, b=0.0, c=1 / (COHERENT * second), d=2 * np.pi / second)
    return terms.RealTerm(a=(1 - share) * sigma**2, c=1 / tau) + wave


def forecast(rows, curve, process):
    """Mean and deviation at the horizons of the rows of one light curve, which are in no order."""
    fact = {name: values[0] for name, values in rows.facts.items()}
    time, value, error = (curve[name] for name in ("time", "magnitude", "error"))
    seen = time <= fact["mjd_last"] + 1e-3
    known = celerite2.GaussianProcess(kernel(process, fact), mean=float(fact["mean"]))
    known.compute(time[seen], yerr=error[seen])
    at, back = np.unique(fact["mjd_last"] + rows.horizon, return_inverse=True)
    mean, variance = known.predict(value[seen], at, return_var=True)
    return mean[back], np.sqrt(variance)[back]


def main():
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("predictions", type=Path)
    parser.add_argument("light_curves", type=Path)
    parser.add_argument("--process", choices=("walk", "carma", "periodic"), default="walk")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    rows = read_predictions(options.predictions)
    rows = rows.take(rows.part == "test")
    table = pq.read_table(options.light_curves)
    names = np.asarray(table["oid"])
    values = {name: table[name].to_numpy() for name in ("time", "magnitude", "error")}
    starts = dict(zip(*(each.tolist() for each in np.unique(names, return_index=True)), strict=True))
    counts = dict(zip(*(each.tolist() for each in np.unique(names, return_counts=True)), strict=True))
    value, deviation = rows.value.copy(), rows.deviation.copy()
    keys, owner = np.unique(np.rec.fromarrays([rows.repeat, rows.object_id]), return_inverse=True)
    order = np.argsort(owner, kind="stable")
    for own in track(np.split(order, np.cumsum(np.bincount(owner))[:-1]), "forecasting"):
        name = rows.object_id[own[0]]
        curve = {key: each[starts[name] : starts[name] + counts[name]] for key, each in values.items()}
        value[own], deviation[own] = forecast(rows.take(own), curve, options.process)
    replace(rows, value=value, deviation=deviation, embedding=None).write(options.out)
    print(f"{options.out}: {len(keys)} light curves")


if __name__ == "__main__":
    main()
