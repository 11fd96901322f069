"""Composing a config from ``conf/``, the user's folders and the command line."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra import compose as hydra_compose
from hydra import initialize_config_module
from omegaconf import DictConfig, OmegaConf

from .check import check
from .environment import dotted, policed
from .errors import ConfigError
from .explain import explain, no_key
from .nearest import all_keys, meant
from .origin import Origin
from .overrides import parse, set_whole, split_whole
from .values import check_addresses
from .yaml_file import check_file

SHORT = {"features": {"bands": "columns.bands"}, "train": {"bands": "datamodule.source.columns.bands"}}  # for typing
GROUPS = (
    "blind_search",
    "bounds",
    "bundle",
    "columns",
    "datamodule",
    "evaluation",
    "experiment",
    "forest",
    "launcher",
    "model",
    "pruner",
    "sampler",
    "search",
    "tracking",
    "trainer",
)


def compose(
    name: str, overrides: Sequence[str], folders: Sequence[Path] = (), allowed: Sequence[str] = ()
) -> DictConfig:
    """Compose a root config with overrides, and check all of it before anything is built.

    A mapping whose keys are the user's own (``label_map``, ``branches``,
    ``bands``, ``max_features``, ``space``) takes the place of the one before.

    Parameters
    ----------
    name : root config, such as ``train``, ``evaluate`` or ``compare``.
    overrides : Hydra overrides, as typed.
    folders : further folders of configs, the user's own experiments and models.
    allowed : packages of the user's own that a ``_target_`` may name.

    Raises
    ------
    ConfigError
        For an unknown key or option (with the nearest one and its file), a
        value that is required or of another kind, a class that may not stand
        where it does, or a variable of the environment that a config may not read.
    """
    for folder in folders:
        _check_folder(folder)
    words, whole = split_whole(overrides)
    whole = {SHORT.get(name, {}).get(key, key): content for key, content in whole.items()}
    search = [f"hydra.searchpath=[{','.join(_quoted(folder) for folder in folders)}]"] if folders else []
    with initialize_config_module("alertlab.conf", version_base="1.3"), policed():
        try:
            config = hydra_compose(name, [*words, *search])
        except Exception as error:  # Hydra raises ValueError, TypeError and AssertionError beside its own
            raise ConfigError(explain(name, words, folders, search, error)) from error
        if (strange := set_whole(config, whole)) is not None:
            groups = [word for word, each in zip(words, parse(words), strict=True) if each.key_or_group in GROUPS]
            chosen = [*groups, *search]
            origin = Origin(name, chosen, folders)
            raise ConfigError(no_key(name, strange, strange, list(all_keys(config)), origin))
    content, paths = check(config, name, allowed)
    check_addresses(content, overrides, [dotted(path) for path in paths])
    OmegaConf.set_struct(config, True)
    return config


def with_values(config: DictConfig, values: Mapping[str, Any], name: str, allowed: Sequence[str] = ()) -> DictConfig:
    """A copy of a composed config with other values of some keys, checked as one that is composed; much quicker.

    Parameters
    ----------
    values : dotted key -> value; a mapping takes the place of the one before.

    Raises
    ------
    ConfigError
        For a key that the config has not, or whatever :func:`compose` refuses of it.
    """
    copy = config.copy()
    OmegaConf.set_struct(copy, False)
    for key, value in values.items():
        if set_whole(copy, {key: value}) is not None:
            raise ConfigError(f"{key}: the config has no such key{meant(key, list(all_keys(config)))}")
    check(copy, name, allowed)
    OmegaConf.set_struct(copy, True)
    return copy


def _check_folder(folder: Path) -> None:
    """Read every config of a folder once, so that a broken one is named by its file."""
    if not folder.is_dir():
        raise ConfigError(f"--config-dir: no folder {folder}")
    for group in GROUPS:
        for path in sorted(folder.glob(f"{group}/**/*.yaml")):
            check_file(path, str(path))


def _quoted(folder: Path) -> str:
    path = str(folder.resolve()).replace("\\", "\\\\").replace("'", "\\'")
    return f"'file://{path}'"
