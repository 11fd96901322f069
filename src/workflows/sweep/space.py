"""What is searched: keys of a config, and the values that each may have."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optuna import Trial
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from ...config import ConfigError

Values = Mapping[str, Any]
SPACE = "search.space"
NUMBERS, CHOICES, WHEN = ("low", "high", "step", "log"), "choices", "when"


@dataclass(frozen=True)
class Parameter:
    """A key that is searched.

    Attributes
    ----------
    key : of the config, dotted; or a group, such as ``model``.
    distribution : Optuna's; a choice that is no plain value is its JSON text there.
    choices : of a choice, the values as the config takes them; empty for a number.
    when : other key -> value that it must have for this one to be searched.
    """

    key: str
    distribution: BaseDistribution
    choices: tuple[Any, ...] = ()
    when: Values | None = None

    def active(self, values: Values) -> bool:
        """Whether it is searched beside these values of other keys."""
        return all(values.get(key) == value for key, value in (self.when or {}).items())

    def takes(self, value: Any) -> bool:
        """Whether it may have a value."""
        if self.choices:
            return value in self.choices
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        of = self._number
        steps = 0.0 if of.step is None else (value - of.low) / of.step
        return of.low <= value <= of.high and abs(steps - round(steps)) < 1e-6

    def suggest(self, trial: Trial) -> Any:
        """The value that a trial tries."""
        of = self.distribution
        if isinstance(of, IntDistribution):
            return trial.suggest_int(self.key, of.low, of.high, step=of.step, log=of.log)
        if isinstance(of, FloatDistribution):
            return trial.suggest_float(self.key, of.low, of.high, step=of.step, log=of.log)
        return self.value(trial.suggest_categorical(self.key, [plain(each) for each in self.choices]))

    @property
    def _number(self) -> IntDistribution | FloatDistribution:
        assert isinstance(self.distribution, IntDistribution | FloatDistribution)
        return self.distribution

    def value(self, told: Any) -> Any:
        """What the config takes, of what Optuna has."""
        if not self.choices:
            return told
        return next(each for each in self.choices if plain(each) == told)

    @property
    def ends(self) -> tuple[Any, ...]:
        """The choices, or the lowest and the highest value."""
        return self.choices or (self._number.low, self._number.high)

    def grid(self) -> list[Any]:
        """Every value, in order.

        Raises
        ------
        ConfigError
            For a number without a step.
        """
        of = self.distribution
        if self.choices:
            return list(self.choices)
        if isinstance(of, IntDistribution) and not of.log:
            return list(range(of.low, of.high + 1, of.step))
        if isinstance(of, FloatDistribution) and of.step is not None:
            return [of.low + number * of.step for number in range(round((of.high - of.low) / of.step) + 1)]
        raise ConfigError(f"{SPACE}.{self.key}: a grid needs a step or choices, and no log")

    def __str__(self) -> str:
        if self.choices:
            told = f"one of {', '.join(map(str, map(plain, self.choices)))}"
        else:
            of = self._number
            step = f", in steps of {of.step:g}" if of.step not in (None, 1) else ""
            told = f"{of.low:g} to {of.high:g}{step}{', by its logarithm' if of.log else ''}"
        only = ", ".join(f"{key} is {value}" for key, value in (self.when or {}).items())
        return f"{told}{f' where {only}' if only else ''}"


def plain(value: Any) -> Any:
    """A value as Optuna keeps it: lists as JSON."""
    return value if isinstance(value, str | int | float | bool | None) else json.dumps(value)


def space_of(content: Mapping[str, Any]) -> tuple[Parameter, ...]:
    """The parameters of ``search.space``, whose keys may be dotted or nested; those with conditions last.

    Raises
    ------
    ConfigError
        For an empty range, words that say nothing, or a condition on what is not searched.
    """
    found = {key: _parameter(key, each) for key, each in _leaves(content, "")}
    if not found:
        raise ConfigError(f"{SPACE}: is empty; name a search, search=OPTION, or keys and their ranges")
    ordered: list[Parameter] = []
    left = list(found.values())
    while left:
        known = {each.key for each in ordered}
        free = [each for each in left if set(each.when or {}) <= known]
        if not free:
            stuck = left[0]
            strange = [key for key in stuck.when or {} if key not in found]
            why = f"{strange[0]}, which is not searched" if strange else "a key that waits for it"
            raise ConfigError(f"{SPACE}.{stuck.key}.when: depends on {why}")
        ordered += free
        left = [each for each in left if each not in free]
    for each in ordered:
        for key, value in (each.when or {}).items():
            if not found[key].takes(value):
                raise ConfigError(f"{SPACE}.{each.key}.when: {key} is never {value!r} ({found[key]})")
    return tuple(ordered)


def _leaves(content: Any, prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Dotted key -> what is said of it."""
    for name, value in content.items():
        key = f"{prefix}.{name}" if prefix else str(name)
        if not isinstance(value, Mapping) or not value:
            raise ConfigError(f"{SPACE}.{key}: is {value!r}; write {{low: 0.1, high: 1}} or {{choices: [a, b]}}")
        if set(value) & {*NUMBERS, CHOICES}:
            yield key, value
        else:
            yield from _leaves(value, key)


def _parameter(key: str, given: Mapping[str, Any]) -> Parameter:
    where = f"{SPACE}.{key}"
    allowed = (CHOICES, WHEN) if CHOICES in given else (*NUMBERS, WHEN)
    if strange := [name for name in given if name not in allowed]:
        raise ConfigError(f"{where}.{strange[0]}: is not among {', '.join(allowed)}")
    when = given.get(WHEN)
    if when is not None and not (isinstance(when, Mapping) and when):
        raise ConfigError(f"{where}.when: is {when!r}; write {{KEY: VALUE}}")
    if CHOICES in given:
        choices = given[CHOICES]
        if not isinstance(choices, list) or not choices:
            raise ConfigError(f"{where}.choices: is {choices!r}; write a list of values, [a, b]")
        told = [plain(each) for each in choices]
        if len({(type(each), each) for each in told}) < len(told):
            raise ConfigError(f"{where}.choices: {choices} has a value twice")
        return Parameter(key, CategoricalDistribution(told), tuple(choices), when)
    return Parameter(key, _number(where, given), (), when)


def _number(where: str, given: Mapping[str, Any]) -> IntDistribution | FloatDistribution:
    if lacking := [name for name in ("low", "high") if name not in given]:
        raise ConfigError(f"{where}.{lacking[0]}: is missing; a range is {{low: 0.1, high: 1}}")
    low, high, step, log = given["low"], given["high"], given.get("step"), given.get("log", False)
    for name, value in (("low", low), ("high", high), ("step", step)):
        number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not (number or (name == "step" and value is None)):
            raise ConfigError(f"{where}.{name}: {value!r} is no number")
    if not isinstance(log, bool):
        raise ConfigError(f"{where}.log: {log!r} is neither true nor false")
    if not low < high:
        raise ConfigError(f"{where}: the range from {low} to {high} is empty; low must be below high")
    if log and (low <= 0 or step is not None):
        raise ConfigError(f"{where}.log: needs {'a low above 0' if low <= 0 else 'no step'}")
    if step is not None and not 0 < step <= high - low:
        raise ConfigError(f"{where}.step: {step} does not fit between {low} and {high}")
    if step is not None and abs((steps := (high - low) / step) - round(steps)) > 1e-6:
        raise ConfigError(f"{where}.step: {step} does not lead from {low} to {high} in whole steps")
    if all(isinstance(value, int) for value in (low, high, 1 if step is None else step)):
        return IntDistribution(low, high, log, 1 if step is None else int(step))
    return FloatDistribution(float(low), float(high), log, step)


def drawn(space: Sequence[Parameter], trial: Trial) -> dict[str, Any]:
    """What a trial tries: key -> value, of the parameters that its other values let be."""
    values: dict[str, Any] = {}
    for each in space:
        if each.active(values):
            values[each.key] = each.suggest(trial)
    return values


def combinations(space: Sequence[Parameter]) -> list[dict[str, Any]]:
    """Every combination of values, each once.

    Raises
    ------
    ConfigError
        For a number without a step.
    """
    found: list[dict[str, Any]] = [{}]
    for each in space:
        grid = each.grid()
        found = [
            {**values, each.key: value} if each.active(values) else values
            for values in found
            for value in (grid if each.active(values) else [None])
        ]
    return found


def size(space: Sequence[Parameter]) -> int | None:
    """How many combinations there are, None where there is no end to them."""
    try:
        free = [each for each in space if each.when is None]
        tied = [each for each in space if each.when is not None]
        return math.prod(len(each.grid()) for each in free) if not tied else len(combinations(space))
    except ConfigError:
        return None


def pairs(values: Values) -> str:
    """``model.dropout 0.3, model.dense 64``: as people read a config."""
    return ", ".join(
        f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in values.items()
    )
