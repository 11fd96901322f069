"""Which object is in which part, drawn or read from a file."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ...door.table import open_table
from ...door.values import Place, labels, names
from ...files import replacing
from ...runtime.errors import AlertlabError
from ..samples import PARTS, Samples
from .apart import KEY, Apart

UNUSED = "unused"  # of an object that fits into no part
KNOWN = (*PARTS, UNUSED)
COLUMNS = ("object_id", "part")  # of a split file


@dataclass(frozen=True)
class Split:
    """Which part each object belongs to.

    Attributes
    ----------
    parts : object_id -> train, validation, test or unused.
    made_by : what the parts keep apart.
    told : a line about the unused objects, "" without any.
    """

    parts: Mapping[str, str]
    made_by: Apart = field(default_factory=Apart)
    told: str = ""

    def rows(self, samples: Samples, part: str) -> NDArray[np.int64]:
        """Row numbers of the samples whose object is in ``part``."""
        return np.flatnonzero(self.of(samples.object_id) == part)

    def of(self, objects: NDArray[np.str_]) -> NDArray[np.str_]:
        """(n,) part of each object."""
        return np.array([self.parts[name] for name in objects.tolist()], dtype=np.str_)

    def digest(self) -> str:
        """SHA-256 over the sorted assignment."""
        return hashlib.sha256(
            "\n".join(f"{name}\t{self.parts[name]}" for name in sorted(self.parts)).encode()
        ).hexdigest()

    def write(self, path: Path) -> Path:
        """Write as Parquet: object_id, part."""
        names = sorted(self.parts)
        with replacing(path) as partial:
            table = pa.table({"object_id": names, "part": [self.parts[name] for name in names]})
            pq.write_table(table, partial, write_page_checksum=True)
        return path


def read_parts(path: Path, objects: NDArray[np.str_]) -> dict[str, str]:
    """Object -> part of a split file, which may name further objects.

    Raises
    ------
    AlertlabError
        For a file that lacks one of these objects, puts one in two parts or in none that there is.
    """
    parts = _parts(path)
    absent = [name for name in objects.tolist() if name not in parts]
    if absent:
        named = f"it names {next(iter(parts))}" if parts else "it has no rows"
        raise AlertlabError(f"{KEY}.file: {path} lacks {len(absent)} objects, the first is {absent[0]} ({named})")
    return {name: parts[name] for name in objects.tolist()}


def _parts(path: Path) -> dict[str, str]:
    """Object -> part of a split file; a row without either is none."""
    try:
        table = open_table(path)
        if absent := [name for name in COLUMNS if name not in table.schema.names]:
            raise AlertlabError(f"{path}: no column {', '.join(absent)}")
        columns = table.read(COLUMNS, text=COLUMNS)
        name = names(columns["object_id"], Place(str(path), "object_id"))
        part = labels(columns["part"], Place(str(path), "part"))
    except AlertlabError as error:
        raise AlertlabError(f"{KEY}.file: {error}") from error
    one_alone = np.asarray(pc.xor(pc.is_valid(name), pc.is_valid(part)))
    if one_alone.any():
        row = int(np.argmax(one_alone))
        lacking = "object_id" if part[row].is_valid else "part"
        raise AlertlabError(f"{KEY}.file: {path}: row {row} has no {lacking}")
    found: dict[str, str] = {}
    for row, (of, to) in enumerate(zip(name.to_pylist(), part.to_pylist(), strict=True)):
        if of is None:
            continue
        if to not in KNOWN:
            raise AlertlabError(f"{KEY}.file: {path} has part {to!r} in row {row}, known: {', '.join(KNOWN)}")
        if found.setdefault(of, to) != to:
            raise AlertlabError(f"{KEY}.file: {path} puts object {of} in two parts, {found[of]} and {to}")
    return found
