"""The predictions table: written by us, readable from anyone."""

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.core.predictions import ClassPredictions, concatenate, predictions_of, read_predictions, told_of
from alertlab.core.predictions.classification import TAXONOMY
from alertlab.core.samples import Samples
from alertlab.core.taxonomy import Taxonomy
from alertlab.files import replacing
from alertlab.runtime import AlertlabError


def some_predictions():
    return ClassPredictions(
        np.array([11, 12, 13]),
        np.array(["a", "b", "b"]),
        np.array(["train", "test", "test"]),
        np.array([0, 0, 1]),
        np.array([1, 0, -1]),
        np.array([[0.3, 0.7], [0.5, 0.5], [0.9, 0.1]]),
        ("SN", "AGN"),
    )


def test_the_table_has_the_contracted_columns(tmp_path):
    table = pq.read_table(some_predictions().write(tmp_path / "p.parquet"))
    assert table.column_names == [
        "sample_id", "object_id", "part", "repeat", "target", "prediction", "probability_SN", "probability_AGN",
    ]  # fmt: skip
    assert table["target"].to_pylist() == ["AGN", "SN", None]
    assert table["prediction"].to_pylist() == ["AGN", "SN", "SN"]  # the tie goes to the first class


def test_what_is_written_is_read_back(tmp_path):
    written = some_predictions()
    read = read_predictions(written.write(tmp_path / "p.parquet"))
    for name, value in vars(written).items():
        np.testing.assert_array_equal(getattr(read, name), value)
    assert len(concatenate([written, read])) == 6


def test_a_table_of_another_program_needs_only_ids_target_and_probabilities(tmp_path):
    table = pa.table(
        {"sample_id": [1], "object_id": ["a"], "target": ["SN"], "probability_SN": [0.8], "probability_AGN": [0.2]}
    )
    pq.write_table(table, tmp_path / "p.parquet")
    read = read_predictions(tmp_path / "p.parquet")
    assert read.part.tolist() == ["test"]
    assert read.repeat.tolist() == [0]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"object_id": ["a"], "target": ["SN"], "probability_SN": [1.0]}, "no column sample_id"),
        ({"sample_id": [1], "object_id": ["a"], "target": ["SN"]}, "probability_<class>"),
        ({"sample_id": [1], "object_id": ["a"], "target": ["SN"], "probability_SN": [np.nan]}, "row 0"),
        ({"sample_id": [1], "object_id": ["a"], "target": ["VS"], "probability_SN": [1.0]}, "target VS"),
    ],
)
def test_a_table_that_cannot_be_evaluated_says_why(tmp_path, columns, message):
    pq.write_table(pa.table(columns), tmp_path / "p.parquet")
    with pytest.raises(AlertlabError, match=message):
        read_predictions(tmp_path / "p.parquet")


BRANCHES = {"Stochastic": ("QSO", "YSO"), "Transient": ("SN",)}


def of_light_curves():
    """Three objects of a task of two levels; the classes do not stand in the order of the branches."""
    samples = Samples(
        {"features": np.zeros((3, 1), np.float32)},
        np.array([2, 0, -1]),
        np.arange(3),
        np.array(["a", "b", "c"]),
        Taxonomy(("QSO", "SN", "YSO"), BRANCHES),
        facts={"detections": np.array([6.0, 31.0, np.nan])},
    )
    answers = {"probability": np.array([[0.3, 0.4, 0.3], [0.2, 0.7, 0.1], [1.0, 0.0, 0.0]])}
    told = told_of("classification", samples, answers)
    return predictions_of("classification", samples, answers, told, "test", 0)


def test_branches_and_facts_are_those_of_the_samples_and_are_read_back(tmp_path):
    written = of_light_curves()
    path = written.write(tmp_path / "p.parquet")
    assert pq.read_table(path)["fact_detections"].to_pylist()[:2] == [6, 31]
    read = read_predictions(path)
    assert read.branches == BRANCHES
    assert list(read.branches) == list(BRANCHES)
    np.testing.assert_array_equal(read.facts["detections"], [6, 31, np.nan])
    assert read.take(np.array([1])).facts["detections"].tolist() == [31]


def test_the_top_level_sums_probabilities_and_maps_targets():
    top = of_light_curves().top()
    assert top.classes == ("Stochastic", "Transient")
    assert top.target.tolist() == [0, 0, -1]
    assert top.probability == pytest.approx(np.array([[0.6, 0.4], [0.3, 0.7], [1, 0]]))
    # SN is the likeliest class of the first object, yet its branch is not the likeliest branch
    assert of_light_curves().prediction[0] == 1
    assert top.prediction[0] == 0
    with pytest.raises(AlertlabError, match="no branches"):
        top.top()


def test_a_fact_that_a_table_lacks_is_unknown_in_its_rows():
    table = of_light_curves()
    both = concatenate([table, replace(table, facts={"days": np.ones(3)})])
    np.testing.assert_array_equal(both.facts["detections"], [6, 31] + [np.nan] * 4)
    np.testing.assert_array_equal(both.facts["days"], [np.nan] * 3 + [1] * 3)


def test_tables_of_other_branches_or_broken_probabilities_do_not_stand_together():
    table = of_light_curves()
    with pytest.raises(AlertlabError, match="in branches Stochastic, Transient and classes QSO, SN, YSO cannot"):
        concatenate([table, replace(table, branches={})])
    with pytest.raises(AlertlabError, match="row 0 holds a probability that is negative or not finite"):
        concatenate([table, replace(table, probability=np.full((3, 3), np.nan))])


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        (b"{", "is not a taxonomy"),
        (b"[]", "is not a taxonomy"),
        (json.dumps({"branches": {"Transient": ["SN"]}}).encode(), "each of datamodule.classes exactly once"),
    ],
)
def test_branches_that_do_not_hold_the_classes_are_refused(tmp_path, metadata, message):
    table = of_light_curves().table().replace_schema_metadata({TAXONOMY: metadata})
    pq.write_table(table, tmp_path / "p.parquet")
    with pytest.raises(AlertlabError, match=rf"p\.parquet: .*{message}"):
        read_predictions(tmp_path / "p.parquet")


def test_facts_of_another_program_are_numbers_of_any_kind(tmp_path):
    table = of_light_curves().table().drop_columns("fact_detections")
    counted = table.append_column("fact_n", pa.array([1, None, 3])).append_column("fact_seen", pa.array([True] * 3))
    pq.write_table(counted, tmp_path / "p.parquet")
    facts = read_predictions(tmp_path / "p.parquet").facts
    np.testing.assert_array_equal(facts["n"], [1, np.nan, 3])
    np.testing.assert_array_equal(facts["seen"], [1, 1, 1])
    pq.write_table(table.append_column("fact_band", pa.array(["g"] * 3)), tmp_path / "p.parquet")
    with pytest.raises(AlertlabError, match=r"column fact_band, row 0: 'g' is string, .* a fact is a number"):
        read_predictions(tmp_path / "p.parquet")


def test_a_file_that_is_no_table_is_named(tmp_path):
    (tmp_path / "p.parquet").write_text("hello")
    with pytest.raises(AlertlabError, match=r"p\.parquet: not a readable \.parquet file"):
        read_predictions(tmp_path / "p.parquet")
    with pytest.raises(AlertlabError, match=r"q\.parquet: no such predictions file"):
        read_predictions(tmp_path / "q.parquet")


def test_a_folder_is_never_replaced_by_a_file(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "precious").write_text("kept")
    with pytest.raises(AlertlabError, match="results: is a folder"):
        some_predictions().write(tmp_path / "results")
    assert (tmp_path / "results" / "precious").read_text() == "kept"
    with pytest.raises(AlertlabError, match="cannot be written"):
        some_predictions().write(tmp_path / "results" / "precious" / "p.parquet")


def test_nothing_half_written_keeps_its_name(tmp_path):
    path = tmp_path / "table"
    path.write_text("before")

    def fail():
        with replacing(path) as partial:
            partial.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [file.name for file in tmp_path.iterdir()] == ["table"]
    assert path.read_text() == "before"
