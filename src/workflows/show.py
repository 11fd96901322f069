"""Results for people: tables on standard output, plain where it is piped."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from ..evaluation import Evaluation, class_table, results_table


def show_evaluation(evaluation: Evaluation) -> None:
    """Overall metrics, then a row a class."""
    repeats = f", {len(evaluation.repeats)} repeats" if len(evaluation.repeats) > 1 else ""
    _table(f"{evaluation.part}{repeats}", ("metric", "value"), results_table(evaluation))
    _table("by class", ("class", "precision", "recall", "F1", "support"), class_table(evaluation))
    if evaluation.absent:
        print(f"absent from {evaluation.part}: {', '.join(evaluation.absent)}")


def show_counts(title: str, counts: Mapping[str, int]) -> None:
    """A row a name, largest first; nothing where there is nothing."""
    rows = sorted(counts.items(), key=lambda item: -item[1])
    if rows:
        _table(f"{title}: {sum(counts.values())}", (title, "alerts"), [(name, str(count)) for name, count in rows])


def show_paths(paths: Mapping[str, Any]) -> None:
    """``name  value`` lines, never broken, so that they can be copied."""
    width = max(map(len, paths))
    for name, value in paths.items():
        print(f"{name:<{width}}  {value}")


def _table(title: str, header: tuple[str, ...], rows: list[Any]) -> None:
    table = Table(title=title, title_justify="left")
    for number, name in enumerate(header):
        table.add_column(name, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    Console().print(table)
