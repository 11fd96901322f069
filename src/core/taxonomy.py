"""The classes of a task, in their fixed order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..door.words import text_of
from ..runtime.errors import AlertlabError
from .given import listed

CLASSES, BRANCHES = "datamodule.classes", "datamodule.branches"  # keys of the config


@dataclass(frozen=True)
class Taxonomy:
    """Classes in a fixed order and, for hierarchical tasks, their branches.

    Names are text: of what YAML made a number or a truth value, its text.

    Parameters
    ----------
    classes : class names; the index of a name is its target value. None takes those of ``branches``, in order.
    branches : branch name -> its classes; empty for a flat task.
    mirrored : pairs of classes that a mirror makes of each other, such as two senses of spirals: no model of them may
        mirror its inputs.

    Raises
    ------
    AlertlabError
        For no classes, a text where a list belongs, a name that is none, a class named twice, or branches that do not
        hold each class once.
    """

    classes: tuple[str, ...]
    branches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    mirrored: tuple[tuple[str, str], ...] = ()

    def __init__(
        self,
        classes: Sequence[Any] | None,
        branches: Mapping[Any, Sequence[Any]] | None = None,
        mirrored: Sequence[tuple[str, str]] = (),
    ) -> None:
        if not isinstance(branches, Mapping | None):
            raise AlertlabError(f"{BRANCHES}: {branches!r} is not a mapping; write {{BRANCH: [CLASS, CLASS]}}")
        named = {_name(name, BRANCHES): _names(of, f"{BRANCHES}.{name}") for name, of in (branches or {}).items()}
        if classes is None:
            classes = [name for of in named.values() for name in of]
        object.__setattr__(self, "classes", _names(classes, CLASSES))
        object.__setattr__(self, "branches", named)
        if not self.classes:
            raise AlertlabError(f"{CLASSES}: name the classes, or branches of them in {BRANCHES}")
        twice = sorted({name for name in self.classes if self.classes.count(name) > 1})
        if twice:
            raise AlertlabError(f"{CLASSES}: {', '.join(twice)} named twice")
        if len(named) < len(branches or {}):
            raise AlertlabError(f"{BRANCHES}: two of {', '.join(map(repr, branches or {}))} are one text")
        if empty := [name for name, of in named.items() if not of]:
            raise AlertlabError(f"{BRANCHES}.{empty[0]}: holds no class; name some, or take the branch out")
        leaves = sorted(name for of in named.values() for name in of)
        if named and leaves != sorted(self.classes):
            raise AlertlabError(f"{BRANCHES}: they must hold each of {CLASSES} exactly once")
        object.__setattr__(self, "mirrored", tuple(mirrored))
        if strange := [name for pair in mirrored for name in pair if name not in self.classes]:
            raise AlertlabError(f"datamodule.mirrored: {strange[0]} is none of {CLASSES} ({', '.join(self.classes)})")

    def index(self, label: str) -> int:
        """Target value of a class name."""
        return self.classes.index(label)


def _names(values: Any, key: str) -> tuple[str, ...]:
    return tuple(_name(value, key) for value in listed(values, key))


def _name(value: Any, key: str) -> str:
    name = None if isinstance(value, list | tuple | Mapping) else text_of(value)
    if name is None:
        raise AlertlabError(f"{key}: {value!r} is no name")
    if not name.isprintable():
        raise AlertlabError(f"{key}: {value!r} holds a sign that does not print; take it out")
    return name
