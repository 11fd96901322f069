"""What is searched: how a space is written, what is refused before anything trains, and that every sampler draws it."""

from pathlib import Path

import optuna
import pytest
from alertlab import conf
from alertlab.cli import main
from alertlab.config import ConfigError, compose, instantiate
from alertlab.workflows.sweep.dry_run import dry_run
from alertlab.workflows.sweep.plan import Asked, check_plan, count, plan_of
from alertlab.workflows.sweep.space import combinations, drawn, size, space_of
from alertlab.workflows.sweep.study import claim, fill, open_study, quiet, tried
from sweep_by_hand import asked_of
from test_config import OF_REAL_DATA

CONF = Path(conf.__file__).parent
OPTIONS = {
    group: sorted(path.stem for path in CONF.glob(f"{group}/[!_]*.yaml"))
    for group in ("search", "sampler", "pruner", "launcher")
}
MIXED = {
    "a": {"low": 1, "high": 9, "step": 2},
    "b": {"low": 1e-4, "high": 1e-1, "log": True},
    "c": {"deep": {"choices": [None, "sqrt", 0.5, [16, 32], True]}, "x": {"low": 0.0, "high": 0.6, "step": 0.2}},
    "d": {"low": 2, "high": 64, "log": True},
}


def draws(space, number=40, seed=0):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    return [drawn(space, study.ask()) for _ in range(number)]


def test_values_are_of_the_kinds_and_within_the_ranges_that_are_written():
    found = draws(space_of(MIXED))
    assert all(list(each) == ["a", "b", "c.deep", "c.x", "d"] for each in found)
    assert {each["a"] for each in found} == {1, 3, 5, 7, 9}
    assert {type(each["a"]) for each in found} == {type(each["d"]) for each in found} == {int}
    assert all(1e-4 <= each["b"] <= 1e-1 and 2 <= each["d"] <= 64 for each in found)
    assert sum(each["b"] < 10**-2.5 for each in found) == pytest.approx(20, abs=10)  # half of them by the logarithm
    assert {round(each["c.x"], 9) for each in found} == {0.0, 0.2, 0.4, 0.6}
    for value in (None, "sqrt", 0.5, [16, 32], True):
        assert any(each["c.deep"] == value and type(each["c.deep"]) is type(value) for each in found)


def test_keys_may_be_dotted_nested_or_both():
    whole = {"a.b.c": {"low": 1, "high": 2}}
    assert (
        space_of(whole)
        == space_of({"a": {"b": {"c": {"low": 1, "high": 2}}}})
        == space_of({"a.b": {"c": whole["a.b.c"]}})
    )


def test_a_condition_draws_a_key_only_where_another_has_its_value():
    space = space_of(
        {
            "shift": {"low": 1, "high": 3, "when": {"flip": True, "kind": "b"}},
            "kind": {"choices": ["a", "b"], "when": {"flip": True}},
            "flip": {"choices": [True, False]},
        }
    )
    assert [each.key for each in space] == ["flip", "kind", "shift"]
    for each in draws(space):
        assert ("kind" in each) == each["flip"]
        assert ("shift" in each) == (each.get("kind") == "b")
    assert len(combinations(space)) == size(space) == 1 + 1 + 3  # no flip; a; b with three shifts


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ({}, "search.space: is empty; name a search"),
        ({"a": {"low": 2, "high": 2}}, r"space\.a: the range from 2 to 2 is empty; low must be below high"),
        ({"a": {"low": 3, "high": 2}}, "the range from 3 to 2 is empty"),
        ({"a": {"low": 1}}, r"space\.a\.high: is missing"),
        ({"a": {"low": "x", "high": 2}}, r"space\.a\.low: 'x' is no number"),
        ({"a": {"low": True, "high": 2}}, r"space\.a\.low: True is no number"),
        ({"a": {"low": 1, "high": float("inf")}}, r"space\.a\.high: inf is no number"),
        ({"a": {"low": 0, "high": 2, "log": True}}, r"space\.a\.log: needs a low above 0"),
        ({"a": {"low": 1, "high": 2, "log": "yes"}}, "'yes' is neither true nor false"),
        ({"a": {"low": 1, "high": 2, "step": 1, "log": True}}, r"space\.a\.log: needs no step"),
        ({"a": {"low": 1, "high": 2, "step": 5}}, r"space\.a\.step: 5 does not fit between 1 and 2"),
        ({"a": {"low": 0.0, "high": 1.0, "step": 0.3}}, r"space\.a\.step: 0\.3 does not lead from 0\.0 to 1\.0"),
        ({"a": {"low": 1, "high": 6, "step": 2}}, r"space\.a\.step: 2 does not lead from 1 to 6"),
        ({"a": {"low": 1, "high": 2, "steps": 1}}, r"space\.a\.steps: is not among low, high, step, log, when"),
        ({"a": {"choices": [1, 2], "log": True}}, r"space\.a\.log: is not among choices, when"),
        ({"a": {"choices": []}}, r"space\.a\.choices: is \[\]; write a list"),
        ({"a": {"choices": "abc"}}, r"space\.a\.choices: is 'abc'; write a list"),
        ({"a": {"choices": [1, 2, 1]}}, r"space\.a\.choices: \[1, 2, 1\] has a value twice"),
        ({"a": 3}, r"space\.a: is 3; write \{low: 0\.1, high: 1\}"),
        ({"a": {"choices": [1, 2], "when": {"b": 1}}}, r"space\.a\.when: depends on b, which is not searched"),
        (
            {"a": {"choices": [1], "when": {"b": 1}}, "b": {"choices": [1], "when": {"a": 1}}},
            "depends on a key that waits for it",
        ),
        ({"b": {"choices": [1, 2]}, "a": {"choices": [1], "when": {"b": 3}}}, r"when: b is never 3 \(one of 1, 2\)"),
        ({"a": {"choices": [1], "when": 3}}, r"space\.a\.when: is 3; write \{KEY: VALUE\}"),
    ],
)
def test_a_space_that_says_nothing_is_refused(space, message):
    with pytest.raises(ConfigError, match=message):
        space_of(space)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        (
            "{model.gian: {low: 1, high: 2}}",
            r"space\.model\.gian: the config has no such key\. Did you mean model\.gain",
        ),
        (
            "{model.blind: {low: 0.5, high: 2}}",
            r"space\.model\.blind: 0\.5 does not fit: the config has 2 there, a whole",
        ),
        (
            "{model.gain: {choices: [a, 1]}}",
            r"space\.model\.gain: 'a' does not fit: the config has 1\.0 there, a number",
        ),
        ("{model.gain: {choices: [true, 1]}}", r"True does not fit"),
        ("{model.sizes: {low: 1, high: 2}}", r"1 does not fit: the config has \[1\] there, a list"),
        ("{model: {choices: [dial, dail]}}", r"space\.model=dail: .*Did you mean dial"),
        (
            "{datamodule.split.seed: {low: 1, high: 9}}",
            r"datamodule\.split\.seed: may not be searched: trials are judged",
        ),
        ("{datamodule.split: {choices: [a]}}", "may not be searched"),
        ("{seed: {low: 1, high: 9}}", r"space\.seed: may not be searched: the best seed of many says nothing"),
        ("{evaluation.part: {choices: [test]}}", "may not be searched: trials are judged alike"),
        ("{repeats: {low: 1, high: 3}}", "may not be searched: folds judge a trial"),
    ],
)
def test_what_does_not_fit_the_config_is_refused_before_anything_trains(asked, word, message):
    with pytest.raises(ConfigError, match=message):
        check_plan(plan_of(asked("search=dial", f"search.space={word}")))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["search.n_trials=0"], r"search\.n_trials: 0 is not a whole number of 1 or more"),
        (["search.folds=1.5"], r"search\.folds: 1\.5 is not a whole number"),
        (["+search.n_trial=3"], r"search\.n_trial: nothing reads this key.*Did you mean n_trials"),
        (["search.objectives={macro_f1: up}"], r"objectives\.macro_f1: 'up' is neither maximize nor minimize"),
        (["search.constraints={log_loss: 3}"], r"constraints\.log_loss: 3 is no bound; write \{at_most: 0\.1\}"),
        (["search.constraints={log_loss: {at_most: 1}}", "sampler=random"], "constraints: this sampler knows none"),
        (["search.objectives={macro_f1: maximize, log_loss: minimize}", "pruner=median"], "give pruner=none"),
        (["search.watch={a: minimize, b: minimize}"], "a pruner sees one metric"),
        (["search.known=[{model.gain: 9}]"], r"known\[0\]\.model\.gain: may be 0\.1 to 4.*not 9"),
        (["search.known=[{model.depth: 1}]"], r"known\[0\]\.model\.depth: is not searched"),
        (["sampler=grid"], r"space\.model\.gain: a grid needs a step or choices"),
        (["search=dail"], "Did you mean dial"),
        (["pruner=medain"], "Did you mean median"),
        (["sampler.n_startup=3"], r"Did you mean sampler\.n_startup_trials"),
        (["retrain=x"], "retrain"),
    ],
)
def test_a_sweep_that_cannot_be_is_refused_before_anything_trains(asked, words, message):
    with pytest.raises(ConfigError, match=message):
        dry_run(plan_of(asked("search=dial", *words)))


def test_a_sweep_without_a_search_asks_for_one(asked):
    with pytest.raises(ConfigError, match="search"):
        plan_of(asked())


TRAININGS = {
    "forest": ["experiment=bts_supernovae"],
    "deep_svdd": ["experiment=outlier_detector", "model=multi_class_deep_svdd"],
    "recurrent_autoencoder": ["experiment=transient_anomalies"],
}


@pytest.mark.parametrize("search", OPTIONS["search"])
def test_every_search_fits_the_training_that_it_is_of(search):
    words = TRAININGS.get(search, ["experiment=stamp_classifier"])
    real = OF_REAL_DATA.get(words[0].partition("=")[2], [])
    outliers = ["search.outliers=[A]"] if search in ("deep_svdd", "recurrent_autoencoder") else []
    plan = plan_of(Asked((*words, *real, f"search={search}", *outliers)))
    check_plan(plan)
    for values in draws(plan.space, 3):
        assert plan.trial_config(values).name


def test_the_grid_of_the_paper_has_its_2025_combinations():
    plan = plan_of(Asked(("experiment=stamp_classifier", "search=stamp_grid")))
    assert count(plan) == 2025
    assert len({str(each) for each in combinations(plan.space)}) == 2025


@pytest.mark.parametrize("pruner", OPTIONS["pruner"])
def test_every_pruner_is_built(asked, pruner):
    assert isinstance(
        instantiate(plan_of(asked("search=dial", f"pruner={pruner}")).config.pruner), optuna.pruners.BasePruner
    )


@pytest.mark.parametrize("launcher", OPTIONS["launcher"])
def test_every_launcher_is_built(launcher):
    assert callable(instantiate(compose("sweep", ["search=forest", f"launcher={launcher}"]).launcher).start)


SPACE = (
    "{model.gain: {low: 0.1, high: 4.0, log: true}, model.blind: {low: 0, high: 2}, "
    "model.sizes: {choices: [[1], [2, 3]]}, "
    "model.depth: {low: 1, high: 3, when: {model.blind: 0}}, model.takes: {low: 0.0, high: 0.5, step: 0.25}}"
)
CHOICES = "{model.blind: {low: 0, high: 2}, model.sizes: {choices: [[1], [2, 3]]}}"


@pytest.mark.parametrize("sampler", OPTIONS["sampler"])
def test_every_sampler_proposes_values_of_a_mixed_space(dial, tmp_path, sampler):
    words = [f"search.space={CHOICES if sampler == 'grid' else SPACE}", f"sampler={sampler}", "search.n_trials=14"]
    plan = plan_of(asked_of(dial, "search=dial", *words, f"output_dir={tmp_path}"))
    check_plan(plan)
    study = open_study(plan, tmp_path)
    fill(study, plan)
    with quiet():
        while (trial := claim(study)) is not None:
            values = drawn(plan.space, trial)
            study.tell(trial, values["model.blind"] - len(values["model.sizes"]) + values.get("model.gain", 0))
    found = [tried(plan.space, trial) for trial in study.trials]
    assert all(
        parameter.takes(each[parameter.key]) for each in found for parameter in plan.space if parameter.key in each
    )
    assert all(("model.depth" in each) == (each["model.blind"] == 0) for each in found if sampler != "grid")
    if sampler == "grid":
        assert len({str(each) for each in found}) == len(found) == 6  # each combination once
    else:
        assert len(found) == 14
        assert found[0] == {**plan.default}
        assert len({each["model.gain"] for each in found}) >= 12


def test_a_dry_run_prints_space_size_and_three_configs_and_leaves_nothing(dial, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    spy = tmp_path / "spy.jsonl"
    words = [
        "experiment=dial",
        "search=dial",
        f"model.spy={spy}",
        "--config-dir",
        str(dial),
        "--allow",
        "sweep_by_hand",
    ]
    assert main(["sweep", *words, "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "model.gain   0.1 to 4, by its logarithm" in told
    assert "model.blind  one of 0, 1, 2" in told
    assert "no end of combinations, 4 trials, to maximize macro_f1" in told
    assert told.count("such as model.gain") == 3
    assert main(["sweep", *words, "search.space={model.blind: {low: 0, high: 2}}", "--dry-run"]) == 0
    assert "\n3 combinations, 4 trials" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_what_a_dry_run_is_refused_is_a_line_with_the_nearest_key(dial, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["experiment=dial", "search=dial", "--config-dir", str(dial), "--allow", "sweep_by_hand"]
    assert main(["sweep", *words, "search.space={model.gian: {low: 1, high: 2}}", "--dry-run"]) != 0
    assert "Did you mean model.gain" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
