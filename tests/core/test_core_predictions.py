"""The predictions table: written by us, readable from anyone."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.core.predictions import Predictions, concatenate, read_predictions
from alertlab.files import replacing
from alertlab.runtime import AlertlabError


def some_predictions():
    return Predictions(
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


def test_a_file_that_is_no_table_is_named(tmp_path):
    (tmp_path / "p.parquet").write_text("hello")
    with pytest.raises(AlertlabError, match=r"p\.parquet: not a Parquet file"):
        read_predictions(tmp_path / "p.parquet")
    with pytest.raises(AlertlabError, match="no such predictions file"):
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
