"""One small model of each task goes the whole way: those of docs/extending.md, as they stand there."""

import json
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab import runtime
from alertlab.config import compose
from alertlab.core.predictions import read_predictions
from alertlab.evaluation.comparison.difference import BOOTSTRAP, CORRECTED
from alertlab.runtime import AlertlabError, Ragged
from alertlab.workflows import train as training
from alertlab.workflows.compare.matrix import compare_matrix
from alertlab.workflows.compare.runs import compare_runs
from alertlab.workflows.evaluate import evaluate
from alertlab.workflows.predict.dispatch import predict
from alertlab.workflows.report import report
from examples import TASKS, blocks, overrides

COLUMNS = {
    "classification": {"target", "prediction", "probability_SN"},
    "detection": {"target", "outlier", "score", "percentile", "embedding"},
    "regression": {"truth_smooth", "value_smooth", "value_disc", "deviation_disc"},
    "forecast": {"time", "band", "value", "deviation", "truth", "horizon"},
    "generation": {"mean", "std", "minimum", "maximum"},
}


def composed(verb, words, folder):
    return compose(verb, words, [folder / "myconf"], ["mylab"])


@pytest.fixture(scope="session")
def train_once(examples_folder, where, tmp_path_factory):
    """A training of two repeats of each example, killed after the first and resumed: every task comes through that."""
    made = {}

    def once(name):
        if name not in made:
            place = where(tmp_path_factory.mktemp(name))
            words = [*overrides(name), *place, "repeats=2", "bundle.name=mine"]
            made[name] = name, killed_and_resumed(composed("train", words, examples_folder)), place
        return made[name]

    return once


@pytest.fixture(params=TASKS)
def trained(request, train_once):
    """Name of an example, its training, and the overrides that say where it is."""
    return train_once(request.param)


def killed_and_resumed(config):
    """The result of a training whose process was killed when its first repeat was done."""
    experiment = training.prepare(config)
    run = experiment.tracker.create(config.name, config.name, experiment.root, training.to_yaml(config), config.seed)
    done = []

    def train_one(experiment, run, repeat, go_on=training.train_one):
        if done:
            raise KeyboardInterrupt
        done.append(repeat)
        return go_on(experiment, run, repeat)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(training, "train_one", train_one)
        with pytest.raises(KeyboardInterrupt):
            training.carry_out(experiment, run)
    return training.resume(str(run.directory), ["mylab"])


def inputs_file(bundle, path, rows=3):
    """Some golden inputs as the .npz that the runtime's command takes."""
    arrays = {}
    for name, values in bundle.golden()[0].items():
        some = values.take(np.arange(rows)) if isinstance(values, Ragged) else values[:rows]
        parts = vars(some) if isinstance(some, Ragged) else {"values": some}
        ends = {"values": "", "offsets": ".offsets", "shapes": ".shapes"}
        arrays |= {f"{name}{ends[part]}": each for part, each in parts.items() if each is not None}
    np.savez(path, **arrays)
    return path


def test_an_example_has_sixty_lines_at_most():
    found = blocks()
    for name in TASKS:
        lines = [*found[f"mylab/{name}.py"].splitlines(), *found[f"myconf/experiment/{name}.yaml"].splitlines()]
        assert len(lines) <= 60, name


def test_predictions_are_a_table_that_any_program_reads(trained):
    name, result, _ = trained
    task = TASKS[name]
    table = pq.read_table(result.predictions)
    assert {"sample_id", "object_id", "part", "repeat", *COLUMNS[task]} <= set(table.column_names)
    read = read_predictions(result.predictions)
    assert read.task == task
    assert read.table().equals(table)
    without = table.replace_schema_metadata(None)  # as another program would write it
    if task != "generation":
        pq.write_table(without, result.predictions.with_name("bare.parquet"))
        assert read_predictions(result.predictions.with_name("bare.parquet")).task == task


def test_every_number_is_finite_and_has_its_spread(trained):
    _, result, _ = trained
    assert result.metrics
    assert all(np.isfinite(value) for value in result.metrics.values())
    assert set(result.evaluation.headline) & {name for name, _ in result.evaluation.results()}
    assert all(" ±* " in text for name, text in result.evaluation.results())
    written = json.loads((result.figures / "evaluation.json").read_text())
    assert written["mean"] == result.evaluation.mean


def test_the_bundle_answers_alike_in_a_bare_interpreter(trained, tmp_path):
    _, result, _ = trained
    bundle = runtime.load(result.bundle)
    assert bundle.self_test().label_flips == 0
    file = inputs_file(bundle, tmp_path / "rows.npz")
    out = tmp_path / "answers.npz"
    code = (
        "import sys; from alertlab.runtime.__main__ import main\n"
        f"status = main(['check', {str(result.bundle)!r}])\n"
        f"status += main(['predict', {str(result.bundle)!r}, {str(file)!r}, '--out', {str(out)!r}])\n"
        "heavy = {'torch', 'sklearn', 'pyarrow', 'scipy', 'pandas', 'onnx', 'hydra'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else status)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with np.load(out) as answers:
        main = answers[bundle.task.main]
    expected = bundle.golden()[1]
    some = expected.take(np.arange(3)).values if isinstance(expected, Ragged) else expected[:3]
    np.testing.assert_allclose(main, some, rtol=1e-4, atol=1e-5)


def test_the_card_says_what_is_returned_and_how_well(trained):
    _, result, _ = trained
    card = (result.bundle / "README.md").read_text()
    task = runtime.load(result.bundle).task
    assert task.name in card
    assert all(limit in card for limit in task.limits)
    assert "±" not in card  # of one repeat: its own evaluation
    assert result.evaluation.headline[-1] in card or result.evaluation.headline[0] in card


def test_a_detector_is_flagged_by_validation_alone_and_says_what_drives_its_highest_scores(train_once):
    _, result, _ = train_once("strange")
    table = pq.read_table(result.predictions).to_pandas()
    first = table[table.repeat == 0]
    of = {part: rows.score.to_numpy() for part, rows in first.groupby("part")}
    limit = np.quantile(of["validation"], 0.99)
    assert first.flagged.tolist() == (first.score > limit).tolist()
    bundles = [runtime.load(path) for path in result.predictions.parents[1].glob("*/mine-0.1.0.bundle")]
    limits = [bundle.manifest.answers.threshold.score for bundle in bundles]
    assert any(each == pytest.approx(limit) for each in limits)
    assert all(len(bundle.manifest.answers.usual) == 4 for bundle in bundles)
    told = first[first.driven_by.notna()]
    assert set(told.part) == {"test"}
    assert len(told) == min(100, (first.part == "test").sum())
    assert told.driven_by.str.match(r"[abcd] .* \(usually ").all()
    assert {"detection_rate", "false_alarms"} <= set(result.evaluation.mean)
    assert "chosen so that 1 % of the" in (result.bundle / "README.md").read_text()
    ranked = (result.figures / "ranked.csv").read_text()
    assert "usually" in ranked
    assert "driven by" in result.report.read_text()
    assert 'id="latent"' in result.report.read_text()


def test_predict_writes_the_same_table(trained, tmp_path):
    name, result, _ = trained
    file = inputs_file(runtime.load(result.bundle), tmp_path / "rows.npz")
    answer = predict(result.bundle, file, tmp_path / "predictions.parquet")
    told = read_predictions(answer.predictions)
    assert told.task == TASKS[name]
    assert set(told.part) == {"new"}
    assert len(set(told.sample_id.tolist())) == 3
    assert not told.labelled.any()
    assert sum(answer.classified.values()) == len(told)


def test_what_a_run_has_left_is_evaluated_compared_and_reported_again(trained, tmp_path, examples_folder):
    _, result, place = trained
    store = place[0]
    evaluation = [f"evaluation={TASKS[trained[0]]}", "evaluation.resamples=10", "evaluation.formats=[]"]
    again = evaluate(compose("evaluate", [*evaluation, store]), str(result.predictions.parent), tmp_path / "evaluation")
    assert again.metrics == result.metrics
    of_run = evaluate(compose("evaluate", [*evaluation, store]), result.run_id, tmp_path / "evaluation_of_run")
    assert of_run.metrics == result.metrics
    same = str(result.predictions.parent)
    compared = compare_runs(
        compose("compare", ["resamples=10", "permutations=10", store]), [same, result.run_id], tmp_path / "comparison"
    )
    assert compared.comparison.method in (CORRECTED, BOOTSTRAP) or "train" in compared.comparison.method
    assert compared.comparison.differences
    assert all(each.mean == pytest.approx(0, abs=1e-12) for each in compared.comparison.differences)
    page = report(composed("report", [store], examples_folder), result.run_id, tmp_path / "report.html", ["mylab"])
    assert page.note == ""
    assert "<h2>Results</h2>" in page.report.read_text()


def test_another_evaluation_than_that_of_the_task_is_refused_before_anything_is_trained(
    trained, examples_folder, tmp_path
):
    name, _, place = trained
    other = "regression" if TASKS[name] != "regression" else "detection"
    folder = examples_folder
    file = folder / "myconf" / "experiment" / f"{name}_wrong.yaml"
    text = (folder / "myconf" / "experiment" / f"{name}.yaml").read_text()
    file.write_text(text.replace(f"/evaluation: {TASKS[name]}", f"/evaluation: {other}"))
    words = [*overrides(f"{name}_wrong"), *place]
    if name == "tiny":
        words = [*overrides(name), *place, f"evaluation={other}"]
    with pytest.raises(AlertlabError, match=f"give evaluation={TASKS[name]}"):
        training.train(composed("train", words, folder))


def test_a_killed_training_goes_on_with_the_repeat_that_it_lacks(trained):
    _, result, _ = trained
    assert len(result.evaluation.repeats) == 2
    assert set(read_predictions(result.predictions).repeat.tolist()) == {0, 1}


def test_matrices_are_of_classifiers_alone(trained, tmp_path):
    name, result, place = trained
    if name == "tiny":
        return  # which have them
    same = str(result.predictions.parent)
    with pytest.raises(AlertlabError, match=r"--matrix: is of two classifiers"):
        compare_matrix(compose("compare", place[:1]), same, same, tmp_path)


def test_a_table_with_lists_gives_sequences(trained, tmp_path):
    name, result, _ = trained
    if name != "ahead":
        return
    bundle = runtime.load(result.bundle)
    inputs = {each: values.take(np.arange(4)) for each, values in bundle.golden()[0].items()}
    lists = {
        column.name: [inputs[spec.name][row][:, place].tolist() for row in range(4)]
        for spec in bundle.inputs
        for place, column in enumerate(spec.columns)
    }
    names = [f"quasar {row}" for row in range(4)]
    pq.write_table(pa.table({"object_id": names, **lists}), tmp_path / "curves.parquet")
    told = read_predictions(predict(result.bundle, tmp_path / "curves.parquet", tmp_path / "out.parquet").predictions)
    expected = bundle.predict(inputs)
    np.testing.assert_array_equal(told.value, expected.value.values)
    assert told.object_id.tolist() == np.repeat(names, expected.value.lengths).tolist()
