"""Forecasts of quasars from the simulation to a bundle."""

import subprocess
import sys

import numpy as np
import pytest
from alertlab import runtime
from alertlab.config import compose
from alertlab.core.predictions import read_predictions
from alertlab.workflows.compare.runs import compare_runs
from alertlab.workflows.predict.dispatch import predict
from alertlab.workflows.train import train

SIMULATED = ["n=80", "detections=[40,60]"]
WALK = ["model=damped_random_walk", "model.cells=[6,5]"]
RECURRENT = ["model=recurrent_forecaster", "model.units=4", "trainer.max_epochs=1", "datamodule.also_seen=[0.6]"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory, store):
    """The walk and the recurrent autoencoder on the same split of the same damped random walks."""
    folder, made = tmp_path_factory.mktemp("quasars"), []
    for model in (WALK, RECURRENT):
        words = [f"datamodule.source.curves.simulator.{word}" for word in SIMULATED]
        words += ["datamodule.source.cache=null", "evaluation.resamples=10", "evaluation.formats=[]"]
        words += [f"tracking.uri={store(folder)}", f"output_dir={folder}"]
        made.append(train(compose("train", ["experiment=quasar_forecast", *words, *model])))
    return made


def test_the_bundle_is_checked_and_answers_without_the_training_stack(trained):
    for run in trained:
        bare = "import sys; sys.modules['torch'] = None; from alertlab.runtime.__main__ import main; main()"
        done = subprocess.run([sys.executable, "-c", bare, "check", str(run.bundle)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    inputs = {spec.name for spec in runtime.load(trained[0].bundle).inputs}
    assert inputs == {"light_curve", "query"}


def test_runs_are_compared_horizon_by_horizon(trained, tmp_path):
    config = compose("compare", ["resamples=20", "permutations=20", "record=none"])
    walk, recurrent = (str(run.predictions) for run in trained)
    compare_runs(config, [recurrent, walk], tmp_path / "compared")
    told = (tmp_path / "compared" / "differences.csv").read_text()
    for metric in ("rmse", "noise_chi2", "log_likelihood"):
        assert f"{metric}/100-300 d" in told


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
