"""What a graph refers to, read from the protobuf before onnxruntime sees it.

A tensor can name a file, or even an address in memory, to take its values from
("external data"), and a node can name a foreign operator domain. onnxruntime
would act on both while it loads, so they are looked for first. Field numbers
are those of onnx.proto; only fields that can lead to a tensor or a domain are
followed, anything else is skipped.
"""

import re
from collections.abc import Iterator

from .errors import BundleError
from .manifest import Versions

DOMAINS = ("ai.onnx", "ai.onnx.ml")  # "" is the same as ai.onnx

FOLLOWED = {  # message -> field number -> message
    "model": {7: "graph", 8: "opset", 20: "training", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "function": {7: "node", 9: "import", 11: "attribute"},
    "training": {1: "graph", 2: "graph"},
    "opset": {},
    "import": {},
    "tensor": {},
}
DOMAIN = {("opset", 1), ("import", 1), ("node", 7), ("function", 10)}
EXTERNAL_DATA, DATA_LOCATION = ("tensor", 13), ("tensor", 14)
IR_VERSION, OPSET_VERSION = ("model", 1), ("opset", 2)

# Trees keep millions of numbers and of the words for a node's kind in attributes, one tag each: skip a run at once.
NUMBERS = re.compile(
    rb"(?s:[\x08\x10\x18\x20\x28\x30\x38\x40\x48\x50\x58\x60\x68\x70\x78][\x80-\xff]{0,9}[\x00-\x7f]"
    rb"|[\x0d\x15\x1d\x25\x2d\x35\x3d\x45\x4d\x55\x5d\x65\x6d\x75\x7d].{4}"
    rb"|\x4a\x0aBRANCH_LEQ|\x4a\x04LEAF)++"  # field 9, strings: no field that is followed
)


def inspect(content: bytes) -> Versions:
    """Refuse what a bundle's graph must not hold; return the versions it needs.

    Raises
    ------
    BundleError
        For external data, operators outside ai.onnx and ai.onnx.ml, or bytes
        that are no ONNX model.
    """
    opsets: dict[str, int] = {}
    ir_version = 0
    waiting = [("model", 0, len(content))]  # a list, not recursion: nesting cannot exhaust the stack
    while waiting:
        message, start, stop = waiting.pop()
        domain, version = "", 0
        for number, value, payload in fields(content, start, stop, numbers=message != "attribute"):
            here = (message, number)
            if here == EXTERNAL_DATA or (here == DATA_LOCATION and value):
                raise BundleError("model.onnx: a tensor has external data; weights belong inside the graph")
            if here in DOMAIN:
                domain = content[slice(*payload)].decode(errors="replace") or DOMAINS[0]
                if domain not in DOMAINS:
                    raise BundleError(f"model.onnx: operator domain {domain!r}, allowed: {', '.join(DOMAINS)}")
            elif here == IR_VERSION:
                ir_version = value
            elif here == OPSET_VERSION:
                version = value
            elif number in FOLLOWED[message]:
                waiting.append((FOLLOWED[message][number], *payload))
        if message == "opset":
            opsets[domain or DOMAINS[0]] = version
    if DOMAINS[0] not in opsets:
        raise BundleError("model.onnx: not an ONNX model (it names no operator set)")
    return Versions(opsets[DOMAINS[0]], opsets.get(DOMAINS[1]), ir_version)


def fields(content: bytes, at: int, stop: int, numbers: bool) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Yield (field number, value, (start, stop) of the payload) of one protobuf message.

    ``numbers`` False leaves most numeric fields out. The value of a field with
    a payload is 0, the payload of a number is empty.
    """
    while at < stop:
        if not numbers and (run := NUMBERS.match(content, at, stop)):
            at = run.end()
            continue
        tag, at = varint(content, at, stop)
        number, wire, value, begin = tag >> 3, tag & 7, 0, at
        if wire == 0:
            value, at = varint(content, at, stop)
            begin = at
        elif wire == 2:
            length, begin = varint(content, at, stop)
            at = begin + length
        elif wire in (1, 5):
            at = begin = at + (8 if wire == 1 else 4)
        if at > stop or wire in (3, 4, 6, 7) or tag >= 1 << 32:
            raise BundleError("model.onnx: not an ONNX model (damaged protobuf)")
        yield number, value, (begin, at)


def varint(content: bytes, at: int, stop: int) -> tuple[int, int]:
    """A protobuf integer of up to ten bytes, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= stop:
            break
        byte = content[at]
        value |= (byte & 127) << shift
        at += 1
        if byte < 128:
            return value, at
    raise BundleError("model.onnx: not an ONNX model (damaged protobuf)")
