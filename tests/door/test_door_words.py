"""One value, one text, whatever type a program gave it."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from alertlab.door.values import Place, labels
from alertlab.door.words import text_of


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((0, 0.0, -0.0, "0", "0.0", " 0 ", b"0", np.int64(0), np.float32(0), Decimal(0), Decimal("0.00")), "0"),
        ((1, 1.0, "1", "1.0", np.uint8(1), np.float64(1), Decimal("1"), Decimal("1.0")), "1"),
        ((False, np.bool_(False), "False", "false", "FALSE", b"false"), "False"),
        ((True, np.bool_(True), "true", "TRUE"), "True"),
        ((1.5, "1.5", Decimal("1.5"), np.float32(1.5)), "1.5"),
        ((0.1, np.float32(0.1), Decimal("0.1")), "0.1"),
        ((10**18 + 1, str(10**18 + 1), Decimal(10**18 + 1)), "1000000000000000001"),
        (("SN", " SN\n", b"SN", np.str_("SN"), np.bytes_(b"SN")), "SN"),
        (("007",), "007"),
        (("1e5",), "1e5"),
    ],
)
def test_equal_values_have_one_text(values, text):
    assert [text_of(value) for value in values] == [text] * len(values)


@pytest.mark.parametrize(
    "value",
    [
        *[None, np.nan, np.float32("nan"), float("nan"), Decimal("NaN"), pd.NA, pd.NaT],
        *[np.datetime64("NaT"), np.ma.masked, "", "  ", b"", "nan", "NaN", "None", "null", "NULL", "NA", "n/a", "--"],
    ],
)
def test_null_is_null_in_every_spelling(value):
    assert text_of(value) is None


def test_values_in_a_column_of_pandas_are_those_that_were_put_in():
    for column in (pd.Series([0, None, 1]), pd.Series(["0", None, "1"], dtype="category"), pd.array([0, None, 1])):
        assert [text_of(value) for value in column] == ["0", None, "1"]


def test_a_column_of_text_is_read_by_the_rule_of_one_value():
    words = ["true", "FALSE", "True", "1.0", " x ", "none", "falsehood", "truer"]
    found = labels(pa.array(words), Place("t.csv", "class")).to_pylist()
    assert found == [text_of(word) for word in words] == ["True", "False", "True", "1", "x", None, "falsehood", "truer"]
