"""One image counts once, however its time was rounded, and an object counts once though it has no row at all."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from alertlab.features import extract
from alertlab.features.repeats import repeats
from alertlab.features.tables.assemble import Join, assemble
from alertlab.features.tables.clean import Rules
from alertlab.features.tables.columns import DETECTION, LIMIT, Columns
from alertlab.features.tables.flat import as_table, flat
from alertlab.features.tables.values import NOTHING

SECOND = 1 / 86400  # days
GOOD = {"object_id": "a", "time": 5.0, "magnitude": 18.0, "error": 0.1, "rb": 0.9, "band": 1}
LIMITS = pd.DataFrame({"object_id": "a", "time": [-9.0, -8.0, 2.5], "band": [1, 1, 2], "limit": [20.0, 20.5, 21.0]})


def curve(*rows, name="a", n=6):
    """Good detections on n days, and the rows given; times in the seventeenth digit of a Julian date."""
    random = np.random.default_rng(n)
    good = [GOOD | {"time": 10.0 * k + random.uniform(), "magnitude": random.normal(18, 0.3)} for k in range(n)]
    return pd.DataFrame([*good, *rows]).assign(object_id=name)


def notes(table, kind):
    return json.loads(table.schema.metadata[b"alertlab.features." + kind])


def assembled(detections, limits=None):
    """Both frames, as files have them."""
    rows, _ = flat(as_table(detections), Columns(), DETECTION, "rows")
    return assemble(rows, None if limits is None else flat(as_table(limits), Columns(), LIMIT, "limits")[0], Rules())


@pytest.mark.parametrize("scored", [True, False])
@pytest.mark.parametrize("seconds", [-0.9, -2e-5, 2e-5, 0.5])
def test_a_detection_whose_time_was_rounded_otherwise_is_one(seconds, scored):
    other = curve(n=9).assign(band=2)
    good = pd.concat([curve(), other.assign(time=other.time + 200)]).drop(columns=[] if scored else ["rb"])
    again = pd.concat([good, good.assign(time=good.time + seconds * SECOND)])
    table, once = extract(again), extract(good)
    assert notes(table, b"dropped") == {"another detection at the same time": 15}
    for name in ("detections", "days", "Std_2", "LinearTrend_2", "Eta_e_1", "g-r_mean"):
        assert table[name].to_pylist() == pytest.approx(once[name].to_pylist(), rel=1e-5), name


def test_detections_more_than_a_second_apart_or_in_two_bands_are_two():
    rows = curve(GOOD, GOOD, GOOD | {"time": 5 + 1.5 * SECOND}, GOOD | {"band": 2})
    table = extract(rows)
    assert notes(table, b"dropped") == {"another detection at the same time": 1}
    assert table["detections"].to_pylist() == [9]


def test_of_a_chain_of_detections_what_stays_is_a_second_apart_and_what_goes_has_a_better_one_near():
    def kept(*scores):
        chain = [GOOD | {"time": 9 + 0.7 * k * SECOND, "rb": rb, "magnitude": 10.0 + k} for k, rb in enumerate(scores)]
        curves = assembled(curve(*chain).sample(frac=1, random_state=2)).curves
        return [int(each) - 10 for each in np.sort(curves.detections["magnitude"]) if each < 15]

    assert kept(0.6, 0.9, 0.7) == [1]
    assert kept(0.9, 0.6, 0.7) == [0, 2]
    assert kept(0.7, 0.8, 0.9, 0.6, 0.7) == [0, 2, 4]


@pytest.mark.parametrize("spread", [0.5, 3.0, 8.0])
def test_repeats_are_those_of_a_search_from_the_best_to_the_worst(spread):
    random = np.random.default_rng(5)
    for _ in range(20):
        time, score = 58000 + random.uniform(0, spread * SECOND, 30), random.uniform(size=30)
        band, code = random.integers(1, 3, (2, 30))
        left, worse = np.argsort(score).tolist(), []
        while left:
            best = left.pop(0)
            near = (band == band[best]) & (code == code[best]) & (np.abs(time - time[best]) <= SECOND)
            worse += [place for place in left if near[place]]
            left = [place for place in left if not near[place]]
        assert sorted(repeats(time, band, code, [score])) == sorted(worse)


def test_a_detection_rounded_otherwise_does_not_undo_the_corrected_magnitudes():
    rows = curve().assign(corrected=True, corrected_magnitude=16.0, corrected_error=0.01)
    again = rows.assign(time=rows.time - 1e-9, corrected=False)
    columns = {name: name for name in ("corrected", "corrected_magnitude", "corrected_error")}
    table = extract(pd.concat([rows, again]), "alerce174", columns=columns)
    assert table["mean_mag_1"].to_pylist() == [16.0]


@pytest.mark.parametrize("seconds", [0.0, 2e-5, -0.7])
def test_limits_that_are_there_twice_count_once(seconds):
    again = LIMITS.assign(time=LIMITS.time + seconds * SECOND)
    both = pd.concat([LIMITS, again]).sample(frac=1, random_state=1)
    table = extract(curve(), "alerce174", non_detections=both)
    once = extract(curve(), "alerce174", non_detections=LIMITS)
    assert notes(table, b"dropped") == {"another limit at the same time": 3}
    frame, expected = table.to_pandas().iloc[:, 1:], once.to_pandas().iloc[:, 1:]
    np.testing.assert_allclose(frame, expected, atol=SECOND)
    assert once["n_non_det_before_fid_1"].to_pylist() == [2]


def test_of_limits_of_one_exposure_the_deepest_stays():
    other = LIMITS.assign(limit=[20.2, 20.3, 21.4])
    limits = assembled(curve(), pd.concat([other, LIMITS])).curves.limits
    assert sorted(limits.magnitude) == [20.2, 20.5, 21.4]


def test_limits_a_second_apart_and_of_other_bands_or_objects_are_others():
    more = pd.DataFrame(
        {"object_id": ["a", "a", "b"], "time": [-9 + 2 * SECOND, -9, -9], "band": [1, 2, 1], "limit": 20.0}
    )
    found = assembled(pd.concat([curve(), curve(name="b")]), pd.concat([LIMITS, more]))
    assert not found.reasons
    assert len(found.curves.limits.time) == 6


def test_a_limit_at_the_time_of_a_detection_is_one_as_in_the_published_features():
    rows = curve()
    at = LIMITS[:1].assign(time=rows.time.min() - 1e-9)
    table = extract(rows, "alerce174", non_detections=at)
    assert notes(table, b"dropped") == {}
    assert table.select(["n_non_det_before_fid_1", "n_non_det_after_fid_1"]).to_pylist() == [
        {"n_non_det_before_fid_1": 0, "n_non_det_after_fid_1": 1}
    ]


def test_limits_that_are_of_no_object_with_detections_are_told_with_a_name_of_both():
    with pytest.warns(UserWarning, match="limits") as caught:
        extract(curve(name="00012"), non_detections=LIMITS.assign(object_id="12"))
    assert [str(each.message) for each in caught] == [
        "1 of 2 objects left out: 1 with no detections, only limits",
        "no limit is of any object that has detections: limits are of 12, detections of 00012; "
        "spell the names alike in both tables",
    ]


@pytest.mark.filterwarnings("error")
def test_limits_that_are_of_some_object_or_of_none_at_all_are_not_talked_of():
    extract(curve(), non_detections=LIMITS)
    extract(curve(), non_detections=LIMITS.assign(limit=np.nan))
    extract(curve(), non_detections=pd.DataFrame({"object_id": "a", "time": [], "band": [], "limit": []}))


def test_whether_limits_meet_detections_is_known_when_both_came_in_parts():
    apart = Join(0, "x", None) + Join(0, None, "y")
    assert apart.fault.startswith("no limit is of any object that has detections: limits are of x, detections of y;")
    assert (apart + Join(1, None, "z")).fault is None
    assert (Join(0, "x", None) + Join()).fault is None
    assert (Join(0, None, "y") + Join()).fault is None


def rows_of(frame, *empty):
    """A frame as the reader hands it on, with objects that have no measurement."""
    nothing = pd.DataFrame([{"object_id": name, "band": NOTHING} for name in empty])
    return pa.Table.from_pandas(pd.concat([frame, nothing]), preserve_index=False)


@pytest.mark.filterwarnings("error")
def test_an_object_without_any_row_is_left_out_by_name_and_counts_no_detection():
    found = assemble(rows_of(curve(), "empty", "a"), None, Rules())
    assert found.left_out == {"empty": "fewer than 6 clean detections"}
    assert (found.read, +found.reasons) == (6, {})
    np.testing.assert_array_equal(
        found.curves.detections["magnitude"], assembled(curve()).curves.detections["magnitude"]
    )
    alone = assemble(rows_of(curve(), "empty").slice(6), None, Rules())
    assert (len(alone.curves), alone.read, list(alone.left_out)) == (0, 0, ["empty"])


@pytest.mark.filterwarnings("error")
def test_an_object_whose_limits_are_an_empty_list_has_no_limits():
    found = assemble(rows_of(curve(), "empty"), rows_of(LIMITS, "a", "empty", "other"), Rules())
    assert not found.reasons
    assert len(found.curves.limits.time) == 3
    assert found.left_out == dict.fromkeys(["empty", "other"], "fewer than 6 clean detections")
    alone = assemble(rows_of(curve(name="b")), rows_of(LIMITS, "other"), Rules())
    assert alone.left_out == {"a": "no detections, only limits", "other": "fewer than 6 clean detections"}
    assert alone.join == Join(0, "a", "b")


def test_an_object_all_of_whose_rows_were_dropped_is_left_out_by_name():
    found = assembled(pd.concat([curve(), curve(name="b").assign(magnitude=np.nan), curve(name="c").assign(band=None)]))
    assert list(found.left_out) == ["b", "c"]
    assert found.reasons == {"magnitude not finite": 6, "no band": 6}
