"""Predictions of classes: probabilities, flat or by branches."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...door.table import OpenTable
from ...door.values import Place, numbers
from ...door.words import in_brief, text_of
from ...runtime.decision import decide
from ...runtime.errors import AlertlabError
from ...runtime.manifest import PROBABILITY, UNCALIBRATED
from ...runtime.tasks.classification import above_of, limits_of
from ..samples import UNLABELLED, Samples
from ..taxonomy import Taxonomy
from .columns import check_probability, targets
from .table import Identity, Predictions, Told, read_identity

PREFIX, RAW, ABOVE, SET, SET_SIZE = f"{PROBABILITY}_", f"{UNCALIBRATED}_", "above_", "set", "set_size"
TAXONOMY = b"alertlab.taxonomy"  # key in the metadata of the Parquet schema


@dataclass(frozen=True)
class ClassPredictions(Predictions):
    """What a classifier said of each sample.

    Attributes
    ----------
    target : (n,) class index, -1 where unlabelled.
    probability : (n, classes), rows sum to one.
    classes : class names in taxonomy order.
    branches : branch -> its classes, as in `Taxonomy`; empty for a flat task.
    uncalibrated : (n, classes) probabilities before they were calibrated; None where nothing was, or nobody knows.
    sets : (n, classes) whether a class is in the set of a row; None where no sets were asked for.
    above : (n, m) whether rows are taken for one of the classes ``above_of``, which have thresholds.
    """

    task: ClassVar[str] = "classification"

    target: NDArray[np.int64]
    probability: NDArray[np.float64]
    classes: tuple[str, ...]
    branches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    uncalibrated: NDArray[np.float64] | None = field(default=None, kw_only=True)
    sets: NDArray[np.bool_] | None = field(default=None, kw_only=True)
    above: NDArray[np.bool_] | None = field(default=None, kw_only=True)
    above_of: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """(n,) whether the class is known."""
        known: NDArray[np.bool_] = self.target != UNLABELLED
        return known

    @property
    def prediction(self) -> NDArray[np.int64]:
        """(n,) index of the decided class, by the project's tie rule."""
        return decide(self.probability)

    def top(self) -> "ClassPredictions":
        """The same rows at the top level: the classes are the branches, each with the sum of its probabilities.

        Raises
        ------
        AlertlabError
            For a flat task.
        """
        if not self.branches:
            raise AlertlabError("predictions: their classes have no branches, so there is no top level")
        number = {name: index for index, of in enumerate(self.branches.values()) for name in of}
        branch = np.array([number[name] for name in self.classes])
        member = np.eye(len(self.branches))[branch]
        return replace(
            self,
            target=np.append(branch, UNLABELLED)[self.target],  # index -1 is unlabelled
            probability=self.probability @ member,
            classes=tuple(self.branches),
            branches={},
            uncalibrated=None if self.uncalibrated is None else self.uncalibrated @ member,
            sets=None,
            above=None,
            above_of=(),
        )

    def own_columns(self) -> dict[str, Any]:
        """Classes by name; an unlabelled target is null."""
        names = np.array([*self.classes, None], dtype=object)  # index -1 is null
        columns = {
            "target": pa.array(names[self.target], pa.string()),
            "prediction": pa.array(names[self.prediction], pa.string()),
            **{PREFIX + name: self.probability[:, index] for index, name in enumerate(self.classes)},
        }
        if self.uncalibrated is not None:
            columns |= {RAW + name: self.uncalibrated[:, index] for index, name in enumerate(self.classes)}
        if self.above is not None:
            columns |= {ABOVE + name: self.above[:, index] for index, name in enumerate(self.above_of)}
        if self.sets is not None:
            offsets = np.append(0, np.cumsum(self.sets.sum(axis=1))).astype(np.int32)
            members = pa.array(names[np.nonzero(self.sets)[1]], pa.string())
            columns |= {SET: pa.ListArray.from_arrays(offsets, members), SET_SIZE: self.sets.sum(axis=1)}
        return columns

    def metadata(self) -> dict[bytes, bytes]:
        """The branches, where there are any."""
        taxonomy = {"branches": {name: list(of) for name, of in self.branches.items()}}
        return {TAXONOMY: json.dumps(taxonomy, ensure_ascii=False).encode()} if self.branches else {}

    def check(self, origin: str) -> None:
        """Refuse rows that are no probabilities."""
        check_probability(self.probability, origin)
        if self.uncalibrated is not None:
            check_probability(self.uncalibrated, f"{origin}: {UNCALIBRATED}")

    def __str__(self) -> str:
        branches = f" in branches {', '.join(self.branches)}" if self.branches else ""
        return f"classes {', '.join(self.classes)}{branches}"


def told_of(train: Samples, answers: Mapping[str, Any]) -> Told:
    """The classes of the data."""
    return Told(train.taxonomy.classes, train.taxonomy.branches)


def predictions(
    identity: Identity, answers: Mapping[str, Any], told: Told, inputs: Mapping[str, Any], samples: Samples | None
) -> ClassPredictions:
    """What a classifier said of these rows."""
    limits, above = limits_of(told.answers), above_of(told.answers, told.classes, np.asarray(answers[PROBABILITY]))
    raw = answers.get(UNCALIBRATED)
    return ClassPredictions(
        **vars(identity),
        target=np.full(len(identity), UNLABELLED, np.int64) if samples is None else samples.target,
        probability=np.asarray(answers[PROBABILITY], np.float64),
        classes=told.classes,
        branches=told.branches,
        uncalibrated=None if raw is None else np.asarray(raw, np.float64),
        sets=None if limits is None else limits.members(answers[PROBABILITY]),
        above=np.stack([*above.values()], axis=1) if above else None,
        above_of=tuple(above),
    )


def recognises(names: Sequence[str]) -> bool:
    """Whether a table of such columns holds probabilities of classes."""
    return any(name.startswith(PREFIX) for name in names)


def read(opened: OpenTable) -> ClassPredictions:
    """Probabilities of classes from any program."""
    origin = str(opened.path)
    columns = _classes(opened.names, origin)
    raw = [RAW + name.removeprefix(PREFIX) for name in columns.values()]
    given = [name for name in raw if name in opened.names]
    if given and len(given) < len(raw):
        lacking = next(name for name in raw if name not in given)
        raise AlertlabError(f"{origin}: no column {lacking}; give {RAW}<class> for each class, or for none")
    if "target" not in opened.schema.names:
        raise AlertlabError(f"{origin}: no column target; a predictions table needs them")
    identity, table = read_identity(opened, ["target", *columns.values(), *given], ["target"])
    classes = tuple(columns)
    return ClassPredictions(
        **vars(identity),
        target=targets(table["target"], classes, Place(origin, "target")),
        probability=np.column_stack([numbers(table[name], Place(origin, name)) for name in columns.values()]),
        classes=classes,
        branches=_branches(opened.metadata, classes, origin),
        uncalibrated=np.column_stack([numbers(table[name], Place(origin, name)) for name in raw]) if given else None,
    )


def _classes(names: Sequence[str], origin: str) -> dict[str, str]:
    """Class -> column of its probability."""
    found: dict[str, str] = {}
    for name in names:
        if name.startswith(PREFIX):
            of = text_of(name.removeprefix(PREFIX))
            if of is None:
                raise AlertlabError(f"{origin}: column {name!r} names no class; write {PREFIX}<class>")
            if of in found:
                raise AlertlabError(f"{origin}: columns {found[of]!r} and {name!r} are of one class; drop one")
            found[of] = name
    if not found:
        raise AlertlabError(f"{origin}: no column {PREFIX}<class>; a predictions table needs one of each class")
    return found


def _branches(metadata: Mapping[bytes, bytes], classes: tuple[str, ...], origin: str) -> Mapping[str, tuple[str, ...]]:
    text = metadata.get(TAXONOMY)
    if text is None:
        return {}
    try:
        return Taxonomy(classes, json.loads(text)["branches"]).branches
    except (ValueError, KeyError, TypeError, RecursionError, AlertlabError) as error:
        fault = f"{TAXONOMY.decode()} in its metadata is not a taxonomy of its classes"
        raise AlertlabError(f"{origin}: {fault} ({in_brief(error)})") from error
