"""Avro containers, with schemas parsed once.

A ZTF packet carries its schema, 10 to 40 kB of JSON; parsing it anew takes
longer than reading the alert. A night has one schema, so it is remembered.
Avro specification 1.11, section "Object Container Files".
"""

import io
import json
import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import fastavro

MAGIC = b"Obj\x01"
SYNC_LENGTH = 16
LARGEST_BLOCK = 64 << 20  # bytes a block may unpack to
HEADER = fastavro.parse_schema({"type": "map", "values": "bytes"})
LONG = fastavro.parse_schema("long")


def read_records(data: bytes) -> Iterator[Any]:
    """Yield the records of one container.

    Parameters
    ----------
    data : the whole file, beginning with ``MAGIC``.

    Raises
    ------
    Exception
        Whatever the damage makes of the parser: ValueError and its kin from
        here, anything from fastavro.
    """
    stream = io.BytesIO(data)
    stream.seek(len(MAGIC))
    header = fastavro.schemaless_reader(stream, HEADER, None)
    sync = stream.read(SYNC_LENGTH)
    codec = header.get("avro.codec", b"null").decode()
    schema = _schema(header["avro.schema"])
    while stream.tell() < len(data):
        count, size = (fastavro.schemaless_reader(stream, LONG, None) for _ in range(2))
        block = stream.read(size) if size >= 0 else b""
        if len(block) != size or count < 0:
            raise ValueError("a block is cut short")
        content = _unpack(block, codec)
        if count > len(content):
            raise ValueError(f"a block of {len(content)} bytes declares {count} records")
        records = io.BytesIO(content)
        for _ in range(count):
            yield fastavro.schemaless_reader(records, schema, None)
        if stream.read(SYNC_LENGTH) != sync:
            raise ValueError("a block does not end with the sync marker")


@lru_cache(maxsize=16)
def _schema(text: bytes) -> Any:
    return fastavro.parse_schema(json.loads(text))


def _unpack(block: bytes, codec: str) -> bytes:
    if codec == "null":
        return block
    if codec != "deflate":
        raise ValueError(f"codec {codec}, alert packets have null or deflate")
    unpacker = zlib.decompressobj(wbits=-15)
    content = unpacker.decompress(block, LARGEST_BLOCK)
    if not unpacker.eof and not unpacker.unconsumed_tail:
        raise ValueError("a block's deflate data are cut short")
    if unpacker.unconsumed_tail:
        raise ValueError(f"a block unpacks to more than {LARGEST_BLOCK} bytes")
    return content
