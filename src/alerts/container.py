"""Avro containers, read without trust: only the fields asked for, within bounds of memory and time.

Avro specification 1.11, section "Object Container Files".
"""

import io
import zlib
from collections.abc import Iterator
from typing import Any

import fastavro

from ..door.words import in_brief
from .avro_schema import reading_plan

MAGIC = b"Obj\x01"
SYNC_LENGTH = 16
LARGEST_CONTENT = 16 << 20  # bytes all blocks together may unpack to; ZTF's packets have some 70 kB
MOST_RECORDS = 4096  # ZTF puts one in each container
MOST_ENTRIES = 64  # in the header; ZTF's have 2
LONGEST_INTEGER = 10  # bytes of a 64-bit variable-length integer


class DamagedError(ValueError):
    """A container that is not as the specification says, or beyond the bounds."""


def read_records(
    data: bytes, wanted: frozenset[str], lists: frozenset[str] = frozenset(), room: int = LARGEST_CONTENT
) -> Iterator[dict[str, Any]]:
    """Yield the records of one container.

    Parameters
    ----------
    data : the whole file, beginning with ``MAGIC``.
    wanted : names of the fields to read; the others are passed over.
    lists : names among them that may be lists of records.
    room : bytes all blocks together may unpack to.

    Raises
    ------
    Exception
        Whatever the damage makes of the parser: DamagedError and SchemaError from
        here, anything from fastavro.
    """
    header, at = _header(data, len(MAGIC))
    sync, at = _take(data, at, SYNC_LENGTH)
    codec = header.get(b"avro.codec", b"null")
    plan = reading_plan(header.get(b"avro.schema", b""), wanted, lists)
    records = MOST_RECORDS
    while at < len(data):
        count, at = _integer(data, at)
        size, at = _integer(data, at)
        block, at = _take(data, at, size)
        content = _unpack(block, codec, room)
        room, records = room - len(content), records - count
        if not 0 <= count <= len(content):
            raise DamagedError(f"a block of {len(content)} bytes declares {count} records")
        if records < 0:
            raise DamagedError(f"it declares more than {MOST_RECORDS} records")
        stream = io.BytesIO(content)
        for _ in range(count):
            record: dict[str, Any] = {}
            for writer, reader in plan:
                record.update(fastavro.schemaless_reader(stream, writer, reader))
            yield record
        if stream.tell() != len(content):
            raise DamagedError("a block holds more than its records")
        marker, at = _take(data, at, SYNC_LENGTH)
        if marker != sync:
            raise DamagedError("a block does not end with the sync marker")


def _header(data: bytes, at: int) -> tuple[dict[bytes, bytes], int]:
    """The map of metadata, and where it ends."""
    header: dict[bytes, bytes] = {}
    entries = 0
    while True:
        count, at = _integer(data, at)
        if count == 0:
            return header, at
        if count < 0:  # then the block's size in bytes follows
            count = -count
            _, at = _integer(data, at)
        entries += count
        if entries > MOST_ENTRIES:
            raise DamagedError(f"its header declares more than {MOST_ENTRIES} entries")
        for _ in range(count):
            size, at = _integer(data, at)
            key, at = _take(data, at, size)
            size, at = _integer(data, at)
            header[key], at = _take(data, at, size)


def _take(data: bytes, at: int, size: int) -> tuple[bytes, int]:
    if not 0 <= size <= len(data) - at:
        raise DamagedError("it is cut short")
    return data[at : at + size], at + size


def _integer(data: bytes, at: int) -> tuple[int, int]:
    """A zig-zag variable-length integer, and where it ends."""
    value = 0
    for place, byte in enumerate(data[at : at + LONGEST_INTEGER]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value >> 1 ^ -(value & 1), at + place + 1
    raise DamagedError("it is cut short, or an integer in it has no end")


def _unpack(block: bytes, codec: bytes, room: int) -> bytes:
    if codec == b"null":
        if len(block) > room:
            raise DamagedError(f"it is larger than {room} bytes")
        return block
    if codec != b"deflate":
        name = in_brief(codec.decode("latin-1"), 20)
        raise DamagedError(f"codec {name}, alert packets have null or deflate")
    unpacker = zlib.decompressobj(wbits=-15)
    content = unpacker.decompress(block, room + 1)
    if len(content) > room:
        raise DamagedError(f"it unpacks to more than {room} bytes")
    if not unpacker.eof:
        raise DamagedError("a block's deflate data are cut short")
    return content
