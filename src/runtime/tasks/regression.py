"""Regression: named values with unit and limits, perhaps a deviation each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import checks
from ..errors import BundleError
from ..manifest import Manifest
from .task import Answers, Task, others, output

VALUE, DEVIATION = "value", "deviation"
SLACK = 1e-3  # how far beyond a limit, and off its sum, a float32 answer may lie


@dataclass(frozen=True)
class Quantity:
    """One value that is asked for.

    Attributes
    ----------
    name : e.g. ``smooth``. unit : astropy-style, "" where dimensionless.
    minimum, maximum : what it cannot be below or above; None is no limit.
    group : those of one group sum to one, as the votes of a question do; "" for none.
    description : one line for the model card.
    whole : name of the quantity that those of its group sum to instead of one, as where a question is asked of those
        alone who gave one answer to another; "" for one.
    """

    name: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    group: str = ""
    description: str = ""
    whole: str = ""


@dataclass(frozen=True)
class Quantities:
    """The manifest's key ``answers``: the values in order.

    Raises
    ------
    BundleError
        For none, a name that stands twice, or a group that is part of none, of two, or of itself.
    """

    quantities: tuple[Quantity, ...]

    def __post_init__(self) -> None:
        if not self.names:
            raise BundleError("quantities: name at least one")
        if twice := sorted({name for name in self.names if self.names.count(name) > 1}):
            raise BundleError(f"quantities: {', '.join(twice)} named twice")
        for name, places in self.groups.items():
            wholes = {self.quantities[place].whole for place in places}
            if len(wholes) > 1:
                raise BundleError(f"quantities: those of {name} sum to {', '.join(sorted(wholes))}; give one whole")
        for each in self.quantities:
            if each.whole and (each.whole not in self.names or not each.group):
                raise BundleError(f"quantities: the whole of {each.name} is {each.whole}, which is no quantity")
        if len(self.order) < len(self.groups):
            left = ", ".join(name for name in self.groups if name not in self.order)
            raise BundleError(f"quantities: {left} are each a part of the other")

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, in order."""
        return tuple(each.name for each in self.quantities)

    @property
    def groups(self) -> dict[str, list[int]]:
        """Group -> places of the quantities that sum to one."""
        named = dict.fromkeys(each.group for each in self.quantities if each.group)
        return {name: [place for place, each in enumerate(self.quantities) if each.group == name] for name in named}

    @property
    def order(self) -> dict[str, int | None]:
        """Group -> place of its whole, None for one; a group after the one that its whole is in."""
        groups, found = self.groups, dict[str, int | None]()
        place = {name: number for number, name in enumerate(self.names)}
        while ready := [
            (name, whole)
            for name, places in groups.items()
            if name not in found
            and (not (whole := self.quantities[places[0]].whole) or self.quantities[place[whole]].group in {"", *found})
        ]:
            found |= {name: place[whole] if whole else None for name, whole in ready}
        return found


@dataclass(frozen=True)
class Values:
    """What a bundle says of n rows.

    Attributes
    ----------
    value : (n, quantities) float32, each in its unit.
    deviation : (n, quantities) standard deviations; None from a model that gives none.
    further : other outputs by name, such as an embedding.
    """

    value: NDArray[np.float32]
    deviation: NDArray[np.float32] | None
    further: Mapping[str, Any] = field(default_factory=dict)


QUANTITY = checks.record(
    Quantity,
    later={"whole": ""},
    name=checks.word,
    unit=checks.text,
    minimum=checks.optional(checks.number),
    maximum=checks.optional(checks.number),
    group=checks.text,
    description=checks.text,
    whole=checks.text,
)


ANSWERS = checks.record(Quantities, quantities=checks.array(QUANTITY))


class Regression(Task):
    """Its part of the runtime."""

    name = "regression"
    main = VALUE
    noun = "values"
    limits = (
        "Beyond the range of the training part's values nothing was learnt.",
        "A deviation covers what the evaluation says that it covers, no more.",
    )
    example = """\
print(prediction.value)"""

    def schema(self, value: Any, where: str) -> Any:
        """See :class:`Task`."""
        return ANSWERS(value, where)

    def check(self, manifest: Manifest) -> None:
        """As many values, and deviations, as there are quantities."""
        wanted = (len(manifest.answers.names),)
        for spec in (output(manifest, VALUE, self.name), *manifest.outputs):
            if spec.name in (VALUE, DEVIATION) and spec.shape != wanted:
                raise BundleError(
                    f"manifest.json: outputs: {spec.name} has shape {spec.shape}, for {wanted} quantities"
                )

    def fault(self, answers: Answers) -> str:
        """Deviations are not negative."""
        return "negative deviations" if np.any(answers.get(DEVIATION, 0) < 0) else ""

    def predict(self, manifest: Manifest, inputs: Answers, answers: Answers) -> Values:
        """Values and deviations as they are."""
        return Values(answers[VALUE], answers.get(DEVIATION), others(answers, VALUE, DEVIATION))

    def table(self, manifest: Manifest, prediction: Values) -> tuple[NDArray[np.int64], dict[str, Any]]:
        """``value_<name>`` and, where there are any, ``deviation_<name>``."""
        names = manifest.answers.names
        found = {f"{VALUE}_{name}": column for name, column in zip(names, prediction.value.T, strict=True)}
        if prediction.deviation is not None:
            found |= {f"{DEVIATION}_{name}": each for name, each in zip(names, prediction.deviation.T, strict=True)}
        return np.arange(len(prediction.value)), found

    def describe(self, manifest: Manifest) -> dict[str, str]:
        """Each quantity with its unit and limits, and what sums to one."""
        lines = {"value": "(n, quantities)"}
        if any(spec.name == DEVIATION for spec in manifest.outputs):
            lines["deviation"] = "(n, quantities), one standard deviation each"
        for each in manifest.answers.quantities:
            limits = [
                f"{word} {limit:g}"
                for word, limit in (("from", each.minimum), ("to", each.maximum))
                if limit is not None
            ]
            lines[f"quantity {each.name}"] = " ".join([each.unit or "dimensionless", *limits, each.description]).strip()
        for group, places in manifest.answers.groups.items():
            whole = manifest.answers.quantities[places[0]].whole or "one"
            lines[f"sum to {whole}, {group}"] = ", ".join(manifest.answers.names[place] for place in places)
        return lines
