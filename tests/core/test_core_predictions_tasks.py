"""Predictions tables of every task: written and read back, stacked, taken from, and of what is unknown."""

from dataclasses import fields, replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.core.predictions import concatenate, new_predictions, predictions_of, read_predictions, told_of
from alertlab.core.samples import Samples
from alertlab.runtime import AlertlabError, Ragged
from alertlab.runtime.tasks.detection import STEPS
from samples_by_hand import EMBEDDING, FACTS, IDS, OBJECTS, TASKS, N, answers_to, predictions, samples_of
from scipy.stats import percentileofscore


@pytest.fixture(params=TASKS)
def task(request):
    return request.param


def assert_same(ours, theirs):
    assert type(ours) is type(theirs)
    for one in fields(theirs):
        mine, other = getattr(ours, one.name), getattr(theirs, one.name)
        if isinstance(other, np.ndarray):
            np.testing.assert_array_equal(mine, other, err_msg=one.name)
        elif one.name == "facts":
            assert mine.keys() == other.keys()
            for name, values in other.items():
                np.testing.assert_array_equal(mine[name], values)
        else:
            assert mine == other, one.name


def text(table):
    """Every value, where NaN is like NaN."""
    return repr(table.to_pylist())


def test_what_is_written_is_read_back(task, tmp_path):
    written = predictions(task)
    read = read_predictions(written.write(tmp_path / "p.parquet"))
    assert_same(read, written)
    assert text(read.table()) == text(written.table())
    assert read.table().schema.equals(written.table().schema, check_metadata=True)


def test_rows_taken_are_those_rows_in_every_column(task):
    whole = predictions(task)
    rows = np.array([len(whole) - 1, 0])
    assert text(whole.take(rows).table()) == text(whole.table().take(pa.array(rows)))
    mask = np.arange(len(whole)) % 2 == 0
    assert text(whole.take(mask).table()) == text(whole.table().filter(pa.array(mask)))


def test_stacked_tables_hold_all_rows_and_what_one_lacks_is_unknown(task):
    first, second = (
        predictions(task),
        replace(predictions(task, repeat=1), facts={"days": np.ones(len(predictions(task)))}),
    )
    both = concatenate([first, second])
    assert both.repeat.tolist() == [0] * len(first) + [1] * len(second)
    unknown = [np.nan] * len(first)
    np.testing.assert_array_equal(both.facts["days"], [*unknown, *np.ones(len(second))])
    np.testing.assert_array_equal(both.facts["detections"], [*first.facts["detections"], *unknown])
    np.testing.assert_array_equal(both.embedding, np.concatenate([first.embedding] * 2))
    assert len(both) == 2 * len(first)
    for other in (None, np.zeros((len(second), 5), np.float32)):  # of a model of none, or of another size
        assert concatenate([first, replace(second, embedding=other)]).embedding is None


def test_tables_of_unlike_answers_do_not_stand_together():
    for one in TASKS:
        for other in TASKS:
            if one != other:
                with pytest.raises(AlertlabError, match="cannot stand in one table"):
                    concatenate([predictions(one), predictions(other)])
    values = predictions("regression")
    fewer = replace(
        values,
        truth=values.truth[:, :1],
        value=values.value[:, :1],
        deviation=values.deviation[:, :1],
        quantities=type(values.quantities)(values.quantities.quantities[:1]),
    )
    with pytest.raises(AlertlabError, match="values flux, size and values flux cannot stand in one table"):
        concatenate([values, fewer])
    classes = predictions("classification")
    two = replace(classes, probability=np.full((N, 2), 0.5), classes=("star", "galaxy"))
    with pytest.raises(AlertlabError, match="classes star, galaxy cannot stand"):
        concatenate([classes, two])


def test_a_bundle_says_as_much_of_new_rows_and_knows_no_truth(task):
    class Manifest:
        taxonomy, classes, answers = {}, ("star", "galaxy", "oddity"), None

    manifest, samples = Manifest(), samples_of(task)
    manifest.task = task
    if task == "detection":
        manifest.classes = ("star", "galaxy")
    manifest.answers = told_of(task, samples.take(np.array([0, 1])), answers_to(task)).answers
    told = new_predictions(manifest, IDS, OBJECTS, samples.inputs, answers_to(task), samples.facts)
    assert set(told.part) == {"new"}
    assert not told.labelled.any()
    trained = predictions(task)
    main = {"classification": "probability", "detection": "score", "generation": "field"}.get(task, "value")
    np.testing.assert_array_equal(getattr(told, main), getattr(trained, main))


def test_rows_without_any_are_a_table_too(task, tmp_path):
    empty = predictions(task).take(np.array([], np.int64))
    read = read_predictions(empty.write(tmp_path / "p.parquet"))
    assert len(read) == 0
    assert read.task == task
    assert read.embedding.shape == (0, 2)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[1.0], [1.0, 2.0], [1.0], [1.0]], "no lists of one length"),
        ([[1.0], None, [1.0], [1.0]], "no lists of one length"),
        ([1.0, 2.0, 3.0, 4.0], "no lists of one length"),
        ([["a"]] * 4, "lists of something else than numbers"),
    ],
)
def test_an_embedding_that_is_none_is_refused(tmp_path, values, message):
    table = predictions("detection").table().drop_columns("embedding").append_column("embedding", pa.array(values))
    pq.write_table(table, tmp_path / "p.parquet")
    with pytest.raises(AlertlabError, match=rf"p\.parquet: column embedding holds {message}"):
        read_predictions(tmp_path / "p.parquet")


def test_a_class_that_training_did_not_see_is_an_outlier_and_none_is_unknown():
    told = predictions("detection")
    assert told.kind.tolist() == ["star", "galaxy", "", "oddity"]
    assert told.outlier.tolist() == [0, 0, -1, 1]
    assert told.labelled.tolist() == [True, True, False, True]
    assert told.known == ("star", "galaxy")
    by_class = answers_to("detection")["score_by_class"]
    assert told.nearest.tolist() == [told.known[index] for index in by_class.argmin(axis=1)]
    table = told.table()
    assert table["outlier"].to_pylist() == [False, False, None, True]
    assert table["target"].to_pylist() == ["star", "galaxy", None, "oddity"]


def test_percentiles_are_against_the_scores_of_training_alone():
    train = samples_of("detection").take(np.array([0, 1, 2]))
    score = np.array([3.0, 1.0, 2.0])
    told = told_of("detection", train, {"score": score})
    assert len(told.answers.quantiles) == STEPS
    np.testing.assert_allclose(told.answers.quantiles, np.percentile(score, np.linspace(0, 100, STEPS)))
    answers = {"score": np.array([0.0, 1.5, 2.0, 9.0])}
    found = predictions_of("detection", samples_of("detection"), answers, told, "test", 0).percentile
    assert found.tolist() == pytest.approx([0, 25, 50, 100])
    assert found[[0, 3]].tolist() == [percentileofscore(score, each, kind="mean") for each in (0.0, 9.0)]


def test_the_threshold_is_of_validation_and_no_other_part_moves_it():
    train, random = samples_of("detection").take(np.array([0, 1])), np.random.default_rng(0)
    validation = {"score": random.normal(size=200)}
    told = told_of("detection", train, {"score": np.array([0.0, 1.0])}, validation, 0.05)
    limit = np.quantile(validation["score"], 0.95)
    assert told.answers.threshold.score == pytest.approx(limit)
    answers = {"score": limit + np.array([-1, -1e-9, 1e-9, 1])}
    found = predictions_of("detection", samples_of("detection"), answers, told, "test", 0)
    assert found.flagged.tolist() == [False, False, True, True]
    assert found.table()["flagged"].to_pylist() == found.flagged.tolist()
    assert told_of("detection", train, {"score": np.array([-9.0, 99.0])}, validation, 0.05).answers.threshold == (
        told.answers.threshold
    )


def test_without_a_validation_part_nothing_is_flagged_and_no_column_says_so():
    told = predictions("detection")
    assert told.flagged is None
    assert "flagged" not in told.table().column_names


def test_flags_and_drivers_of_tables_are_read_as_they_were_written(tmp_path):
    rows = replace(predictions("detection"), flagged=np.array([True, False, True, False]))
    rows = replace(rows, driven_by=np.array(["", "a 3 (usually 0 to 1)", "", "<b>"]))
    read = read_predictions(rows.write(tmp_path / "p.parquet"))
    assert_same(read, rows)
    assert read.table()["driven_by"].to_pylist() == [None, "a 3 (usually 0 to 1)", None, "<b>"]
    both = concatenate([rows, replace(rows, repeat=rows.repeat + 1)])
    assert both.flagged.tolist() == 2 * rows.flagged.tolist()
    assert concatenate([rows, replace(predictions("detection"), repeat=rows.repeat + 1)]).flagged is None


def test_what_is_usual_is_told_of_the_known_values_of_the_training_part():
    samples = samples_of("detection")
    values = np.array([[1, np.nan, 5], [2, np.nan, np.nan], [4, np.nan, 5], [9, np.nan, 5]], np.float32)
    usual = told_of("detection", replace(samples, inputs={"features": values}), {"score": np.arange(4.0)}).answers.usual
    assert usual[0] == pytest.approx(np.percentile([1, 2, 4, 9], [5, 50, 95]))
    assert usual[1:] == (None, (5.0, 5.0, 5.0))


def test_a_detector_needs_no_class_and_no_target():
    for changes in ({"target": None, "names": None}, {"target": np.full(N, -1)}):
        samples, answers = samples_of("detection", **changes), {"score": np.arange(4.0)}
        told = told_of("detection", samples, answers)
        assert told.classes == ()
        found = predictions("detection", samples=samples, answers=answers)
        assert found.outlier.tolist() == [-1] * N
        assert not found.labelled.any()
        assert found.nearest.tolist() == [""] * N


def test_without_deviations_a_table_has_no_such_columns(tmp_path):
    answers = {"value": answers_to("regression")["value"]}
    told = predictions("regression", answers=answers)
    assert "deviation_flux" not in told.table().column_names
    assert np.isnan(read_predictions(told.write(tmp_path / "p.parquet")).deviation).all()
    assert told.labelled.tolist() == [True, True, False, True]


def test_a_forecast_has_a_row_for_each_time_asked_for_in_dates_where_there_are_any():
    told = predictions("forecast")
    assert told.sample_id.tolist() == [40, 40, 40, 20, 10]
    assert told.object_id.tolist() == ["a", "a", "a", "b", "c"]
    assert told.band.tolist() == ["g", "r", "g", "r", "g"]
    assert told.time.tolist() == [59001, 59001, 59002, 59009, 9]  # of the last sample no date is known
    assert told.horizon.tolist() == [1, 1, 2, 7, 9]
    np.testing.assert_array_equal(told.truth, [18, 17, np.nan, 16, 15])
    np.testing.assert_array_equal(told.embedding, EMBEDDING[[0, 0, 0, 2, 3]])
    np.testing.assert_array_equal(told.facts["detections"], FACTS["detections"][[0, 0, 0, 2, 3]])


def test_one_sample_may_be_forecast_for_several_times_and_bands_but_once_for_each(tmp_path):
    told = predictions("forecast")
    assert len(read_predictions(told.write(tmp_path / "p.parquet"))) == 5
    twice = told.take(np.array([0, 1, 2, 3, 4, 1]))
    with pytest.raises(
        AlertlabError, match="sample 40 of object a stands twice in part test of repeat 0, again in row 5"
    ):
        read_predictions(twice.write(tmp_path / "p.parquet"))
    later = concatenate([told, replace(told, repeat=told.repeat + 1)])
    assert len(read_predictions(later.write(tmp_path / "p.parquet"))) == 10


def test_queries_that_are_part_of_a_longer_array_are_those_alone():
    samples = samples_of("forecast")
    around = np.full((2, 2), 99, np.float32)
    query = Ragged(
        np.concatenate([around, samples.inputs["query"].values, around]), samples.inputs["query"].offsets + 2
    )
    within = replace(samples, inputs={"query": query})
    assert text(predictions("forecast", samples=within).table()) == text(predictions("forecast").table())


def test_truths_of_fields_and_their_summary():
    told = predictions("generation")
    assert told.labelled.tolist() == [True, True, False, True]
    for row, fields_of in enumerate(answers_to("generation")["field"].astype("f4").astype(float)):
        flat = [value for draw in fields_of for value in draw.ravel()]
        columns = {name: told.table()[name][row].as_py() for name in ("mean", "std", "minimum", "maximum")}
        assert columns == pytest.approx(
            {"mean": np.mean(flat), "std": np.std(flat), "minimum": min(flat), "maximum": max(flat)}
        )


def arrays(path):
    return path.with_suffix(".safetensors")


def test_a_table_whose_arrays_are_lost_damaged_or_another_s_says_so(tmp_path):
    told = predictions("generation")
    path = told.write(tmp_path / "p.parquet")
    content = arrays(path).read_bytes()
    arrays(path).write_bytes(content[:-3])
    with pytest.raises(AlertlabError, match=r"p\.safetensors: holds no arrays of p\.parquet .*keep the two files"):
        read_predictions(path)
    arrays(path).unlink()
    with pytest.raises(AlertlabError, match=r"p\.safetensors: holds no arrays of p\.parquet"):
        read_predictions(path)
    predictions("generation").take(np.array([0, 1])).write(tmp_path / "fewer.parquet")
    arrays(tmp_path / "fewer.parquet").rename(arrays(path))
    with pytest.raises(AlertlabError, match="do not belong to 4 rows"):
        read_predictions(path)
    told.take(np.array([0, 1, 3, 2])).write(tmp_path / "other.parquet")
    arrays(tmp_path / "other.parquet").rename(arrays(path))
    with pytest.raises(AlertlabError, match=r"the array of row 2 is not that of p\.parquet, by its minimum"):
        read_predictions(path)


def test_a_predictions_table_of_fields_without_metadata_is_not_guessed(tmp_path):
    path = predictions("generation").write(tmp_path / "p.parquet")
    pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)
    with pytest.raises(AlertlabError, match="no column"):
        read_predictions(path)


BROKEN = {
    "classification": ("probability", np.nan, "row 1 holds a probability that is negative or not finite"),
    "detection": ("score", np.inf, "row 1 holds a score that is not finite"),
    "regression": ("deviation", -1.0, "row 1 holds a value that is not finite, or a negative deviation"),
    "forecast": ("deviation", 0.0, "row 1 holds a value that is not finite, or a deviation not above 0"),
    "generation": ("field", np.nan, "row 1 holds an array that is not finite"),
}


def test_answers_that_are_none_are_refused_with_their_row(task):
    name, value, message = BROKEN[task]
    told = predictions(task)
    values = getattr(told, name).copy()
    values[1] = value
    with pytest.raises(AlertlabError, match=message):
        concatenate([told, replace(told, **{name: values})])


def test_classes_given_to_a_task_of_data_without_any_are_refused_in_one_line():
    with pytest.raises(AlertlabError, match="datamodule: the data have no classes") as refused:
        told_of("classification", samples_of("regression"), {})
    assert "\n" not in str(refused.value)
    nothing = Samples({}, None, IDS, OBJECTS, None)
    with pytest.raises(AlertlabError, match="nothing is to be told of them; choose a model for such data"):
        told_of("classification", nothing, {})
