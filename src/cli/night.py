"""The verb about the nights of a survey, whose classes are mixed in other shares than a labelled set."""

import argparse
from pathlib import Path

from .common import composed, print_json


def adjust(options: argparse.Namespace) -> None:
    """Verb ``adjust``."""
    config = composed("evaluate", options)
    if config is None:
        return
    from ..workflows.adjust import adjust as workflow

    asked = options.labelled, options.prior, options.part
    result = workflow(config, options.source, options.to, options.out, *asked)
    if options.json:
        print_json({"out": result.out, **result.to_json()})
        return
    from ..workflows.show import show_paths, show_tables

    show_tables(result.tables())
    for sentence in result.warnings():
        print(sentence)
    if result.out is not None:
        show_paths({"predictions": result.out})


def adjust_options(verb: argparse.ArgumentParser) -> None:
    """What ``adjust`` takes, but for overrides."""
    verb.add_argument(
        "source", metavar="PREDICTIONS|RUN", help="what `predict` wrote, any predictions table of classes, or a run"
    )
    verb.add_argument(
        "--to",
        default="em",
        metavar="MIX",
        help="em estimates the shares from the rows (Saerens et al. 2002); or ztf_night, rubin_night, a YAML file or a "
        "table of shares (default: %(default)s)",
    )
    verb.add_argument(
        "--labelled",
        metavar="RUN|PREDICTIONS",
        help="predictions of the same model with labelled part validation, for the warning light and --prior (default: "
        "the rows' own table)",
    )
    verb.add_argument(
        "--prior",
        metavar="SHARES",
        help="class shares that the probabilities are for: validation, train, uniform, or a file (default: those of "
        "validation, else of train)",
    )
    verb.add_argument("--part", metavar="PART", help="rows to adjust (default: new, else test)")
    verb.add_argument("--out", type=Path, metavar="FILE", help="Parquet of the adjusted predictions")
