"""``python -m alertlab.runtime``: check, describe and run a bundle from a shell."""

import argparse
import csv
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .bundle import Bundle, Prediction, load
from .describe import describe
from .errors import AlertlabError
from .table import only_table, read_csv

EXAMPLE = """example:
  python -m alertlab.runtime check stamp-1.0.bundle
  python -m alertlab.runtime predict stamp-1.0.bundle alerts.npz --out classes.npz
  python -m alertlab.runtime predict light-curve-1.0.bundle features.csv --out classes.csv

An .npz holds one array an input, named and shaped as `info` says. A .csv holds the columns
of a bundle that takes features alone, in any order and among others; an empty cell is unknown."""


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
        ("predict", "classify the rows of an .npz or .csv file"),
    ):
        command = commands.add_parser(name, help=purpose, description=purpose)
        command.add_argument("bundle", type=Path, help="folder or uncompressed zip")
        if name == "predict":
            command.add_argument("inputs", type=Path, help=".npz with the declared inputs, or .csv with the columns")
            command.add_argument(
                "--out", type=Path, help=".npz for probability, label, index, or .csv; else text is printed"
            )
    options = parser.parse_args(arguments)
    try:
        bundle = load(options.bundle)
        if options.command == "check":
            answer = check(bundle)
        elif options.command == "info":
            answer = "\n".join(f"{name}: {value}" for name, value in describe(bundle).items())
        else:
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
    """Classify the rows of a file; return a line each, or where they were written."""
    names = None
    if inputs.suffix == ".csv":
        spec = only_table(bundle.inputs, inputs)
        features, names = read_csv(inputs, spec)
        prediction = bundle.predict({spec.name: features})
    else:
        prediction = bundle.predict(read_arrays(inputs))
    if out is None:
        best = prediction.probability.max(axis=1, initial=0.0)
        lines = [f"{label}\t{p:.6f}" for label, p in zip(prediction.label, best, strict=True)]
        return "\n".join(
            lines if names is None else (f"{name}\t{line}" for name, line in zip(names, lines, strict=True))
        )
    if out.suffix == ".csv":
        write_csv(out, names or [str(row) for row in range(len(prediction.label))], bundle.classes, prediction)
    else:
        rows: dict[str, Any] = {} if names is None else {"row": np.array(names, np.str_)}
        with out.open("wb") as file:  # savez would append .npz to another name
            np.savez(file, classes=np.array(bundle.classes), **rows, **vars(prediction))
    return f"{len(prediction.label)} rows -> {out}"


def write_csv(path: Path, names: Sequence[str], classes: Sequence[str], prediction: Prediction) -> None:
    """A line a row: its name, the class, and the probability of each class."""
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["row", "prediction", *(f"probability_{name}" for name in classes)])
        for name, label, row in zip(names, prediction.label, prediction.probability, strict=True):
            lines.writerow([name, label, *(f"{value:.9g}" for value in row)])  # nine digits are every bit of a float32


def read_arrays(path: Path) -> dict[str, NDArray[np.float32]]:
    """The arrays of an .npz file, pickles refused."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    except (ValueError, EOFError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise AlertlabError(f"{path}: not an .npz file of plain arrays ({error})") from error


if __name__ == "__main__":
    sys.exit(main())
