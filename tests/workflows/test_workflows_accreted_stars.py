"""From a simulated galaxy to few labels of another, to a bundle, to stars that it has not seen; and of real tables."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from alertlab import runtime
from alertlab.config import compose
from alertlab.core.predictions import read_predictions
from alertlab.simulate import SimulatedHalo, write_halo
from alertlab.workflows.predict.dispatch import predict
from alertlab.workflows.train import train
from safetensors.torch import load_file
from sklearn.metrics import average_precision_score

SMALL = ["trainer.max_epochs=2", "model.dense=[16,8]", "evaluation.formats=[]", "evaluation.resamples=10"]


@pytest.fixture(scope="module")
def halo(where, tmp_path_factory):
    folder = tmp_path_factory.mktemp("halo")
    simulator = "datamodule.source.simulator"
    words = ["experiment=accreted_stars", "model.freeze=last", *SMALL, *where(folder)]
    words += [f"{simulator}.n=4000", f"{simulator}.labels=2000", f"{simulator}.label_noise=0.0"]
    words += [f"first.{simulator}.n=2000"]
    return train(compose("train", words)), folder


def test_all_but_the_last_layer_come_from_the_source_galaxy(halo):
    result, _ = halo
    own = result.predictions.parent
    (other,) = (path for path in own.parent.iterdir() if path != own and (path / "weights.safetensors").is_file())
    before, after = (load_file(folder / "weights.safetensors") for folder in (other, own))
    same = {name for name in before if before[name].equal(after[name])}
    assert same == {name for name in before if not name.startswith("decide")}


def test_stars_without_a_label_are_judged_by_the_truth_and_teach_nothing(halo):
    result, _ = halo
    told = read_predictions(result.predictions)
    stars = SimulatedHalo(4000, 1, 0.0, 2000, 0.0).table.to_pandas().set_index("source_id")
    learned, judged = told.part == "train", told.part == "test_truth"
    assert stars.loc[told.object_id[learned].astype(int), "label"].notna().all()
    assert stars.loc[told.object_id[judged].astype(int), "label"].isna().any()
    true = (stars.loc[told.object_id[judged].astype(int), "true_class"] == "accreted").to_numpy()
    score = told.probability[judged, told.classes.index("accreted")]
    found = result.metrics["test_truth/average_precision/accreted"]
    assert found == pytest.approx(average_precision_score(true, score), rel=1e-6)


def test_the_bundle_answers_a_catalogue_that_the_command_wrote(halo, tmp_path):
    result, _ = halo
    write_halo(tmp_path / "stars", 300, 9)
    done = predict(result.bundle, tmp_path / "stars" / "stars.parquet", tmp_path / "answered.parquet")
    table = pq.read_table(done.predictions)
    assert table.num_rows == 300
    assert np.isfinite(table["probability_accreted"].to_numpy()).all()
    bundle = runtime.load(result.bundle)
    assert bundle.self_test().n_rows > 0
    inputs = [column.name for column in bundle.inputs[0].columns]
    assert not {"fe_h", "label"} & set(inputs)
    assert not any(name.startswith("true_") for name in inputs)


def test_a_stream_of_real_columns_goes_the_same_way(where, tmp_path):
    random = np.random.default_rng(0)
    for name, n in (("real", 300), ("mock", 400)):
        columns = ["ra", "dec", "phi1", "phi2", "pm_phi1", "pm_phi2", "parallax"]
        table = pd.DataFrame(random.uniform(-1, 1, (n, 7)), columns=columns)
        table["label_photometric"] = np.where(random.random(n) < 0.3, -1, np.abs(table["phi2"]) < 0.4)
        table.insert(0, "source_id", np.arange(n) + (10_000 if name == "mock" else 0))
        table.to_parquet(tmp_path / f"{name}.parquet")
    paths = [f"datamodule.source.path={tmp_path}/real.parquet", f"first.datamodule.source.path={tmp_path}/mock.parquet"]
    words = ["experiment=stream_stars", "model.freeze=gradual", *paths, *SMALL, *where(tmp_path)]
    result = train(compose("train", words))
    assert set(result.metrics) >= {"test/average_precision/stream"}
    assert read_predictions(result.predictions).classes == ("field", "stream")
