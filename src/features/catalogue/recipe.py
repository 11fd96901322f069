"""Which columns of a catalogue a model takes, how they are derived, and in which units: kept in its bundle."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import AlertlabError
from ...runtime.manifest import Column, FeatureSetId
from .derived import DEC, KINDS, RA, Derived, Values, content_of, derived_of
from .units import known_unit

NAME, VERSION = "catalogue", "1"  # raised when a derived column changes its value for the same catalogue
KEY = "datamodule.source"  # of the config


@dataclass(frozen=True)
class CatalogueRecipe:
    """From a catalogue to a table of inputs.

    Attributes
    ----------
    columns : inputs in order, each a column of the catalogue or a derived one.
    units : column of the catalogue -> unit that it is wanted in; dimensionless where it is not named.
    derived : name -> what it is.
    object_id, ra, dec : columns of names and of positions, which are wanted in degrees.
    """

    columns: tuple[str, ...]
    units: Mapping[str, str] = field(default_factory=dict)
    derived: Mapping[str, Derived] = field(default_factory=dict)
    object_id: str = "source_id"
    ra: str = "ra"
    dec: str = "dec"

    @staticmethod
    def of(content: Mapping[str, Any], key: str = KEY) -> "CatalogueRecipe":
        """From a config, or its plain form.

        Raises
        ------
        AlertlabError
            For what is no recipe, with its key.
        """
        columns = content.get("columns")
        if isinstance(columns, str) or not columns:
            raise AlertlabError(f"{key}.columns: {columns!r} is no list of columns; write [COLUMN, ...]")
        names = tuple(map(str, columns))
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise AlertlabError(f"{key}.columns: {twice[0]} is named twice")
        units = {str(name): str(unit or "") for name, unit in (content.get("units") or {}).items()}
        for name, unit in units.items():
            known_unit(unit, f"{key}.units.{name}")
        given = content.get("derived") or {}
        items = given.items() if isinstance(given, Mapping) else given  # pairs, in order, in a manifest
        derived = {str(name): derived_of(each, f"{key}.derived.{name}") for name, each in items}
        where = {name: str(content[name]) for name in ("object_id", "ra", "dec") if name in content}
        made = CatalogueRecipe(names, units, derived, **where)
        made.all_units(key)
        return made

    def plain(self) -> dict[str, Any]:
        """As JSON has it: what stands in the manifest of a bundle."""
        pairs = [[name, content_of(each)] for name, each in self._used()]
        needed = self.needed(self.columns)
        units = {name: unit for name, unit in self.units.items() if name in needed}
        content = {"columns": self.columns, "units": units, "derived": pairs, "object_id": self.object_id}
        found: dict[str, Any] = json.loads(json.dumps(content | {"ra": self.ra, "dec": self.dec}))
        return found

    def identity(self) -> FeatureSetId:
        """How samples and bundles name what these inputs are."""
        meaning = {name: value for name, value in self.plain().items() if name not in ("object_id", "ra", "dec")}
        sha256 = hashlib.sha256(json.dumps([VERSION, meaning], sort_keys=True).encode()).hexdigest()
        return FeatureSetId(NAME, VERSION, sha256, {NAME: self.plain()})

    def described(self) -> tuple[Column, ...]:
        """The inputs with their units."""
        units = self.all_units()
        return tuple(Column(name, units[name], description=self._words(name)) for name in self.columns)

    def all_units(self, key: str = KEY) -> dict[str, str]:
        """Unit of every column that is derived, or needed.

        Raises
        ------
        AlertlabError
            For units that do not go together in a derived column.
        """
        found = _Units(self.units)
        for name, each in self.derived.items():
            if name in each.needs:
                raise AlertlabError(f"{key}.derived.{name}: is derived from itself; give it a name of its own")
            found[name] = each.unit(found, f"{key}.derived.{name}")
        return found | {name: found[name] for name in self.columns}

    def needed(self, names: Iterable[str]) -> set[str]:
        """Columns of the catalogue that these, derived or not, follow from; ``RA`` and ``DEC`` by those words."""
        wanted = set(names)
        for name, each in reversed(list(self.derived.items())):  # one is derived from those before it
            if name in wanted:
                wanted = (wanted - {name}) | set(each.needs)
        return wanted

    def derive(self, values: Values, names: Iterable[str] | None = None) -> Values:
        """Add derived columns to those of a catalogue, in place: the one way, in training and in prediction.

        Parameters
        ----------
        values : column -> (n,), in the units of this recipe, with ``RA`` and ``DEC``; all rows of the catalogue at
            once, for neighbours may be anywhere.
        names : of those that are wanted; None for the inputs.
        """
        wanted = self._before(self.columns if names is None else names)
        others = tuple(each for name, each in self.derived.items() if name in wanted)
        for name, each in self.derived.items():
            if name in wanted and name not in values:
                values[name] = each.of(values, others)
        return values

    def matrix(self, values: Values) -> NDArray[np.float32]:
        """(n, columns) inputs; what is infinite or beyond float32 is NaN."""
        found = np.empty((len(values[self.columns[0]]), len(self.columns)), np.float32)
        for place, name in enumerate(self.columns):
            with np.errstate(over="ignore"):
                found[:, place] = values[name]
        found[~np.isfinite(found)] = np.nan
        return found

    def _before(self, names: Iterable[str]) -> set[str]:
        """Derived columns that these follow from, with themselves."""
        wanted = set(names)
        for name, each in reversed(list(self.derived.items())):
            if name in wanted:
                wanted |= set(each.needs)
        return wanted

    def _used(self) -> list[tuple[str, Derived]]:
        wanted = self._before(self.columns)
        return [(name, each) for name, each in self.derived.items() if name in wanted]

    def _words(self, name: str) -> str:
        if name not in self.derived:
            return ""
        content = content_of(self.derived[name])
        kind = next(each for each in KINDS if each in content)
        rest = (f"{key} {value}" for key, value in content.items() if key != kind)
        return ", ".join([f"derived: {kind.replace('_', ' ')} {_shown(content[kind])}", *rest])


class _Units(dict[str, str]):
    """Units by column; one that is not named is dimensionless."""

    def __missing__(self, name: str) -> str:
        return "deg" if name in (RA, DEC) else ""


def _shown(value: Any) -> str:
    return " and ".join(value) if isinstance(value, tuple) else str(value)


def recipe_in(made: FeatureSetId | None) -> CatalogueRecipe | None:
    """The recipe of the inputs of a bundle, None where they are no catalogue's."""
    if made is None or NAME not in made.recipe:
        return None
    try:
        return CatalogueRecipe.of(made.recipe[NAME], f"feature_set.recipe.{NAME}")
    except (TypeError, ValueError, AttributeError) as error:
        raise AlertlabError(f"feature_set.recipe: cannot be read ({type(error).__name__}: {error})") from error
