"""What `compare` writes, and what its config may say."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from ...evaluation.evaluator import FORMATS
from ...files import replacing
from ...runtime.errors import AlertlabError

WHOLE = ("resamples", "permutations")
CHOICES = {"against": ("all", "first"), "record": ("run", "none"), "gallery": ("data", "names")}


def check(config: DictConfig) -> None:
    """Raise AlertlabError for a value that cannot be, before anything is read."""
    for key in WHOLE:
        if not isinstance(config[key], int) or config[key] < 1:
            raise AlertlabError(f"{key}: {config[key]!r} is not a whole number of 1 or more")
    for key, among in CHOICES.items():
        if config[key] not in among:
            raise AlertlabError(f"{key}: {config[key]!r} unknown; choose from {', '.join(among)}")
    rows = config.train_rows
    if rows is not None and (not isinstance(rows, int) or rows < 1):
        raise AlertlabError(f"train_rows: {rows!r} is not a whole number of 1 or more, or null")
    if not isinstance(config.confidence, float) or not 0 < config.confidence < 1:
        raise AlertlabError(f"confidence: {config.confidence!r} is not between 0 and 1")
    if unknown := [form for form in config.formats if form not in FORMATS]:
        raise AlertlabError(f"formats: {', '.join(map(str, unknown))} unknown; choose from {', '.join(FORMATS)}")


def as_json(content: Mapping[str, Any]) -> bytes:
    """Strict JSON, a line a value."""
    return (json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n").encode()


def write(out: Path, files: Mapping[str, bytes]) -> None:
    """Each whole, or not at all."""
    for name, content in files.items():
        with replacing(out / name) as partial:
            partial.write_bytes(content)
