"""The key ``calibration`` of a training."""

import json

import numpy as np
import pytest
from alertlab import runtime
from alertlab.config import compose
from alertlab.core.predictions import read_predictions
from alertlab.runtime import AlertlabError
from alertlab.workflows.train import prepare, train

pytestmark = pytest.mark.usefixtures("blank_pictures")


@pytest.fixture(scope="module")
def scaled(tmp_path_factory, tiny, where):
    folder = tmp_path_factory.mktemp("scaled")
    return train(compose("train", [*tiny, *where(folder), "calibration=temperature"]))


def test_the_manifest_says_by_what_it_was_calibrated(scaled):
    told = json.loads((scaled.bundle / "manifest.json").read_text())["training"]["calibration"]
    predictions = read_predictions(scaled.predictions)
    held = predictions.take(predictions.part == "validation")
    assert told["method"] == "temperature"
    assert told["part"] == "validation"
    assert told["rows"] == len(held)
    own = held.probability[np.arange(len(held)), held.target]
    assert told["after"]["log_loss"] == pytest.approx(-np.log(own).mean())


def test_the_bundle_gives_the_calibrated_answers_of_the_run(scaled):
    bundle = runtime.load(scaled.bundle)
    bundle.self_test()
    inputs, expected = bundle.golden()
    np.testing.assert_allclose(bundle.predict(inputs).probability, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["calibration=temprature"], r"calibration: 'temprature' is none of best, none, temperature"),
        (["calibration=vector", "datamodule.split.validation=0"], "calibration: vector needs objects .* has 0; give"),
        (["calibration=vector", "datamodule.source.n=60"], "calibration: vector needs objects"),
        (
            ["calibration=platt", "model=isolation_forest", "evaluation=detection", "datamodule=simulated_outliers"],
            "calibration: platt is for probabilities of classes",
        ),
    ],
)
def test_what_cannot_be_calibrated_is_refused_before_anything_trains(tiny, where, tmp_path, overrides, message):
    words = tiny if "model=isolation_forest" not in overrides else []
    words = [word for word in words if not any(word.split("=")[0] == each.split("=")[0] for each in overrides)]
    with pytest.raises(AlertlabError, match=message):
        prepare(compose("train", [*words, *where(tmp_path), *overrides]))
