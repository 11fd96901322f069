"""A corpus of damaged packets: every kind of damage we could think of, from seeds."""

import zlib
from dataclasses import dataclass

import numpy as np
from alertlab.alerts.write import encode_packet
from alertlab.simulate import simulate_packets
from avro_by_hand import BOMBS, SYNC, container, integer, loose_packet, text
from fits_by_hand import CUTOUTS, zipped

CUTOUT_FIELDS = ("cutoutScience", "cutoutTemplate", "cutoutDifference")


@dataclass(frozen=True)
class Damaged:
    """A damaged packet: what was done, the seed of the chance in it, the bytes."""

    name: str
    seed: int
    data: bytes


def cut(data, rng):
    return data[: rng.integers(len(data))]


def cut_inside(data, rng):
    start, length = rng.integers(len(data)), rng.integers(1, 2000)
    return data[:start] + data[start + length :]


def insert(data, rng):
    place = rng.integers(len(data))
    return data[:place] + rng.bytes(int(rng.integers(1, 200))) + data[place:]


def zero_run(data, rng):
    place, length = int(rng.integers(len(data))), int(rng.integers(1, 400))
    return data[:place] + bytes(len(data[place : place + length])) + data[place + length :]


def flip(data, rng, bits=1, start=0, stop=None):
    """Flip bits between two places."""
    changed = bytearray(data)
    for place in rng.integers(start, min(stop or len(data), len(data)), bits):
        changed[place] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def flip_in(start, stop, bits=1):
    return lambda data, rng: flip(data, rng, bits, start, stop)


def flip_first_block(data, rng):
    """In the block's count and size, just before the record."""
    place = data.index(SYNC_OF_WRITER) + len(SYNC_OF_WRITER)
    return flip(data, rng, 1, place, place + 8)


SYNC_OF_WRITER = b"alertlab packet."
BYTES = {  # damage to the bytes of a packet; twelve seeds each
    "cut": cut,
    "cut inside": cut_inside,
    "bytes inserted": insert,
    "a run of zeros": zero_run,
    "a bit of the Avro header": flip_in(0, 40),
    "a bit of the schema": flip_in(30, 9000),
    "ten bits of the schema": flip_in(30, 9000, 10),
    "a bit anywhere": flip_in(0, None),
    "a thousand bits anywhere": flip_in(0, None, 1000),
}
RAW = {  # damage to the unpacked FITS of a cut-out
    "a bit of the FITS header": flip_in(0, 480),
    "ten bits of the FITS header": flip_in(0, 480, 10),
    "a bit of the pixels": flip_in(2880, None),
    "cut FITS": cut,
}
GZIP = {  # damage to the gzip of a cut-out
    "a bit of the gzip header": flip_in(0, 10),
    "a bit of the deflate data": flip_in(10, None),
    "cut gzip": cut,
    "bytes inserted into gzip": insert,
}
VALUES = {  # what a candidate's fields may hold
    "NaN": float("nan"),
    "infinity": float("inf"),
    "minus infinity": float("-inf"),
    "1e300": 1e300,
    "3e38": 3e38,
    "2**62": 1 << 62,
    "None": None,
    "text": "twelve",
    "digits": "12.5",
    "no text": "",
    "bytes": b"\xff\x00",
    "true": True,
    "a record": {"a": 1.0},
    "long text": "x" * (1 << 20),
}
IDENTITIES = {
    "candid of text": {"candid": "1234"},
    "candid of float": {"candid": 1e30},
    "candid true": {"candid": True},
    "candid None": {"candid": None},
    "candid of bytes": {"candid": bytes(8)},
    "candid negative": {"candid": -(1 << 63)},
    "objectId of bytes": {"objectId": b"ZTF18a"},
    "objectId of bytes that are no text": {"objectId": b"ZTF\xff"},
    "objectId blank": {"objectId": " \t "},
    "objectId nan": {"objectId": "NaN"},
    "objectId of number": {"objectId": 12345},
    "objectId None": {"objectId": None},
    "objectId empty": {"objectId": ""},
    "objectId of 1 MB": {"objectId": "Z" * (1 << 20)},
    "objectId of lines": {"objectId": "ZTF\n18a\x00\x1b[31m"},
    "objectId true": {"objectId": True},
    "candidate of text": {"candidate": "none"},
    "candidate None": {"candidate": None},
}


def with_cutout(packet, rng, change):
    """Change the ``stampData`` of one of the three cut-outs."""
    field = CUTOUT_FIELDS[rng.integers(3)]
    cutout = packet[field]
    return {**packet, field: {**cutout, "stampData": change(cutout["stampData"])}}


def with_candidate(packet, changes):
    return {**packet, "candidate": {**packet["candidate"], **changes}}


def from_bytes(originals, seeds):
    """Damage to bytes of any packets, simulated or real."""
    for number, (name, damage) in enumerate(BYTES.items()):
        for seed in range(seeds):
            rng = np.random.default_rng([number, seed])
            yield Damaged(name, seed, damage(originals[seed % len(originals)], rng))


def from_cutouts(packets, seeds):
    for number, (name, damage) in enumerate((GZIP | RAW).items()):
        for seed in range(seeds):
            rng = np.random.default_rng([100 + number, seed])

            def change(data, name=name, damage=damage, rng=rng):
                return zipped(damage(zlib.decompress(data, 31), rng)) if name in RAW else damage(data, rng)

            yield Damaged(name, seed, encode_packet(with_cutout(packets[seed % len(packets)], rng, change)))
    for seed, (name, stamp) in enumerate(CUTOUTS.items()):
        rng = np.random.default_rng([200, seed])
        one = with_cutout(packets[seed % len(packets)], rng, lambda _, stamp=stamp: stamp)
        three = {**one, **{field: {"fileName": "x", "stampData": stamp} for field in CUTOUT_FIELDS}}
        yield Damaged(f"one cut-out: {name}", seed, encode_packet(one))
        yield Damaged(f"all cut-outs: {name}", seed, encode_packet(three))


def from_fields(packets):
    for seed, (name, value) in enumerate(VALUES.items()):
        packet = packets[seed % len(packets)]
        everywhere = dict.fromkeys(packet["candidate"], value)
        yield Damaged(f"every field {name}", seed, loose_packet(with_candidate(packet, everywhere)))
        for field in ("xpos", "ra", "magpsf", "isdiffpos", "ndethist"):
            yield Damaged(f"{field} {name}", seed, loose_packet(with_candidate(packet, {field: value})))
        edge = {field: {"fileName": "x", "stampData": CUTOUTS["shape 62x63"]} for field in CUTOUT_FIELDS}
        yield Damaged(f"edge-cut, ypos {name}", seed, loose_packet({**with_candidate(packet, {"ypos": value}), **edge}))
    for seed, (name, changes) in enumerate(IDENTITIES.items()):
        yield Damaged(name, seed, loose_packet({**packets[0], **changes}))


def from_containers(packet):
    """Containers whose own numbers lie."""
    schema, body = {"type": "record", "name": "a", "fields": [{"name": "b", "type": "boolean"}]}, bytes(100)
    raw = zlib.compressobj(9, wbits=-15)
    bomb = raw.compress(bytes(64 << 20)) + raw.flush()
    yield from (
        Damaged(name, 0, data)
        for name, data in {
            "no record": container(schema, b"", 0),
            "a count of none": container(schema, body, 0),
            "a count of 2**62": container(schema, body, 1 << 62),
            "a count below 0": container(schema, body, -1),
            "a count of 2**69": container(schema, body, 1 << 69),
            "a count without end": container(schema, body)[:-117] + b"\xff" * 117,
            "a size of 2**62": container(schema, body, size=1 << 62),
            "a size below 0": container(schema, body, size=-1),
            "a million records": container(schema, bytes(10**6), 10**6),
            "100000 empty blocks": container(schema, b"", 0) + (integer(0) + integer(0) + SYNC) * 100_000,
            "a deflate bomb": container(schema, bomb, 1, b"deflate"),
            "deflate that is none": container(schema, body, 1, b"deflate"),
            "an unknown codec": container(schema, body, 1, b"snappy\n\x00\xff" * 20),
            "another end": container(schema, body, 100, end=b"x" * 16),
            "a header of 2**60 entries": b"Obj\x01" + integer(1 << 60) + text(b"k") + text(b"v"),
            "a header of a million entries": b"Obj\x01" + integer(10**6) + b"\0\0" * 10**6,
            "a header below 0": b"Obj\x01" + integer(-(1 << 62)) + integer(1 << 62),
            "magic alone": b"Obj\x01",
            "two packets": encode_packet(packet) * 2,
            "nothing": b"",
            "16 MB of zeros": b"Obj\x01" + bytes(1 << 24),
        }.items()
    )


def corpus(real=()):
    """Every damaged packet; ``real`` are bytes of whole packets to damage too."""
    packets = [packet for packet, _ in simulate_packets(4, seed=11)]
    yield from from_bytes([encode_packet(packet) for packet in packets], 12)
    yield from from_cutouts(packets, 6)
    yield from from_fields(packets)
    yield from from_containers(packets[0])
    yield from (Damaged(name, 0, data) for name, data in BOMBS.items())
    if real:
        yield from (Damaged(f"real, {each.name}", each.seed, each.data) for each in from_bytes(real, 12))
