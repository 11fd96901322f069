"""Tar archives that lie about themselves."""

import gzip
import os
import tarfile
import tracemalloc

import pyarrow.parquet as pq
import pytest
from alertlab.alerts import Alert, Rejected, read_alerts
from alertlab.alerts.rejected import rejected_table
from alertlab.alerts.write import encode_packet
from alertlab.simulate import simulate_packets

PACKETS = [encode_packet(packet) for packet, _ in simulate_packets(3, seed=5)]


def header(name, size, kind=tarfile.REGTYPE):
    member = tarfile.TarInfo(name)
    member.type, member.size = kind, size
    return member.tobuf(tarfile.GNU_FORMAT)


def member(name, data):
    return header(name, len(data)) + data + bytes(-len(data) % 512)


WHOLE = [member(f"{number}.avro", data) for number, data in enumerate(PACKETS)]
END = bytes(1024)


def read(path, data):
    path.write_bytes(data)
    found = list(read_alerts(path))
    return [each for each in found if isinstance(each, Alert)], [each for each in found if isinstance(each, Rejected)]


@pytest.mark.parametrize(
    ("name", "second"),
    [
        ("a damaged header", b"x" + WHOLE[1][1:]),
        ("a header of zeros", bytes(512) + WHOLE[1][512:]),
        ("a name of 8 GB", header("././@LongLink", 8 << 30, tarfile.GNUTYPE_LONGNAME) + bytes(512) + WHOLE[1]),
        ("attributes of 8 GB", header("x", 8 << 30, tarfile.XHDTYPE) + bytes(512) + WHOLE[1]),
        ("global attributes of 8 GB", header("x", 8 << 30, tarfile.XGLTYPE) + bytes(512) + WHOLE[1]),
        ("a size below zero", header("x.avro", -(10**6)) + WHOLE[1]),
        ("a sparse file", header("x.avro", 512, tarfile.GNUTYPE_SPARSE) + WHOLE[1]),
        ("names of names", header("././@LongLink", 8, tarfile.GNUTYPE_LONGNAME).ljust(1024, b"\0") * 3000 + WHOLE[1]),
        ("no more", b""),
    ],
)
def test_damage_between_members_is_told_and_what_came_before_is_kept(tmp_path, name, second):
    end = END if second else b""
    alerts, rejected = read(tmp_path / "night.tar", WHOLE[0] + second + end)
    assert len(alerts) >= 1
    assert "the archive is damaged from here on" in rejected[-1].reason


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.REGTYPE])
def test_a_zip_bomb_behind_any_header_does_not_fill_the_memory(tmp_path, kind):
    bomb = header("x.avro", 64 << 20, kind) + bytes(64 << 20)
    tracemalloc.start()
    path = tmp_path / "night.tar.gz"
    path.write_bytes(gzip.compress(WHOLE[0] + bomb + END, 1))
    del bomb
    tracemalloc.reset_peak()
    found = list(read_alerts(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(found[-1], Rejected)
    assert peak < 20 << 20


def test_bytes_changed_in_the_zip_are_told(tmp_path):
    data = bytearray(gzip.compress(b"".join([*WHOLE, END])))
    data[-8] ^= 1  # its sum
    alerts, rejected = read(tmp_path / "night.tar.gz", bytes(data))
    assert len(alerts) >= 2  # the last may still be in the buffer that the sum speaks of
    assert "CRC" in rejected[-1].reason


def test_an_archive_zipped_in_parts_is_read_whole(tmp_path):
    """As bgzip and pigz write it."""
    data = b"".join([*WHOLE, END])
    parts = [gzip.compress(data[start : start + 50_000]) for start in range(0, len(data), 50_000)]
    alerts, rejected = read(tmp_path / "night.tar.gz", b"".join(parts))
    assert (len(alerts), rejected) == (3, [])


def test_what_is_no_file_is_rejected_by_its_name(tmp_path):
    links = header("link.avro", 0, tarfile.SYMTYPE) + header("pipe.avro", 0, tarfile.FIFOTYPE)
    _, rejected = read(tmp_path / "night.tar", links + member("notes.txt", b"hello") + END)
    assert [each.reason for each in rejected] == ["not a regular file", "not a regular file", "not an .avro file"]


def test_a_name_that_is_not_unicode_goes_into_the_rejected_table(tmp_path):
    name = tarfile.TarInfo(b"\xff\n\x1b[2J.avro".decode("utf-8", "surrogateescape"))
    name.size = 4
    data = name.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape") + b"none".ljust(512, b"\0") + END
    _, rejected = read(tmp_path / "night.tar", data)
    pq.write_table(rejected_table(rejected), tmp_path / "rejected.parquet")
    (row,) = pq.read_table(tmp_path / "rejected.parquet").to_pylist()
    assert row["origin"].endswith(r"night.tar:\udcff\n\x1b[2J.avro")


def test_what_cannot_be_opened_in_a_folder_is_rejected(tmp_path):
    (tmp_path / "broken.avro").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.avro")
    (tmp_path / "whole.avro").write_bytes(PACKETS[0])
    found = {each.origin.rpartition("/")[2]: each for each in read_alerts(tmp_path)}
    assert found["broken.avro"].reason == found["pipe.avro"].reason == "not a regular file"
    assert isinstance(found["whole.avro"], Alert)


def test_an_empty_archive_is_told(tmp_path):
    for data in (b"", b"\x1f\x8b", gzip.compress(b"")):
        alerts, rejected = read(tmp_path / "night.tar.gz", data)
        assert (len(alerts), len(rejected)) == (0, 1)
