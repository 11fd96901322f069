"""Columns as names, labels and numbers, whatever type their program gave them."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.door.table import open_table
from alertlab.door.values import Place, labels, names, numbers
from alertlab.door.words import text_of
from alertlab.runtime import AlertlabError

PLACE = Place("t.csv", "x")


@pytest.mark.parametrize(
    "column",
    [
        pa.array([0, 1, None]),
        pa.array([0.0, 1.0, np.nan]),
        pa.array(["0.0", " 1 ", "--"]),
        pa.array([Decimal("0.00"), Decimal("1.00"), None]),
        pa.array([b"0", b"1", None]),
        pa.array(["0", "1.0", None]).dictionary_encode(),
        pa.chunked_array([["0"], ["1", "NaN"]]),
    ],
    ids=["integers", "real", "text", "decimal", "bytes", "categories", "chunks"],
)
def test_labels_of_one_meaning_are_one_text(column):
    assert labels(column, PLACE).to_pylist() == ["0", "1", None]
    assert names(column, PLACE).to_pylist() == ["0", "1", None]


def test_text_that_only_looks_like_a_whole_number_keeps_its_digits():
    texts = ["007.0", "1.5", "1.00", "12345678901234567890.0", "1e5", "v1.0"]
    assert labels(pa.array(texts), PLACE).to_pylist() == texts
    assert [text_of(text) for text in texts] == texts
    assert text_of(Decimal("9007199254740993.00")) == "9007199254740993"


def test_the_first_value_that_is_no_number_is_named():
    with pytest.raises(AlertlabError, match=r"t\.csv: column x, row 2: '1_000' is string, not a number"):
        numbers(pa.array(["1", None, "1_000", "red"]), PLACE)


def test_a_column_is_read_without_those_whose_names_begin_with_its_own(tmp_path):
    pq.write_table(pa.table({"f": [1], "f.1": [2]}), tmp_path / "t.parquet")
    assert open_table(tmp_path / "t.parquet").read(["f"]).column_names == ["f"]


def test_damaged_text_is_refused_with_its_file(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"name": ["ZTFaaaa", "b"]}), path, compression="none", use_dictionary=False)
    path.write_bytes(path.read_bytes().replace(b"ZTFaaaa", b"ZTF\xff\xffaa"))
    with pytest.raises(AlertlabError, match=r"t\.parquet: not a readable \.parquet file \(.*UTF8"):
        open_table(path).read()
    with pytest.raises(AlertlabError, match=r"t\.parquet: not a readable \.parquet file \(.*UTF8"):
        list(open_table(path).batches(["name"]))
