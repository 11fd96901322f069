"""Compare two runs, or tables made anywhere: on the same task, or what they say of the same objects."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from ..core.predictions import ClassPredictions
from ..core.progress import status
from ..evaluation.comparison.agreement import Agreement, agreements, by_object
from ..evaluation.comparison.difference import Comparison, compare
from ..evaluation.evaluator import FORMATS
from ..evaluation.tables.csv_text import csv_text, known
from ..files import replacing
from ..runtime.errors import AlertlabError
from .source import read_source

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


@dataclass(frozen=True)
class CompareRunsResult:
    """Paired differences of two runs, and the folder of their tables."""

    comparison: Comparison
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
    _write(out, files | {"matrix.json": _json(summary)})
    return result


def compare_runs(config: DictConfig, first: str, second: str, out: Path) -> CompareRunsResult:
    """Paired differences of metrics, first minus second, over the repeats that both runs have.

    Parameters
    ----------
    config : composed from ``compare``.
    first, second : sources as `alertlab.workflows.evaluate` takes them, tested on the same samples.
    out : folder of ``differences.csv`` and ``differences.json``.

    Raises
    ------
    AlertlabError
        For a source that is none, or runs that were not tested on the same samples.
    """
    check(config)
    left, right = (read_source(config, source) for source in (first, second))
    with status("comparing"):
        comparison = compare(left, right, config.resamples, config.confidence)
    header = ["metric", "first", "second", "difference", "std", "low", "high"]
    header += [f"repeat_{number}" for number in comparison.repeats]
    rows = [
        [
            each.metric,
            float(each.first.mean()),
            float(each.second.mean()),
            each.mean,
            each.std,
            *(each.interval or (None, None)),
            *(each.first - each.second).tolist(),
        ]
        for each in comparison.differences
    ]
    summary = {
        "first": first,
        "second": second,
        "repeats": list(comparison.repeats),
        "interval": comparison.method,
        "confidence": comparison.confidence,
        "differences": [dict(zip(header, row, strict=True)) for row in rows],
    }
    _write(out, {"differences.csv": csv_text(header, rows).encode(), "differences.json": _json(summary)})
    return CompareRunsResult(comparison, out)


def _classes(config: DictConfig, source: str) -> ClassPredictions:
    predictions = read_source(config, source)
    if not isinstance(predictions, ClassPredictions):
        raise AlertlabError(f"--matrix: is of two classifiers, and {source} holds predictions of a {predictions.task}")
    return predictions


def check(config: DictConfig) -> None:
    """Raise AlertlabError for a value that cannot be, before anything is read."""
    if not isinstance(config.resamples, int) or config.resamples < 1:
        raise AlertlabError(f"resamples: {config.resamples!r} is not a whole number of 1 or more")
    if not isinstance(config.confidence, float) or not 0 < config.confidence < 1:
        raise AlertlabError(f"confidence: {config.confidence!r} is not between 0 and 1")
    if unknown := [form for form in config.formats if form not in FORMATS]:
        raise AlertlabError(f"formats: {', '.join(map(str, unknown))} unknown; choose from {', '.join(FORMATS)}")


def _figures(matrices: Mapping[str, Agreement], formats: Sequence[str]) -> dict[str, bytes]:
    from ..core.paper import render  # here: matplotlib is half a second of import
    from ..evaluation.comparison.agreement_figure import agreement_figure

    drawn = {level: agreement_figure(each, "the first run", "the second run") for level, each in matrices.items()}
    return {f"matrix{ENDS[level]}.{form}": render(figure, form) for level, figure in drawn.items() for form in formats}


def _matrix_json(agreement: Agreement) -> dict[str, Any]:
    return {
        "rows": list(agreement.rows),
        "columns": list(agreement.columns),
        "counts": agreement.counts.tolist(),
        "fraction": [[known(value) for value in row] for row in agreement.fraction],
    }


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n").encode()


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        with replacing(out / name) as partial:
            partial.write_bytes(content)
