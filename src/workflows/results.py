"""Final results as MLflow, JSON and people see them."""

import math
from pathlib import Path

from ..evaluation import Evaluation, class_table, results_table
from ..tracking import TrackedRun


def named_metrics(evaluation: Evaluation) -> dict[str, float]:
    """``<part>/<metric>`` of each mean, ``..._std`` over repeats, and every cell of the confusion matrix."""
    part = evaluation.part
    metrics = {f"{part}/{name}": value for name, value in evaluation.mean.items()}
    metrics |= {f"{part}/{name}_std": value for name, value in evaluation.std.items()}
    for row, true in enumerate(evaluation.classes):
        for column, predicted in enumerate(evaluation.classes):
            cell = f"{part}/confusion/{true}/{predicted}"
            metrics[cell] = float(evaluation.fraction_mean[row, column])
            metrics[f"{cell}_std"] = float(evaluation.fraction_std[row, column])
    # NaN is an absent class, or the deviation of a single repeat: not a result
    return {name: value for name, value in metrics.items() if not math.isnan(value)}


def log_results(run: TrackedRun, evaluation: Evaluation, figures: Path) -> None:
    """Record metrics, figures, and the tables that MLflow's page compares across runs."""
    run.log_results(named_metrics(evaluation))
    run.log_files(figures)
    matrix = figures / "confusion_matrix.png"
    if matrix.is_file():  # evaluation.formats may leave png out
        run.log_image(matrix, f"{evaluation.part} confusion matrix")
    overall = results_table(evaluation)
    run.log_table({"metric": [name for name, _ in overall], "value": [value for _, value in overall]}, "results.json")
    names = ("class", "precision", "recall", "f1", "support")
    columns = zip(*class_table(evaluation), strict=True)
    run.log_table({name: list(column) for name, column in zip(names, columns, strict=True)}, "classes.json")
