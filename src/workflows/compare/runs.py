"""Runs on one task: whether one is better than another, and on what."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from ...core.progress import counter, status
from ...evaluation.comparison.difference import Comparison, Judged, Pair, compare
from ...evaluation.comparison.pairing import RunRows, paired, rows_of_run
from ...evaluation.tables.csv_text import csv_text, known
from ...runtime.errors import AlertlabError
from ..source import Source, find_sources, predictions_at
from .files import as_json, check, write


@dataclass(frozen=True)
class CompareRunsResult:
    """Paired differences of runs, and the folder of their tables."""

    comparison: Comparison
    out: Path


def compare_runs(config: DictConfig, words: Sequence[str], out: Path, intersection: bool = False) -> CompareRunsResult:
    """Paired differences of metrics over the repeats that all runs have.

    Parameters
    ----------
    config : composed from ``compare``.
    words : two sources or more: run ids, their first digits, names, folders, tables of predictions.
    out : folder of ``differences.csv`` and ``differences.json``.
    intersection : take the test rows that all have, where they differ; else such runs are refused.

    Raises
    ------
    AlertlabError
        For a source that is none, or runs that were not tested on the same samples.
    """
    sources, comparison = compare_sources(config, words, intersection)
    header, rows = _table(comparison)
    files = {"differences.csv": csv_text(header, rows).encode()}
    write(out, files | {"differences.json": as_json(_summary(comparison, sources))})
    return CompareRunsResult(comparison, out)


def compare_sources(
    config: DictConfig, words: Sequence[str], intersection: bool = False
) -> tuple[list[Source], Comparison]:
    """The comparison alone; see `compare_runs`."""
    check(config)
    if len(words) < 2:
        raise AlertlabError(f"compare: {' '.join(words)} is one run; give two or more")
    sources = find_sources(config, words)
    runs = []
    for source in sources:
        with status(f"reading {source.name}"):
            runs.append(_tested(config, source))
    together = paired(runs, intersection)
    del runs
    with counter("comparing") as shown:
        done = [0]

        def tick() -> None:
            done[0] += 1
            shown(done[0], None)

        comparison = compare(
            together, config.resamples, config.permutations, config.confidence, config.against == "first", tick=tick
        )
    return sources, comparison


def _tested(config: DictConfig, source: Source) -> RunRows:
    """Its labelled test rows; the rest of its table is let go."""
    return rows_of_run(source.name, predictions_at(config, source), config.train_rows)


def _table(comparison: Comparison) -> tuple[list[str], list[list[Any]]]:
    """A row a pair and metric."""
    header = [
        "first",
        "second",
        "metric",
        "first_mean",
        "second_mean",
        "difference",
        "std",
        "low",
        "high",
        "p",
        "p_holm",
    ]
    header += ["objects_low", "objects_high", "objects_p", "repeats_low", "repeats_high", "repeats_p"]
    header += [f"repeat_{number}" for number in comparison.repeats]
    return header, [row for pair in comparison.pairs for row in _rows(comparison, pair)]


def _rows(comparison: Comparison, pair: Pair) -> list[list[Any]]:
    names = comparison.names[pair.first], comparison.names[pair.second]
    return [
        [
            *names,
            metric,
            *(float(each[~(each != each)].mean()) for each in (of.first, of.second)),
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


def _summary(comparison: Comparison, sources: Sequence[Source]) -> dict[str, Any]:
    header, rows = _table(comparison)
    paired = comparison.paired
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
        "mcnemar": [
            {
                "first": comparison.names[pair.first],
                "second": comparison.names[pair.second],
                "repeat": repeat,
                **vars(of),
            }
            for pair in comparison.pairs
            for repeat, of in pair.decisions.items()
        ],
        "differences": [dict(zip(header, row, strict=True)) for row in rows],
    }
