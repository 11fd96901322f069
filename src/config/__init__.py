"""Composing Hydra configs, checking them before anything is built, and explaining what is wrong with one."""

from .build import instantiate
from .compose import compose, with_values
from .errors import ConfigError
from .load import load
from .secrets import masked, refuse_foreign, whole
from .written import flatten, to_yaml

__all__ = [
    "ConfigError",
    "compose",
    "flatten",
    "instantiate",
    "load",
    "masked",
    "refuse_foreign",
    "to_yaml",
    "whole",
    "with_values",
]
