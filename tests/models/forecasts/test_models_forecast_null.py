"""The null: on damped random walks nobody forecasts better than the walk that they are."""

import celerite2
import numpy as np
import pytest
from alertlab.config import compose, instantiate
from alertlab.simulate import SimulatedQuasars
from celerite2 import terms
from feature_table import FakeRun

GIVEN = {"n": 400, "detections": [40, 60], "tau": [100, 400], "sigma": [0.15, 0.15]}
MODELS = {
    "damped_random_walk": ["model.cells=[12,10]"],
    "damped_random_walk with all cells": ["model.cells=[12,10]", "model.marginal=true"],
    "persistence": [],
    "seen_mean": [],
    "recurrent_forecaster": ["model.units=6", "trainer.max_epochs=4"],
    "attentive_process": ["model.units=8", "model.heads=2", "model.blocks=1", "trainer.max_epochs=2"],
}


def words(*more):
    simulator = [f"datamodule.source.curves.simulator.{key}={value}" for key, value in GIVEN.items()]
    return ["datamodule=simulated_forecasts", "datamodule.source.cache=null", *simulator, *more]


@pytest.fixture(scope="module")
def data():
    made = instantiate(compose("train", words("datamodule.split.test=0.4")).datamodule)
    made.draw(0)
    return made


@pytest.fixture(scope="module")
def truth(data):
    """Conditional mean and deviation of each walk by its own tau, sigma and mean, of celerite2."""
    given = {key: value for key, value in GIVEN.items() if key != "n"}
    table = SimulatedQuasars(GIVEN["n"], 1, catalina=1.0, magnitude=(18.5, 20.5), **given).detections().to_pandas()
    curves, test, found = dict(list(table.groupby("oid"))), data.samples("test"), []
    for row, name in enumerate(test.object_id):
        fact = {key: values[row] for key, values in test.facts.items()}
        seen = curves[name][curves[name].time <= fact["mjd_last"] + 1e-3]
        walk = celerite2.GaussianProcess(terms.RealTerm(a=fact["sigma"] ** 2, c=1 / fact["tau"]), mean=fact["mean"])
        walk.compute(seen.time.to_numpy(), yerr=seen.error.to_numpy())
        horizon = test.inputs["query"][row][:, 0].astype(float)
        mean, variance = walk.predict(seen.magnitude.to_numpy(), fact["mjd_last"] + horizon, return_var=True)
        found.append(np.stack([mean, np.sqrt(variance)]))
    return test, np.concatenate(found, axis=1)


def judged(test, value, deviation):
    """Squared error and log density of each light curve, means over its nights."""
    truth, error = test.target.values.astype(float).T
    variance = deviation**2 + error**2
    density = -0.5 * ((truth - value) ** 2 / variance + np.log(2 * np.pi * variance))
    owner, count = test.target.owner, test.target.lengths
    return [np.bincount(owner, each) / count for each in ((truth - value) ** 2, density)]


def test_the_true_predictor_is_honest(truth):
    test, (value, deviation) = truth
    measured, error = test.target.values.astype(float).T
    squared = np.bincount(test.target.owner, (measured - value) ** 2 / (deviation**2 + error**2)) / test.target.lengths
    assert squared.mean() == pytest.approx(1, abs=4 * squared.std() / np.sqrt(len(squared)))


@pytest.mark.parametrize("name", MODELS)
def test_no_model_forecasts_damped_random_walks_better_than_the_true_predictor(name, data, truth, tmp_path):
    """A model that did would have seen the future."""
    model = instantiate(compose("train", words(f"model={name.partition(' ')[0]}", *MODELS[name])).model)
    model.fit(data, FakeRun(tmp_path))
    test, best = truth
    told = model.predict(test)
    own = judged(test, told["value"].values, told["deviation"].values)
    squared, density = (ours - theirs for ours, theirs in zip(own, judged(test, *best), strict=True))
    assert squared.mean() > 0
    assert density.mean() < 0
