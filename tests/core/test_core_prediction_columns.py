"""ClassPredictions of other programs: any format, any type of names and labels, and what is refused with its place."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.core.predictions import ClassPredictions, read_predictions
from alertlab.core.samples import number_of
from alertlab.runtime import AlertlabError
from astropy.table import Table

FRAME = pd.DataFrame(
    {
        "sample_id": [1, 2, 3],
        "object_id": ["008", "b", "c"],
        "target": ["0", "1", "0"],
        "probability_0": [0.5, 0.25, 1.0],
        "probability_1": [0.5, 0.75, 0.0],
    }
)


def read(frame, folder):
    frame.to_parquet(folder / "p.parquet")
    return read_predictions(folder / "p.parquet")


@pytest.mark.parametrize("name", ["p.parquet", "p.csv", "p.csv.gz", "p.fits", "p.vot", "p.ecsv"])
def test_predictions_are_read_from_every_format_of_tables(tmp_path, name):
    path = tmp_path / name
    if name.endswith("parquet"):
        FRAME.to_parquet(path)
    elif "csv" in name and "ecsv" not in name:
        FRAME.to_csv(path)  # with the index, a column without a name
    else:
        Table.from_pandas(FRAME).write(path, **({"format": "votable"} if name == "p.vot" else {}))
    found = read_predictions(path)
    assert found.sample_id.tolist() == [1, 2, 3]
    assert found.object_id.tolist() == ["008", "b", "c"]
    assert found.target.tolist() == [0, 1, 0]
    assert (found.part.tolist(), found.repeat.tolist()) == (["test"] * 3, [0] * 3)
    np.testing.assert_array_equal(found.probability, [[0.5, 0.5], [0.25, 0.75], [1, 0]])


@pytest.mark.parametrize(
    "target",
    [
        [0, 1, None],
        [0.0, 1.0, np.nan],
        ["0", " 1 ", "None"],
        [b"0", b"1", None],
        [Decimal(0), Decimal("1.00"), None],
        pd.Categorical(["0", "1", None]),
        pd.array([0, 1, None], dtype="Int64"),
    ],
    ids=["objects", "real", "text", "bytes", "decimal", "categories", "nullable"],
)
def test_labels_of_any_type_are_the_classes_of_the_columns_and_null_is_none(tmp_path, target):
    assert read(FRAME.assign(target=target), tmp_path).target.tolist() == [0, 1, -1]


def test_classes_that_pandas_made_real_numbers_are_those_of_the_labels(tmp_path):
    frame = FRAME.rename(columns={"probability_0": "probability_0.0", "probability_1": "probability_1.0"})
    assert read(frame, tmp_path).classes == ("0", "1")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([1.0, 2.0, 3.0], [1, 2, 3]),
        (["1", "2", "3"], [1, 2, 3]),
        ([Decimal(1), Decimal(2), Decimal(2**60)], [1, 2, 2**60]),
        (["AT2024abc", "x", "y"], [number_of("AT2024abc"), number_of("x"), number_of("y")]),
        (pd.Categorical(["a", "b", "c"]), [number_of("a"), number_of("b"), number_of("c")]),
        (np.array([1, 2, 2**63 - 1], np.uint64), [1, 2, 2**63 - 1]),
    ],
)
def test_a_sample_may_be_a_number_or_a_name(tmp_path, given, expected):
    assert read(FRAME.assign(sample_id=given), tmp_path).sample_id.tolist() == expected


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("sample_id", ["1", "b", "3"], "column sample_id, row 1: 'b' after '1'"),
        ("sample_id", [1.0, 2.0, 1e17], "column sample_id, row 2: 1e.17 is a real number"),
        ("sample_id", [1.0, 2.5, 3.0], "column sample_id, row 1: 2.5 is a real number"),
        ("sample_id", [1, None, 3], "column sample_id, row 1: holds no value"),
        ("sample_id", np.array([1, 2, 2**63], np.uint64), "column sample_id, row 2: 9223372036854775808 is beyond 64"),
        ("sample_id", pd.to_datetime(["2024-01-01"] * 3), "column sample_id holds timestamp"),
        ("object_id", ["a", None, "b"], "column object_id, row 1: holds no value"),
        ("object_id", ["a", "None", "b"], "column object_id, row 1: holds no value"),
        ("part", ["test", None, "test"], "column part, row 1: holds no value"),
        ("repeat", [0, 0.5, 1], "column repeat, row 1: 0.5 is no whole number"),
        ("repeat", [0, None, 1], "column repeat, row 1"),
        ("repeat", [0, 1, 1e30], "column repeat, row 2: 1e\\+30 is no whole number"),
        ("target", ["0", "2", "3"], "target 2, 3 has no probability_<class> column"),
        ("probability_0", ["0.5", "high", "1"], "column probability_0, row 1: 'high' is .*not a number"),
        ("probability_0", [[0.5], [0.25], [1.0]], "column probability_0, row 0: .* not a number"),
        ("probability_0", [0.5, 0.25, 3.0], "probabilities of row 2 sum to 3, not to 1"),
        ("probability_0", [50.0, 25.0, 100.0], "probabilities of row 0 sum to 50.5"),
        ("probability_", [0.0, 0.0, 0.0], "column 'probability_' names no class"),
        ("probability_1.0", [0.0, 0.0, 0.0], "columns 'probability_1' and 'probability_1.0' are of one class"),
        ("fact_band", ["g", "r", "g"], "column fact_band, row 0: 'g' is .*; a fact is a number"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_file_and_place(tmp_path, column, values, message):
    with pytest.raises(AlertlabError, match=rf"p\.parquet: .*{message}") as caught:
        read(FRAME.assign(**{column: values}), tmp_path)
    assert "\n" not in str(caught.value)


def test_a_part_or_repeat_that_is_null_throughout_is_as_absent(tmp_path):
    found = read(FRAME.assign(part=None, repeat=np.nan), tmp_path)
    assert (found.part.tolist(), found.repeat.tolist()) == (["test"] * 3, [0] * 3)


def test_a_sample_that_stands_twice_in_a_part_of_a_repeat_is_named(tmp_path):
    twice = pd.concat([FRAME, FRAME[1:2].assign(probability_0=1.0, probability_1=0.0)])
    with pytest.raises(
        AlertlabError, match="sample 2 of object b stands twice in part test of repeat 0, again in row 3"
    ):
        read(twice, tmp_path)
    once = pd.concat([FRAME.assign(repeat=0), FRAME.assign(repeat=1)])
    assert len(read(pd.concat([once.assign(part="test"), once.assign(part="test_16d")]), tmp_path)) == 12


def test_rounded_probabilities_and_no_rows_are_fine(tmp_path):
    assert len(read(FRAME.assign(probability_0=[0.49, 0.26, 1.0]), tmp_path)) == 3
    assert read(FRAME[:0], tmp_path).classes == ("0", "1")


def some():
    random = np.random.default_rng(1)
    n = np.arange(30)
    names = np.array([f"ZTF{number}" for number in n])
    probability = random.dirichlet([1, 1, 1], 30)
    facts = {"days": n.astype(float)}
    return ClassPredictions(n, names, np.full(30, "test"), n * 0, n % 3, probability, ("SN", "AGN", "VS"), facts=facts)


def outcome(path):
    """What is read, or the message that refuses it."""
    try:
        return read_predictions(path), ""
    except AlertlabError as error:
        return None, str(error)


def test_a_damaged_table_is_read_rightly_or_refused_in_one_line(tmp_path):
    whole = some()
    content = whole.write(tmp_path / "whole.parquet").read_bytes()
    path = tmp_path / "damaged.parquet"
    random = np.random.default_rng(3)
    refused = 0
    for number in range(300):
        damaged = bytearray(content)
        if number % 3 == 0:
            damaged = damaged[: random.integers(len(damaged))]
        else:
            begin = 0 if number % 3 == 1 else len(damaged) // 2
            for place in random.integers(begin, len(damaged), 1 + number % 5):
                damaged[place] ^= 1 << int(random.integers(8))
        path.write_bytes(damaged)
        found, message = outcome(path)
        if found is None:
            refused += 1
            assert str(path) in message
            assert "\n" not in message
        else:
            for name in ("sample_id", "object_id", "part", "repeat", "target", "probability"):
                np.testing.assert_array_equal(getattr(found, name), getattr(whole, name))
    assert refused > 150


def test_a_damaged_table_of_a_program_without_checksums_is_never_an_error_of_the_library(tmp_path):
    path = tmp_path / "damaged.parquet"
    pq.write_table(some().table(), path, compression="none")
    content = path.read_bytes()
    random = np.random.default_rng(4)
    for _ in range(150):
        damaged = bytearray(content)
        for place in random.integers(0, len(damaged), 4):
            damaged[place] = random.integers(256)
        path.write_bytes(damaged)
        found, message = outcome(path)
        assert found is not None or str(path) in message


def test_names_that_are_not_utf8_are_refused_with_their_file(tmp_path):
    bad = pa.array([b"a\xff", b"b", b"c"])
    table = pa.Table.from_pandas(FRAME.drop(columns="object_id")).append_column("object_id", bad)
    pq.write_table(table, tmp_path / "p.parquet")
    with pytest.raises(AlertlabError, match=r"p\.parquet: column object_id holds bytes that are not UTF-8"):
        read_predictions(tmp_path / "p.parquet")
