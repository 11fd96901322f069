"""``python -m alertlab.runtime``: check, describe and run a bundle from a shell."""

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import read_inputs
from .bundle import Bundle, load
from .describe import describe
from .errors import AlertlabError
from .ragged import Ragged
from .table import IDENTITY, only_table, read_csv
from .tasks.task import cell

EXAMPLE = """example:
  python -m alertlab.runtime check stamp-1.0.bundle
  python -m alertlab.runtime predict stamp-1.0.bundle alerts.npz --out classes.npz
  python -m alertlab.runtime predict light-curve-1.0.bundle features.csv --out classes.csv

An .npz holds one array an input, named and shaped as `info` says; of sequences all points in one array NAME, and
in NAME.offsets where each row begins. A .csv holds the columns of a bundle that takes features alone, in any order
and among others; an empty cell is unknown."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0, or 1 after one line that says what is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m alertlab.runtime",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="check|info|predict")
    for name, purpose in (
        ("check", "verify every byte and replay the golden rows"),
        ("info", "say what it takes, what it returns and where it comes from"),
        ("predict", "answer for the rows of an .npz or .csv file"),
    ):
        command = commands.add_parser(name, help=purpose, description=purpose)
        command.add_argument("bundle", type=Path, help="folder or uncompressed zip")
        if name == "predict":
            command.add_argument("inputs", type=Path, help=".npz with the declared inputs, or .csv with the columns")
            command.add_argument("--coverage", type=float, help="add sets of classes that hold the true one so often")
            command.add_argument("--by-class", action="store_true", help="sets of that coverage for each class")
            command.add_argument("--out", type=Path, help=".npz for what Python returns, or .csv; else text is printed")
    options = parser.parse_args(arguments)
    try:
        bundle = load(options.bundle)
        if options.command == "check":
            answer = check(bundle)
        elif options.command == "info":
            answer = "\n".join(f"{name}: {value}" for name, value in describe(bundle).items())
        else:
            if options.coverage is not None:
                bundle = bundle.with_sets(options.coverage, options.by_class)
            answer = predict(bundle, options.inputs, options.out)
    except (AlertlabError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stdout.write(answer + "\n")
    return 0


def check(bundle: Bundle) -> str:
    """Replay the golden rows and report."""
    report = bundle.self_test()
    return f"ok: {report.n_rows} golden rows, largest difference {report.max_abs_error:.2g}, no label flips"


def predict(bundle: Bundle, inputs: Path, out: Path | None) -> str:
    """Answer for the rows of a file; return a line each, or where they were written."""
    names = None
    if inputs.suffix == ".csv":
        spec = only_table(bundle.inputs, inputs)
        features, names = read_csv(inputs, spec)
        prediction = bundle.predict({spec.name: features})
    else:
        given = read_inputs(inputs)
        named = [given.pop(name) for name in IDENTITY if name in given]
        names = [str(name) for name in named[0].tolist()] if named else None
        prediction = bundle.predict(given)
    if out is None:
        owner, lines = bundle.task.lines(bundle.manifest, prediction)
        if names is None and owner.tolist() == list(range(len(lines))):
            return "\n".join(lines)
        rows_of = [str(row) if names is None else names[row] for row in owner.tolist()]
        return "\n".join(f"{row}\t{line}" for row, line in zip(rows_of, lines, strict=True))
    owner, columns = bundle.task.table(bundle.manifest, prediction)
    if out.suffix == ".csv":
        write_csv(out, names, owner, columns)
    else:
        rows: dict[str, Any] = {} if names is None else {"row": np.array(names, np.str_)}
        rows |= arrays_of(vars(prediction))
        with out.open("wb") as file:  # savez would append .npz to another name
            np.savez(file, classes=np.array(bundle.classes), **rows)
    return f"{len(set(owner.tolist()))} rows -> {out}"


def write_csv(path: Path, names: Sequence[str] | None, owner: NDArray[np.int64], columns: dict[str, Any]) -> None:
    """A line a row, or several: its name, and what is said of it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["row", *columns])
        for row, *values in zip(owner.tolist(), *columns.values(), strict=True):
            lines.writerow([row if names is None else names[row], *map(cell, values)])


def arrays_of(values: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """A prediction as plain arrays: of what is of unequal length, flat values and where each row begins."""
    found: dict[str, NDArray[Any]] = {}
    for name, each in values.items():
        if isinstance(each, Ragged):
            found |= {name: each.values, f"{name}.offsets": each.offsets}
        elif isinstance(each, Mapping):
            found |= arrays_of(each)
        elif each is not None:
            found[name] = each
    return found


if __name__ == "__main__":
    sys.exit(main())
