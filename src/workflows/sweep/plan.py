"""What a sweep is: the two configs of a command, checked before anything trains."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from ...config import ConfigError, compose, flatten, instantiate, to_yaml, with_values
from ...config.compose import GROUPS
from ...config.nearest import meant
from ...config.overrides import parse
from ...core.contracts import task_of
from ...runtime.errors import AlertlabError
from .goals import Goals, goals_of
from .space import SPACE, Parameter, Values, combinations, size, space_of

OWN = (
    "search",
    "sampler",
    "pruner",
    "launcher",
    "storage",
    "nested",
    "retrain",
)  # keys of the sweep; the others are the training's
FIXED = {  # what may not differ between trials
    "name": "trials of one sweep share it",
    "run_name": "trials are numbered",
    "seed": "the best seed of many says nothing; give repeats at the end (retrain)",
    "repeats": "folds judge a trial (search.folds)",
    "output_dir": "trials of one sweep share it",
    "evaluation": "trials are judged alike",
    "tracking": "trials of one sweep share it",
    "bundle": "trials leave no bundle",
    "datamodule.split": "trials are judged by the same objects",
    "datamodule.classes": "trials are judged by the same classes",
    "datamodule.label_map": "trials are judged by the same labels",
}
KINDS: tuple[tuple[type, Any, str], ...] = (  # of a default, what its values may be, and in words
    (bool, bool, "true or false"),
    (int, int, "a whole number"),
    (float, int | float, "a number"),
    (list, list, "a list"),
)


@dataclass(frozen=True)
class Asked:
    """The words of a command; small enough to be sent to other processes.

    Attributes
    ----------
    words : overrides, of the sweep and of the training.
    folders, allowed : see :func:`alertlab.config.compose`.
    outer : repeat whose test part no trial sees.
    init_from : run of the training before, where the config has one (``first``): one for all trials.
    """

    words: tuple[str, ...]
    folders: tuple[Path, ...] = ()
    allowed: tuple[str, ...] = ()
    outer: int = 0
    init_from: str = ""

    @property
    def own(self) -> list[str]:
        """Words about the sweep itself."""
        return [word for word in self.words if _root(word) in OWN]

    @property
    def trained(self) -> list[str]:
        """Words about what is trained."""
        return [word for word in self.words if _root(word) not in OWN]


@dataclass(frozen=True)
class Plan:
    """A sweep.

    Attributes
    ----------
    asked : whence it comes.
    config : of the sweep itself. base : of the training, without any trial's values.
    space, goals : what is searched, and for what. task : of the model.
    patterns : options of groups that trials try -> the training composed with them, from which trials take theirs.
    """

    asked: Asked
    config: DictConfig
    base: DictConfig
    space: tuple[Parameter, ...]
    goals: Goals
    task: str
    patterns: dict[tuple[str, ...], DictConfig] = field(default_factory=dict)

    @cached_property
    def search(self) -> dict[str, Any]:
        """The config of the search as plain values."""
        content: dict[str, Any] = OmegaConf.to_container(self.config.search, resolve=True)  # type: ignore[assignment]
        return content

    @property
    def n_trials(self) -> int:
        """How many trials there are to be."""
        return int(self.search["n_trials"])

    @property
    def folds(self) -> int:
        """Splits that a trial is judged by."""
        return int(self.search["folds"])

    @property
    def outer_repeats(self) -> int:
        """Repeats within each of which there is a sweep, 0 for one sweep."""
        return int(self.config.nested)

    @property
    def is_grid(self) -> bool:
        """Whether every combination is tried once."""
        return str(self.config.sampler._target_).endswith(".GridSampler")

    @cached_property
    def name(self) -> str:
        """Of the study: the search and a hash of all that trials depend on, so that the same command finds it again."""
        words = [word.partition("=")[2] for word in self.asked.own if word.startswith("search=")]
        search = {key: value for key, value in self.search.items() if key != "n_trials"}
        parts = [OmegaConf.to_container(self.config[part], resolve=True) for part in ("sampler", "pruner")]
        content = [to_yaml(self.base), search, *parts, self.asked.outer]
        digest = hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
        return f"{words[-1] if words else 'search'}-{digest[:10]}"

    def trial_config(self, values: Values, **more: Any) -> DictConfig:
        """The config of a training with some values, that tests on the part of the outer repeat.

        Parameters
        ----------
        more : keys that no search has, such as ``repeats``.
        """
        chosen = tuple(f"{key}={value}" for key, value in values.items() if key in GROUPS)
        if chosen not in self.patterns:
            words = [*self.asked.trained, *chosen]
            self.patterns[chosen] = compose("train", words, self.asked.folders, self.asked.allowed)
        before = {"first": None, "model.init_from": self.asked.init_from} if self.asked.init_from else {}
        told = {**before, "repeats": 1, "datamodule.split.test_of": self.asked.outer, **more}
        given = {key: value for key, value in values.items() if key not in GROUPS}
        return with_values(self.patterns[chosen], {**given, **told}, "train", self.asked.allowed)

    @cached_property
    def default(self) -> dict[str, Any]:
        """The values of the config as it is, as far as the search could try them."""
        flat, values = flatten(self.base), dict[str, Any]()
        for each in self.space:
            if each.active(values) and each.key in flat and each.takes(flat[each.key]):
                values[each.key] = flat[each.key]
        return values

    def is_default(self, values: Values) -> bool:
        """Whether these are the values of the config as it is, all of them."""
        keys = {each.key for each in self.space if each.active(values)}
        return dict(values) == self.default and keys == set(values)

    @property
    def first(self) -> list[dict[str, Any]]:
        """What is tried before the sampler proposes anything: the default, then what the search names."""
        told: list[dict[str, Any]] = [self.default, *self.search["known"]]
        return [each for number, each in enumerate(told) if each not in told[:number]]

    def nested(self, outer: int) -> "Plan":
        """The same within another repeat."""
        return replace(self, asked=replace(self.asked, outer=outer))

    def after(self, run_id: str) -> "Plan":
        """The same, beginning with the weights of a run."""
        return replace(self, asked=replace(self.asked, init_from=run_id))


def plan_of(asked: Asked) -> Plan:
    """Compose both configs of a command.

    Raises
    ------
    ConfigError
        For whatever is wrong with either: an empty range, an objective without a direction.
    """
    config = compose("sweep", asked.own, asked.folders, asked.allowed)
    search: dict[str, Any] = OmegaConf.to_container(config.search, resolve=True)  # type: ignore[assignment]
    _check_search(search)
    base = compose("train", asked.trained, asked.folders, asked.allowed)
    task = task_of(instantiate(base.model)).name
    return Plan(asked, config, base, space_of(search["space"]), goals_of(search, task), task)


def check_plan(plan: Plan) -> None:
    """Check one config against the other.

    Raises
    ------
    ConfigError
        For a key that is searched and is not there (with the nearest), a value of another kind, a choice that cannot
        be composed or built, a sampler or pruner that cannot do what is asked.
    """
    goals, config = plan.goals, plan.config
    if len(goals.objectives) > 1 and not str(config.pruner._target_).endswith(".NopPruner"):
        raise ConfigError(f"pruner: cannot weigh {len(goals.objectives)} objectives; give pruner=none")
    if goals.constraints and "constraints_func" not in _taken(config.sampler._target_):
        raise ConfigError("search.constraints: this sampler knows none; give sampler=tpe, gp or nsga2")
    if plan.task == "detection" and goals.needs_evaluation and not plan.search["outliers"]:
        raise ConfigError(
            "search.outliers: a detector is judged by classes that it did not learn from; name some that train, "
            "'search.outliers=[A,B]', or 'search.objectives={validation_loss: minimize}'"
        )
    if plan.is_grid and plan.search["known"]:
        raise ConfigError("search.known: a grid tries everything; drop it")
    _check_space(plan)


def count(plan: Plan) -> int | None:
    """How many combinations there are, None where there is no end to them; of a grid all must be countable."""
    return len(combinations(plan.space)) if plan.is_grid else size(plan.space)


def _taken(target: str) -> Sequence[str]:
    import inspect
    from importlib import import_module

    module, _, name = target.rpartition(".")
    return list(inspect.signature(getattr(import_module(module), name)).parameters)


def _check_search(search: Mapping[str, Any]) -> None:
    known = ("space", "objectives", "constraints", "watch", "known", "n_trials", "folds", "outliers")
    for key in search:
        if key not in known:
            raise ConfigError(f"search.{key}: nothing reads this key; there are {', '.join(known)}{meant(key, known)}")
    if lacking := [key for key in known if key not in search]:
        raise ConfigError(f"search.{lacking[0]}: is missing; begin the file with `defaults: [_search, _self_]`")
    for key in ("n_trials", "folds"):
        value = search[key]
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ConfigError(f"search.{key}: {value!r} is not a whole number of 1 or more")


def _check_space(plan: Plan) -> None:
    """Compose and build the training with the ends of each range and each choice: what does not fit shows here."""
    flat = flatten(plan.base)
    known = list(flat)
    if "datamodule.split.test_of" not in flat:
        raise ConfigError(
            "datamodule.split: a sweep keeps a test part from its trials, which needs `defaults: [_parted]`"
        )
    for each in plan.space:
        if reason := next((why for key, why in FIXED.items() if each.key == key or each.key.startswith(f"{key}.")), ""):
            raise ConfigError(f"{SPACE}.{each.key}: may not be searched: {reason}")
        if not each.when and each.key not in flat and each.key not in GROUPS:
            raise ConfigError(f"{SPACE}.{each.key}: the config has no such key{meant(each.key, known)}")
        if each.key in flat and not each.when:
            for value in each.ends:
                _check_kind(each.key, value, flat[each.key])
    free = [each for each in plan.space if not each.when]
    for number in range(max(len(each.ends) for each in free)):
        together = {each.key: each.ends[min(number, len(each.ends) - 1)] for each in free}
        try:
            _build(plan, together)
        except ConfigError:
            for key, value in together.items():  # which of them it is
                _build(plan, {key: value})
            raise
    for each in plan.space:
        for value in each.ends if each.when else ():
            _build(plan, {**(each.when or {}), each.key: value})
    for number, values in enumerate(plan.search["known"]):
        for key, value in values.items():
            parameter = next((each for each in plan.space if each.key == key), None)
            if parameter is None or not parameter.takes(value):
                why = "is not searched" if parameter is None else f"may be {parameter}, not {value!r}"
                raise ConfigError(f"search.known[{number}].{key}: {why}")


def _build(plan: Plan, values: Values) -> None:
    try:
        instantiate(plan.trial_config(values).model)
    except AlertlabError as error:
        raise ConfigError(f"{SPACE}.{', '.join(f'{key}={value}' for key, value in values.items())}: {error}") from error


def _check_kind(key: str, value: Any, default: Any) -> None:
    """Refuse a fraction where the config counts, a number where it says true or false, and the like."""
    for kind, takes, words in KINDS:
        if isinstance(default, kind):
            if value is not None and (not isinstance(value, takes) or isinstance(value, bool) != (kind is bool)):
                raise ConfigError(f"{SPACE}.{key}: {value!r} does not fit: the config has {default!r} there, {words}")
            return


def _root(word: str) -> str:
    key = parse([word])[0].key_or_group
    return key.partition("@")[0].partition(".")[0].partition("/")[0]
