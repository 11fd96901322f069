"""A published table of detectors by classes, to stand beside ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ...runtime.errors import AlertlabError

KEY = "evaluation.published"


@dataclass(frozen=True)
class Published:
    """AUROC that others have published.

    Attributes
    ----------
    source : who and where.
    auroc : detector -> class -> mean and standard deviation.
    """

    source: str
    auroc: Mapping[str, Mapping[str, tuple[float, float]]]


def read_published(path: Path) -> Published:
    """Read a YAML file of ``source`` and ``auroc: {DETECTOR: {CLASS: [MEAN, STD]}}``.

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
        source, table = str(content["source"]), content["auroc"].items()
        found = {str(name): {str(of): _pair(value) for of, value in classes.items()} for name, classes in table}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AlertlabError(
            f"{KEY}: {path} is to hold source and auroc: {{DETECTOR: {{CLASS: [MEAN, STD]}}}} ({error!r})"
        ) from error
    return Published(source, found)


def _pair(value: Any) -> tuple[float, float]:
    mean, std = value
    return float(mean), float(std)
