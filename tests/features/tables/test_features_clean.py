"""What the cleaning drops, it counts; what it keeps does not depend on the order of rows."""

import json

import numpy as np
import pandas as pd
import pytest
from alertlab.features import extract
from alertlab.features.tables.assemble import assemble
from alertlab.features.tables.clean import Rules
from alertlab.features.tables.columns import DETECTION, Columns
from alertlab.features.tables.flat import as_table, flat

GOOD = {"time": 0.0, "magnitude": 18.0, "error": 0.1, "rb": 0.9, "ra": 10.0, "dec": 20.0, "band": 1}


def curve(*rows, name="a", n=6):
    """An object of n good detections, and the rows given."""
    good = [GOOD | {"time": float(number)} for number in range(n)]
    return pd.DataFrame([*good, *rows]).assign(object_id=name)


def dropped(table):
    return json.loads(table.schema.metadata[b"alertlab.features.dropped"])


def left_out(table):
    return json.loads(table.schema.metadata[b"alertlab.features.left_out"])


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"rb": 0.54}, "rb not 0.55 or more"),
        ({"rb": np.nan}, "rb not 0.55 or more"),
        ({"time": np.nan}, "time not finite"),
        ({"magnitude": np.inf}, "magnitude not finite"),
        ({"error": np.nan}, "error not finite"),
        ({"ra": np.nan}, "ra not finite"),
        ({"dec": -np.inf}, "dec not finite"),
        ({"error": 0.0}, "error not above 0"),
        ({"error": -1.0}, "error not above 0"),
        ({"error": 1.0}, "error not below 1 mag"),
        ({"band": 3}, "band left out"),
        ({"band": None}, "no band"),
        ({"time": 5.0, "rb": 0.8}, "another detection at the same time"),
        ({"object_id": None}, "row without the name of an object"),
    ],
)
def test_every_reason_to_drop_a_detection_is_counted(bad, reason):
    rows = curve(GOOD | {"time": 99.0} | bad)
    if "object_id" in bad:
        rows.loc[6, "object_id"] = None
    table = extract(rows, features="alerce174")
    assert dropped(table) == {reason: 1}
    clean = extract(curve(), features="alerce174")
    assert table.to_pandas().equals(clean.to_pandas())


def test_rows_that_hold_the_limits_are_kept():
    table = extract(curve(GOOD | {"time": 99.0, "rb": 0.55, "error": 0.999}))
    assert dropped(table) == {}


def test_of_duplicates_the_best_rb_stays_as_in_pandas():
    random = np.random.default_rng(1)
    rows = pd.DataFrame(
        {
            "object_id": random.choice(["a", "b"], 200),
            "time": random.integers(0, 40, 200).astype(float),
            "magnitude": random.normal(18, 1, 200),
            "error": 0.1,
            "band": 1,
            "rb": random.permutation(np.linspace(0.6, 1, 200)),
        }
    )
    kept = rows.sort_values("rb", ascending=False).drop_duplicates(["object_id", "time"])
    table = extract(rows, features="alerce174")
    assert dropped(table) == {"another detection at the same time": 200 - len(kept)}
    assert table["mean_mag_1"].to_pylist() == pytest.approx(kept.groupby("object_id").magnitude.mean().tolist())


def test_without_rb_the_smaller_error_stays_and_bands_seen_at_once_are_two_detections():
    rows = curve({**GOOD, "time": 5.0, "error": 0.05, "magnitude": 17.0}, {**GOOD, "time": 5.0, "band": 2})
    table = extract(rows.drop(columns="rb"), features="alerce174")
    assert dropped(table) == {"another detection at the same time": 1}
    assert table["min_mag_1"].to_pylist() == [17.0]
    assert table["min_mag_2"].to_pylist() == [18.0]


def test_objects_with_too_few_detections_are_listed():
    rows = pd.concat([curve(name="a"), curve(name="b", n=5), curve(GOOD | {"rb": 0.1}, name="c", n=5)])
    with pytest.warns(UserWarning, match="2 of 3 objects left out: 2 with fewer than 6 clean detections"):
        table = extract(rows)
    assert table["object_id"].to_pylist() == ["a"]
    assert list(left_out(table)) == ["b", "c"]
    assert extract(rows, rules=Rules(min_detections=5)).num_rows == 3


def test_a_light_curve_cut_after_some_days_is_that_of_an_object_seen_no_longer():
    late = [GOOD | {"time": 30.0 + day, "magnitude": 15.0} for day in range(9)]
    limits = pd.DataFrame({"object_id": "a", "time": [-3.0, 8.0, 40.0], "band": 1, "limit": [20.0, 20.5, 21.0]})
    cut = extract(curve(*late), "alerce174", non_detections=limits, rules=Rules(max_days=20))
    early = extract(curve(), "alerce174", non_detections=limits[:2])
    assert cut.to_pandas().equals(early.to_pandas())
    assert dropped(cut) == {"later than max_days after the first detection": 10}
    assert cut.select(["detections", "days"]).to_pylist() == [{"detections": 6, "days": 5}]
    with pytest.warns(UserWarning, match="1 with fewer than 6 clean detections"):
        assert extract(curve(*late), rules=Rules(max_days=4.5)).num_rows == 0


def test_the_first_detection_of_an_object_decides_for_its_corrected_magnitudes():
    rows = pd.concat([curve(name="a"), curve(name="b")])
    rows["corrected"] = np.where(rows.object_id == "a", rows.time < 3, rows.time >= 3)
    rows = rows.assign(corrected_magnitude=16.0, corrected_error=0.01)
    names = {name: name for name in ("corrected", "corrected_magnitude", "corrected_error")}
    table = extract(rows.sample(frac=1, random_state=1), features="alerce174", columns=names)
    assert table["mean_mag_1"].to_pylist() == [16.0, 18.0]


def test_objects_that_have_only_limits_are_listed_and_bad_limits_counted():
    limits = pd.DataFrame({"object_id": ["a", "a", "z"], "time": [1.0, 2.0, 1.0], "band": 1, "limit": [20, np.nan, 20]})
    with pytest.warns(UserWarning, match="1 with no detections, only limits"):
        table = extract(curve(), non_detections=limits)
    assert left_out(table) == {"z": "no detections, only limits"}
    assert dropped(table) == {"limit without band, time or magnitude": 1}


def test_wise_magnitudes_are_those_of_the_object_where_any_row_has_them():
    rows = pd.concat([curve(name="a"), curve(name="b")])
    rows["W1"] = np.where((rows.object_id == "a") & (rows.time == 3), 12.5, np.nan)
    detections, _ = flat(as_table(rows), Columns(), DETECTION, "rows")
    context = assemble(detections, None, Rules()).curves.context
    np.testing.assert_array_equal(context["W1"], [12.5, np.nan])
