"""Records of a fixed Avro schema as bytes, several times faster than by a general library.

The schema is walked once, into one function a type; nullable unions are
``["null", type]``, as ``schema.py`` writes them (Avro specification 1.11, "Binary Encoding").
"""

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any

Encoder = Callable[[Any], bytes]
NULL, PRESENT = b"\x00", b"\x02"  # branches 0 and 1 of a nullable union
INTEGERS = {"int": 1 << 31, "long": 1 << 63}
REALS = {"float": "f", "double": "d"}


@lru_cache(maxsize=4096)  # field, night, flags and lengths recur from record to record
def integer(value: int) -> bytes:
    """Avro's zig-zag variable-length integer."""
    rest, encoded = value << 1 if value >= 0 else (-value << 1) - 1, bytearray()
    while rest > 0x7F:
        encoded.append(rest & 0x7F | 0x80)
        rest >>= 7
    encoded.append(rest)
    return bytes(encoded)


def compile_schema(schema: Any) -> Encoder:
    """A function from a record (dict) to its bytes.

    The function raises KeyError for a field that is missing, TypeError,
    ValueError or OverflowError for one that is not of its type.
    """
    return _compile(schema, {})


def _compile(schema: Any, named: dict[str, Encoder]) -> Encoder:
    if isinstance(schema, list):
        null, kind = schema
        if null != "null":
            raise ValueError(f"a union of {null} and {kind}, only nullable types are known")
        if isinstance(kind, str) and kind in REALS:
            present = struct.Struct("<B" + REALS[kind])
            return lambda value: NULL if value is None else present.pack(2, value)
        return _nullable(_compile(kind, named))
    if isinstance(schema, str):
        return named[schema] if schema in named else _primitive(schema)
    if schema["type"] == "array":
        return _array(_compile(schema["items"], named))
    if schema["type"] == "record":
        fields = [
            (field["name"], isinstance(field["type"], list), _compile(field["type"], named))
            for field in schema["fields"]
        ]
        encode = _record(fields)
        named[schema["name"]] = named[f"{schema.get('namespace', '')}.{schema['name']}"] = encode
        return encode
    raise ValueError(f"type {schema['type']}, alert packets have none of it")


def _nullable(encode: Encoder) -> Encoder:
    return lambda value: NULL if value is None else PRESENT + encode(value)


def _array(encode: Encoder) -> Encoder:
    def array(values: Any) -> bytes:
        entries = list(values)
        return b"".join([integer(len(entries)), *map(encode, entries), NULL]) if entries else NULL

    return array


def _record(fields: list[tuple[str, bool, Encoder]]) -> Encoder:
    def record(values: Any) -> bytes:
        return b"".join(
            [  # most fields of a history are null: they cost no call
                NULL if (value := values[name]) is None and nullable else encode(value)
                for name, nullable, encode in fields
            ]
        )

    return record


def _primitive(name: str) -> Encoder:
    if name in INTEGERS:
        limit = INTEGERS[name]

        def whole(value: Any) -> bytes:
            number = value.__index__()  # Python's and numpy's integers, no floating-point number
            if not -limit <= number < limit:
                raise OverflowError(f"{number} does not fit {name}")
            return integer(number)

        return whole
    if name in REALS:
        return struct.Struct("<" + REALS[name]).pack
    if name == "string":

        def text(value: Any) -> bytes:
            data: bytes = value.encode()
            return integer(len(data)) + data

        return text
    if name == "bytes":

        def raw(value: Any) -> bytes:
            data = bytes(memoryview(value))
            return integer(len(data)) + data

        return raw
    raise ValueError(f"type {name}, alert packets have none of it")
