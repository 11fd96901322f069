"""A trial is a training that never sees the test part, judged by validation, pruned where it is hopeless."""

import json
from pathlib import Path

import numpy as np
import pytest
from alertlab.config import compose, instantiate
from alertlab.core.predictions import read_predictions
from alertlab.runtime import AlertlabError
from alertlab.workflows.evaluate import evaluate
from alertlab.workflows.sweep.plan import plan_of
from alertlab.workflows.sweep.results import counted, pareto, ranked, standing
from alertlab.workflows.sweep.study import give_up, open_study
from alertlab.workflows.train import train
from mlflow import MlflowClient
from optuna.trial import TrialState
from scipy.stats import wilcoxon
from sweep_by_hand import Dial, trained


@pytest.fixture(scope="module")
def swept(command, tmp_path_factory):
    """A sweep of four trials, the file of its spy, and what it was asked."""
    folder = tmp_path_factory.mktemp("swept")
    asked = command(folder, "search=dial", f"model.spy={folder}/spy.jsonl", "model.epochs=2")
    return trained(asked), folder / "spy.jsonl", asked


def spied(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def children(of):
    """Numbers of the trials -> their runs in MLflow."""
    client = of.tracker.client
    (experiment,) = [each for each in client.search_experiments() if each.name == of.plan.base.name]
    runs = [run for run in client.search_runs([experiment.experiment_id]) if "mlflow.parentRunId" in run.data.tags]
    assert {run.data.tags["mlflow.parentRunId"] for run in runs} == {of.parent}
    return {int(run.data.params["trial"]): run for run in runs if "trial" in run.data.params}


def test_no_row_of_the_test_part_reaches_model_metric_or_log(swept):
    of, spy, asked = swept
    data = instantiate(compose("train", asked.trained, asked.folders, asked.allowed).datamodule)
    data.draw(0)
    test = set(data.samples("test").sample_id.tolist())
    names = set(data.samples("test").object_id.tolist())
    assert len(test) == 30
    seen = spied(spy)
    assert {each["what"] for each in seen} == {"fit", "split", "predict"}
    for each in seen:
        assert not names & set(each["given"]) if each["what"] == "split" else not test & set(each["given"])
    runs = children(of)
    assert len(runs) == 4
    for run in runs.values():
        told = json.dumps([run.data.params, run.data.metrics, run.data.tags])
        assert not [name for name in names if name in told]
        assert not [name for name in run.data.metrics if name.startswith("test")]
        files = [path for path in Path(of.folder, run.info.run_id).rglob("*") if path.is_file()]
        assert files
        for path in files:
            assert not [name for name in names if name.encode() in path.read_bytes()], path


@pytest.mark.parametrize("number", [0, 2])
def test_the_objective_is_what_evaluate_says_of_the_validation_part_of_a_plain_training(
    swept, where, dial, tmp_path, number
):
    of, _, asked = swept
    trial = of.study.trials[number]
    values = [f"{key}={value}" for key, value in trial.params.items()]
    config = compose("train", [*asked.trained, *where(tmp_path), *values], asked.folders, asked.allowed)
    result = train(config)
    judged = compose("evaluate", ["evaluation.part=validation", "evaluation.resamples=1", "evaluation.formats=[]"])
    found = evaluate(judged, str(result.predictions), tmp_path / "judged")
    assert found.metrics["validation/macro_f1"] == trial.values[0]
    table = read_predictions(result.predictions)
    run = children(of)[number]
    assert run.data.metrics["validation/macro_f1"] == trial.values[0]
    assert run.data.metrics["validation/accuracy"] == pytest.approx(
        np.mean((table.probability.argmax(1) == table.target)[table.part == "validation"])
    )


def test_every_trial_is_a_child_run_with_its_values_and_its_losses(swept):
    of, _, _ = swept
    runs = children(of)
    client = MlflowClient(of.tracker.uri)
    for trial in of.study.trials:
        run = runs[trial.number]
        assert (run.info.run_id, run.info.status) == (trial.user_attrs["run_id"], "FINISHED")
        assert run.info.run_name == f"trial {trial.number}"
        assert float(run.data.params["model.gain"]) == pytest.approx(trial.params["model.gain"])
        losses = [each.value for each in client.get_metric_history(run.info.run_id, "validation_loss")]
        assert losses == pytest.approx([(trial.params["model.gain"] - 1) ** 2 + 1 / (epoch + 1) for epoch in (0, 1)])


LOSS = "search.objectives={validation_loss: minimize}"


def test_a_hopeless_trial_is_pruned_and_says_at_which_epoch(command, tmp_path):
    pruner = ["pruner=median", "pruner.n_startup_trials=2", "pruner.n_warmup_steps=1"]
    first = "search.known=[{model.gain: 1.2}, {model.gain: 4.0}]"
    of = trained(command(tmp_path, "search=dial", LOSS, *pruner, first, "search.n_trials=3", "model.epochs=5"))
    assert [trial.state for trial in of.study.trials] == [TrialState.COMPLETE] * 2 + [TrialState.PRUNED]
    assert of.study.trials[0].values == pytest.approx([1 / 5])  # of the best epoch, the last
    runs = children(of)
    assert [runs[number].info.status for number in range(3)] == ["FINISHED", "FINISHED", "KILLED"]
    assert "pruned at epoch 1" in runs[2].data.tags.values()
    assert of.study.trials[2].intermediate_values == pytest.approx({0: 9 + 1, 1: 9 + 1 / 2})
    assert counted(standing(of.study, of.plan)) == {"complete": 2, "pruned": 1}


def test_a_metric_that_is_watched_is_seen_by_the_pruner_in_the_direction_of_the_objective(command, tmp_path):
    words = [
        "search=dial",
        "pruner=median",
        "model.epochs=2",
        "search.n_trials=1",
    ]  # macro_f1 to the most, a loss to the least
    of = trained(command(tmp_path, *words))
    assert of.study.trials[0].intermediate_values == pytest.approx({0: -1, 1: -1 / 2})


def test_over_folds_wilcoxons_test_ends_what_is_worse_in_every_one(command, tmp_path):
    words = ["search=dial", "pruner=wilcoxon", "search.folds=6", "search.n_trials=3"]
    first = "search.known=[{model.gain: 1.0, model.blind: 0}, {model.gain: 0.5, model.blind: 2}]"
    spy = tmp_path / "spy.jsonl"
    of = trained(command(tmp_path, *words, first, f"model.spy={spy}"))
    one, best, worse = of.study.trials
    assert one.state == best.state == TrialState.COMPLETE
    folds = list(best.intermediate_values.values())
    assert len(set(folds)) > 1
    assert best.values == pytest.approx([np.mean(folds)])
    assert worse.state == TrialState.PRUNED
    seen = list(worse.intermediate_values.values())
    last = len(seen) - 1
    chance = [wilcoxon(np.subtract(seen[:n], folds[:n]), alternative="less").pvalue for n in (last, last + 1)]
    assert chance[1] < 0.1 <= chance[0]
    assert f"pruned at fold {last}" in children(of)[2].data.tags.values()
    fits = [set(each["given"]) for each in spied(spy) if each["what"] == "fit"]
    assert len(fits) == 6 + 6 + last + 1
    assert len(set().union(*fits)) == 120  # every fold leaves the same test part out


def test_of_several_objectives_there_is_a_front_that_no_trial_beats(command, tmp_path):
    goals = "search.objectives={macro_f1: maximize, log_loss: minimize}"
    of = trained(command(tmp_path, "search=dial", goals, "search.n_trials=6", "sampler=nsga2"))
    front = [trial.number for trial in pareto(of.study.trials, of.plan)]
    assert sorted(front) == sorted(trial.number for trial in of.study.best_trials)
    assert all(trial.state == TrialState.COMPLETE for trial in of.study.trials)


def test_a_trial_outside_the_constraints_is_never_the_best(command, tmp_path):
    bound = "search.constraints={log_loss: {at_most: 0.8}}"
    first = "search.known=[{model.gain: 0.1, model.blind: 0}, {model.gain: 1.0, model.blind: 1}]"
    of = trained(command(tmp_path, "search=dial", bound, first, "search.n_trials=3"))
    loose, kept = of.study.trials[1], of.study.trials[2]
    assert loose.values > kept.values  # it classifies better, and is not sure enough
    assert loose.constraints == pytest.approx({"log_loss": loose.user_attrs["metrics"]["log_loss"] - 0.8})
    assert loose.constraints["log_loss"] > 0 >= kept.constraints["log_loss"]
    assert of.study.best_trial.number == 2  # so Optuna takes it too
    assert ranked(of.study.trials, of.plan)[0].number == 2


def test_n_trials_is_a_total(command, tmp_path):
    spy = tmp_path / "spy.jsonl"
    words = ["search=dial", f"model.spy={spy}", "sampler=random"]

    def fitted():
        return sum(each["what"] == "fit" for each in spied(spy))

    first = trained(command(tmp_path, *words, "search.n_trials=2"))
    before = [trial.params for trial in first.study.trials]
    assert fitted() == 2
    again = trained(command(tmp_path, *words, "search.n_trials=2"))
    assert fitted() == 2
    assert (again.parent, again.plan.name) == (first.parent, first.plan.name)
    more = trained(command(tmp_path, *words, "search.n_trials=4"))
    assert fitted() == 4
    assert more.parent == first.parent
    assert [trial.number for trial in more.study.trials] == [0, 1, 2, 3]
    assert [trial.params for trial in more.study.trials[:2]] == before
    assert len({str(trial.params) for trial in more.study.trials}) == 4
    assert sorted(children(more)) == [0, 1, 2, 3]


def test_a_grid_is_over_when_every_combination_was_tried_once(command, tmp_path):
    grid = "search.space={model.blind: {low: 0, high: 2}, model.depth: {choices: [1, 2]}}"
    words = ["search=dial", grid, "sampler=grid"]
    some = trained(command(tmp_path, *words, "search.n_trials=2"))
    assert len(some.study.trials) == 2
    of = trained(command(tmp_path, *words, "search.n_trials=50"))
    assert len({str(trial.params) for trial in of.study.trials}) == len(of.study.trials) == 6


def test_a_trial_that_fails_is_recorded_with_its_error_and_the_sweep_goes_on(command, tmp_path):
    space = "search.space={model.fails: {choices: ['', 'no memory left']}, model.blind: {low: 0, high: 2}}"
    first = "search.known=[{model.fails: 'no memory left', model.blind: 0}]"
    of = trained(command(tmp_path, "search=dial", space, first, "search.n_trials=2"))
    good, bad = of.study.trials
    assert (good.state, bad.state) == (TrialState.COMPLETE, TrialState.FAIL)
    assert bad.user_attrs["error"] == "ValueError: no memory left"
    run = children(of)[1]
    assert run.info.status == "FAILED"
    assert "ValueError: no memory left" in run.data.tags.values()
    assert counted(standing(of.study, of.plan)) == {"complete": 1, "failed": 1}
    again = trained(command(tmp_path, "search=dial", space, first, "search.n_trials=2"))
    assert len(again.study.trials) == 2  # what fails by itself is not tried again


def test_the_same_error_three_times_at_the_start_ends_the_sweep(command, tmp_path, monkeypatch):
    spy = tmp_path / "spy.jsonl"
    words = ["search=dial", "model.fails=no such card", f"model.spy={spy}", "search.n_trials=6"]
    with pytest.raises(AlertlabError, match="the first 3 trials failed alike: ValueError: no such card"):
        trained(command(tmp_path, *words))
    assert sum(each["what"] == "fit" for each in spied(spy)) == 3
    monkeypatch.setattr(Dial, "fails", property(lambda self: "", lambda *_: None), raising=False)
    of = trained(command(tmp_path, *words))  # the same command when the card is there
    assert counted(standing(of.study, of.plan)) == {"complete": 3, "failed": 3}


def test_a_trial_that_another_machine_took_for_dead_is_repeated_and_its_worker_goes_on(command, tmp_path, monkeypatch):
    fit, given = Dial.fit, []

    def taken(self, data, run):
        fit(self, data, run)
        if not given:
            plan = plan_of(asked)
            study = open_study(plan, Path(plan.base.output_dir, plan.base.name))
            given.append(give_up(study, study.trials[0], "its process died"))

    asked = command(tmp_path, "search=dial", "search.n_trials=2")
    monkeypatch.setattr(Dial, "fit", taken)
    of = trained(asked)
    assert given == [True]
    assert [trial.state.name for trial in of.study.trials] == ["FAIL", "COMPLETE", "COMPLETE"]
    assert of.study.trials[2].params == of.study.trials[0].params


def test_a_metric_that_validation_lacks_is_named_with_the_nearest(command, tmp_path):
    with pytest.raises(AlertlabError, match=r"validation has no metric macro_f2\. Did you mean macro_f1"):
        trained(command(tmp_path, "search=dial", "search.objectives={macro_f2: maximize}"))


def test_data_without_a_validation_part_are_refused_before_anything_trains(command, tmp_path):
    with pytest.raises(AlertlabError, match=r"datamodule\.split\.validation: a sweep judges by the validation part"):
        trained(command(tmp_path, "search=dial", "datamodule.split.validation=0"))


def test_other_data_under_the_same_command_are_noticed(command, tmp_path, monkeypatch):
    import sweep_by_hand

    asked = command(tmp_path, "search=dial", "search.n_trials=1")
    trained(asked)
    read = sweep_by_hand.Clumps.read
    monkeypatch.setattr(sweep_by_hand.Clumps, "read", lambda self: read(self).take(np.arange(1, 150)))
    with pytest.raises(AlertlabError, match="the data are no longer those it began with"):
        trained(asked)
