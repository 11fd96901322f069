"""What a config may ask of the environment: little, by name, and none of it is ever written down."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from omegaconf.grammar.gen.OmegaConfGrammarParser import OmegaConfGrammarParser
from omegaconf.grammar_parser import parse
from omegaconf.resolvers import oc

from .errors import ConfigError
from .secrets import masked

NAME = re.compile(r"(ALERTLAB|MLFLOW)_[A-Z0-9_]+")
ENV = re.compile(r"oc\.env\s*:\s*(\w+)")  # named outright; what is put together is checked when it is asked for
RESOLVERS = ("oc.env", "oc.select")  # the others read texts as configs, or come from code that we do not know
RECORDED = {  # what MLflow, bundle and report show as it is
    *("name", "run_name", "bundle", "description"),
    *("classes", "branches", "label_map", "label_rules", "metadata", "leave_out", "leave_in"),
}
Path = tuple[Any, ...]


@contextmanager
def policed() -> Iterator[list[str]]:
    """While the block runs, ``oc.env`` gives variables of :data:`NAME` alone; yields the names of those that it gave.

    Hydra resolves while it composes, so the check cannot come afterwards.
    """
    given: list[str] = []

    def env(name: str, *default: Any) -> Any:
        _check_name(name)
        if name in os.environ:
            given.append(name)
        return oc.env(name, *default)

    OmegaConf.register_new_resolver("oc.env", env, replace=True)
    try:
        yield given
    finally:
        OmegaConf.register_new_resolver("oc.env", oc.env, replace=True)


def check_resolvers(config: DictConfig) -> None:
    """Refuse every ``${name:...}`` but :data:`RESOLVERS`, before anything is resolved.

    Raises
    ------
    ConfigError
        With the key.
    """
    for path, text in texts(OmegaConf.to_container(config, resolve=False)):
        if "${" not in text:
            continue
        try:
            names = list(_resolvers(parse(text)))
        except OmegaConfBaseException as error:
            raise ConfigError(f"{dotted(path)}: cannot read {text!r}, is a bracket open?") from error
        for name in ENV.findall(text):
            _check_name(name, f"{dotted(path)}: ")
        for name in names:
            if name not in RESOLVERS:
                raise ConfigError(
                    f"{dotted(path)}: ${{{name}:...}} is refused; a config may use {' and '.join(RESOLVERS)}"
                )


def check_plain(content: Any) -> None:
    """Refuse a resolved text that would be resolved again: one that was escaped, or came from elsewhere.

    Raises
    ------
    ConfigError
        With the key.
    """
    for path, text in texts(content):
        if "${" in text:
            raise ConfigError(f"{dotted(path)}: {text!r} holds ${{ as text, which no value of a config may")


def without_environment(config: DictConfig) -> tuple[dict[Any, Any], list[Path]]:
    """The config as it is written down, and the paths of what it leaves as it stands.

    Interpolations are resolved, except those that took a value from the
    environment: they stay as text, to be asked again. Passwords in addresses
    are masked.
    """
    left: list[Path] = []
    with policed() as given:

        def value(node: Any, key: Any, path: Path) -> Any:
            if OmegaConf.is_missing(node, key):
                return "???"
            before = len(given)
            found = node[key]
            if len(given) > before:
                left.append(path)
                return node._get_node(key)._value()
            return copy(found, path)

        def copy(node: Any, path: Path) -> Any:
            if isinstance(node, DictConfig):
                return {key: value(node, key, (*path, key)) for key in node}
            if isinstance(node, ListConfig):
                return [value(node, number, (*path, number)) for number in range(len(node))]
            return masked(node) if isinstance(node, str) else node

        return copy(config, ()), left


def check_recorded(paths: Sequence[Path]) -> None:
    """Refuse values of the environment where they would be recorded.

    Parameters
    ----------
    paths : of all values that came from it.

    Raises
    ------
    ConfigError
        With the key.
    """
    for path in paths:
        if RECORDED.intersection(path):
            raise ConfigError(f"{dotted(path)}: a value of the environment would be recorded here; write it out")


def texts(node: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text of a plain container, with its path."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict | list):
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in items:
            yield from texts(value, (*path, key))


def dotted(path: Path) -> str:
    """``datamodule.label_rules[0].column``."""
    words = [f"[{part}]" if isinstance(part, int) and number else f".{part}" for number, part in enumerate(path)]
    return "".join(words).removeprefix(".")


def _check_name(name: Any, where: str = "") -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ConfigError(f"{where}oc.env: a config may read ALERTLAB_* and MLFLOW_* of the environment, not {name}")


def _resolvers(tree: Any) -> Iterator[str]:
    if isinstance(tree, OmegaConfGrammarParser.InterpolationResolverContext):
        yield str(tree.resolverName().getText())  # type: ignore[no-untyped-call]  # ANTLR's
    for number in range(tree.getChildCount()):
        yield from _resolvers(tree.getChild(number))
