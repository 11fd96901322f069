"""What two classifiers, of the same classes or of others, say of the same objects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from ...core.predictions import ClassPredictions
from ...core.progress import status
from ...evaluation.comparison.agreement import Agreement, agreements, by_object
from ...evaluation.tables.csv_text import csv_text, known
from ...runtime.errors import AlertlabError
from ..source import read_source
from .files import as_json, check, write

ENDS = {"leaf": "", "top": "_top"}  # of the names of files


@dataclass(frozen=True)
class CompareMatrixResult:
    """What two runs say of the same objects.

    Attributes
    ----------
    matrices : ``leaf``, and ``top`` where the second run has branches.
    common, first_only, second_only : objects in the parts test and new of both, or of one alone.
    out : folder of figures and tables.
    """

    matrices: Mapping[str, Agreement]
    common: int
    first_only: int
    second_only: int
    out: Path


def compare_matrix(config: DictConfig, first: str, second: str, out: Path) -> CompareMatrixResult:
    """The fraction matrix of Förster et al. (2021): of each class of the second run, what the first says.

    Objects are matched by name; each stands once, with the mean probability of its rows.

    Parameters
    ----------
    config : composed from ``compare``.
    first, second : sources as `alertlab.workflows.evaluate` takes them; rows and columns of the matrix.
    out : folder of ``matrix.png``, ``matrix_fraction.csv``, ``matrix_counts.csv`` (with ``_top``
        at the top level of the second) and ``matrix.json``.

    Raises
    ------
    AlertlabError
        For a source that is none, or no object in common.
    """
    check(config)
    left, right = (by_object(_classes(config, source)) for source in (first, second))
    matrices = agreements(left, right)
    common = int(matrices["leaf"].counts.sum())
    result = CompareMatrixResult(matrices, common, len(left) - common, len(right) - common, out)
    summary = {
        "first": first,
        "second": second,
        "common": common,
        "first_only": result.first_only,
        "second_only": result.second_only,
        "matrices": {level: _matrix_json(each) for level, each in matrices.items()},
    }
    with status("drawing"):
        files = _figures(matrices, config.formats)
    for level, each in matrices.items():
        fraction = [[known(value) for value in row] for row in each.fraction]
        for name, rows in (("fraction", fraction), ("counts", each.counts.tolist())):
            lines = [[of, *row] for of, row in zip(each.rows, rows, strict=True)]
            files[f"matrix_{name}{ENDS[level]}.csv"] = csv_text(["first", *each.columns], lines).encode()
    write(out, files | {"matrix.json": as_json(summary)})
    return result


def _classes(config: DictConfig, source: str) -> ClassPredictions:
    predictions = read_source(config, source)
    if not isinstance(predictions, ClassPredictions):
        raise AlertlabError(f"--matrix: is of two classifiers, and {source} holds predictions of a {predictions.task}")
    return predictions


def _figures(matrices: Mapping[str, Agreement], formats: Sequence[str]) -> dict[str, bytes]:
    from ...core.paper import render  # here: matplotlib is half a second of import
    from ...evaluation.comparison.agreement_figure import agreement_figure

    drawn = {level: agreement_figure(each, "the first run", "the second run") for level, each in matrices.items()}
    return {f"matrix{ENDS[level]}.{form}": render(figure, form) for level, figure in drawn.items() for form in formats}


def _matrix_json(agreement: Agreement) -> dict[str, Any]:
    return {
        "rows": list(agreement.rows),
        "columns": list(agreement.columns),
        "counts": agreement.counts.tolist(),
        "fraction": [[known(value) for value in row] for row in agreement.fraction],
    }
