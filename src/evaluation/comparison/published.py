"""What others have published, to stand beside our runs: read, never tested, for its objects are others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ...runtime.errors import AlertlabError

KEY = "published"
FORM = "scores: {macro_f1: {value: 0.59, std: 0.01}}, or of two levels {top: {...}, leaf: {...}}"
LEVELS = {"top": "top/", "leaf": ""}


@dataclass(frozen=True)
class Published:
    """Numbers of a paper.

    Attributes
    ----------
    source : who and where.
    values : metric, by our names -> value and standard deviation, None where the paper has none.
    """

    source: str
    values: Mapping[str, tuple[float, float | None]]

    def text(self, metric: str) -> str:
        """``0.590 ± 0.010``, a dash where it is not published."""
        if metric not in self.values:
            return "-"
        value, std = self.values[metric]
        return f"{value:.3f}" + ("" if std is None else f" ± {std:.3f}")


def read_published(path: Path) -> Published:
    """Read a YAML file of ``source``, ``scores`` and, or, ``confusion`` (per cent of each true class).

    Of a confusion matrix the diagonal is read, as recall by class.

    Raises
    ------
    AlertlabError
        For a file that is missing or holds something else.
    """
    from ...config.yaml_file import check_file  # here: Hydra is for those who train

    if not path.is_file():
        raise AlertlabError(f"{KEY}: no file {path}")
    check_file(path, f"{KEY}: {path}")
    content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        values = _scores(content.get("scores", {})) | _recall(content.get("confusion", {}))
        source = str(content["source"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AlertlabError(f"{KEY}: {path} is to hold source and {FORM} ({error!r})") from error
    if not values:
        raise AlertlabError(f"{KEY}: {path} holds neither scores nor confusion; write source and {FORM}")
    return Published(source, values)


def _scores(scores: Mapping[str, Any]) -> dict[str, tuple[float, float | None]]:
    found: dict[str, tuple[float, float | None]] = {}
    for name, of in scores.items():
        if name in LEVELS:
            found |= {LEVELS[name] + metric: pair for metric, pair in _scores(of).items()}
        else:
            found[str(name)] = _pair(of)
    return found


def _pair(of: Any) -> tuple[float, float | None]:
    if isinstance(of, Mapping):
        return float(of["value"]), None if of.get("std") is None else float(of["std"])
    if isinstance(of, list):
        value, std = of
        return float(value), float(std)
    return float(of), None


def _recall(confusion: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[float, float | None]]:
    found: dict[str, tuple[float, float | None]] = {}
    for name, row in confusion.items():
        own = row.get(name, 0)
        found[f"recall/{name}"] = (float(own[0] if isinstance(own, list) else own) / 100, None)
    return found
