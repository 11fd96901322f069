"""A simulated data set on disk."""

import csv

import fastavro
import pytest
from alertlab.alerts.write import encode_cutout, encode_packet
from alertlab.runtime.errors import AlertlabError
from alertlab.simulate import simulate_packets, write_dataset
from alertlab.simulate.stamps import dataset


def test_packets_and_labels_agree(tmp_path):
    seen = []
    summary = write_dataset(tmp_path / "demo", 25, seed=1, progress=lambda done, total: seen.append((done, total)))
    with (tmp_path / "demo/labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    names = {}
    for path in (tmp_path / "demo/packets").iterdir():
        with path.open("rb") as file:
            (packet,) = fastavro.reader(file)
        assert path.name == f"{packet['candid']}.avro"
        names[str(packet["candid"])] = packet["objectId"]
    assert {row["candid"]: row["objectId"] for row in rows} == names
    assert {row["label_source"] for row in rows} == {"simulated"}
    assert all(row["label_catalogue"] == ("" if row["label"] == "bogus" else row["label"]) for row in rows)
    assert seen[-1] == (25, 25)
    assert summary["packets"] == 25
    assert summary["classes"] == dict.fromkeys(("AGN", "SN", "VS", "asteroid", "bogus"), 5)


def test_a_folder_in_use_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "mine.txt").write_text("do not touch")
    with pytest.raises(AlertlabError, match="not an empty folder; name another one"):
        write_dataset(tmp_path, 5, seed=1)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_taken(tmp_path):
    write_dataset(tmp_path / "new", 5, seed=1)
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["labels.csv", "packets"]


def test_an_interrupted_run_leaves_nothing_behind(tmp_path, monkeypatch):
    def broken(*arguments, **keywords):
        yield from simulate_packets(2, 1)
        raise OSError("disk full")

    monkeypatch.setattr(dataset, "simulate_packets", broken)
    with pytest.raises(OSError, match="disk full"):
        write_dataset(tmp_path / "demo", 5, seed=1)
    assert list(tmp_path.iterdir()) == []


def test_a_packet_that_misses_a_field_is_refused_by_name():
    packet, _ = next(simulate_packets(1, seed=1))
    del packet["candidate"]["jd"]
    with pytest.raises(AlertlabError, match=rf"packet {packet['candid']}: does not fit the ZTF schema"):
        encode_packet(packet)


def test_a_cutout_must_be_an_image():
    with pytest.raises(AlertlabError, match=r"an image \(ny, nx\) is needed"):
        encode_cutout([1.0, 2.0])
