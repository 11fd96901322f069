"""Final results as MLflow, JSON and people see them."""

import math
from pathlib import Path

from ..evaluation import Evaluation, class_table, results_table
from ..tracking import TrackedRun


def named_metrics(evaluation: Evaluation) -> dict[str, float]:
    """``<part>/<metric>`` of each mean, ``..._std`` over repeats, and every cell of the confusion matrix.

    Those of the top level, where there is one, are ``<part>/top/<metric>``.
    """
    return {
        f"{evaluation.part}/{prefix}{name}": value
        for prefix, level in evaluation.levels.items()
        for name, value in _metrics(level).items()
    }


def _metrics(evaluation: Evaluation) -> dict[str, float]:
    mean, std = evaluation.fraction_mean, evaluation.fraction_std
    metrics = evaluation.mean | {f"{name}_std": value for name, value in evaluation.std.items()}
    for row, true in enumerate(evaluation.classes):
        for column, predicted in enumerate(evaluation.classes):
            cell = f"confusion/{true}/{predicted}"
            metrics[cell] = float(mean[row, column])
            metrics[f"{cell}_std"] = float(std[row, column])
    # NaN is an absent class, or the deviation of a single repeat: not a result
    return {name: value for name, value in metrics.items() if not math.isnan(value)}


def log_results(run: TrackedRun, evaluation: Evaluation, figures: Path) -> None:
    """Record metrics, figures, and the tables that MLflow's page compares across runs."""
    run.log_results(named_metrics(evaluation))
    run.log_files(figures)
    for name, title in (
        ("confusion_matrix_top", "top-level confusion matrix"),
        ("confusion_matrix", "confusion matrix"),
    ):
        matrix = figures / f"{name}.png"
        if matrix.is_file():  # evaluation.formats may leave png out
            run.log_image(matrix, f"{evaluation.part} {title}")
    overall = results_table(evaluation)
    run.log_table({"metric": [name for name, _ in overall], "value": [value for _, value in overall]}, "results.json")
    names = ("class", "precision", "recall", "f1", "support")
    columns = zip(*class_table(evaluation), strict=True)
    run.log_table({name: list(column) for name, column in zip(names, columns, strict=True)}, "classes.json")
