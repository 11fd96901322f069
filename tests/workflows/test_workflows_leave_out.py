"""The table of detectors by classes that none of them saw: what they see, what is recorded, what a kill leaves."""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from alertlab.cli import main
from alertlab.config import instantiate
from alertlab.core.predictions import read_predictions
from alertlab.runtime import AlertlabError
from alertlab.workflows.leave_out import pool, table
from alertlab.workflows.leave_out.cell import Detector, Ground, Task, work
from alertlab.workflows.train import resume as resume_training
from mlflow import MlflowClient
from omegaconf import OmegaConf
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

SPY = '''
"""Detectors that tell what they were shown."""

import numpy as np

shown, fail = [], {}


class Spy:
    task = "detection"

    def __init__(self, name, n_jobs):
        self.name, self.threads = name, n_jobs

    def fit(self, data, run):
        if fail.get("after", 1) == 0:
            raise fail["with"]
        fail["after"] = fail.get("after", 0) - 1
        ids = {part: data.samples(part).object_id.tolist() for part in ("train", "validation", "test", None)}
        shown.append({"name": self.name, "ids": ids, "seed": run.seed, "threads": self.threads})
        self.middle = data.samples("train").inputs["features"].mean(0)

    def predict(self, samples):
        return {"score": np.abs(samples.inputs["features"] - self.middle).sum(1)}

    def export(self, path):
        raise NotImplementedError


class Told(Spy):
    task = "classification"
'''
CLASSES, SIZES = ["A", "B", "C", "D"], [60, 40, 50, 30]
FOLDS = 3


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A package of detectors, configs that name them, and a table of features."""
    folder = tmp_path_factory.mktemp("leave_out")
    (folder / "spies").mkdir()
    (folder / "spies" / "__init__.py").write_text(SPY)
    models = folder / "conf" / "model"
    models.mkdir(parents=True)
    for name in ("one", "two"):
        (models / f"{name}.yaml").write_text(f"_target_: spies.Spy\nname: {name}\nn_jobs: -1\n")
    for name in ("autoencoder", "deep_svdd"):
        small = "dense: [8]\nlatent: 2\n"
        (models / f"small_{name}.yaml").write_text(f"defaults: [{name}, _self_]\n{small}")
    (models / "told.yaml").write_text("_target_: spies.Told\nname: told\nn_jobs: 1\n")
    random, kind = np.random.default_rng(0), np.repeat(np.arange(4), SIZES)
    order = random.permutation(len(kind))
    values = random.normal(size=(len(kind), 3)) + np.array([0, 1, 2, 3])[kind, None]
    frame = pd.DataFrame(values, columns=["x", "y", "z"])
    frame["object_id"], frame["class"] = [f"o{number:03}" for number in range(len(kind))], np.array(CLASSES)[kind]
    frame.iloc[order].to_parquet(folder / "features.parquet", index=False)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))


@pytest.fixture
def spies(place):
    import spies

    spies.shown.clear()
    spies.fail.clear()
    return spies


@pytest.fixture(scope="module")
def words(place, where):
    return lambda folder, *more: [
        "experiment=outlier_detector",
        "datamodule=feature_table",
        f"datamodule.source.path={place}/features.parquet",
        "datamodule.classes=[A,B,C,D]",
        f"datamodule.split.folds={FOLDS}",
        "evaluation.detectors=[one,two]",
        "evaluation.system=one",
        "evaluation.baselines=[two]",
        "name=table",
        *where(folder),
        *more,
    ]


def composed(place, overrides):
    return table.composed(overrides, [place / "conf"], ["spies"])


@pytest.fixture(scope="module")
def done(place, words, tmp_path_factory):
    """One whole table, and what its detectors were shown."""
    import spies

    folder = tmp_path_factory.mktemp("done")
    spies.shown.clear()
    config, detectors = composed(place, words(folder))
    result = table.leave_out(config, detectors, workers=1)
    return result, list(spies.shown), folder


@pytest.fixture(scope="module")
def objects(place):
    frame = pd.read_parquet(place / "features.parquet")
    return dict(zip(frame.object_id, frame["class"], strict=True))


def cell_of(number):
    return CLASSES[number // FOLDS], number % FOLDS


def test_no_detector_is_shown_the_class_left_out_or_the_test_part_in_any_way(done, objects):
    _, shown, _ = done
    assert len(shown) == 2 * 4 * FOLDS
    for place, each in enumerate(shown):
        left, _ = cell_of(place // 2)
        seen = {objects[name] for name in each["ids"][None]}  # all that the data give when asked for everything
        assert seen == set(CLASSES) - {left}
        assert set(each["ids"][None]) == set(each["ids"]["train"]) | set(each["ids"]["validation"])
        assert each["ids"]["test"] == []


def test_all_of_the_class_left_out_tests_for_every_detector_beside_one_fold_of_the_others(done, objects):
    result, shown, _ = done
    names = np.array(sorted(objects))
    label = np.array([objects[name] for name in names])
    folds = [set(names[test]) for _, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(names, label)]
    for path in result.predictions.values():
        rows = read_predictions(path)
        assert set(rows.repeat.tolist()) == set(range(4 * FOLDS))
        for number in range(4 * FOLDS):
            left, fold = cell_of(number)
            test = rows.take((rows.repeat == number) & (rows.part == "test"))
            own = {name for name, kind in objects.items() if kind == left}
            assert set(test.object_id) == own | {name for name in folds[fold] if objects[name] != left}
            assert set(test.object_id[test.outlier == 1]) == own
            trained = set(shown[2 * number]["ids"]["train"])
            assert set(rows.object_id[(rows.repeat == number) & (rows.part == "train")]) == trained


def test_validation_is_the_share_of_all_objects_that_was_asked_for(done, objects):
    _, shown, _ = done
    for place, each in enumerate(shown):
        left, _ = cell_of(place // 2)
        for name, size in zip(CLASSES, SIZES, strict=True):
            if name != left:
                own = sum(objects[one] == name for one in each["ids"]["validation"])
                assert own == pytest.approx(0.16 * size, abs=1.5)


def test_a_cell_draws_from_the_seed_of_its_repeat_on_one_thread(done):
    _, shown, _ = done
    assert [each["seed"] for each in shown[::2]] == [1 + number for number in range(4 * FOLDS)]
    assert {each["threads"] for each in shown} == {1}


def test_the_table_is_of_the_scores_in_the_predictions(done):
    result, _, _ = done
    assert result.cells.detectors == ("one", "two")
    for row, path in enumerate(result.predictions.values()):
        rows = read_predictions(path)
        for number in range(4 * FOLDS):
            test = rows.take((rows.repeat == number) & (rows.part == "test"))
            expected = roc_auc_score(test.outlier, test.score)
            assert result.cells.values["auroc"][row, number // FOLDS, number % FOLDS] == pytest.approx(expected)
    assert result.metrics["test/auroc/one"] == pytest.approx(result.cells.values["auroc"][0].mean())


def test_one_run_a_detector_is_recorded_below_one_of_the_table(done):
    result, _, folder = done
    client = MlflowClient(f"sqlite:///{folder}/mlflow.db")
    runs = client.search_runs([client.get_experiment_by_name("table").experiment_id])
    assert {run.info.status for run in runs} == {"FINISHED"}
    children = [run for run in runs if run.data.tags.get("mlflow.parentRunId") == result.run_id]
    assert sorted(run.info.run_name for run in children) == [
        "outlier_detector: one",
        "outlier_detector: two",
    ] or sorted(run.info.run_name for run in children) == ["table: one", "table: two"]
    assert len(runs) == 3
    parent = client.get_run(result.run_id)
    assert parent.data.metrics["test/auroc/two"] == pytest.approx(result.metrics["test/auroc/two"])
    one = next(run for run in children if run.info.run_name.endswith("one"))
    assert one.data.metrics["test/auroc"] == pytest.approx(result.metrics["test/auroc/one"])
    assert one.data.params["model._target_"] == "spies.Spy"
    names = {item.path for item in client.list_artifacts(result.run_id)}
    assert {"config.yaml", "cells.csv", "figures", "report.html"} <= names
    assert "predictions.parquet" in {item.path for item in client.list_artifacts(one.info.run_id)}
    page = result.report.read_text()
    assert "A plain baseline wins" in page or "has the largest mean AUROC" in page


def test_a_table_lists_what_each_of_its_cells_is(done, objects):
    result, _, _ = done
    cells = pd.read_csv(result.report.parent / "cells.csv")
    assert cells.left_out.tolist() == [name for name in CLASSES for _ in range(FOLDS)]
    assert cells.outliers.tolist() == [size for size in SIZES for _ in range(FOLDS)]
    assert (cells.train + cells.validation + cells.test == len(objects)).all()


def test_evaluate_compare_and_report_take_a_detector_of_a_table(done, place, tmp_path, capsys):
    result, _, folder = done
    one, two = (str(path.parent) for path in result.predictions.values())
    few = ["evaluation=detection", "evaluation.formats=[]", "evaluation.resamples=5"]
    assert main(["evaluate", one, "--out", str(tmp_path / "e"), *few, "--json"]) == 0
    metrics = json.loads(capsys.readouterr().out)["metrics"]
    assert metrics["test/auroc"] == pytest.approx(result.metrics["test/auroc/one"])
    assert main(["compare", one, two, "--out", str(tmp_path / "c"), "resamples=20", "permutations=20"]) == 0
    tracking = f"tracking.uri=sqlite:///{folder}/mlflow.db"
    paper = tmp_path / "paper"
    words = [Path(one).name, "--out", str(paper), tracking, "--allow", "spies", "--config-dir", str(place / "conf")]
    assert main(["report", *words]) == 0
    assert "AUROC" in (paper / "report.html").read_text()


@pytest.mark.usefixtures("blank_pictures")
@pytest.mark.parametrize("interrupt", [KeyboardInterrupt(), RuntimeError("out of luck")])
def test_what_is_done_stays_and_the_rest_goes_on(spies, place, words, done, tmp_path, interrupt, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spies.fail |= {"after": 5, "with": interrupt}
    config, detectors = composed(place, words(tmp_path))
    said = pytest.raises(KeyboardInterrupt)
    if not isinstance(interrupt, KeyboardInterrupt):
        said = pytest.raises(AlertlabError, match=r"^two without A, fold 2: RuntimeError: out of luck$")
    with said:
        table.leave_out(config, detectors, workers=1)
    spies.fail.clear()
    assert len(spies.shown) == 5
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    runs = client.search_runs([client.get_experiment_by_name("table").experiment_id])
    (parent,) = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    assert parent.info.status == ("KILLED" if isinstance(interrupt, KeyboardInterrupt) else "FAILED")
    with pytest.raises(AlertlabError, match=rf"alertlab leave-out --resume {parent.info.run_id}"):
        resume_training(parent.info.run_id, ["spies"])
    child = next(run for run in runs if run is not parent)
    with pytest.raises(AlertlabError, match=rf"it is one detector of {parent.info.run_id}; resume that"):
        table.resume(child.info.run_id, ["spies"])
    result = table.resume(parent.info.run_id, ["spies"], workers=1)
    assert len(spies.shown) == 2 * 4 * FOLDS  # none was done twice
    whole, _, _ = done
    np.testing.assert_array_equal(result.cells.values["auroc"], whole.cells.values["auroc"])
    for name, path in result.predictions.items():
        assert path.read_bytes() == whole.predictions[name].read_bytes()
        assert not (path.parent / "cells").exists()
    with pytest.raises(AlertlabError, match="the run is finished"):
        table.resume(parent.info.run_id, ["spies"])


@pytest.fixture
def interrupted(spies, place, words, tmp_path, monkeypatch):
    """Folder of a table that was interrupted, with data of its own."""
    monkeypatch.chdir(tmp_path)
    frame = pd.read_parquet(place / "features.parquet")
    frame.to_parquet(tmp_path / "own.parquet", index=False)
    spies.fail |= {"after": 2, "with": KeyboardInterrupt()}
    config, detectors = composed(place, words(tmp_path, f"datamodule.source.path={tmp_path}/own.parquet"))
    with pytest.raises(KeyboardInterrupt):
        table.leave_out(config, detectors, workers=1)
    spies.fail.clear()
    return next(path.parent for path in tmp_path.glob("outputs/table/*/cells.csv"))


def test_other_data_are_refused(interrupted, tmp_path):
    frame = pd.read_parquet(tmp_path / "own.parquet")
    frame.loc[0, "x"] += 1
    frame.to_parquet(tmp_path / "own.parquet", index=False)
    with pytest.raises(AlertlabError, match="the data are no longer those it began with, data_hash differs"):
        table.resume(str(interrupted), ["spies"], workers=1)


def test_another_config_of_the_table_or_of_a_detector_is_refused(interrupted):
    for path in interrupted.parent.glob("*/config.yaml"):
        before = path.read_text()
        path.write_text(before.replace("validation: 0.16", "validation: 0.2"))
        with pytest.raises(AlertlabError, match="the config is no longer that it began with; start anew"):
            table.resume(str(interrupted), ["spies"])
        path.write_text(before)


@pytest.mark.usefixtures("blank_pictures")
def test_processes_give_what_one_gives(place, words, done, tmp_path):
    config, detectors = composed(place, words(tmp_path))
    result = table.leave_out(config, detectors, workers=2)
    whole, _, _ = done
    for name, path in result.predictions.items():
        assert path.read_bytes() == whole.predictions[name].read_bytes()


def test_an_interrupt_does_not_wait_for_cells_at_work(place, words, tmp_path):
    data = instantiate(composed(place, words(tmp_path))[0].datamodule)
    ground = Ground(data.samples(), data.plan, data.description)
    asleep = Detector("asleep", {"_target_": "time.sleep", "_args_": [600]}, tmp_path / "never.parquet")
    tasks = [Task(number, turn, 1, (asleep,)) for number, turn in enumerate(data.plan.turns(data.samples())[:2])]
    begun = time.monotonic()
    timer = threading.Timer(3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        list(pool.done(ground, tasks, workers=2))
    assert time.monotonic() - begun < 120


@pytest.mark.usefixtures("blank_pictures")
def test_classes_too_rare_to_train_are_left_out_together(spies, place, words, objects, tmp_path):
    config, detectors = composed(place, words(tmp_path, "datamodule.split.leave_out=[D,B]"))
    result = table.leave_out(config, detectors, workers=1)
    assert result.cells.classes == ("D", "B")
    assert len(spies.shown) == 2 * FOLDS
    assert {objects[name] for each in spies.shown for name in each["ids"][None]} == {"A", "C"}
    rows = read_predictions(result.predictions["one"])
    test = rows.take((rows.repeat == 1) & (rows.part == "test") & (rows.kind != "D"))
    assert result.cells.values["auroc"][0, 1, 1] == pytest.approx(roc_auc_score(test.outlier, test.score))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["model=one"], r"^model=one: a table has many models; name their files with 'evaluation.detectors=\[A,B\]'"),
        (["model.latent=3"], r"^model.latent=3: a table has many models"),
        (["evaluation=detection"], r"^evaluation: .*DetectionEvaluator is of one model; give evaluation=leave_one"),
        (["evaluation.detectors=[told]"], r"^evaluation.detectors: told is of a classification"),
        (["evaluation.detectors=[three]"], r"three"),
        (["datamodule.split.leave_out=[]"], r"^datamodule.split.leave_out: names no class; give each"),
        (["repeats=7"], r"^repeats: a table has all its cells, which are 12; drop repeats"),
        (["datamodule.split.folds=31"], r"^too few objects to split: D has 30, each class needs 31"),
    ],
)
def test_what_cannot_be_is_said_before_any_training(spies, place, words, tmp_path, more, message):
    overrides = words(tmp_path)
    if more == ["evaluation=detection"]:
        overrides = [word for word in overrides if not word.startswith("evaluation.")]
    with pytest.raises(AlertlabError, match=message):
        table.leave_out(*composed(place, [*overrides, *more]), workers=1)
    assert not spies.shown
    assert not (tmp_path / "outputs").exists()


def test_the_command_prints_the_table_and_json(place, words, tmp_path, capsys):
    options = ["--config-dir", str(place / "conf"), "--allow", "spies", "--workers", "1"]
    assert main(["leave-out", *words(tmp_path), "evaluation.formats=[]", *options]) == 0
    told = capsys.readouterr().out
    for line in ("AUROC", "Average precision", "random order", "paired differences", "has the largest mean AUROC"):
        assert line in told
    assert main(["leave-out", *words(tmp_path), *options, "--cfg"]) == 0
    assert "leave_out: each" in capsys.readouterr().out


@pytest.mark.usefixtures("blank_pictures")
def test_training_one_detector_leaves_out_the_first_class_and_is_judged_on_it(tmp_path, where, place):
    from alertlab.config import compose
    from alertlab.workflows.train import train

    small = ["model.dense=[8]", "model.latent=2", "trainer.max_epochs=2", "evaluation.resamples=5"]
    data = [
        "datamodule=feature_table",
        f"datamodule.source.path={place}/features.parquet",
        "datamodule.classes=[A,B,C,D]",
    ]
    words = ["experiment=outlier_detector", *data, *small, "evaluation.formats=[]", *where(tmp_path)]
    result = train(compose("train", words))
    rows = read_predictions(result.predictions)
    assert set(rows.kind[rows.outlier == 1]) == {"A"}
    assert set(rows.part[rows.outlier == 1]) == {"test"}
    assert 0 < result.metrics["test/auroc"] < 1


def test_a_training_that_two_detectors_begin_with_is_done_once_and_changes_neither(place, words, tmp_path, monkeypatch):
    """Deep SVDD begins as the autoencoder that stands beside it."""
    from alertlab.models.networks import training

    fit, fitted = training._fit, []
    monkeypatch.setattr(training, "_fit", lambda *given: (fitted.append(1), fit(*given)))

    def scores(*names):
        fitted.clear()
        more = [f"evaluation.detectors=[{','.join(names)}]", "trainer.max_epochs=3"]
        config, detectors = composed(place, words(tmp_path, *more))
        of = table.prepare(config, detectors)
        ground = Ground(of.data.samples(), of.data.plan, "")
        each = [
            Detector(name, OmegaConf.to_container(detectors[name].model, resolve=True), tmp_path / f"{name}.parquet")
            for name in names
        ]
        work(ground, Task(4, of.turns[4], 5, tuple(each)))
        return {name: read_predictions(tmp_path / f"{name}.parquet").score for name in names}, len(fitted)

    both, trainings = scores("small_autoencoder", "small_deep_svdd")
    assert trainings == 2
    for name in both:
        alone, trainings = scores(name)
        assert trainings == (2 if name == "small_deep_svdd" else 1)
        np.testing.assert_array_equal(alone[name], both[name])
