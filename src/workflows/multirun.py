"""Several trainings from one command line: every combination of the choices in it."""

import sys
from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING

from omegaconf import DictConfig

from ..config import ConfigError
from ..config.overrides import parse

if TYPE_CHECKING:
    from .train import TrainResult


def choices(overrides: Sequence[str]) -> dict[str, list[str]]:
    """The overrides of each run, by its name: what tells it from its siblings, such as ``model=mlp``.

    A choice is what Hydra takes for one: ``model=flat_forest,mlp``, ``seed=range(1,6)``, ``choice(...)``.

    Raises
    ------
    ConfigError
        For words that are no overrides, or no choice among them.
    """
    parsed = parse(overrides)
    ways = [
        [f"{each.get_key_element()}={value}" for value in each.sweep_string_iterator()]
        if each.is_sweep_override()
        else [word]
        for each, word in zip(parsed, overrides, strict=True)
    ]
    if not any(each.is_sweep_override() for each in parsed):
        raise ConfigError("-m: no choice among the overrides; give values with commas, such as model=flat_forest,mlp")
    named = any(each.key_or_group == "run_name" for each in parsed)
    runs = {}
    for words in product(*ways):
        name = ", ".join(word for word, each in zip(words, parsed, strict=True) if each.is_sweep_override())
        runs[name] = [*words] if named else [*words, f"run_name='{name}'"]
    return runs


def train_all(configs: Mapping[str, DictConfig]) -> dict[str, "TrainResult"]:
    """Train one after another; a run that fails ends it, those before it stay."""
    from .train import train

    results = {}
    for number, (name, config) in enumerate(configs.items(), 1):
        sys.stderr.write(f"{number} of {len(configs)}: {name}\n")
        results[name] = train(config)
    return results
