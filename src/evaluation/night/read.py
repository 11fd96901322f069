"""Reading the class mix of a night: a mapping, a name of ``conf/priors``, a YAML file or a table."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from ...door.table import open_table
from ...door.values import Place, labels, numbers
from ...runtime.errors import AlertlabError
from .mix import KEY, Mix

KEYS = ("about", "per_night", "shares", "total")
CLASS, SHARE, NIGHT, LOW, HIGH = "class", "share", "per_night", "_low", "_high"
Given = str | Mapping[str, float]


def read_mix(given: Given) -> Mix:
    """The mix that a config names.

    Parameters
    ----------
    given : class -> share; ``ztf_night``, ``rubin_night`` or another name of ``conf/priors``; a YAML file with
        ``shares`` (and perhaps ``total``, alerts a night) or ``per_night``, class -> alerts; or a table, a row a
        class, with the columns ``class`` and ``share`` or ``per_night``, and by bins of a fact, a row a class and bin,
        also ``magnitude_low`` and ``magnitude_high``.

    Raises
    ------
    AlertlabError
        For something else, negative shares, or bins with gaps.
    """
    if isinstance(given, Mapping):
        return _mix("priors", {str(name): (_number(value, KEY, str(name)),) for name, value in given.items()}, None)
    named = resources.files("alertlab.conf") / "priors"
    if (named / f"{given}.yaml").is_file():
        return _of_yaml(given, yaml.safe_load((named / f"{given}.yaml").read_text(encoding="utf-8")), given)
    path = Path(given)
    if not path.is_file():
        known = sorted(each.name.removesuffix(".yaml") for each in named.iterdir() if each.name.endswith(".yaml"))
        raise AlertlabError(f"{KEY}: no file {given}; give one, or {', '.join(known)}, or '{KEY}={{CLASS: SHARE}}'")
    if path.suffix in (".yaml", ".yml"):
        from ...config.yaml_file import check_file  # here: Hydra is for those who train

        check_file(path, f"{KEY}: {path}")
        return _of_yaml(path.stem, yaml.safe_load(path.read_text(encoding="utf-8")), str(path))
    return _of_table(path)


def _of_yaml(name: str, content: Any, origin: str) -> Mix:
    if not isinstance(content, dict) or not set(content) <= set(KEYS):
        raise AlertlabError(f"{KEY}: {origin} is to hold {', '.join(KEYS)} and nothing else")
    given = content.get(NIGHT) or content.get("shares")
    if not isinstance(given, dict) or (NIGHT in content) == ("shares" in content):
        raise AlertlabError(f"{KEY}: {origin} is to hold either shares: {{CLASS: SHARE}} or {NIGHT}: {{CLASS: ALERTS}}")
    shares = {str(of): (_number(value, origin, str(of)),) for of, value in given.items()}
    total = content.get("total")
    alerts = sum(each[0] for each in shares.values()) if NIGHT in content else total
    return _mix(name, shares, None if alerts is None else _number(alerts, origin, "total"))


def _of_table(path: Path) -> Mix:
    opened = open_table(path)
    origin, there = f"{KEY}: {path}", opened.names
    column = NIGHT if NIGHT in there else SHARE
    fact = next((name.removesuffix(LOW) for name in there if name.endswith(LOW)), "")
    wanted = [CLASS, column, *([fact + LOW, fact + HIGH] if fact else [])]
    if missing := [name for name in wanted if name not in there]:
        raise AlertlabError(f"{origin} has no column {', '.join(missing)}; it is to have {', '.join(wanted)}")
    table = opened.read(wanted, [CLASS])
    names = [str(name) for name in labels(table[CLASS], Place(origin, CLASS)).to_pylist()]
    values = numbers(table[column], Place(origin, column))
    edges: list[float] = [0.0, 1.0]
    if fact:
        low, high = (numbers(table[fact + end], Place(origin, fact + end)) for end in (LOW, HIGH))
        edges = np.unique(np.concatenate([low, high])).tolist()
        place = np.searchsorted(edges, low)
        ends = np.array(edges)[np.minimum(place + 1, len(edges) - 1)]
        if not np.isfinite(edges).all() or not np.array_equal(ends, high):
            raise AlertlabError(f"{origin}: bins of {fact} overlap or end nowhere; all classes must share their edges")
    else:
        place = np.zeros(len(names), np.int64)
    shares = {name: np.zeros(len(edges) - 1) for name in names}
    for name, where, value in zip(names, place, values, strict=True):
        if shares[name][where]:
            raise AlertlabError(f"{origin}: class {name} stands twice in one bin; keep one row of it")
        shares[name][where] = _number(value, origin, name)
    total = float(sum(each.sum() for each in shares.values())) if column == NIGHT else None
    found = {name: tuple(each.tolist()) for name, each in shares.items()}
    return _mix(path.stem, found, total, fact, tuple(edges) if fact else ())


def _mix(
    name: str,
    shares: Mapping[str, tuple[float, ...]],
    alerts: float | None,
    fact: str = "",
    edges: tuple[float, ...] = (),
) -> Mix:
    total = sum(sum(each) for each in shares.values())
    if total <= 0:
        raise AlertlabError(f"{KEY}: {name} has no share that is more than 0")
    share = {of: tuple(value / total for value in each) for of, each in shares.items()}
    return Mix(name, share, alerts, fact, edges)


def _number(value: Any, origin: str, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value) or value < 0:
        raise AlertlabError(f"{origin}: {name} has {value!r}, which is no share; give a number of 0 or more")
    return float(value)
