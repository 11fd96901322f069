"""What several verbs share."""

import argparse
import json
from collections.abc import Mapping
from typing import Any


def composed(name: str, options: argparse.Namespace) -> Any:
    """The config of a verb; None where ``--cfg`` asked to print it and stop."""
    from ..config import compose, to_yaml

    config = compose(name, options.overrides, options.config_dir, options.allow)
    if not options.cfg:
        return config
    print(to_yaml(config), end="")
    return None


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object on standard output."""
    print(json.dumps(value, default=str, allow_nan=False))
