"""What is typed behind a verb: read by Hydra's grammar, explained in ours."""

from collections.abc import Mapping, Sequence
from typing import Any

from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf

from .errors import ConfigError
from .typed import parsed, quoted
from .values import MAPPINGS

# keys of these are the user's own: a new one replaces the old
WHOLE = MAPPINGS | {"derived", "max_features", "priors", "rules", "slices", "test_where", "units"}
OPEN, CLOSE, QUOTES = "[{(", "]})", "'\""


def parse(words: Sequence[str]) -> list[Override]:
    """Overrides as Hydra reads them.

    Raises
    ------
    ConfigError
        For a word that is none, with the quotes that it needs.
    """
    found = []
    for number, word in enumerate(words):
        if not word.strip():
            raise ConfigError("an empty word where an override KEY=VALUE belongs")
        if "=" not in word and not word.startswith("~"):
            meant = f"; an experiment is named by experiment={word}" if word.isidentifier() else ""
            raise ConfigError(f"{word}: not KEY=VALUE{meant}{_joined(words, number)}")
        override = parsed(word)
        if override is None or override.key_or_group.strip() != override.key_or_group or not override.key_or_group:
            raise ConfigError(f"cannot read an override: {word}: {_remedy(words, number)}")
        if override.key_or_group.split(".")[0].split("/")[0] == "hydra":
            raise ConfigError(f"{word}: Hydra's own settings are alertlab's; name folders of configs with --config-dir")
        found.append(override)
    return found


def split_whole(words: Sequence[str]) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """Overrides for Hydra, and mappings that are set as a whole: key -> its new content, with texts as keys.

    Hydra merges a mapping into the old one, and refuses keys that this does not have.
    """
    rest, whole = [], {}
    for word, override in zip(words, parse(words), strict=True):
        key = override.key_or_group
        plain = not (override.is_add() or override.is_delete() or override.is_sweep_override() or override.package)
        value = override.value() if plain else None
        if isinstance(value, dict) and key.rpartition(".")[2] in WHOLE:
            whole[key] = {_text(name): each for name, each in value.items()}
        else:
            rest.append(word)
    return rest, whole


def set_whole(config: DictConfig, whole: Mapping[str, Any]) -> str | None:
    """Put values in the place of those that a config has; the first key that it has not, or None."""
    for key, value in whole.items():
        parent, _, last = key.rpartition(".")
        node = OmegaConf.select(config, parent) if parent else config
        if not isinstance(node, DictConfig) or last not in node:
            return key
        node[last] = value
    return None


def _text(key: Any) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _remedy(words: Sequence[str], number: int) -> str:
    """What is wrong with a word that cannot be read."""
    word = words[number]
    key, _, value = word.partition("=")
    if _balance(word) > 0:
        for last in range(number + 2, len(words) + 1):
            joined = " ".join(words[number:last])
            if not _balance(joined) and parsed(joined) is not None:
                return f"the shell took it apart; put it in quotes: '{joined}'"
        return "a bracket or brace is not closed"
    if _balance(word) < 0:
        return "a bracket or brace is closed that was not open"
    if not key.strip("+~ ") or key != key.strip() or " " in key:
        return "write KEY=VALUE, without blanks around the = sign"
    if value.startswith("["):
        return f"in a list a text stands in quotes, '{key}=[\"SN (Ia)\"]'"
    if value.startswith("{"):
        return (
            f"in a mapping each of ( ) [ ] {{ }} : = , in a key stands behind a backslash, '{key}={{SN \\(Ia\\): A}}'; "
            "letters beyond ASCII, quotes and the like are for a config file"
        )
    return f"its value is a text only in quotes inside of the shell's; write {quoted(key, value.strip(QUOTES))}"


def _balance(text: str) -> int:
    return sum((each in OPEN) - (each in CLOSE) for each in text)


def _joined(words: Sequence[str], number: int) -> str:
    """A hint that a word belongs to the one before, which the shell cut at a blank."""
    if not number or "=" not in words[number - 1]:
        return ""
    before = words[number - 1]
    joined = f"{before} {words[number]}"
    return f", and a value with a blank is put in quotes: '{joined}'" if parsed(joined) else ""


def ambiguous(word: str, override: Override) -> str:
    """The remedy for several values where one belongs."""
    key, _, value = word.partition("=")
    text = quoted(key, value.strip(QUOTES))
    return (
        f"{word}: several values; write '{override.key_or_group}=[{value}]' for a list, {text} "
        f"for a text with a comma, or `alertlab train -m` for a run each"
    )
