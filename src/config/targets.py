"""Holding every ``_target_`` of a config to the table of places, before anything is built."""

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from .environment import Path, dotted
from .errors import ConfigError, first_line, shown
from .places import LIBRARIES, PLACES, Allowed, place

TARGET, PARTIAL = "_target_", "_partial_"
FEATURES = "features"  # key of sets of features, and of modules of one's own that hold some
FUNCTIONS = (("evaluation", "metrics"), ("metrics",))  # lists of functions of one's own; the second of a comparison


def check_packages(packages: Sequence[str]) -> None:
    """Refuse ``--allow`` of anything but a package of one's own.

    Raises
    ------
    ConfigError
        For no name, a module of Python, or a library that alertlab stands on.
    """
    for package in packages:
        if not all(part.isidentifier() for part in package.split(".")):
            raise ConfigError(f"--allow {package}: not the name of a package")
        top = package.partition(".")[0]
        if not _may_be_own(top):
            raise ConfigError(
                f"--allow {package}: {top} is no package of your own; what a config may name of it is fixed"
            )


def check_targets(content: Any, packages: Sequence[str]) -> None:
    """Check every node of a resolved config; of packages of one's own, what a name leads to is looked at last.

    Parameters
    ----------
    content : plain container. packages : of ``--allow``.

    Raises
    ------
    ConfigError
        With key, name, and what may stand there.
    """
    own = []
    for path, node in _nodes(content):
        target, key = node[TARGET], f"{dotted((*path, TARGET))}"
        if not isinstance(target, str):
            raise ConfigError(f"{key}: {target!r} is not the name of a class")
        package = next((each for each in packages if target.startswith(f"{each}.")), None)
        if package:
            own.append((key, target, package.partition(".")[0]))
        else:
            _check_ours(key, node, place(path))
    for key, target, top in own:
        _check_own(key, target, top)
    _check_filled(content, ())


def check_modules(content: Any, packages: Sequence[str], path: Path = ()) -> None:
    """Refuse features of a package that was not allowed: to compute them is to run it.

    Raises
    ------
    ConfigError
        With the key, and how to allow it.
    """
    items = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in items:
        at = (*path, key)
        if key != FEATURES:
            check_modules(value, packages, at)
            continue
        for name in value if isinstance(value, list) else [value]:
            if not isinstance(name, str) or "." not in name:
                continue
            if not any(name == each or name.startswith(f"{each}.") for each in packages):
                top = name.partition(".")[0]
                hint = f"; if {top} is a package of your own, --allow {top}" if _may_be_own(top) else ""
                raise ConfigError(f"{dotted(at)}: {name} is no set of features{hint}")
            _check_module(dotted(at), name)


def check_functions(content: Any, packages: Sequence[str]) -> None:
    """Refuse functions of a package that was not allowed: to call them is to run it.

    Raises
    ------
    ConfigError
        With the key, and how to allow it.
    """
    for path in FUNCTIONS:
        node = content
        for key in path:
            node = node.get(key) if isinstance(node, dict) else None
        for name in node if isinstance(node, list) else ():
            package = next((each for each in packages if str(name).startswith(f"{each}.")), None)
            if package is None:
                top = str(name).partition(".")[0]
                hint = f"; if {top} is a package of your own, --allow {top}" if _may_be_own(top) else ""
                raise ConfigError(f"{dotted(path)}: {name} is no function that may stand here{hint}")
            _check_own(dotted(path), name, package.partition(".")[0])


def _check_module(key: str, name: str) -> None:
    try:
        spec = find_spec(name)
    except (ImportError, ValueError) as error:
        raise ConfigError(f"{key}: {name} cannot be found ({first_line(error)}); is it on PYTHONPATH?") from error
    if spec is None:
        raise ConfigError(f"{key}: there is no module {name}; is it on PYTHONPATH?")


def _nodes(content: Any, path: Path = ()) -> Iterator[tuple[Path, dict[Any, Any]]]:
    """Every mapping that names a class, with its path."""
    if isinstance(content, dict):
        if TARGET in content:
            yield path, content
        for key, value in content.items():
            yield from _nodes(value, (*path, key))
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from _nodes(value, (*path, number))


def _check_ours(key: str, node: dict[Any, Any], allowed: Allowed | None) -> None:
    target = node[TARGET]
    if allowed is None or not allowed.takes(target):
        what = f"that may stand here ({allowed})" if allowed else "that a config may build: none may stand here"
        top = target.partition(".")[0]
        hint = f". If {top} is a package of your own: --allow {top}" if _may_be_own(top) and "." in target else ""
        raise ConfigError(f"{key}: {target} is not among the packages and classes {what}{hint}")
    for name in node:
        if isinstance(name, str) and name.startswith("_") and name not in (TARGET, PARTIAL):
            raise ConfigError(f"{key.removesuffix(TARGET)}{name}: is refused; give the parameters of {target} by name")
    partial = node.get(PARTIAL, False)
    if not isinstance(partial, bool) or allowed.partial not in (None, partial):
        raise ConfigError(f"{key.removesuffix(TARGET)}{PARTIAL}: must be {str(allowed.partial is not False).lower()}")


def _check_own(key: str, target: str, top: str) -> None:
    """Refuse a name of one's own package that leads out of it, such as ``mylab.os.system``."""
    parts = target.split(".")
    if find_spec(top) is None:
        return  # building says so: nothing can be run of what is not there
    if not all(part.isidentifier() for part in parts):
        raise ConfigError(f"{key}: {target} is not the name of a class")
    try:
        found: Any = import_module(top)
        for number, part in enumerate(parts[1:], 2):
            name = ".".join(parts[:number])
            found = getattr(found, part) if hasattr(found, part) else import_module(name)
            if getattr(found, "__module__", getattr(found, "__name__", "")).partition(".")[0] != top:
                raise ConfigError(f"{key}: {name} is not of the package {top}, which was allowed")
    except ConfigError:
        raise
    except Exception as error:  # whatever the user's own code raises
        if isinstance(error, ModuleNotFoundError) and f"{target}.".startswith(f"{error.name}."):
            return
        raise ConfigError(
            f"{key}: {target} cannot be imported ({type(error).__name__}: {first_line(error)}); is it on PYTHONPATH?"
        ) from error
    if not callable(found):
        raise ConfigError(f"{key}: {target} is no class or function")


def _check_filled(content: Any, path: Path) -> None:
    """Refuse something else where one of our classes needs a part that is a class, such as ``datamodule.split=3``."""
    if isinstance(content, list):
        for number, value in enumerate(content):
            _check_filled(value, (*path, number))
    if not isinstance(content, dict):
        return
    ours = str(content.get(TARGET, "")).startswith("alertlab.")
    for key, value in content.items():
        at = (*path, key)
        parts = list(enumerate(value)) if isinstance(value, list) else []
        for inner, part in [(at, value), *(((*at, number), each) for number, each in parts)]:
            allowed = PLACES.get(tuple("*" if isinstance(each, int) else str(each) for each in inner))
            if allowed and ours and allowed.names and not (isinstance(part, dict) and TARGET in part):
                raise ConfigError(f"{dotted(inner)}: {shown(part)} stands where a _target_ must be named ({allowed})")
        _check_filled(value, at)


def _may_be_own(top: str) -> bool:
    return top not in sys.stdlib_module_names and top not in LIBRARIES and top != "builtins"
