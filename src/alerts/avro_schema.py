"""Avro schemas from strangers, made safe to decode by.

fastavro's compiled reader trusts a schema: through a type that holds itself it
recurses until the process dies, and items that take no byte fill the memory.
So a schema is rebuilt here from the few things alert packets need. In what
comes out every value takes at least a byte and types do not hold themselves:
the length of the data bounds the work.

Avro specification 1.11, section "Schema Declaration".
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Any

import fastavro

from ..door.words import in_brief

PRIMITIVES = {"boolean", "int", "long", "float", "double", "bytes", "string"}
LONGEST_SCHEMA = 1 << 18  # bytes; ZTF's have 9 to 26 kB
MOST_TYPES = 10_000  # ZTF's have some 500
DEEPEST = 12  # levels; ZTF's have 6
LARGEST_FIXED = 1 << 20  # bytes

ReadingPlan = tuple[tuple[Any, Any], ...]


class SchemaError(ValueError):
    """A schema that is not safe, or none."""


@lru_cache(maxsize=16)  # a night has one schema, and parsing it takes longer than reading the alert
def reading_plan(text: bytes, wanted: frozenset[str], lists: frozenset[str] = frozenset()) -> ReadingPlan:
    """How to read one record: its fields in runs, those that are wanted and those to pass over.

    Parameters
    ----------
    text : the JSON of the writer's schema, a record.
    wanted : names of the top-level fields to keep. They hold plain values or
        records of them: arrays and maps have no bound.
    lists : names among them that may be lists of records of plain values, which the length of the data alone bounds.

    Returns
    -------
    Pairs (writer schema, reader schema) for ``fastavro.schemaless_reader``, one after another.

    Raises
    ------
    SchemaError
        With the reason.
    """
    if len(text) > LONGEST_SCHEMA:
        raise SchemaError(f"its schema is longer than {LONGEST_SCHEMA} bytes")
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError):
        raise SchemaError("its schema is not JSON") from None
    try:
        fields = _Rebuild().record(schema, "", 0)["fields"]
        return tuple(_parts(fields, wanted, lists))
    except SchemaError:
        raise
    except (TypeError, KeyError, AttributeError, ValueError, fastavro.schema.SchemaParseException):
        raise SchemaError("its schema is damaged") from None


def _parts(fields: list[dict[str, Any]], wanted: frozenset[str], lists: frozenset[str]) -> Iterator[tuple[Any, Any]]:
    for keep, run in groupby(fields, lambda field: field["name"] in wanted):
        part = list(run)
        for field in part if keep else ():
            if not _bounded(_items(field["type"]) if field["name"] in lists else field["type"]):
                raise SchemaError(f"its schema makes {field['name']} a list or a nest")
        nothing = fastavro.parse_schema({"type": "record", "name": "run", "fields": []})
        yield fastavro.parse_schema({"type": "record", "name": "run", "fields": part}), None if keep else nothing


def _items(kind: Any) -> Any:
    """The type of a list's items, of a nullable list too; any other type is its own."""
    if isinstance(kind, list):
        return [_items(branch) for branch in kind]
    return kind["items"] if isinstance(kind, dict) and kind["type"] == "array" else kind


def _bounded(kind: Any, inside: bool = False) -> bool:
    """Whether a type is a plain value, or a record of plain values."""
    if isinstance(kind, list):
        return all(_bounded(branch, inside) for branch in kind)
    if isinstance(kind, dict) and kind["type"] == "record":
        return not inside and all(_bounded(field["type"], True) for field in kind["fields"])
    return not isinstance(kind, dict) or kind["type"] in ("enum", "fixed")


class _Rebuild:
    """One schema rebuilt; every use of a named type becomes a type of its own.

    What readers need not know is left out, logical types among it: they turn
    numbers into dates that Python may not have.
    """

    def __init__(self) -> None:
        self.named: dict[str, tuple[dict[str, Any], str]] = {}
        self.types = 0

    def kind(self, node: Any, namespace: str, depth: int) -> Any:
        self.types += 1
        if self.types > MOST_TYPES:
            raise SchemaError(f"its schema has more than {MOST_TYPES} types")
        if depth > DEEPEST:
            raise SchemaError("its schema is nested too deeply, or holds itself")
        if isinstance(node, list):
            return [each if each == "null" else self.kind(each, namespace, depth + 1) for each in node]
        if isinstance(node, str):
            return node if node in PRIMITIVES else self.reference(node, namespace, depth)
        match node["type"]:
            case "array":
                return {"type": "array", "items": self.kind(node["items"], namespace, depth + 1)}
            case "map":
                return {"type": "map", "values": self.kind(node["values"], namespace, depth + 1)}
            case "record" | "error":
                return self.record(node, namespace, depth)
            case "enum":
                self.remember(node, namespace)
                return {"type": "enum", "name": f"type{self.types}", "symbols": [str(each) for each in node["symbols"]]}
            case "fixed":
                self.remember(node, namespace)
                if not 1 <= node["size"] <= LARGEST_FIXED:
                    raise SchemaError(f"its schema has a fixed type of {in_brief(node['size'], 20)} bytes")
                return {"type": "fixed", "name": f"type{self.types}", "size": int(node["size"])}
            case other:
                return self.kind(other, namespace, depth + 1)

    def record(self, node: Any, namespace: str, depth: int) -> dict[str, Any]:
        if not isinstance(node, dict) or node.get("type") not in ("record", "error"):
            raise SchemaError("its schema is no record")
        name = f"type{self.types}"
        inner = self.remember(node, namespace)
        fields = [
            {"name": str(field["name"]), "type": self.kind(field["type"], inner, depth + 1)} for field in node["fields"]
        ]
        if not fields:
            raise SchemaError("its schema has a record without fields")
        return {"type": "record", "name": name, "fields": fields}

    def remember(self, node: dict[str, Any], namespace: str) -> str:
        """File a named type under its full name; the namespace inside it."""
        name = node["name"]
        if "." in name:
            namespace = name.rpartition(".")[0]
        else:
            namespace = node.get("namespace", namespace)
            name = f"{namespace}.{name}" if namespace else name
        self.named[name] = node, namespace
        return namespace

    def reference(self, name: str, namespace: str, depth: int) -> Any:
        full = f"{namespace}.{name}" if namespace and "." not in name else name
        if full not in self.named:
            raise SchemaError(f"its schema names {in_brief(full, 40)}, which is no type that can stand there")
        return self.kind(*self.named[full], depth + 1)
