"""What a paper reports of a classifier, to stand beside ours; of detectors see `leave_out.published`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ..runtime.errors import AlertlabError
from .evaluation import digits

KEY = "evaluation.published"
FORM = "source, and metrics: {NAME: VALUE} or confusion: {TRUE: {PREDICTED: VALUE}}"
Value = tuple[float, float | None]


@dataclass(frozen=True)
class Published:
    """Numbers of a paper: reference lines, never thresholds.

    Attributes
    ----------
    source : who and where.
    metrics : name, such as ``macro_recall`` or ``recall/SN`` -> mean, and standard deviation or None.
    confusion : true class -> predicted class -> fraction of the true class and its deviation; empty where
        there is none. A cell that is absent is not known.
    """

    source: str
    metrics: Mapping[str, Value]
    confusion: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)

    def value(self, name: str) -> Value | None:
        """A metric; the recall of a class also from the diagonal of its matrix."""
        found = self.metrics.get(name)
        score, _, of = name.partition("/")
        return self.confusion.get(of, {}).get(of) if found is None and score == "recall" else found

    def text(self, name: str) -> str:
        """``0.941 ± 0.004``, or a dash where the paper does not say."""
        found = self.value(name)
        if found is None:
            return "-"
        mean, std = found
        return digits(mean) if std is None else f"{digits(mean)} ± {digits(std)}"


def read_published(path: Path, key: str = KEY) -> Published:
    """Read such a file: ``source``, ``metrics``, ``confusion``; further keys are for people.

    A value is a number, ``[mean, std]``, or ``{value: mean, std: std}`` with further keys. In the place of
    ``confusion`` stands ``confusion_percentiles``, in per cent: the median, or ``[median, up to the 95th percentile,
    down to the 5th]``, of which only the median stands beside ours.

    Parameters
    ----------
    key : of the config that names the file.

    Raises
    ------
    AlertlabError
        For a file that is missing or holds something else.
    """
    from ..config.yaml_file import check_file  # here: Hydra is for those who train

    if not path.is_file():
        raise AlertlabError(f"{key}: no file {path}")
    check_file(path, f"{key}: {path}")
    content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        source = str(content["source"])
        metrics = {str(name): _value(value) for name, value in (content.get("metrics") or {}).items()}
        confusion = {
            str(true): {str(predicted): read(value) for predicted, value in row.items()}
            for key, read in (("confusion", _value), ("confusion_percentiles", _median))
            for true, row in (content.get(key) or {}).items()
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AlertlabError(f"{key}: {path} is to hold {FORM} ({error!r})") from error
    if not metrics and not confusion:
        raise AlertlabError(f"{key}: {path} holds neither metrics nor confusion; it is to hold {FORM}")
    return Published(source, metrics, confusion)


def _median(value: Any) -> Value:
    return float(value[0] if isinstance(value, list) else value) / 100, None


def _value(value: Any) -> Value:
    if isinstance(value, Mapping):
        return float(value["value"]), None if value.get("std") is None else float(value["std"])
    if isinstance(value, list):
        mean, std = value
        return float(mean), float(std)
    return float(value), None
