"""What several verbs share."""

import argparse
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ADDRESSES = ("models:/", "runs:/")  # of bundles in MLflow


def composed(name: str, options: argparse.Namespace) -> Any:
    """The config of a verb; None where ``--cfg`` asked to print it and stop."""
    from ..config import compose, to_yaml

    config = compose(name, options.overrides, options.config_dir, options.allow)
    if not options.cfg:
        return config
    print(to_yaml(config), end="")
    return None


@contextmanager
def fetched(bundle: Path) -> Iterator[Path]:
    """A bundle by its path, or fetched by its address in MLflow."""
    if not str(bundle).startswith(ADDRESSES):
        yield bundle  # without a wait for Hydra
        return
    from ..workflows.registered import bundle_at

    with bundle_at(bundle) as path:
        yield path


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object on standard output."""
    print(json.dumps(value, default=str, allow_nan=False))
