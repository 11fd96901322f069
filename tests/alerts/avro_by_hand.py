"""Avro containers that no honest writer would make."""

import io
import json

import fastavro

SYNC = b"alertlab damage!"


def integer(value):
    """Zig-zag variable-length, for any value up to 70 bits."""
    value = value << 1 if value >= 0 else (-value << 1) - 1
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def text(value):
    return integer(len(value)) + value


def container(schema, body, count=1, codec=b"null", size=None, end=SYNC):
    """A container of one block; ``schema`` may be raw bytes, ``size`` may lie."""
    schema = schema if isinstance(schema, bytes) else json.dumps(schema).encode()
    header = b"Obj\x01" + integer(2) + text(b"avro.schema") + text(schema) + text(b"avro.codec") + text(codec) + b"\0"
    return header + SYNC + integer(count) + integer(len(body) if size is None else size) + body + end


def record(name, fields):
    return {"type": "record", "name": name, "fields": [{"name": key, "type": kind} for key, kind in fields.items()]}


def type_of(value, name):
    """The Avro type that holds a Python value."""
    if isinstance(value, dict):
        return record(name, {key: type_of(item, f"{name}_{key}") for key, item in value.items()})
    if value is None:
        return ["null", "long"]
    kinds = {bool: "boolean", int: "long", float: "double", str: "string", bytes: "bytes"}
    return next(kind for python, kind in kinds.items() if isinstance(value, python))


def loose_packet(packet):
    """A packet with whatever types its values have."""
    content = {key: value for key, value in packet.items() if not isinstance(value, list)}
    schema = type_of(content, "alert")
    body = io.BytesIO()
    fastavro.schemaless_writer(body, fastavro.parse_schema(schema), content)
    return container(schema, body.getvalue())


def field_of(kind):
    """A packet's schema whose candidate is of another kind."""
    return record("alert", {"objectId": "string", "candid": "long", "candidate": kind})


def tower(levels, leaf):
    """Each level holds the one below twice: 2**levels leaves in a few kilobytes."""
    kind = record("level0", {"x": leaf})
    for level in range(1, levels):
        kind = record(f"level{level}", {"x": kind, "y": f"level{level - 1}"})
    return kind


def nested(depth, leaf="long"):
    for level in range(depth):
        leaf = record(f"deep{level}", {"x": leaf})
    return leaf


BODY = text(b"ZTF18a") + integer(1)
SELF = {"type": "record", "name": "alert", "fields": [{"name": "candidate", "type": "alert"}]}
HINTED = SELF | {"__fastavro_parsed": True, "__named_schemas": {"alert": SELF}}

# name: a whole container. What fastavro's readers do with them is death, exhaustion or an endless loop.
BOMBS = {
    "a type that holds itself": container(SELF, BODY),
    "a type that holds itself or nothing": container(field_of(["null", "alert"]), BODY + b"\2" * 10**6),
    "a schema that says it was checked": container(HINTED, BODY),
    "an array of 2**60 nulls": container(field_of({"type": "array", "items": "null"}), BODY + integer(1 << 60)),
    "an array of 2**60 empty records": container(
        field_of({"type": "array", "items": record("no", {})}), BODY + integer(1 << 60)
    ),
    "a history of 2**60 nulls": container(
        record("alert", {"prv_candidates": {"type": "array", "items": "null"}}), integer(1 << 60)
    ),
    "a map of 2**60 entries": container(field_of({"type": "map", "values": "long"}), BODY + integer(1 << 60)),
    "a million empty arrays": container(
        field_of({"type": "array", "items": {"type": "array", "items": "long"}}),
        BODY + integer(10**6) + bytes(10**6 + 1),
    ),
    "a history of a million records": container(
        record(
            "alert", {"prv_candidates": {"type": "array", "items": record("p", {"a": "boolean"})}, "candid": "long"}
        ),
        integer(10**6) + bytes(10**6 + 1) + integer(7),
    ),
    "2**40 nulls in a tower": container(field_of(tower(40, "null")), BODY),
    "2**8 nulls in a tower": container(field_of(tower(8, "null")), BODY),
    "2**10 bytes in a tower": container(field_of(tower(10, "boolean")), BODY + bytes(1 << 10)),
    "records 5000 deep": container(b'{"type":"array","items":' * 5000 + b'"int"' + b"}" * 5000, BODY),
    "brackets 100000 deep": container(b"[" * 100_000, BODY),
    "records 30 deep": container(field_of(nested(30)), BODY + integer(1)),
    "a fixed of 2**31 bytes": container(field_of({"type": "fixed", "name": "f", "size": 1 << 31}), BODY),
    "a fixed of 2**62 bytes": container(field_of({"type": "fixed", "name": "f", "size": 1 << 62}), BODY),
    "a fixed of -1 bytes": container(field_of({"type": "fixed", "name": "f", "size": -1}), BODY),
    "a fixed of text": container(field_of({"type": "fixed", "name": "f", "size": "many"}), BODY),
    "an enum of 100000 symbols": container(
        field_of({"type": "enum", "name": "e", "symbols": [f"s{number}" for number in range(100_000)]}), BODY
    ),
    "an enum beyond its symbols": container(
        field_of({"type": "enum", "name": "e", "symbols": ["a"]}), BODY + integer(1 << 40)
    ),
    "an enum without symbols": container(field_of({"type": "enum", "name": "e", "symbols": []}), BODY + b"\0"),
    "a union beyond its branches": container(field_of(["null", "long"]), BODY + integer(9)),
    "a union without branches": container(field_of([]), BODY + b"\0"),
    "text of 2**62 bytes": container(field_of("string"), BODY + integer(1 << 62)),
    "text of -5 bytes": container(field_of("string"), BODY + integer(-5) + b"abcde"),
    "text that is not UTF-8": container(field_of("string"), BODY + text(b"\xff\xfe\xc0")),
    "an unknown type": container(field_of("colour"), BODY),
    "a schema of 1 MB": container(field_of("long") | {"doc": "x" * (1 << 20)}, BODY + integer(1)),
    "a schema of 20000 fields": container(record("alert", {f"f{n}": "long" for n in range(20_000)}), bytes(20_000)),
    "a schema that is a number": container(b"7", BODY),
    "a schema that is NaN": container(b"NaN", BODY),
    "a schema of a long number": container(b"1" * 10_000, BODY),
    "a schema that is no text": container(b"\xff\xfe\x00", BODY),
    "a schema of one type": container(b'"string"', text(b"x")),
    "fields that are a number": container({"type": "record", "name": "alert", "fields": 7}, BODY),
    "a name that is a list": container(
        {"type": "record", "name": ["a"], "fields": [{"name": "a", "type": "long"}]}, BODY
    ),
    "a name that is null": container({"type": "record", "name": None, "fields": [{"name": "a", "type": "long"}]}, BODY),
    **{
        f"a {logical} that is none": container(field_of({"type": kind, "logicalType": logical, **more}), BODY + value)
        for kind, logical, more, value in [
            ("bytes", "decimal", {"precision": 10**9, "scale": 10**9 - 1}, text(b"\x7f" * 8)),
            ("bytes", "decimal", {"precision": -1, "scale": "x"}, text(b"\x7f" * 8)),
            ("string", "uuid", {}, text(b"none")),
            ("int", "date", {}, integer((1 << 31) - 1)),
            ("int", "time-millis", {}, integer(-1)),
            ("long", "timestamp-millis", {}, integer(1 << 62)),
            ("long", "timestamp-micros", {}, integer(-(1 << 62))),
        ]
    },
}
