"""Final results as MLflow, JSON and people see them."""

import math
from pathlib import Path

from ..evaluation import Evaluation
from ..tracking import TrackedRun, named


def named_metrics(evaluation: Evaluation) -> dict[str, float]:
    """``<part>/<metric>`` of each mean, ``..._std`` over repeats; of a classifier also cells of the confusion matrix.

    Those of the top level, where there is one, are ``<part>/top/<metric>``. Names are those of
    :func:`alertlab.tracking.named`: no two classes share one.
    """
    return {
        named(evaluation.part, *words, deviation=deviation): value
        for words, deviation, value in evaluation.named()
        if not math.isnan(value)  # an absent class, or the deviation of a single repeat: not a result
    }


def log_results(run: TrackedRun, evaluation: Evaluation, figures: Path) -> None:
    """Record metrics, figures, and the tables that MLflow's page compares across runs."""
    run.log_results(named_metrics(evaluation))
    run.log_files(figures)
    for end in ("_top", ""):
        name = f"{evaluation.first_figure}{end}"
        if (figures / f"{name}.png").is_file():  # evaluation.formats may leave png out
            title = f"{'top-level ' if end else ''}{evaluation.first_figure.replace('_', ' ')}"
            run.log_image(figures / f"{name}.png", f"{evaluation.part} {title}")
    overall = evaluation.results()
    run.log_table({"metric": [name for name, _ in overall], "value": [value for _, value in overall]}, "results.json")
    for table in evaluation.tables():
        columns = zip(*table.rows, strict=True) if table.rows else [()] * len(table.header)
        header = [cell.lower() for cell in table.header]
        run.log_table({name: list(of) for name, of in zip(header, columns, strict=True)}, f"{table.name}.json")
