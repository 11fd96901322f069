"""Composing Hydra configs, checking them, and explaining what is wrong with one."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from hydra import compose as hydra_compose
from hydra import initialize_config_module
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException, InstantiationException
from hydra.utils import instantiate as hydra_instantiate
from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from .runtime.errors import AlertlabError

ALLOWED_TARGETS = ("alertlab.", "torch.", "pytorch_lightning.", "sklearn.", "imblearn.", "optuna.")


class ConfigError(AlertlabError):
    """A config that cannot be composed or built; the message names the key."""


def compose(
    name: str, overrides: Sequence[str], folders: Sequence[Path] = (), allowed: Sequence[str] = ()
) -> DictConfig:
    """Compose a root config with overrides, and check it.

    Parameters
    ----------
    name : root config, ``train``, ``evaluate``, ``features`` or ``report``.
    overrides : Hydra overrides, as typed.
    folders : further folders of configs, the user's own experiments and models.
    allowed : further packages that a ``_target_`` may name.

    Raises
    ------
    ConfigError
        For an unknown key or option (with the nearest one and its file), a
        value that is required, or a ``_target_`` outside the whitelist.
    """
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(f"--config-dir: no folder {folder}")
    search = [f"hydra.searchpath=[{','.join(f'file://{folder.resolve()}' for folder in folders)}]"] if folders else []
    with initialize_config_module("alertlab.conf", version_base="1.3"):
        try:
            config = hydra_compose(name, [*overrides, *search])
        except (HydraException, OmegaConfBaseException) as error:
            raise ConfigError(_explain(name, overrides, folders, search, error)) from error
    _check_required(config)
    _check_targets(config, allowed)
    return config


def load(path: Path, allowed: Sequence[str] = ()) -> DictConfig:
    """Read the resolved config of an earlier run; anybody may have written it, so its targets are checked too.

    Raises
    ------
    ConfigError
        For no such file, or a ``_target_`` outside the whitelist and ``allowed``.
    """
    if not path.is_file():
        raise ConfigError(f"{path}: no config; the run ended before it had one, train anew")
    config = OmegaConf.load(path)
    if not isinstance(config, DictConfig):
        raise ConfigError(f"{path.name}: not a config, it holds no keys")
    _check_targets(config, allowed)
    return config


def instantiate(node: Any, **instead: Any) -> Any:
    """Build what ``_target_`` names, with other values ``instead``; an error names the target, not Hydra's insides."""
    try:
        return hydra_instantiate(node, _convert_="all", **instead)
    except InstantiationException as error:
        if isinstance(error.__cause__, AlertlabError):
            raise error.__cause__ from None
        where = f"{node.get('_target_')}: " if isinstance(node, DictConfig) else ""
        raise ConfigError(f"{where}{error.__cause__ or error}") from error


def flatten(config: DictConfig) -> dict[str, Any]:
    """``{"model.kernel_size": 5, ...}`` of all values, interpolations resolved."""
    return dict(_leaves(OmegaConf.to_container(config, resolve=True), ""))


def to_yaml(config: DictConfig) -> str:
    """The resolved config as YAML."""
    return OmegaConf.to_yaml(config, resolve=True)


def _leaves(node: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from _leaves(value, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, node


def _check_required(config: DictConfig) -> None:
    try:
        missing = sorted(OmegaConf.missing_keys(config))
        if not missing:
            OmegaConf.resolve(config.copy())
            return
    except OmegaConfBaseException as error:
        raise ConfigError(f"{error.full_key or 'config'}: {str(error).splitlines()[0]}") from error
    raise ConfigError(f"{missing[0]}: a value is required, give {missing[0]}=VALUE")


def _check_targets(config: DictConfig, packages: Sequence[str]) -> None:
    allowed = (*ALLOWED_TARGETS, *(f"{package}." for package in packages))
    for key, value in flatten(config).items():
        if key.rpartition(".")[2] == "_target_" and not str(value).startswith(allowed):
            raise ConfigError(
                f"{key}: {value} is not among the packages a config may name ({', '.join(allowed)}). "
                f"If you trust it: --allow {str(value).partition('.')[0]}"
            )
        if isinstance(value, list):  # lists of nodes, such as label rules
            for number, item in enumerate(value):
                if isinstance(item, dict):
                    _check_targets(OmegaConf.create({f"{key}[{number}]": item}), packages)


def _explain(
    name: str, overrides: Sequence[str], folders: Sequence[Path], search: Sequence[str], error: Exception
) -> str:
    """The first override that does not fit, with the nearest one that would."""
    words = [text for text in overrides if "=" not in text and not text.startswith("~")]
    if words:
        return f"{words[0]}: not KEY=VALUE; an experiment is named by experiment={words[0]}"
    try:
        parsed = OverridesParser.create().parse_overrides(list(overrides))
    except HydraException as fault:
        return f"cannot read an override: {str(fault).splitlines()[0]}"
    loader = GlobalHydra.instance().config_loader()
    groups = loader.list_groups("")
    chosen = []
    for text, override in zip(overrides, parsed, strict=True):
        if override.key_or_group in groups and isinstance(override.value(), str):
            own = [path.stem for folder in folders for path in folder.glob(f"{override.key_or_group}/*.yaml")]
            options = [*own, *loader.get_group_options(override.key_or_group)]
            options = [option for option in options if not option.startswith("_")]
            if override.value() not in options:
                near = _nearest(str(override.value()), options)
                return f"{text}: no such option.{near} Options: {', '.join(sorted(options))}"
            chosen.append(text)
    config = hydra_compose(name, [*chosen, *search], return_hydra_config=True)
    choices = config.hydra.runtime.choices
    known = [key for key in _all_keys(config) if not key.startswith("hydra")]
    for text, override in zip(overrides, parsed, strict=True):
        if override.key_or_group not in known and text not in chosen and not override.is_add():
            close = get_close_matches(override.key_or_group, known, n=1, cutoff=0.5)
            if not close:
                return f"{text}: no key {override.key_or_group} in the config; `alertlab {name} --cfg` prints it"
            top = close[0].partition(".")[0]
            file = f"conf/{top}/{choices[top]}.yaml" if choices.get(top) else f"conf/{name}.yaml"
            return f"{text}: no key {override.key_or_group}. Did you mean {close[0]} ({file})?"
    return str(error).splitlines()[0]


def _nearest(word: str, options: Sequence[str]) -> str:
    close = get_close_matches(word, options, n=1, cutoff=0.5)
    return f" Did you mean {close[0]}?" if close else ""


def _all_keys(node: Any, prefix: str = "") -> Iterator[str]:
    """Dotted names of all nodes, interpolations not followed."""
    items: Any = ()
    if isinstance(node, DictConfig) and not node._is_none():
        items = ((key, node._get_node(key)) for key in node)
    elif isinstance(node, ListConfig) and not node._is_none():
        items = ((str(number), node._get_node(number)) for number in range(len(node)))
    for key, value in items:
        name = f"{prefix}.{key}" if prefix else str(key)
        yield name
        yield from _all_keys(value, name)
