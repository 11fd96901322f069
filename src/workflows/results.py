"""Final results as MLflow, JSON and people see them."""

import math
from collections.abc import Iterator
from pathlib import Path

from ..evaluation import Evaluation, class_table, results_table
from ..tracking import TrackedRun, named


def named_metrics(evaluation: Evaluation) -> dict[str, float]:
    """``<part>/<metric>`` of each mean, ``..._std`` over repeats, and every cell of the confusion matrix.

    Those of the top level, where there is one, are ``<part>/top/<metric>``. Names are those of
    :func:`alertlab.tracking.named`: no two classes share one.
    """
    return {
        named(evaluation.part, *prefix.split("/")[:-1], *words, deviation=deviation): value
        for prefix, level in evaluation.levels.items()
        for words, deviation, value in _metrics(level)
        if not math.isnan(value)  # an absent class, or the deviation of a single repeat: not a result
    }


def _metrics(evaluation: Evaluation) -> Iterator[tuple[tuple[str, ...], bool, float]]:
    """Words of the name, whether it is a deviation, value."""
    for deviation, values in (False, evaluation.mean), (True, evaluation.std):
        for name, value in values.items():
            yield tuple(name.split("/", 1)), deviation, value  # what follows the first slash is a class
    for deviation, matrix in (False, evaluation.fraction_mean), (True, evaluation.fraction_std):
        for row, true in enumerate(evaluation.classes):
            for column, predicted in enumerate(evaluation.classes):
                yield ("confusion", true, predicted), deviation, float(matrix[row, column])


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
