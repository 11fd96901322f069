"""How an override is typed in a shell, for remedies that work as they are printed."""

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override

from ..door.words import text_of

ESCAPED = re.compile(r"[\\()\[\]{}:=,]")  # what a key of a mapping holds behind a backslash


def parsed(word: str) -> Override | None:
    """An override by Hydra's grammar, None where it is none."""
    try:
        return OverridesParser.create().parse_override(word)
    except Exception:  # the parser's own error, or what its lexer meets
        return None


def in_quotes(text: str) -> str:
    """A text as a value: a backslash stands for itself, but before a quote."""
    escaped = re.sub(r'(\\*)"', r'\1\1\\"', text)
    return '"' + re.sub(r"(\\+)$", r"\1\1", escaped) + '"'


def quoted(key: str, value: str) -> str:
    """An override whose value is a text."""
    return shlex.quote(f"{key}={in_quotes(value)}")


def listed(key: str, texts: Iterable[str]) -> str:
    """An override whose value is a list of texts, in quotes where they need them."""
    return shlex.quote(f"{key}=[{','.join(map(_item, texts))}]")


def mapped(key: str, entries: Mapping[str, str]) -> str:
    """An override that adds entries to a mapping; where Hydra's grammar lacks their letters, the line of a file."""
    escaped = {ESCAPED.sub(r"\\\g<0>", name): to for name, to in entries.items()}
    word = f"+{key}={{{', '.join(f'{name}: {to}' for name, to in escaped.items())}}}"
    override = parsed(word)
    value: Any = override.value() if override else None
    if isinstance(value, dict) and [text_of(each) for each in value] == list(entries):
        return shlex.quote(word)
    inner = ", ".join(f"{json.dumps(name, ensure_ascii=False)}: {to}" for name, to in entries.items())
    return f"in a config file, {key.rpartition('.')[2]}: {{{inner}}}"


def _item(text: str) -> str:
    override = parsed(f"key=[{text}]")
    value: Any = override.value() if override else None
    return text if isinstance(value, list) and list(map(text_of, value)) == [text] else in_quotes(text)
