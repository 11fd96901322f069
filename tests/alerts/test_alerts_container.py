"""Avro containers: against fastavro's own reader."""

import io

import fastavro
import pytest
from alertlab.alerts.container import read_records

SCHEMA = {
    "type": "record",
    "name": "r",
    "fields": [{"name": "a", "type": "long"}, {"name": "b", "type": ["null", "bytes"]}],
}
WANTED = frozenset({"a", "b"})
RECORDS = [{"a": number * 10**12, "b": None if number % 3 else b"x" * number} for number in range(200)]


def container(codec="null", **options):
    buffer = io.BytesIO()
    fastavro.writer(buffer, SCHEMA, RECORDS, codec=codec, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("codec", ["null", "deflate"])
@pytest.mark.parametrize("interval", [10, 16000])  # many blocks, one block
def test_records_are_those_of_fastavro(codec, interval):
    data = container(codec, sync_interval=interval)
    assert list(read_records(data, WANTED)) == list(fastavro.reader(io.BytesIO(data))) == RECORDS


def test_another_codec_is_named():
    with pytest.raises(ValueError, match="codec bzip2"):
        list(read_records(container("bzip2"), WANTED))


def test_records_before_the_damage_are_kept():
    data = container(sync_interval=10)
    read = []

    def collect():
        for record in read_records(data[: len(data) // 2], WANTED):
            read.append(record)

    with pytest.raises((ValueError, EOFError)):
        collect()
    assert read == RECORDS[: len(read)]
    assert len(read) > 50


def test_a_wrong_sync_marker_is_noticed():
    data = container()
    with pytest.raises(ValueError, match="sync marker"):
        list(read_records(data[:-1] + bytes([data[-1] ^ 1]), WANTED))


def test_a_deflate_bomb_is_not_unpacked():
    schema = {"type": "record", "name": "r", "fields": [{"name": "b", "type": "bytes"}]}
    buffer = io.BytesIO()
    fastavro.writer(buffer, schema, [{"b": bytes(65 << 20)}], codec="deflate")
    with pytest.raises(ValueError, match="unpacks to more"):
        list(read_records(buffer.getvalue(), WANTED))


def test_fields_that_are_not_wanted_are_passed_over():
    data = container()
    assert list(read_records(data, frozenset({"a"}))) == [{"a": record["a"]} for record in RECORDS]
    assert list(read_records(data, frozenset({"b"}))) == [{"b": record["b"]} for record in RECORDS]


def test_named_types_are_found_as_fastavro_finds_them():
    inner = {"type": "record", "name": "inner", "fields": [{"name": "x", "type": "int"}]}
    other = {"type": "enum", "name": "far.off.kind", "symbols": ["P", "Q"]}
    fields = {
        "a": inner,
        "b": other,
        "skip": {"type": "array", "items": "near.inner"},
        "c": "inner",
        "d": "far.off.kind",
    }
    schema = {"type": "record", "name": "r", "namespace": "near"}
    schema["fields"] = [{"name": name, "type": kind} for name, kind in fields.items()]
    records = [{"a": {"x": 1}, "b": "Q", "skip": [{"x": 7}] * 3, "c": {"x": 2}, "d": "P"}]
    buffer = io.BytesIO()
    fastavro.writer(buffer, schema, records)
    wanted = frozenset({"a", "b", "c", "d"})
    assert list(read_records(buffer.getvalue(), wanted)) == [{name: records[0][name] for name in sorted(wanted)}]
