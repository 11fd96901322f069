"""Damaged packets: never a crash, never unbounded memory, each classified or rejected with a reason."""

import json
import os
import subprocess
import sys
import tarfile
import tracemalloc
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from alertlab.alerts import Alert
from alertlab.alerts.metadata import COLUMNS
from alertlab.alerts.packets import read_packets
from alertlab.core.predictions import read_predictions
from alertlab.workflows.predict.dispatch import predict
from alertlab.workflows.predict.result import UNDECIDED
from damage import corpus

ROOM = 192 << 20  # bytes; a bomb wants gigabytes, the largest packet read has 16 MB
SECONDS = 10  # of a busy machine; the slowest packet needs half of one
SHARED = Path(__file__).parents[3] / "shared" / "data" / "ztf_avro" / "ztf_alerts.tar.gz"


def real_packets(n=12):
    if not SHARED.is_file():
        return []
    with tarfile.open(SHARED) as archive:
        members = (member for member in archive if member.name.endswith(".avro"))
        return [archive.extractfile(member).read() for member, _ in zip(members, range(n), strict=False)]


@pytest.fixture(scope="module")
def damaged():
    return list(corpus(real_packets()))


@pytest.fixture(scope="module")
def folder(damaged, tmp_path_factory):
    folder = tmp_path_factory.mktemp("damaged")
    for number, each in enumerate(damaged):
        (folder / f"{number:04}.avro").write_bytes(each.data)
    return folder


@pytest.fixture(scope="module")
def accounts(damaged, folder):
    """What a process with little memory made of each packet: (packet, account)."""
    reader = subprocess.run(
        [sys.executable, "-W", "error", Path(__file__).with_name("read_damaged.py"), folder, str(ROOM)],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    lines = [json.loads(line) for line in reader.stdout.splitlines()]
    if reader.returncode:
        last = damaged[len(lines)]
        pytest.fail(f"the reader died at {last.name!r}, seed {last.seed}: {reader.stderr[-500:]}")
    return list(zip(damaged, lines, strict=True))


def test_the_corpus_is_large_and_the_same_each_time(damaged):
    assert len(damaged) > 500
    assert len({(each.name, each.seed) for each in damaged}) == len(damaged)
    again = corpus(real_packets())
    assert all(one.data == other.data for one, other in zip(damaged, again, strict=True))


def test_every_damaged_packet_is_an_alert_or_rejected(accounts):
    assert all(account["found"] for _, account in accounts)


def test_a_reason_is_one_short_line_for_people(accounts):
    reasons = [each["reason"] for _, account in accounts for each in account["found"] if "reason" in each]
    assert len(reasons) > 300
    for reason in reasons:
        assert 5 < len(reason) < 160
        assert reason.isprintable()
        assert "Error:" not in reason, reason  # the words of an exception nobody foresaw, MemoryError among them


def test_an_alert_of_the_corpus_is_whole(accounts):
    alerts = [each for _, account in accounts for each in account["found"] if "reason" not in each]
    assert len(alerts) > 100
    for alert in alerts:
        assert (alert["shape"], alert["dtype"], alert["infinite"]) == ([3, 63, 63], "float32", 0)
        assert alert["columns"] == len(COLUMNS)


def test_no_damage_takes_long(accounts):
    slowest, account = max(accounts, key=lambda pair: pair[1]["seconds"])
    assert account["seconds"] < SECONDS, slowest.name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a type that holds itself", "nested too deeply, or holds itself"),
        ("an array of 2**60 nulls", "names null"),
        ("a deflate bomb", "unpacks to more than"),
        ("a count of none", "holds more than its records"),
        ("all cut-outs: zip bomb", "unpacks to more than"),
        ("one cut-out: shape 62x63", "of different shapes"),
        ("all cut-outs: BSCALE = nan", "BSCALE is 'nan'"),
        ("all cut-outs: NAXIS1 = 1e400", "NAXIS1 is '1e400'"),
        ("all cut-outs: 1 MB without END", "no END"),
        ("candid true", "no candid"),
        ("objectId of bytes that are no text", "no objectId"),
        ("edge-cut, ypos text", "no xpos, ypos"),
    ],
)
def test_the_reason_names_the_damage(accounts, name, reason):
    (found,) = [account["found"] for packet, account in accounts if packet.name == name]
    assert reason in found[0]["reason"]


@pytest.mark.parametrize("name", ["xpos text", "every field None", "every field infinity", "isdiffpos bytes"])
def test_a_field_that_is_no_number_does_not_cost_the_alert(accounts, name):
    (found,) = [account["found"] for packet, account in accounts if packet.name == name]
    assert "shape" in found[0]


def test_a_bundle_classifies_every_alert_of_the_corpus_and_lists_the_rest(tiny_run, accounts, folder, tmp_path):
    result = predict(tiny_run[0].bundle, folder, tmp_path / "p.parquet")
    table = read_predictions(tmp_path / "p.parquet")
    rejected = pq.read_table(tmp_path / "p.rejected.parquet").to_pylist()
    found = [each for _, account in accounts for each in account["found"]]
    assert len(table) + len(rejected) == len(found)
    # much of the corpus is one packet, damaged in many ways: of a candid the first that can be read is classified
    again = sum(n for reason, n in result.reasons.items() if reason.startswith(("the same alert", "another content")))
    assert again > 100
    assert len(table) == sum("reason" not in each for each in found) - result.reasons[UNDECIDED] - again
    assert result.reasons[UNDECIDED] < 5  # an absurd value overflowed in the network: it alone is lost, not its batch
    assert np.isfinite(table.probability).all()
    np.testing.assert_allclose(table.probability.sum(axis=1), 1, atol=1e-5)
    assert Counter(each["reason"] for each in rejected) == result.reasons
    assert all(each["reason"] for each in rejected)


def test_a_long_history_does_not_fill_the_memory(damaged):
    (history,) = [each for each in damaged if each.name == "a history of a million records"]
    tracemalloc.start()
    list(read_packets(history.data, "packet"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * len(history.data)  # a million dictionaries would be 200 times


def test_undamaged_packets_of_the_same_night_are_all_read():
    packets = real_packets()
    if not packets:
        pytest.skip(f"no real packets at {SHARED}")
    found = [each for data in packets for each in read_packets(data, "packet")]
    assert sum(isinstance(each, Alert) for each in found) >= len(packets) - 9  # nine of the archive have JPEG cut-outs
