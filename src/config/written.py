"""A config as it is recorded: resolved, without values of the environment, without passwords."""

from collections.abc import Iterator
from typing import Any

from omegaconf import DictConfig, OmegaConf

from .environment import without_environment


def flatten(config: DictConfig) -> dict[str, Any]:
    """``{"model.kernel_size": 5, ...}`` of all values; those of the environment stay ``${oc.env:...}``."""
    return dict(_leaves(without_environment(config)[0], ""))


def to_yaml(config: DictConfig) -> str:
    """The config as YAML; values of the environment stay ``${oc.env:...}``, to be asked for again."""
    return OmegaConf.to_yaml(OmegaConf.create(without_environment(config)[0]))


def _leaves(node: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from _leaves(value, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, node
