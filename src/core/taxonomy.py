"""The classes of a task, in their fixed order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..runtime.errors import AlertlabError


@dataclass(frozen=True)
class Taxonomy:
    """Classes in a fixed order and, for hierarchical tasks, their branches.

    Parameters
    ----------
    classes : class names; the index of a name is its target value.
    branches : branch name -> its classes; empty for a flat task.

    Raises
    ------
    AlertlabError
        For a class named twice, or branches that do not hold each class once.
    """

    classes: tuple[str, ...]
    branches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __init__(self, classes: Sequence[str], branches: Mapping[str, Sequence[str]] | None = None) -> None:
        object.__setattr__(self, "classes", tuple(classes))
        object.__setattr__(self, "branches", {name: tuple(of) for name, of in (branches or {}).items()})
        twice = sorted({name for name in self.classes if self.classes.count(name) > 1})
        if twice:
            raise AlertlabError(f"taxonomy.classes: {', '.join(twice)} named twice")
        leaves = sorted(name for of in self.branches.values() for name in of)
        if self.branches and leaves != sorted(self.classes):
            raise AlertlabError("taxonomy.branches: they must hold each of taxonomy.classes exactly once")

    def index(self, label: str) -> int:
        """Target value of a class name."""
        return self.classes.index(label)
