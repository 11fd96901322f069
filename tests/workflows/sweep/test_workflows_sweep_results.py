"""What a sweep leaves: the best config, its test result beside the default's, a table of trials, pages."""

import re
import shutil
import subprocess

import numpy as np
import pyarrow.parquet as pq
import pytest
from alertlab.config import compose, instantiate
from alertlab.core.predictions import read_predictions
from alertlab.workflows.sweep.nested import nested
from alertlab.workflows.sweep.plan import plan_of
from alertlab.workflows.sweep.sweep import sweep
from alertlab.workflows.train import train
from sklearn.metrics import f1_score
from test_workflows_sweep_trials import spied

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WORDS = ("search=dial", "sampler=random", "model.epochs=2", "model.takes=0.01")
FIRST = "search.known=[{model.gain: 1.0, model.blind: 0}]"


@pytest.fixture(scope="module")
def done(command, tmp_path_factory):
    """A sweep that was concluded, with two trainings of the best and of the default config."""
    folder = tmp_path_factory.mktemp("done")
    asked = command(folder, *WORDS, FIRST, "search.n_trials=4", "retrain=2")
    return sweep(plan_of(asked), 0), asked


def test_the_best_config_is_an_experiment_that_trains_by_itself(done, where, tmp_path):
    result, asked = done
    path = result.paths["best config"]
    text = path.read_text()
    assert text.startswith("# @package _global_\n# trial ")
    assert "spy" not in text
    words = [f"experiment={path.stem}", *where(tmp_path)]
    config = compose("train", words, [path.parents[1], *asked.folders], asked.allowed)
    assert {key: config.model[key.partition(".")[2]] for key in result.best["values"]} == result.best["values"]
    assert f"experiment={path.stem} trains the best config" in " ".join(result.told)
    trained = read_predictions(train(config).predictions)
    rows = trained.part == "validation"
    found = f1_score(trained.target[rows], trained.probability[rows].argmax(1), average="macro")
    assert found == pytest.approx(result.best["macro_f1"])


def test_the_table_holds_a_row_a_trial(done):
    result, _ = done
    table = pq.read_table(result.paths["trials"]).to_pandas()
    assert table.trial.tolist() == [0, 1, 2, 3]
    assert set(table.state) == {"COMPLETE"}
    assert table["macro_f1"].max() == result.best["macro_f1"]
    best = table.loc[table.trial == result.best["trial"]].iloc[0]
    assert best["model.gain"] == result.best["values"]["model.gain"]
    assert (table.seconds > 0).all()
    assert table.steps.tolist() == [2] * 4
    assert table.run_id.nunique() == 4


def test_best_and_default_are_trained_again_and_tested_once_each(done):
    result, _ = done
    assert set(result.retrained) == {"best", "default"}
    for each in result.retrained.values():
        table = read_predictions(each.directory / "predictions.parquet")
        found = []
        for repeat in (0, 1):
            rows = (table.part == "test") & (table.repeat == repeat)
            found.append(f1_score(table.target[rows], table.probability[rows].argmax(1), average="macro"))
        assert each.values["macro_f1"] == pytest.approx(found)
    (gap,) = (table for table in result.tables if table.name == "gap")
    best = next(row for row in gap.rows if row[0] == "best")
    mean = np.mean(result.retrained["best"].values["macro_f1"])
    assert float(best[4]) == pytest.approx(result.best["macro_f1"] - mean, abs=6e-4)
    assert "±" in best[3]
    assert result.paths["bundle"].is_dir()


def test_the_run_of_the_sweep_is_finished_and_says_what_is_best(done, command):
    result, asked = done
    tracker = instantiate(compose("train", asked.trained, asked.folders, asked.allowed).tracking)
    run = tracker.client.get_run(result.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.metrics["validation/macro_f1"] == result.best["macro_f1"]
    assert run.data.metrics["test/macro_f1/best"] == pytest.approx(np.mean(result.retrained["best"].values["macro_f1"]))
    assert run.data.tags["sweep.best"].startswith(f"trial {result.best['trial']}: ")
    files = {each.path for each in tracker.client.list_artifacts(result.run_id)}
    assert {"trials.parquet", "report.html", "interactive.html", "conf", "figures"} <= files


LOADS = re.compile(rb"""<(?:script|link|img|iframe)[^>]*?(?:src|href)\s*=\s*["']?(?:https?:)?//""", re.IGNORECASE)


@pytest.mark.parametrize("page", ["report", "interactive"])
def test_a_page_asks_no_other_host(done, page):
    content = done[0].paths[page].read_bytes()
    assert not LOADS.search(content)
    assert b"@import" not in content


@pytest.mark.skipif(BROWSER is None, reason="no chromium to open pages in")
def test_the_interactive_page_draws_its_plots_without_a_network(done, tmp_path):
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=8000", "--dump-dom"]
    page = done[0].paths["interactive"].resolve().as_uri()
    shown = subprocess.run([*command, page], capture_output=True, text=True, timeout=120, check=True).stdout
    assert shown.count('class="main-svg"') >= 4
    for title in ("Each trial's objective", "fANOVA", "The objective against each key", "When each trial ran"):
        assert title in shown or title.replace("'", "&#x27;") in shown


def test_the_report_holds_trials_gap_plots_and_the_config(done):
    text = done[0].paths["report"].read_text()
    for words in ("Best trials", "Validation of one trial, and test of 2 trainings", "data:image/", "_global_"):
        assert words in text
    assert "fANOVA" in text


def test_the_same_command_again_trains_nothing_and_says_the_same(done):
    result, asked = done
    again = sweep(plan_of(asked), 0)
    assert again.trials == result.trials
    assert again.best == result.best
    assert {name: each.run_id for name, each in again.retrained.items()} == {
        name: each.run_id for name, each in result.retrained.items()
    }


@pytest.mark.usefixtures("pageless")
def test_a_sweep_within_each_repeat_never_sees_what_tests_that_repeat(command, tmp_path):
    spy = tmp_path / "spy.jsonl"
    words = ["search=dial", "sampler=random", "search.n_trials=2", f"model.spy={spy}", "nested=3"]
    asked = command(tmp_path, *words, "datamodule.split.folds=3")
    result = nested(plan_of(asked), 0)
    data = instantiate(compose("train", asked.trained, asked.folders, asked.allowed).datamodule)
    tests = []
    for repeat in range(3):
        data.draw(repeat)
        tests.append(set(data.samples("test").sample_id.tolist()))
    assert set().union(*tests) == set(range(1000, 1150))
    left_out = [next((n for n in range(3) if not tests[n] & set(each["given"])), None) for each in spied(spy)
                if each["what"] == "fit"]  # fmt: skip
    trials = [number for number in left_out if number is not None]
    assert [number for place, number in enumerate(trials) if number not in trials[:place]] == [0, 1, 2]
    assert all(trials.count(number) >= 2 for number in range(3))
    (table,) = result.tables
    assert [row[0] for row in table.rows] == ["0", "1", "2", "mean"]
    test, default = ([float(row[column]) for row in table.rows[:3]] for column in (3, 4))
    assert float(table.rows[3][3].split(" ±* ")[0]) == pytest.approx(np.mean(test), abs=2e-3)
    assert float(table.rows[3][4].split(" ±* ")[0]) == pytest.approx(np.mean(default), abs=2e-3)
    assert result.trials == {"complete": 6}
    assert result.paths["report"].is_file()
    tracker = instantiate(compose("train", asked.trained, asked.folders, asked.allowed).tracking)
    run = tracker.client.get_run(result.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.metrics["test/macro_f1/best"] == pytest.approx(np.mean(test), abs=1e-3)
