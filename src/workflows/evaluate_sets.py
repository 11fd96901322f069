"""Several test sets of one model, by where they come from, in one table: one alone says little."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from omegaconf import DictConfig

from ..config import instantiate
from ..core.progress import status
from ..evaluation import Evaluation, Evaluator
from ..evaluation.shown import Table
from ..evaluation.tables.csv_text import csv_text
from ..evaluation.tables.latex import table_latex
from ..files import replacing
from ..runtime.errors import AlertlabError
from .source import predictions_file, read_source

NAME = "test_sets"


@dataclass(frozen=True)
class SetsResult:
    """What the evaluation of several sets leaves."""

    evaluations: Mapping[str, Evaluation]
    table: Table
    out: Path


def evaluate_sets(config: DictConfig, sources: Sequence[str], names: Sequence[str] | None, out: Path) -> SetsResult:
    """Evaluate each set into a folder of its own, and all in one table.

    Parameters
    ----------
    config : composed from ``evaluate``. sources : tables, folders or runs. names : of the sets; files' by default.
    out : ``test_sets.csv``, ``test_sets.tex``, and a folder a set.

    Raises
    ------
    AlertlabError
        For names that are not one a set, or no names of folders.
    """
    called = [_name(source) for source in sources] if names is None else [str(name).strip() for name in names]
    if len(called) != len(sources) or len(set(called)) < len(called):
        raise AlertlabError(
            f"--names: {len(sources)} sets need as many names, all different, not {', '.join(called) or 'none'}"
        )
    if bad := [name for name in called if not name or name in (".", "..") or set(name) & set("/\\")]:
        raise AlertlabError(f"--names: {bad[0]!r} is to be the name of a folder, without / or \\")
    evaluator: Evaluator = instantiate(config.evaluation)
    evaluations = {}
    for name, source in zip(called, sources, strict=True):
        with status(f"evaluating {name}"):
            evaluations[name] = evaluator(read_source(config, source), out / name)
    table = sets_table(evaluations)
    for ending, text in (("csv", sets_csv(evaluations)), ("tex", table_latex(table))):
        with replacing(out / f"{NAME}.{ending}") as partial:
            partial.write_text(text, encoding="utf-8")
    return SetsResult(evaluations, table, out)


def sets_table(evaluations: Mapping[str, Evaluation]) -> Table:
    """A row a set: objects, and the overall metrics, with deviations or intervals."""
    rows = {name: dict(each.results()) for name, each in evaluations.items()}
    first = next(iter(evaluations.values()))
    wanted = dict.fromkeys((*first.compared, *first.headline, *first.shown))
    metrics = [name for name in wanted if any(name in row for row in rows.values())]
    cells = []
    for name, each in evaluations.items():
        objects = sum(repeat.objects for repeat in each.repeats) / len(each.repeats)
        cells.append((name, f"{objects:.0f}", *(rows[name].get(metric, "-") for metric in metrics)))
    return Table(NAME, "test sets", ("set", "objects", *metrics), cells)


def sets_csv(evaluations: Mapping[str, Evaluation]) -> str:
    """A row a set and metric: mean and std over repeats, or low and high of a single one."""
    lines = []
    for name, each in evaluations.items():
        mean, std = each.mean, each.std
        for metric, value in mean.items():
            lines.append([name, metric, value, std.get(metric), *each.intervals.get(metric, (None, None))])
    return csv_text(["set", "metric", "mean", "std", "low", "high"], lines)


def _name(source: str) -> str:
    path = predictions_file(source)
    if path is None:
        return source
    return path.parent.name if path.stem == "predictions" and path.parent.name else path.stem
