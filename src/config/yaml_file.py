"""Reading one file of YAML that anybody may have written."""

from pathlib import Path
from typing import Any

import yaml

from .errors import ConfigError

LARGEST = 2**20  # bytes
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
        content = path.read_bytes()
        if len(content) > LARGEST:
            raise ConfigError(f"{name}: {len(content)} bytes are no config")
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
    if _size(node, {}, name) > MOST:
        raise ConfigError(f"{name}: aliases make more than {MOST} values of it")


def _size(node: Any, known: dict[int, int], name: str) -> int:
    """Values with every alias written out; each node is counted once."""
    if id(node) in known:
        if not known[id(node)]:
            raise ConfigError(f"{name}: an alias stands inside of what it stands for")
        return known[id(node)]
    known[id(node)] = 0
    parts = node.value if isinstance(node, yaml.CollectionNode) else []
    inner = [part for each in parts for part in (each if isinstance(each, tuple) else (each,))]
    known[id(node)] = 1 + sum(_size(part, known, name) for part in inner)
    return known[id(node)]
