"""What verbs have in common, and the options that several take."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any


def new_verb(
    verbs: Any, name: str, action: Callable[[argparse.Namespace], None], text: str, example: str, prefix: str = ""
) -> argparse.ArgumentParser:
    """A verb with its help, an example, and what every verb takes."""
    verb: argparse.ArgumentParser = verbs.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=f"example: alertlab {prefix}{name} {example}",
    )
    verb.add_argument("--json", action="store_true", help="one JSON object on standard output")
    verb.add_argument("--debug", action="store_true", help="show the traceback of an error")
    verb.set_defaults(verb=action)
    return verb


def config_options(verb: argparse.ArgumentParser) -> None:
    """Of verbs whose config is composed."""
    verb.add_argument(
        "overrides", nargs="*", default=[], metavar="KEY=VALUE", help="Hydra overrides: group=option or key.path=value"
    )
    verb.add_argument("--cfg", action="store_true", help="print the composed config and stop")
    folders(verb)


def folders(verb: argparse.ArgumentParser) -> None:
    """Where else configs and classes come from."""
    verb.add_argument(
        "--config-dir",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="more configs: your experiments and models",
    )
    verb.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="PACKAGE",
        help="package of your own that a _target_, or features, may name",
    )
