"""Everything that is held against a config before any of it is built."""

from collections.abc import Sequence
from importlib import resources
from typing import Any

import yaml
from omegaconf import DictConfig, OmegaConf

from .environment import Path, check_plain, check_recorded, check_resolvers, policed, without_environment
from .errors import ConfigError, first_line
from .targets import check_functions, check_modules, check_packages, check_targets
from .values import check_root, check_values


def check(config: DictConfig, name: str, allowed: Sequence[str]) -> tuple[dict[Any, Any], list[Path]]:
    """Check a config; returns its resolved content, and the paths of values that came from the environment.

    Parameters
    ----------
    name : its root. allowed : packages of ``--allow``.

    Raises
    ------
    ConfigError
        With the key.
    """
    check_packages(allowed)
    check_resolvers(config)
    content = _resolved(config)
    check_plain(content)
    check_targets(content, allowed)
    check_modules(content, allowed)
    check_functions(content, allowed)
    keys, groups = root(name)
    for key, default in keys.items():
        if isinstance(default, str) and isinstance(given := content.get(key), int) and not isinstance(given, bool):
            config[key] = str(given)  # YAML's number: name=2024
            content = _resolved(config)
    check_root(content, keys, groups)
    check_values(content)
    _, paths = without_environment(config)
    check_recorded(paths)
    return content, paths


def root(name: str) -> tuple[dict[str, Any], list[str]]:
    """A root config's own keys with their defaults, and the groups that fill its other keys."""
    text = (resources.files("alertlab.conf") / f"{name}.yaml").read_text(encoding="utf-8")
    keys: dict[str, Any] = yaml.safe_load(text)
    defaults = [each for each in keys.pop("defaults") if isinstance(each, dict)]
    return keys, [group for each in defaults for group in each if group != "experiment"]


def _resolved(config: DictConfig) -> dict[Any, Any]:
    try:
        with policed():
            missing = sorted(OmegaConf.missing_keys(config))
            if missing:
                raise ConfigError(f"{missing[0]}: a value is required, give {missing[0]}=VALUE")
            content = OmegaConf.to_container(config, resolve=True)
    except ConfigError:
        raise
    except Exception as error:  # OmegaConf's own, and what its resolvers and Python's recursion raise
        if isinstance(error.__cause__, ConfigError):
            raise ConfigError(f"{_key(error)}: {error.__cause__}") from error
        raise ConfigError(f"{_key(error)}: {first_line(error)}") from error
    if not isinstance(content, dict):
        raise ConfigError("config: holds no keys")
    return content


def _key(error: Exception) -> str:
    return str(getattr(error, "full_key", None) or "config")
