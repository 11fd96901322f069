"""Light curves to look at: the points of the objects asked for, as the table has them."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.core.curves import curve_of, read_curves
from alertlab.features.tables.bounds import Bounds
from alertlab.features.tables.clean import Rules
from alertlab.features.tables.columns import Columns
from alertlab.runtime import Column


def table(path, **more):
    columns = {
        "object_id": ["b", "a", "b", "c", "b", "b"],
        "mjd": [59003.0, 59000.0, 59001.0, 59000.0, 59002.0, 59004.0],
        "magnitude": [18.0, 19.0, 17.0, 20.0, 17.5, 18.5],
        "error": [0.1, 0.1, 0.2, 0.1, 0.3, -1.0],
        "band": ["r", "g", "g", "g", "r", "g"],
    } | more
    pq.write_table(pa.table(columns), path)
    return path


COLUMNS = Columns.of({"object_id": "object_id", "time": "mjd", "bands": {"g": "g", "r": "r"}})


def test_the_clean_points_of_the_objects_asked_for_and_of_no_other(tmp_path):
    found = read_curves(table(tmp_path / "t.parquet"), COLUMNS, Bounds(), Rules(), ["b", "nobody"])
    assert set(found) == {"b"}
    points = {(59001.0, 17.0, 0.2, "g"), (59002.0, 17.5, 0.3, "r"), (59003.0, 18.0, 0.1, "r")}  # no error is below 0
    curve = found["b"]
    assert set(zip(curve.time, curve.value, curve.error, curve.band.tolist(), strict=True)) == points
    assert curve.unit == "mag"
    assert read_curves(tmp_path / "t.parquet", COLUMNS, Bounds(), Rules(), ["nobody"]) == {}


def test_fluxes_stay_fluxes_negative_ones_too(tmp_path):
    path = table(tmp_path / "t.parquet", magnitude=[3.0, 1.0, -2.0, 1.0, 5.0, 1.0], error=[1.0] * 6)
    columns = Columns.of({"object_id": "object_id", "time": "mjd", "bands": {"g": "g", "r": "r"}, "unit": "uJy"})
    curve = read_curves(path, columns, Bounds(), Rules(), ["b"])["b"]
    assert sorted(curve.value.tolist()) == pytest.approx([-2, 1, 3, 5])
    assert curve.unit == "uJy"


def test_a_sequence_of_samples_is_a_light_curve_where_its_columns_say_so():
    rows = np.array([[0, 1, 17, 0.1], [2, 2, 18, 0.2], [3, 3, 18, 0.2], [np.nan] * 4], np.float32)
    columns = (Column("time", "d"), Column("band", description="1 g, 2 r"), Column("magnitude", "mag"), Column("error"))
    curve = curve_of(rows, columns)
    assert curve.time.tolist() == [0, 2, 3]
    assert curve.value.tolist() == [17, 18, 18]
    assert curve.error.tolist() == pytest.approx([0.1, 0.2, 0.2])
    assert curve.band.tolist() == ["g", "r", "band 3"]
    assert curve.unit == "mag"
    assert curve_of(rows, (Column("horizon", "d"), *columns[1:])) is None
