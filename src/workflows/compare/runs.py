"""Runs on one task: whether one is better than another, and on what."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from omegaconf import DictConfig

from ...config import instantiate, load
from ...core.progress import counter, status
from ...evaluation.comparison.cells import cells
from ...evaluation.comparison.difference import Comparison, compare
from ...evaluation.comparison.direction import direction
from ...evaluation.comparison.pairing import RunRows, paired, rows_of_run
from ...evaluation.comparison.rankings import rankings
from ...evaluation.comparison.verdict import metrics_table, overall
from ...evaluation.own import own_metrics
from ...evaluation.published import Published, read_published
from ...runtime.errors import AlertlabError
from ...tracking import CONFIG, Tracker
from ..report import data_of
from ..source import Source, find_sources, predictions_at
from .files import check, write
from .page import Seen, figures_of, friedman_table, mcnemar_table, page_of
from .recorded import recorded
from .tables import Rankings, cells_csv, number_files, runs_table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEADLINE = ("macro_f1", "auroc", "rmse")  # what runs are ranked by first, of the metrics they have
PAGE = "comparison.html"


@dataclass(frozen=True)
class CompareRunsResult:
    """Paired differences of runs, the folder of their tables and page, and the run that records them, if any."""

    comparison: Comparison
    metric: str
    rankings: Rankings
    published: Published | None
    sources: Sequence[Source]
    out: Path
    run_id: str | None

    @property
    def page(self) -> Path:
        """All of it for people."""
        return self.out / PAGE


def compare_runs(
    config: DictConfig, words: Sequence[str], out: Path, intersection: bool = False, allowed: Sequence[str] = ()
) -> CompareRunsResult:
    """Paired differences of metrics over the repeats that all runs have.

    Parameters
    ----------
    config : composed from ``compare``.
    words : two sources or more: run ids, their first digits, names, folders, tables of predictions.
    out : folder of ``differences.csv`` and ``.json``, ``runs.csv``, LaTeX, figures and ``comparison.html``.
    intersection : take the test rows that all have, where they differ; else such runs are refused.
    allowed : further packages that a ``_target_`` of a run's config may name, to read its data.

    Raises
    ------
    AlertlabError
        For a source that is none, or runs that were not tested on the same samples.
    """
    check(config)
    published = read_published(Path(config.published), "published") if config.published else None
    sources, comparison = compare_sources(config, words, intersection)
    with status("ranking"):
        ranked = rankings(comparison.paired, comparison.level)
    metric = _headline(config, comparison)
    with status("drawing"):
        two = comparison.pairs[0] if len(comparison.pairs) == 1 else None
        matrix = cells(comparison, two, config.permutations) if two else None
        figures = figures_of(comparison, ranked, metric, matrix)
        seen = _seen(config, sources, allowed)
        page = page_of(comparison, sources, ranked, figures, published, seen)
        files = number_files(comparison, metric, sources, ranked, published) | _drawn(config, figures)
    files |= {"confusion.csv": cells_csv(matrix).encode()} if matrix else {}
    files[PAGE] = page.encode()
    write(out, files)
    tables = [runs_table(comparison, published)]
    tables += [metrics_table(comparison, comparison.pairs[0])] if len(comparison.pairs) == 1 else []
    tables += [friedman_table(comparison, ranked)] if ranked else []
    tables += [mcnemar_table(comparison)] if comparison.pairs[0].decisions else []
    run_id = recorded(config, sources, comparison, tables, files)
    return CompareRunsResult(comparison, metric, ranked, published, sources, out, run_id)


def compare_sources(
    config: DictConfig, words: Sequence[str], intersection: bool = False
) -> tuple[list[Source], Comparison]:
    """The comparison alone; see `compare_runs`."""
    check(config)
    if len(words) < 2:
        raise AlertlabError(f"compare: {' '.join(words) or 'nothing'} is one run; give two or more")
    sources = find_sources(config, words)
    runs: list[RunRows] = []
    for source in sources:
        with status(f"reading {source.name}"):
            runs.append(rows_of_run(source.name, predictions_at(config, source), config.train_rows))
    together = paired(runs, intersection, own_metrics(config.metrics))
    del runs
    done = 0
    with counter("comparing") as shown:

        def tick() -> None:
            nonlocal done
            done += 1
            shown(done, None)

        reference = config.against == "first"
        comparison = compare(together, config.resamples, config.permutations, config.confidence, reference, tick=tick)
    return sources, comparison


def _headline(config: DictConfig, comparison: Comparison) -> str:
    names = overall(comparison.pairs[0])
    if config.metric is None:
        known = [name for name in names if direction(name)]
        return next((name for name in HEADLINE if name in names), known[0] if known else names[0])
    if config.metric not in comparison.pairs[0].differences:
        have = ", ".join(comparison.pairs[0].differences)
        raise AlertlabError(f"metric: {config.metric} is none of these runs; they have {have}")
    return str(config.metric)


def _drawn(config: DictConfig, figures: "dict[str, Figure]") -> dict[str, bytes]:
    from ...core.paper import render

    return {f"{name}.{form}": render(figure, form) for name, figure in figures.items() for form in config.formats}


def _seen(config: DictConfig, sources: Sequence[Source], allowed: Sequence[str]) -> Seen:
    """The data of the first run whose config can be read."""
    notes = []
    tracked = [source for source in sources if source.record]
    for source in tracked if config.gallery == "data" else ():
        try:
            seen = _data(config, source, allowed)
        except AlertlabError as error:
            seen = Seen(None, str(error))
        if seen.data:
            return seen
        notes.append(f"{source.name}: {seen.note}")
    return Seen(None, "; ".join(notes))


def _data(config: DictConfig, source: Source, allowed: Sequence[str]) -> Seen:
    assert source.record is not None
    with tempfile.TemporaryDirectory() as folder:
        if source.table is not None:
            path: Path | None = source.table.parent / CONFIG
        else:
            tracker: Tracker = instantiate(config.tracking)
            path = tracker.fetch(source.record.run_id, CONFIG, Path(folder))
        if path is None or not path.is_file():
            return Seen(None, "it holds no config.yaml")
        return Seen(*data_of(load(path, allowed), source.record))
