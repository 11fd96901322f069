"""The whole command line."""

import argparse
from typing import NoReturn

from .. import __version__
from ..door.words import printable
from .data_verbs import add_data_verbs
from .run_verbs import add_run_verbs


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the words of a command."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(2, f"{self.prog}: {printable(message)}; {self.prog} --help says what it takes\n")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    root = Parser("alertlab", description="Experiments and model training for survey astronomy.")
    root.add_argument("--version", action="version", version=f"alertlab {__version__}")
    verbs = root.add_subparsers(title="verbs", metavar="VERB", required=True)
    add_run_verbs(verbs)
    add_data_verbs(verbs)
    return root
