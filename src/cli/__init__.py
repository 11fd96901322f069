"""The command line: one verb, one workflow; no logic."""

import signal
import sys
from collections.abc import Sequence
from typing import Any

from ..door.words import in_brief, printable
from ..runtime.errors import AlertlabError
from .parser import parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``alertlab VERB ...``; returns the exit status."""
    root = parser()
    options, rest = root.parse_known_args(arguments)
    if rest and (not hasattr(options, "overrides") or any(word.startswith("-") for word in rest)):
        root.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        options.overrides += rest  # argparse leaves out what stands behind an option
    signal.signal(signal.SIGTERM, _interrupt)  # so that a run killed by a scheduler says so
    try:
        options.verb(options)
    except KeyboardInterrupt:
        if options.debug:
            raise
        print("interrupted", file=sys.stderr)
        return 130
    except Exception as error:
        if options.debug:
            raise
        if isinstance(error, AlertlabError):
            print(f"alertlab: {printable(error)}", file=sys.stderr)  # one line, whatever names are in it
        elif isinstance(error, OSError) and error.filename and error.strerror:
            print(f"alertlab: {printable(error.filename)}: {error.strerror}", file=sys.stderr)
        elif not isinstance(error, BrokenPipeError):  # whoever reads the output has had enough
            from ..config.secrets import masked  # here: `alertlab --help` must not wait for Hydra

            said = masked(in_brief(error, 300))
            print(f"alertlab: {type(error).__name__}: {said} (--debug shows where)", file=sys.stderr)
        return 1
    return 0


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt
