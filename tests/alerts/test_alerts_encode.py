"""Our Avro encoder beside fastavro's."""

import io

import fastavro
import numpy as np
import pytest
from alertlab.alerts.encode import compile_schema, integer
from alertlab.alerts.schema import alert_schema
from alertlab.simulate import simulate_packets
from hypothesis import given
from hypothesis import strategies as st

LONG = fastavro.parse_schema("long")


def by_fastavro(schema, value):
    stream = io.BytesIO()
    fastavro.schemaless_writer(stream, schema, value)
    return stream.getvalue()


def test_packets_are_the_bytes_that_fastavro_writes():
    encode, schema = compile_schema(alert_schema()), fastavro.parse_schema(alert_schema())
    for packet, _ in simulate_packets(10, seed=4):
        assert encode(packet) == by_fastavro(schema, packet)


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_are_the_bytes_that_fastavro_writes(value):
    assert integer(value) == by_fastavro(LONG, value)


@pytest.mark.parametrize(
    ("kind", "value", "error"),
    [
        ("int", 2**31, OverflowError),
        ("int", 1.5, AttributeError),
        ("string", 3, AttributeError),
        ("bytes", "text", TypeError),
        ("float", "text", Exception),
    ],
)
def test_a_value_of_another_type_is_refused(kind, value, error):
    with pytest.raises(error):
        compile_schema(kind)(value)


def test_numpy_numbers_are_numbers():
    assert compile_schema("int")(np.int64(7)) == by_fastavro(fastavro.parse_schema("int"), 7)
    assert compile_schema("float")(np.float32(0.1)) == by_fastavro(fastavro.parse_schema("float"), np.float32(0.1))


def test_a_schema_beyond_alert_packets_is_refused():
    with pytest.raises(ValueError, match="map"):
        compile_schema({"type": "map", "values": "int"})
