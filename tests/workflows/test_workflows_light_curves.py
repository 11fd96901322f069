"""From light curves to a run, to a bundle, to classes of other light curves."""

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from alertlab import runtime
from alertlab.cli import main
from alertlab.config import compose
from alertlab.core.predictions import read_predictions
from alertlab.runtime import AlertlabError
from alertlab.simulate import write_light_curves
from alertlab.workflows.features import features
from alertlab.workflows.predict.dispatch import predict
from alertlab.workflows.train import resume, train

FOREST = ["model.n_estimators=6", "model.n_jobs=1", "model.permutation_repeats=0", "evaluation.resamples=20"]


@pytest.fixture(scope="module")
def folder(store, tmp_path_factory):
    path = tmp_path_factory.mktemp("light_curves")
    store(path)
    write_light_curves(path / "curves", 90, 3, 0.5, "equal")
    return path


def config(folder, *more):
    where = [f"tracking.uri=sqlite:///{folder}/mlflow.db", f"output_dir={folder}/outputs"]
    curves = [f"datamodule.source.curves.{name}={folder}/curves/{name}.parquet" for name in ("non_detections",)]
    curves += [f"datamodule.source.curves.path={folder}/curves/detections.parquet"]
    curves += [f"datamodule.source.curves.labels={folder}/curves/labels.csv", "datamodule.source.workers=1"]
    branches = ["datamodule.branches={Fast: [RRL, DSCT], Slow: [LPV, QSO]}", f"datamodule.source.cache={folder}/cache"]
    others = ["SNIa", "SNIbc", "SNII", "SLSN", "AGN", "Blazar", "YSO", "CV/Nova", "E", "CEP", "Periodic-Other"]
    left_out = "datamodule.label_map={" + ", ".join(f"{name}: null" for name in others) + "}"
    own = ["datamodule=light_curves", "model=hierarchical_forest", "model.max_features=sqrt", *FOREST]
    return compose("train", [*own, *where, *curves, *branches, left_out, "datamodule.split.test=0.35", *more])


@pytest.fixture(scope="module")
def trained(folder):
    return train(config(folder, "datamodule.cut_days=[200]"))


def test_a_run_says_what_it_is_at_both_levels_and_of_cut_light_curves(trained):
    table = read_predictions(trained.predictions)
    assert table.branches == {"Fast": ("RRL", "DSCT"), "Slow": ("LPV", "QSO")}
    assert {"train", "test", "test_200d", "out_of_bag"} == set(table.part.tolist())
    assert set(table.object_id[table.part == "test_200d"]) <= set(table.object_id[table.part == "test"])
    assert 0 <= trained.metrics["test/top/macro_recall"] <= 1
    names = {path.name for path in trained.figures.iterdir()}
    assert {"scores_by_days.csv", "scores_by_detections.csv", "confusion_matrix_top.png"} <= names


def test_detections_are_classified_as_the_training_stack_does(trained, folder, tmp_path):
    curves = folder / "curves"
    result = predict(
        trained.bundle,
        curves / "detections.parquet",
        tmp_path / "p.parquet",
        non_detections=curves / "non_detections.parquet",
        overrides=["workers=1"],
    )
    ours, known = read_predictions(result.predictions), read_predictions(trained.predictions)
    known = known.take(~np.isin(known.part, ["test_200d", "out_of_bag"]))
    place = {name: row for row, name in enumerate(ours.object_id.tolist())}
    rows = np.array([place[name] for name in known.object_id.tolist()])
    np.testing.assert_allclose(ours.probability[rows], known.probability, atol=1e-6)
    assert ours.sample_id[rows].tolist() == known.sample_id.tolist()
    assert ours.branches == known.branches
    read = set(pq.read_table(curves / "detections.parquet")["oid"].to_pylist())
    assert read == set(ours.object_id.tolist()) | set(pq.read_table(result.rejected)["object_id"].to_pylist())


def test_a_table_of_features_is_classified_as_it_is(trained, folder, tmp_path):
    curves, out = folder / "curves", tmp_path / "f.parquet"
    features(compose("features", ["workers=1"]), curves / "detections.parquet", None, out)
    result = predict(trained.bundle, out, tmp_path / "p.parquet")
    assert len(read_predictions(result.predictions)) == pq.read_metadata(out).num_rows


def test_features_of_another_set_are_refused(trained, folder, tmp_path):
    out = tmp_path / "f.parquet"
    config = compose("features", ["workers=1", "features=alerce174"])
    features(config, folder / "curves" / "detections.parquet", None, out)
    with pytest.raises(AlertlabError, match=r"f.parquet: holds feature set alerce174 .*trained on alerce152"):
        predict(trained.bundle, out, tmp_path / "p.parquet")
    assert not (tmp_path / "p.parquet").exists()
    assert not (tmp_path / "p.rejected.parquet").exists()


def test_the_bare_runtime_takes_the_table_by_name(trained, folder, tmp_path, capsys):
    table = folder / "features.csv"
    samples = pd.DataFrame(runtime.load(trained.bundle).golden()[0]["features"])
    samples.columns = [column.name for column in runtime.load(trained.bundle).inputs[0].columns]
    samples.sample(frac=1, axis=1, random_state=1).assign(object_id="x").to_csv(table, index=False)
    from alertlab.runtime.__main__ import main as bare

    assert bare(["predict", str(trained.bundle), str(table)]) == 0
    lines = capsys.readouterr().out.splitlines()
    expected = runtime.load(trained.bundle).golden()[1].max(axis=1)
    np.testing.assert_allclose([float(line.split("\t")[-1]) for line in lines], expected, atol=2e-6)


@pytest.mark.usefixtures("blank_pictures")
def test_of_splits_that_were_interrupted_only_the_missing_ones_are_computed(folder, where, monkeypatch, tmp_path):
    from alertlab.models import HierarchicalBalancedForest

    twice = [*where(tmp_path), "repeats=2", "evaluation.formats=[]"]
    whole = train(config(folder, *twice))
    fit, calls = HierarchicalBalancedForest.fit, []

    def interrupted(self, data, run):
        calls.append(run.run_id)
        if len(calls) == 2:
            raise KeyboardInterrupt
        fit(self, data, run)

    with monkeypatch.context() as patch:
        patch.setattr(HierarchicalBalancedForest, "fit", interrupted)
        with pytest.raises(KeyboardInterrupt):
            train(config(folder, *twice, "name=again"))
        parent = next(
            path.parent
            for path in (tmp_path / "outputs" / "again").glob("*/run.json")
            if json.loads(path.read_text())["parent"] is None
        )
        result = resume(str(parent))
    assert len(calls) == 3  # the first, and the interrupted one twice
    assert len(set(calls)) == 2
    again, once = read_predictions(result.predictions), read_predictions(whole.predictions)
    np.testing.assert_array_equal(again.probability, once.probability)


def test_two_runs_are_compared_in_pairs_and_as_a_matrix(trained, folder, tmp_path, capsys):
    other = train(config(folder, "model=flat_forest", "evaluation.formats=[]"))
    out = tmp_path / "out"
    assert main(["compare", str(trained.predictions), str(other.predictions), "--out", str(out)]) == 0
    assert "macro_recall" in capsys.readouterr().out
    assert main(["compare", "--matrix", str(trained.predictions), str(other.predictions), "--out", str(out)]) == 0
    assert (out / "matrix.png").is_file()
