"""Forecasts of quasars from the simulation to a bundle, beside the walk and the true predictor."""

import subprocess
import sys

import celerite2
import numpy as np
import pytest
from alertlab import runtime
from alertlab.config import compose
from alertlab.core.predictions import read_predictions
from alertlab.simulate import SimulatedQuasars
from alertlab.workflows.compare.runs import compare_runs
from alertlab.workflows.predict.dispatch import predict
from alertlab.workflows.train import train
from celerite2 import terms

N, DETECTIONS = 160, [40, 60]
SIMULATED = [f"n={N}", f"detections={DETECTIONS}", "tau=[100,400]", "sigma=[0.15,0.15]"]
WALK = ["model=damped_random_walk", "model.cells=[10,8]"]
RECURRENT = ["model=recurrent_forecaster", "model.units=6", "trainer.max_epochs=3", "datamodule.also_seen=[0.6]"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory, store):
    """The walk and the recurrent autoencoder on the same split of the same damped random walks."""
    folder, made = tmp_path_factory.mktemp("quasars"), []
    for model in (WALK, RECURRENT, ["model=persistence"], ["model=seen_mean"]):
        words = [f"datamodule.source.curves.simulator.{word}" for word in SIMULATED]
        words += ["datamodule.source.cache=null", "evaluation.resamples=10", "evaluation.formats=[]"]
        words += [f"tracking.uri={store(folder)}", f"output_dir={folder}"]
        made.append(train(compose("train", ["experiment=quasar_forecast", *words, *model])))
    return made


@pytest.fixture(scope="module")
def truth(trained):
    """Rows of the test part with the conditional mean and variance of the walks that they are, of celerite2."""
    rows = read_predictions(trained[0].predictions)
    rows = rows.take(rows.part == "test")
    given = {"detections": DETECTIONS, "tau": (100, 400), "sigma": (0.15, 0.15), "magnitude": (18.5, 20.5)}
    table = SimulatedQuasars(N, 1, catalina=1.0, **given).detections().to_pandas()
    value, deviation = np.empty(len(rows)), np.empty(len(rows))
    for name in np.unique(rows.object_id):
        own, curve = rows.object_id == name, table[table.oid == name]
        fact = {key: values[own][0] for key, values in rows.facts.items()}
        seen = curve[curve.time <= fact["mjd_last"] + 1e-3]
        walk = celerite2.GaussianProcess(terms.RealTerm(a=fact["sigma"] ** 2, c=1 / fact["tau"]), mean=fact["mean"])
        walk.compute(seen.time.to_numpy(), yerr=seen.error.to_numpy())
        mean, variance = walk.predict(seen.magnitude.to_numpy(), rows.time[own], return_var=True)
        value[own], deviation[own] = mean, np.sqrt(variance)
    return rows, value, deviation


def log_density(rows, value, deviation):
    """Of each object, the mean over its points."""
    variance = deviation**2 + rows.truth_error**2
    each = -0.5 * ((rows.truth - value) ** 2 / variance + np.log(2 * np.pi * variance))
    owner = np.unique(rows.object_id, return_inverse=True)[1]
    return np.bincount(owner, each) / np.bincount(owner)


def test_no_model_forecasts_damped_random_walks_better_than_the_true_predictor(trained, truth):
    """A model that did would have seen the future."""
    rows, value, deviation = truth
    best = log_density(rows, value, deviation)
    pull = (rows.truth - value) / np.hypot(deviation, rows.truth_error)
    assert np.mean(pull**2) == pytest.approx(1, abs=0.15)
    for run in trained:
        told = read_predictions(run.predictions)
        told = told.take(told.part == "test")
        assert told.horizon.tolist() == rows.horizon.tolist()
        lost = best - log_density(told, told.value, told.deviation)
        assert lost.mean() > 0
        assert lost.mean() > -2 * lost.std() / np.sqrt(len(lost))
        assert np.mean((told.value - rows.truth) ** 2) > np.mean((value - rows.truth) ** 2)


def test_the_bundle_is_checked_and_answers_without_the_training_stack(trained):
    for run in trained[:2]:
        bare = "import sys; sys.modules['torch'] = None; from alertlab.runtime.__main__ import main; main()"
        done = subprocess.run([sys.executable, "-c", bare, "check", str(run.bundle)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    inputs = {spec.name for spec in runtime.load(trained[0].bundle).inputs}
    assert inputs == {"light_curve", "query"}


def test_runs_are_compared_horizon_by_horizon(trained, tmp_path):
    config = compose("compare", ["resamples=20", "permutations=20", "record=none"])
    walk, recurrent = (str(run.predictions) for run in trained[:2])
    compare_runs(config, [recurrent, walk], tmp_path / "compared")
    told = (tmp_path / "compared" / "differences.csv").read_text()
    for metric in ("rmse", "noise_chi2", "log_likelihood"):
        assert f"{metric}/below 250 d" in told


def test_a_table_of_light_curves_and_queries_is_forecast(trained, tmp_path):
    bundle = runtime.load(trained[1].bundle)
    given = {}
    for name, values in bundle.golden()[0].items():
        given |= {name: values.values, f"{name}.offsets": values.offsets}
    np.savez(tmp_path / "rows.npz", **given)
    result = predict(trained[1].bundle, tmp_path / "rows.npz", tmp_path / "out.parquet")
    rows = read_predictions(result.predictions)
    assert (rows.deviation > 0).all()
    assert len(rows) == len(given["query"])
