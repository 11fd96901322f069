"""How a table of features came about, so that a bundle can do it again: sets, bands, units, columns, cleaning."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..runtime.errors import AlertlabError
from .tables.bounds import Bounds
from .tables.clean import Rules
from .tables.columns import Columns
from .tables.quantities import UNIT, ZERO_POINT

RECIPE = b"alertlab.features.recipe"


@dataclass(frozen=True)
class Measured:
    """What light curves turned out to hold when all were read.

    Attributes
    ----------
    bands : names of those with a detection, in order of wavelength.
    unit : of magnitudes or fluxes, as ``columns.unit`` names it.
    zero_point : magnitude of a flux of 1 in that unit; None of magnitudes.
    """

    bands: tuple[str, ...]
    unit: str = "mag"
    zero_point: float | None = None

    @property
    def flux(self) -> bool:
        """Whether they are fluxes."""
        return self.zero_point is not None

    @staticmethod
    def unit_of(metadata: Mapping[bytes, bytes] | None) -> "Measured":
        """From what a table of measurements says; packets say nothing, they are magnitudes."""
        said = metadata or {}
        zero_point = said.get(ZERO_POINT) or b""
        return Measured((), said.get(UNIT, b"mag").decode(), float(zero_point) if zero_point else None)

    def differs(self, other: "Measured") -> bool:
        """Whether the numbers of another are in another unit."""
        if self.zero_point is None or other.zero_point is None:
            return self.zero_point is not other.zero_point or self.unit != other.unit
        return abs(self.zero_point - other.zero_point) > 1e-6


@dataclass(frozen=True)
class Recipe:
    """How features are made of light curves.

    Attributes
    ----------
    sets : names of the sets, in order.
    measured : bands and unit of the light curves that were read.
    columns, rules, bounds : of the reading and the cleaning.
    joined : columns of a table of one's own that stand beside the features.
    """

    sets: tuple[str, ...]
    measured: Measured
    columns: Columns
    rules: Rules
    bounds: Bounds = field(default_factory=Bounds)
    joined: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As JSON has it: what stands in the manifest of a bundle."""
        content = asdict(self)
        content["columns"] |= {"bands": list(self.columns.bands.items())}  # in order, which a sorted object loses
        plain: dict[str, Any] = json.loads(json.dumps(content))
        return plain

    def metadata(self) -> dict[bytes, bytes]:
        """As metadata of an Arrow schema."""
        return {RECIPE: json.dumps(self.plain(), sort_keys=True).encode()}

    @staticmethod
    def of(content: Mapping[str, Any]) -> "Recipe":
        """From its plain form, which anybody may have written.

        Raises
        ------
        AlertlabError
            For a part that is absent or is not what it should be.
        """
        try:
            measured = content["measured"]
            return Recipe(
                tuple(map(str, content["sets"])),
                Measured(tuple(map(str, measured["bands"])), str(measured["unit"]), measured["zero_point"]),
                Columns.of({**content["columns"], "bands": dict(content["columns"]["bands"])}),
                Rules(**content["rules"]),
                Bounds.of(content["bounds"]),
                tuple(map(str, content["joined"])),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise AlertlabError(f"feature_set.recipe: cannot be read ({type(error).__name__}: {error})") from error


def read_recipe(metadata: Mapping[bytes, bytes] | None) -> dict[str, Any]:
    """The plain recipe of a table of features; empty where it says none."""
    text = (metadata or {}).get(RECIPE)
    found: dict[str, Any] = json.loads(text) if text else {}
    return found
