"""One alert counts once in a stream, whatever file it comes from."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from alertlab.alerts import Alert, Rejected, read_alerts, seen
from alertlab.alerts.seen import Seen

CANDIDATE = {
    "jd": 2459000.51234,
    "fid": 1,
    "ra": 10.123456,
    "dec": -3.2,
    "magpsf": 18.123,
    "sigmapsf": 0.1,
    "isdiffpos": "t",
}


def alert(candid, origin="night1/a.avro", value=1.0, object_id="ZTF18a", **changes):
    stamp = np.full((3, 63, 63), value, np.float32)
    stamp[0, 0, 0] = np.nan
    return Alert(candid, object_id, CANDIDATE | changes, stamp, origin)


@pytest.fixture
def small_runs(monkeypatch):
    """Runs of alerts that are no more merged from 64 on."""
    monkeypatch.setattr(seen, "LARGEST_RUN", 64)


def test_a_stream_gives_each_candid_once_and_counts_the_rest(small_runs):
    candids = np.random.default_rng(1).integers(-(2**62), 2**62, 150)
    stream = np.random.default_rng(2).choice(candids, 1000).tolist()
    known, new, rejected = Seen(), [], []
    for start in range(0, len(stream), 7):
        fresh, again = known.check([alert(candid) for candid in stream[start : start + 7]])
        new += fresh
        rejected += again
    assert [each.candid for each in new] == list(dict.fromkeys(stream))
    assert Counter(each.candid for each in rejected) == Counter(stream) - Counter(set(stream))
    assert {each.reason for each in rejected} == {"the same alert as in night1"}


def test_a_batch_of_none_is_none():
    assert Seen().check([]) == ([], [])


@pytest.mark.parametrize(
    "same",
    [
        {"fid": 1.0},
        {"isdiffpos": True},
        {"magpsf": np.float32(18.123)},
        {"ra": np.float64(10.1234560001)},
        {"rb": 0.2},
        {"programpi": "TDA"},
    ],
)
def test_an_alert_of_other_types_or_scores_is_the_same(same):
    known = Seen()
    known.check([alert(5)])
    assert known.check([alert(5, "night.tar:5.avro", **same)]) == (
        [],
        [Rejected("night.tar:5.avro", "the same alert as in night1", 5, "ZTF18a")],
    )


@pytest.mark.parametrize(
    "other", [{"value": 2.0}, {"object_id": "ZTF18b"}, {"jd": 2459001.5}, {"ra": None}, {"isdiffpos": "f"}]
)
@pytest.mark.parametrize("size", [1, 2], ids=["in two batches", "in one"])
def test_another_alert_of_the_same_candid_is_listed_with_the_place_of_the_first(other, size):
    known, rejected = Seen(), []
    stream = [alert(5, "stamps.parquet:row 3"), alert(5, "stamps.parquet:row 9", **other)]
    for start in range(0, 2, size):
        rejected += known.check(stream[start : start + size])[1]
    assert [each.origin for each in rejected] == ["stamps.parquet:row 9"]
    assert rejected[0].reason == "another content than the alert of the same candid in stamps.parquet"


def test_some_thousand_alerts_take_some_twenty_bytes_each():
    known = Seen()
    for start in range(0, 4096, 256):
        known.check([replace(alert(0), candid=candid) for candid in range(start, start + 256)])
    held = sum(array.nbytes for run in known.runs for array in run)
    assert held == 20 * 4096
    assert len(known.runs) < 13  # log2 of the number


def test_packets_and_a_table_of_the_same_real_alerts_are_the_same(shared_data):
    known = Seen()
    packets = [each for each in read_alerts(shared_data / "ztf_avro" / "ztf_alerts.tar.gz") if isinstance(each, Alert)]
    new, again = known.check(packets)
    assert (len(new), len(again)) == (414, 0)
    rows = [each for each in read_alerts(shared_data / "ztf_stamps" / "ztf_stamps.parquet") if isinstance(each, Alert)]
    candids = {each.candid for each in packets}
    new, again = known.check(rows)
    assert [each.candid for each in again] == [each.candid for each in rows if each.candid in candids]
    assert len(again) == 328
    assert len({each.reason for each in again}) == 1
