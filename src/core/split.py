"""Train, validation and test by object: no object is in two parts."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold, train_test_split

from ..door.table import open_table
from ..door.values import Place, labels, names
from ..files import replacing
from ..runtime.errors import AlertlabError
from .samples import PARTS, Samples

COLUMNS = ("object_id", "part")  # of a split file
KEY = "datamodule.split"  # of the config


@dataclass(frozen=True)
class Split:
    """Which part each object belongs to.

    Attributes
    ----------
    parts : object_id -> train, validation or test.
    """

    parts: Mapping[str, str]

    def rows(self, samples: Samples, part: str) -> NDArray[np.int64]:
        """Row numbers of the samples whose object is in ``part``."""
        return np.flatnonzero(np.array([self.parts[name] == part for name in samples.object_id.tolist()], dtype=bool))

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


@dataclass(frozen=True)
class SplitPlan:
    """How to part objects, stratified by class.

    Attributes
    ----------
    validation, test : fractions of the objects; the rest trains. Without validation (0) a model that
        stops early, or fits a threshold, cannot be trained; a forest can.
    seed : of the drawing; repeat r draws anew with (seed, r).
    folds : k parts the objects into k folds, repeat r tests on fold r; 0 draws ``test`` at random.
    file : a table with object_id and part, instead of drawing: a published split.

    Raises
    ------
    AlertlabError
        For fractions, folds or a seed that cannot be.
    """

    validation: float = 0.2
    test: float = 0.2
    seed: int = 0
    folds: int = 0
    file: str | None = None

    def __post_init__(self) -> None:
        for name in ("validation", "test"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
                raise AlertlabError(
                    f"{KEY}.{name}: {value!r} is no fraction of the objects; write a number from 0 to 1"
                )
        for name in ("seed", "folds"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise AlertlabError(f"{KEY}.{name}: {value!r} is not a whole number of 0 or more")
        if self.folds == 1:
            raise AlertlabError(f"{KEY}.folds: 1 fold would train on nothing; 2 or more, or 0 to draw the test part")

    def make(self, samples: Samples, repeat: int = 0) -> Split:
        """Part the objects of these samples.

        Raises
        ------
        AlertlabError
            For a class with too few objects, a part without one of the classes,
            a repeat beyond the folds, or a split file that does not fit.
        """
        split = self._read(samples) if self.file else self._draw(samples, repeat)
        _check_parts(samples, split, self.file)
        return split

    def _draw(self, samples: Samples, repeat: int) -> Split:
        objects, label = _objects(samples)
        _check_counts(label, samples, max(3 if self.validation else 2, self.folds))
        if self.folds:
            if repeat >= self.folds:
                raise AlertlabError(
                    f"datamodule.split.folds: {self.folds} folds have no repeat {repeat}; lower repeats"
                )
            folds = StratifiedKFold(self.folds, shuffle=True, random_state=self.seed)
            rest, test = list(folds.split(objects, label))[repeat]
        else:
            rest, test = _stratified(np.arange(len(objects)), label, self.test, self.seed, repeat, "test")
        train, validation = rest, rest[:0]
        if self.validation:
            fraction = self.validation / (1 - (1 / self.folds if self.folds else self.test))
            train, validation = _stratified(rest, label, fraction, self.seed, repeat, "validation")
        part = np.empty(len(objects), dtype=object)
        for name, rows in zip(PARTS, (train, validation, test), strict=True):
            part[rows] = name
        return Split(dict(zip(objects.tolist(), part.tolist(), strict=True)))

    def _read(self, samples: Samples) -> Split:
        parts = _parts(Path(str(self.file)))
        objects = sorted(set(samples.object_id.tolist()))
        absent = [name for name in objects if name not in parts]
        if absent:
            named = f"it names {next(iter(parts))}" if parts else "it has no rows"
            raise AlertlabError(
                f"{KEY}.file: {self.file} lacks {len(absent)} objects, the first is {absent[0]} ({named})"
            )
        return Split({name: parts[name] for name in objects})


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
        if to not in PARTS:
            raise AlertlabError(f"{KEY}.file: {path} has part {to!r} in row {row}, known: {', '.join(PARTS)}")
        if found.setdefault(of, to) != to:
            raise AlertlabError(f"{KEY}.file: {path} puts object {of} in two parts, {found[of]} and {to}")
    return found


def _objects(samples: Samples) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
    """Distinct objects and the most frequent target of each (the first class in a tie)."""
    objects, member = np.unique(samples.object_id, return_inverse=True)
    votes = np.zeros((len(objects), len(samples.taxonomy.classes) + 1), dtype=np.int64)
    np.add.at(votes, (member, samples.target), 1)  # an unlabelled target, -1, votes in the last column
    return objects, votes.argmax(axis=1)


def _stratified(
    rows: NDArray[np.int64], label: NDArray[np.int64], fraction: float, seed: int, repeat: int, part: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(rest, drawn) of these objects, classes in proportion."""
    if not 0 < fraction < 1:
        raise AlertlabError(
            f"datamodule.split.{part}: the fraction must leave objects on both sides, not {fraction:.3g}"
        )
    state = int(np.random.default_rng([seed, repeat, PARTS.index(part)]).integers(2**31))
    try:
        rest, drawn = train_test_split(rows, test_size=fraction, stratify=label[rows], random_state=state)
    except ValueError as error:
        raise AlertlabError(
            f"datamodule.split.{part}: {fraction:.3g} of {len(rows)} objects cannot be drawn ({error})"
        ) from error
    return np.sort(rest), np.sort(drawn)


def _check_counts(label: NDArray[np.int64], samples: Samples, least: int) -> None:
    counts = {name: int(np.sum(label == index)) for index, name in enumerate(samples.taxonomy.classes)}
    few = {name: count for name, count in counts.items() if count < least}
    if few:
        from ..config.typed import mapped  # here: Hydra is for those who train, and for remedies

        raise AlertlabError(
            f"too few objects to split: {', '.join(f'{name} has {count}' for name, count in few.items())}, "
            f"each class needs {least}. Add data, or take the class out of datamodule.classes "
            f"and leave its rows out ({mapped('datamodule.label_map', dict.fromkeys(few, 'null'))})"
        )


def _check_parts(samples: Samples, split: Split, file: str | None) -> None:
    for part in PARTS:
        rows = split.rows(samples, part)
        if part == "validation" and not len(rows):
            continue
        counts = samples.take(rows).counts()
        empty = [name for name, count in counts.items() if not count]
        if empty:
            remedy = "Enlarge datamodule.split.validation or datamodule.split.test, or add data"
            if file:
                remedy = f"{KEY}.file, {file}, is to put objects of each class there"
            raise AlertlabError(f"the {part} part of the split has no {', '.join(empty)}. {remedy}")
