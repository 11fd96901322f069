"""The numbers of a comparison as CSV, JSON and LaTeX: the same input gives the same bytes."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from ...evaluation.comparison.cells import Cells
from ...evaluation.comparison.difference import Comparison, Judged, Pair
from ...evaluation.comparison.rankings import Ranking
from ...evaluation.comparison.verdict import (
    in_words,
    metrics_table,
    names_of,
    overall,
    pairs_table,
    parts,
    parts_table,
    verdicts,
    wins,
)
from ...evaluation.metrics.spread import mean_and_std
from ...evaluation.published import Published
from ...evaluation.shown import Table
from ...evaluation.tables.csv_text import csv_text, known
from ...evaluation.tables.latex import table_latex
from ..source import Source
from .files import as_json

LATEX = ("recall", "f1", "rmse")  # scores by class that have a table
Rankings = dict[str, Ranking]
HEADER = ["first", "second", "metric", "first_mean", "second_mean", "difference", "std", "low", "high", "p", "p_holm"]
HEADER += ["objects_low", "objects_high", "objects_p", "repeats_low", "repeats_high", "repeats_p"]


def number_files(
    comparison: Comparison, metric: str, sources: Sequence[Source], rankings: Rankings, published: Published | None
) -> dict[str, bytes]:
    """Name of a file -> content; ``metric`` is what several runs are told by in LaTeX."""
    rows = [row for pair in comparison.pairs for row in _rows(comparison, pair)]
    header = HEADER + [f"repeat_{number}" for number in comparison.repeats]
    files = {"differences.csv": csv_text(header, rows), "runs.csv": _runs(comparison, published)}
    files["runs.tex"] = table_latex(in_words(runs_table(comparison, published)))
    if len(comparison.pairs) == 1:
        (pair,) = comparison.pairs
        files["differences.tex"] = table_latex(in_words(metrics_table(comparison, pair)))
        scores = [score for score in parts(pair) if score in LATEX]
        files |= {f"by_class_{score}.tex": table_latex(parts_table(comparison, pair, score)) for score in scores}
    else:
        files["differences.tex"] = table_latex(pairs_table(comparison, metric))
    if rankings:
        files["ranks.csv"] = _ranks(comparison, rankings)
    summary = as_json(_summary(comparison, sources, rankings, [dict(zip(header, row, strict=True)) for row in rows]))
    return {name: text.encode() for name, text in files.items()} | {"differences.json": summary}


def runs_table(comparison: Comparison, published: Published | None) -> Table:
    """A row a metric of the whole, a column a run: mean and deviation over repeats; then what is published."""
    rows = []
    for name in overall(comparison.pairs[0]):
        mean, std = mean_and_std(comparison.values[name].T)
        cells = [
            f"{value:.3f}" + (f" ± {spread:.3f}" if np.isfinite(spread) else "")
            for value, spread in zip(mean.tolist(), std.tolist(), strict=True)
        ]
        rows.append((name, *cells, *([published.text(name)] if published else [])))
    head = ("metric", *comparison.names, *(["published, not tested"] if published else []))
    return Table("runs", "runs", head, rows)


def cells_csv(matrix: Cells) -> str:
    """A row a cell of two confusion matrices: fractions of the true class, and p-values of all cells together."""
    rows = [
        [true, predicted, *(known(float(each[at])) for each in (matrix.first, matrix.second, matrix.p))]
        for at, (true, predicted) in zip(np.ndindex(matrix.p.shape), product(matrix.classes, repeat=2), strict=True)
    ]
    return csv_text(["true", "predicted", "first", "second", "p"], rows)


def _runs(comparison: Comparison, published: Published | None) -> str:
    header = ["metric", *(f"{name} {end}" for name in comparison.names for end in ("mean", "std"))]
    header += ["published (not tested)", "published std"] if published else []
    rows = []
    for name, values in comparison.values.items():
        mean, std = mean_and_std(values.T)
        row: list[Any] = [name, *(known(each) for pair in zip(mean, std, strict=True) for each in pair)]
        if published:
            row += published.value(name) or (None, None)
        rows.append(row)
    return csv_text(header, rows)


def _ranks(comparison: Comparison, rankings: Rankings) -> str:
    header = ["metric", "blocks", "friedman_chi2", "friedman_p", "critical_difference", *comparison.names]
    rows = [
        [name, f"{len(of.values)} {of.blocks}", of.chi2, of.p, of.critical, *of.mean_rank.tolist()]
        for name, of in rankings.items()
    ]
    return csv_text(header, rows)


def _rows(comparison: Comparison, pair: Pair) -> list[list[Any]]:
    return [
        [
            *names_of(comparison, pair),
            metric,
            *(float(np.nanmean(each)) for each in (of.first, of.second)),
            of.mean,
            of.std,
            *_numbers(of.judged),
            known(of.p_holm),
            *_numbers(of.objects),
            *_numbers(of.repeats),
            *(known(float(each)) for each in of.first - of.second),
        ]
        for metric, of in pair.differences.items()
    ]


def _numbers(of: Judged | None) -> list[float | None]:
    return [*of.interval, known(of.p)] if of else [None, None, None]


def _summary(
    comparison: Comparison, sources: Sequence[Source], rankings: Rankings, differences: list[dict[str, Any]]
) -> dict[str, Any]:
    paired, blocks = comparison.paired, comparison.resampled.blocks
    return {
        "runs": [
            {"name": name, "source": source.words, "run_id": source.run_id, "left_out": left_out}
            for name, source, left_out in zip(comparison.names, sources, paired.left_out, strict=True)
        ],
        "task": next(iter(paired.repeats.values()))[0].task,
        "repeats": list(comparison.repeats),
        "objects": paired.objects,
        "rows": paired.rows,
        "interval": comparison.method,
        "confidence": comparison.confidence,
        "drawn": "objects" if blocks.whole else f"{blocks.number} random blocks of objects",
        "verdicts": [
            {"first": names_of(comparison, pair)[0], "second": names_of(comparison, pair)[1]}
            | {"sentences": verdicts(comparison, pair)}
            | {"wins": {score: list(wins(comparison, pair, score)) for score in parts(pair)}}
            for pair in comparison.pairs
        ],
        "mcnemar": [
            dict(zip(("first", "second"), names_of(comparison, pair), strict=True)) | {"repeat": repeat} | vars(of)
            for pair in comparison.pairs
            for repeat, of in pair.decisions.items()
        ],
        "ranks": {
            name: {
                "blocks": f"{len(of.values)} {of.blocks}",
                "friedman_chi2": of.chi2,
                "friedman_p": of.p,
                "critical_difference": of.critical,
                "mean_rank": dict(zip(comparison.names, of.mean_rank.tolist(), strict=True)),
                "nemenyi_p": of.nemenyi.tolist(),
            }
            for name, of in rankings.items()
        },
        "differences": differences,
    }
