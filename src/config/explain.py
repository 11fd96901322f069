"""Why a config cannot be composed: the first override that does not fit, with what would."""

from collections.abc import Sequence
from pathlib import Path

from hydra import compose as hydra_compose
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.types import Override
from omegaconf import OmegaConf

from .errors import ConfigError, first_line
from .nearest import all_keys, mistyped, near_option, similar
from .origin import Origin
from .overrides import ambiguous, parse


def explain(
    name: str, overrides: Sequence[str], folders: Sequence[Path], search: Sequence[str], error: Exception
) -> str:
    """One line about an error of Hydra or OmegaConf while they composed.

    Parameters
    ----------
    name : root config. search : overrides that add ``folders`` to where configs are looked for.
    """
    if isinstance(error.__cause__, ConfigError):
        return str(error.__cause__)
    parsed = parse(overrides)
    loader = GlobalHydra.instance().config_loader()
    groups = loader.list_groups("")
    chosen = []
    for word, override in zip(overrides, parsed, strict=True):
        group, _, package = override.key_or_group.partition("@")
        if override.is_sweep_override():
            return ambiguous(word, override)
        if group in groups and not override.is_delete():
            if fault := _no_option(word, override, folders):
                return fault
            if not package:
                chosen.append(word)
    try:
        config = hydra_compose(name, [*chosen, *search])
        known = list(all_keys(config))
        origin = Origin(name, [*chosen, *search], folders)
    except Exception:  # the configs themselves are at fault, and the first error says how
        if fault := _elsewhere(name, chosen, search):
            return fault
        return f"{' '.join(chosen) or name}: {first_line(error)}"
    for word, override in zip(overrides, parsed, strict=True):
        key, value = override.key_or_group, override.value()
        if word not in chosen and key not in known and not override.is_add():
            return no_key(name, word, key, known, origin)
        if word not in chosen and not override.is_delete() and isinstance(value, dict):
            inner = f"{key}.{next(iter(value), 'KEY')}"
            return f"{word}: has keys that {key} has not; to add one: '+{inner}=VALUE'"
        if word not in chosen and isinstance(value, list) and OmegaConf.is_dict(OmegaConf.select(config, key)):
            return f"{word}: a list, where keys with values belong: '{key}={{KEY: VALUE}}'"
    return f"{' '.join(overrides) or name}: {first_line(error)}"


def _elsewhere(name: str, chosen: Sequence[str], search: Sequence[str]) -> str | None:
    """What to write for a group that this config has under another key."""
    for word in chosen:
        group, _, value = word.partition("=")
        try:
            known = all_keys(hydra_compose(name, [*(each for each in chosen if each != word), *search]))
        except Exception:  # it is not this one, or not alone
            continue
        if place := next((key for key in known if key.endswith(f".{group}")), None):
            return f"{word}: {group} of this config lie below {place}; write {group}@{place}={value}"
    return None


def no_key(name: str, word: str, key: str, known: Sequence[str], origin: Origin) -> str:
    """What to write instead of a key that the config does not have."""
    said = f"{word}: no key {key}"
    close = mistyped(key, known)
    group, *parts = key.split(".")
    if close is None and parts and group in known and (others := origin.options_with(group, parts, _options(group))):
        return f"{said} with this {group}; it is a key of {group}={', '.join(others)}"
    close = close or similar(key, known)
    if close is None:
        return f"{said} in the config; `alertlab {name} --cfg` prints it"
    file = origin.of(close)
    return f"{said}. Did you mean {close}{f' ({file})' if file else ''}?"


def _no_option(word: str, override: Override, folders: Sequence[Path]) -> str | None:
    group, value = override.key_or_group.partition("@")[0], override.value()
    own = [path.stem for folder in folders for path in folder.glob(f"{group}/*.yaml")]
    options = sorted({*own, *GlobalHydra.instance().config_loader().get_group_options(group)})
    shown = [option for option in options if not option.startswith("_")]
    if value is None and group == "experiment":
        return None
    if not isinstance(value, str) or not value:
        return f"{word}: name one option of {group}. Options: {', '.join(shown)}"
    if value not in options:
        return f"{word}: no such option.{near_option(value, shown)} Options: {', '.join(shown)}"
    return None


def _options(group: str) -> list[str]:
    """Options of a group that a user may name; none of the experiments, which have keys of all groups."""
    loader = GlobalHydra.instance().config_loader()
    if group not in loader.list_groups("") or group == "experiment":
        return []
    return [option for option in loader.get_group_options(group) if not option.startswith("_")]
