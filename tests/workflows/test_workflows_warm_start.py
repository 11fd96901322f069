"""A training that begins with the weights of an earlier run."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from alertlab import runtime
from alertlab.config import compose, instantiate
from alertlab.core.predictions import concatenate, read_predictions
from alertlab.runtime import AlertlabError
from alertlab.workflows.train import train
from alertlab.workflows.warm_start import warm_start
from mlflow import MlflowClient
from safetensors.torch import load_file


@pytest.fixture(scope="module")
def where(where, tmp_path_factory):
    return [*where(tmp_path_factory.mktemp("warm")), "trainer.max_epochs=1"]


@pytest.fixture(scope="module")
def first(tiny, where):
    return train(compose("train", [*tiny, *where]))


def weights(result):
    return load_file(result.predictions.parent / "weights.safetensors")


def test_frozen_weights_stay_and_the_last_layer_learns(tiny, where, first):
    start = [f"model.init_from={first.run_id}", "model.init_last_layer=false", "model.freeze=last"]
    second = train(compose("train", [*tiny, *where, *start, "datamodule.source.seed=2"]))
    before, after = weights(first), weights(second)
    changed = {name for name in before if not before[name].equal(after[name])}
    assert len(changed) == 2
    assert len({name.rpartition(".")[0] for name in changed}) == 1
    params = MlflowClient(where[0].partition("=")[2]).get_run(second.run_id).data.params
    assert params["model.init_from"] == first.run_id
    began = "weights trained on 150 simulated alerts, seed 1"
    assert began in second.report.read_text()
    assert began in (second.bundle / "README.md").read_text()


@pytest.mark.usefixtures("blank_pictures")
def test_the_folder_of_a_run_does_as_well(tiny, where, first):
    start = [f"model.init_from={first.predictions.parent}", "model.learning_rate=1e-12"]
    second = train(compose("train", [*tiny, *where, *start, "datamodule.source.seed=2"]))
    before, after = weights(first), weights(second)
    assert all(before[name].allclose(after[name], atol=1e-6) for name in before if "weight" in name)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A folder of configs with an experiment that trains on other simulated stamps before."""
    folder = tmp_path_factory.mktemp("configs") / "experiment"
    folder.mkdir()
    lines = ["# @package _global_", "defaults: [/datamodule@first.datamodule: simulated_stamps]", "name: two"]
    lines += ["model: {scaling: noise, dropout_layers: 1}", "first:"]
    lines.append("  datamodule: {metadata: '${datamodule.metadata}', source: {n: 160, seed: 2}}")
    lines.append("  model: {learning_rate: 2.0e-3}")
    (folder / "two.yaml").write_text("\n".join(lines))
    return folder.parent


def test_an_experiment_trains_on_other_data_first(tiny, where, prepared):
    words = ["experiment=two", "datamodule.metadata=[fwhm]", "model.learning_rate=1e-12", "repeats=2"]
    result = train(compose("train", [*tiny, *where, *words], [prepared]))
    client = MlflowClient(where[0].partition("=")[2])
    before = client.get_run(client.get_run(result.run_id).data.params["model.init_from"])
    assert before.data.tags["data"].startswith("160 simulated alerts, seed 2")
    assert before.data.params["model.learning_rate"] == "0.002"
    assert before.data.params["repeats"] == "1"
    assert "weights trained on 160 simulated alerts, seed 2" in result.report.read_text()
    (stamp,) = (spec for spec in runtime.load(result.bundle).inputs if spec.name == "stamp")
    assert [step["op"] for step in stamp.preprocessing] == ["noise_scale", "crop", "arsinh", "nan_to_num"]
    ours = result.predictions.parents[1] / before.info.run_id
    for child in client.search_runs([before.info.experiment_id], f"tags.mlflow.parentRunId = '{result.run_id}'"):
        after = load_file(result.predictions.parents[1] / child.info.run_id / "weights.safetensors")
        start = load_file(ours / "weights.safetensors")
        assert all(start[name].allclose(after[name], atol=1e-6) for name in start if "weight" in name)


def test_the_training_before_can_be_left_out(tiny, where, prepared, first):
    plain = [*tiny, *where, "experiment=two"]
    assert compose("train", [*plain, "first=null"], [prepared]).first is None
    begun = [f"model.init_from={first.run_id}", "datamodule.source.seed=3"]
    done = train(compose("train", [*plain, *begun], [prepared]))  # has its weights already
    client = MlflowClient(where[0].partition("=")[2])
    assert client.get_run(done.run_id).data.params["model.init_from"] == first.run_id


def test_no_stranger_stands_in_the_training_before(tiny, where, prepared):
    with pytest.raises(AlertlabError, match=r"first\.datamodule\._target_: os\.system"):
        compose("train", [*tiny, *where, "experiment=two", "first.datamodule._target_=os.system"], [prepared])


def test_testing_on_what_the_weights_have_seen_is_refused(tiny, where, first):
    start = [f"model.init_from={first.run_id}", "datamodule.split.seed=99"]
    with pytest.raises(AlertlabError, match=r"model\.init_from: repeat 0 tests on \d+ objects that .* was trained on"):
        train(compose("train", [*tiny, *where, *start]))


def test_a_run_that_is_not_there_is_named(tiny, where, first):
    with pytest.raises(AlertlabError, match=f"{'0' * 32}: no such run in sqlite"):
        train(compose("train", [*tiny, *where, f"model.init_from={'0' * 32}"]))
    with pytest.raises(AlertlabError, match=r"model\.freeze: last freezes what another run has trained"):
        train(compose("train", [*tiny, *where, "model.freeze=last"]))


def test_test_objects_whose_light_curves_were_cut_count_as_not_seen(where, first, tmp_path):
    folder = shutil.copytree(first.predictions.parent, tmp_path / "run")
    before = read_predictions(folder / "predictions.parquet")
    test = before.take(before.part == "test")
    cut = replace(test, part=np.full(len(test), "test_16d"))
    concatenate([before, cut]).write(folder / "predictions.parquet")
    tracker = instantiate(compose("train", where).tracking)
    seen = warm_start(str(folder), tracker).seen
    assert seen == set(before.object_id[before.part != "test"])
    assert not seen & set(test.object_id)
