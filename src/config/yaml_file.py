"""Reading one file of YAML that anybody may have written."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from .errors import ConfigError

LARGEST = 2**20  # bytes
TAGS = {
    f"tag:yaml.org,2002:{kind}" for kind in ("bool", "float", "int", "map", "merge", "null", "seq", "str", "timestamp")
}
MOST = 100_000  # values: aliases of aliases make billions of a few lines


def check_file(path: Path, name: str) -> None:
    """Refuse a file that is no mapping in YAML, before a library reads it.

    Parameters
    ----------
    name : as the message names it.

    Raises
    ------
    ConfigError
        For a folder, bytes that are not UTF-8, wrong syntax (with the line), or more values than a config has.
    """
    try:
        if not path.is_file() and not path.is_dir() and path.exists():  # a pipe or device has no end
            raise ConfigError(f"{name}: is no file")
        if path.is_file() and (size := path.stat().st_size) > LARGEST:
            raise ConfigError(f"{name}: {size} bytes are no config")
        content = path.read_bytes()
        node = yaml.compose(content.decode(), yaml.SafeLoader)
    except IsADirectoryError as error:
        raise ConfigError(f"{name}: is a folder, not a file") from error
    except OSError as error:
        raise ConfigError(f"{name}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name}: byte {error.start} is not UTF-8; save the file as UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise ConfigError(f"{name}: {line}{error.problem}; YAML cannot be read") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{name}: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{name}: nested too deeply") from error
    if node is not None and not isinstance(node, yaml.MappingNode):
        raise ConfigError(f"{name}: holds no keys; a config is lines of KEY: VALUE")
    for each in _nodes(node):
        _check_node(each, name)
    if _size(node, {}, name) > MOST:
        raise ConfigError(f"{name}: aliases make more than {MOST} values of it")


def _nodes(top: Any) -> Iterator[yaml.Node]:
    """Every node of a file once."""
    waiting, seen = [top], set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.Node) and id(node) not in seen:
            seen.add(id(node))
            yield node
            waiting += _inner(node)


def _inner(node: yaml.Node) -> list[yaml.Node]:
    parts = node.value if isinstance(node, yaml.CollectionNode) else []
    return [part for each in parts for part in (each if isinstance(each, tuple) else (each,))]


def _check_node(node: yaml.Node, name: str) -> None:
    where = f"{name}: line {node.start_mark.line + 1}"
    if node.tag not in TAGS:
        raise ConfigError(f"{where}: a config holds plain values, not {node.tag.rpartition(':')[2]}")
    if isinstance(node, yaml.MappingNode):
        keys = [key for key, _ in node.value]
        if not all(isinstance(key, yaml.ScalarNode) for key in keys):
            raise ConfigError(f"{where}: a key is a word or a number")
        if any(key.tag.endswith(":null") for key in keys):
            raise ConfigError(f"{where}: a key is empty or null; in quotes, 'null', it is a word")
        words = [key.value for key in keys]
        if twice := next((word for word in words if words.count(word) > 1), None):
            raise ConfigError(f"{where}: the key {twice} stands twice")


def _size(node: Any, known: dict[int, int], name: str) -> int:
    """Values with every alias written out; each node is counted once."""
    if id(node) in known:
        if not known[id(node)]:
            raise ConfigError(f"{name}: an alias stands inside of what it stands for")
        return known[id(node)]
    known[id(node)] = 0
    known[id(node)] = 1 + sum(_size(part, known, name) for part in (_inner(node) if node else ()))
    return known[id(node)]
