"""The verb that writes simulated data, a kind each."""

import argparse
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from .common import print_json
from .options import new_verb

DIFFICULTY = (
    "--difficulty",
    {"type": float, "default": 0.5, "metavar": "D", "help": "0 easy to 1 hard (default: %(default)s)"},
)


@dataclass(frozen=True)
class Kind:
    """What can be simulated.

    Attributes
    ----------
    name, text : of the verb, and its help. unit : what is counted. number : of them by default.
    files : what lies in the folder then.
    options : further ones of its own, as argparse takes them; the writer has parameters of their names.
    """

    name: str
    text: str
    unit: str
    files: tuple[str, ...]
    options: tuple[tuple[str, dict[str, Any]], ...] = (DIFFICULTY,)
    number: int = 2000


BALANCE = {
    "default": "published",
    "choices": ("published", "equal"),
    "help": "class shares: of the published labelled set, or equal (default: %(default)s)",
}
PROCESS = {
    "default": "walk",
    "choices": ("walk", "shots", "carma", "periodic"),
    "help": "damped random walk, flares, CARMA(2,1), oscillator (default: %(default)s)",
}
GAP = "0 the target galaxy, 1 the source galaxy, between in proportion (default: %(default)s)"
NOISE = "chance of a label to be the survey's rule and not the truth (default: %(default)s)"
TABLES = ("detections.parquet", "non_detections.parquet")
KINDS = (
    Kind("stamps", "write simulated ZTF packets", "packets", ("packets", "labels.csv")),
    Kind(
        "lightcurves",
        "write simulated light curves",
        "objects",
        (*TABLES, "labels.csv"),
        (DIFFICULTY, ("--balance", BALANCE)),
    ),
    Kind(
        "survey",
        "write objects with packets and light curves",
        "objects",
        ("packets", "labels.csv", *TABLES, "light_curve_labels.csv"),
    ),
    Kind(
        "quasars",
        "write simulated light curves of quasars",
        "objects",
        ("lightcurves.parquet", "objects.parquet"),
        (DIFFICULTY, ("--process", PROCESS)),
    ),
    Kind("gaia", "write simulated Gaia sources", "sources", ("gaia.parquet",)),
    Kind(
        "halo",
        "write stars, some of which fell in from another galaxy",
        "stars",
        ("stars.parquet",),
        (
            ("--gap", {"type": float, "default": 0.0, "metavar": "G", "help": GAP}),
            ("--labels", {"type": int, "metavar": "N", "help": "stars with a label (default: all)"}),
            ("--label-noise", {"type": float, "default": 0.0, "metavar": "P", "help": NOISE}),
        ),
    ),
    Kind(
        "clusters",
        "write a simulated catalogue of the disc with open clusters",
        "fields",
        ("catalogue.parquet", "clusters.csv", "members.csv"),
        (("--stars", {"type": int, "default": 20000, "metavar": "N", "help": "of a field (default: %(default)s)"}),),
        number=1,
    ),
    Kind("spectra", "write simulated spectra of galaxies", "spectra", ("spectra", "labels.csv")),
)


def add_simulate(verbs: Any) -> None:
    """Verb ``simulate``, a verb of its own for each kind."""
    text = "write simulated alerts, light curves, catalogues and spectra"
    kinds = verbs.add_parser("simulate", help=text).add_subparsers(metavar="KIND", required=True)
    for kind in KINDS:
        example = f"-n {kind.number} --out simulated --seed 1"
        verb = new_verb(kinds, kind.name, partial(simulate, kind), kind.text, example, "simulate ")
        counted = f"{kind.unit} (default: %(default)s)"
        verb.add_argument("-n", "--number", type=int, default=kind.number, metavar="N", help=counted)
        holds = ", ".join(name if "." in name else f"{name}/" for name in kind.files)
        verb.add_argument("--out", type=Path, required=True, metavar="DIR", help=f"new folder: {holds}")
        verb.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
        for name, about in kind.options:
            verb.add_argument(name, **about)


def simulate(kind: Kind, options: argparse.Namespace) -> None:
    """Verb ``simulate KIND``."""
    from ..workflows.simulate import simulate as workflow  # here: --help needs no numpy

    names = [name.removeprefix("--").replace("-", "_") for name, _ in kind.options]
    own = {name: getattr(options, name) for name in names}
    result = workflow(kind.name, options.out, options.number, options.seed, **own)
    if options.json:
        print_json(result)
        return
    from ..workflows.show import show_counts, show_paths

    show_counts("simulated", result["classes"], "objects")
    show_paths({Path(name).stem.replace("_", " "): options.out / name for name in kind.files})
