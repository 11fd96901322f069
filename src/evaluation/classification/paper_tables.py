"""The tables of a paper on a classifier: LaTeX with caption and note, and the CSV of its numbers."""

from dataclasses import replace

import numpy as np

from ..evaluation import Evaluation
from ..shown import FEW, of_few, spelt
from ..tables.csv_text import csv_text, known
from ..tables.latex import MANY, confusion_latex, float_latex, percentile_latex, table_latex
from .summary import ClassEvaluation
from .tables import confusion_counts_csv, confusion_fraction_csv, confusion_percentiles_csv

SCORES = ("precision", "recall", "f1", "roc_auc", "average_precision")


def score_tables(evaluation: ClassEvaluation) -> dict[str, str]:
    """Name of a file -> its text: the whole, and class by class, of both levels."""
    spread = spread_words(evaluation)
    source = f"Published: {evaluation.published.source}." if evaluation.published else ""
    results = evaluation.results_table()
    results = replace(results, rows=[(spelt(name), *values) for name, *values in results.rows])
    classes = next(table for table in evaluation.tables() if table.name == "classes")
    tables = {
        "results.tex": table_latex(results, f"Scores on the {evaluation.part} part. {spread}", source),
        "classes.tex": table_latex(
            classes,
            f"Scores of each class on the {evaluation.part} part. {spread} Support is the number of samples"
            f"{', a mean over the repeats' if len(evaluation.repeats) > 1 else ''}.",
            source,
        ),
        "classes.csv": classes_csv(evaluation),
    }
    if evaluation.published:
        tables["published.csv"] = published_csv(evaluation)
    return tables


def level_tables(evaluation: ClassEvaluation, end: str) -> dict[str, str]:
    """Name of a file, with this before its suffix, -> its text; LaTeX in the order of the figures."""
    order = np.ix_(evaluation.order, evaluation.order)
    classes = tuple(evaluation.classes[index] for index in evaluation.order)
    support = support_columns(evaluation)
    whole = confusion_latex(classes, evaluation.fraction_mean[order], evaluation.fraction_std[order], support)
    unit = "Per cent" if len(classes) > MANY else "Fractions"
    told, note = confusion_words(evaluation)
    spread = spread_words(evaluation, cells=True)
    tables = {
        f"metrics{end}.csv": evaluation.metrics_csv(),
        f"confusion_counts{end}.csv": confusion_counts_csv(evaluation),
        f"confusion_fraction{end}.csv": confusion_fraction_csv(evaluation),
        f"confusion{end}.tex": float_latex(
            whole,
            f"Confusion matrix of the {told}. {unit} of each true class. {spread}".rstrip(),
            f"confusion{end}",
            note,
        ),
    }
    if len(evaluation.repeats) > 1:  # percentiles of one value are that value
        percentiles = np.stack([each[order] for each in evaluation.fraction_percentiles])
        caption = (
            f"Confusion matrix of the {told}. Per cent of each true class: median over {len(evaluation.repeats)} "
            "repeats, with the distances to the 95th and the 5th percentile."
        )
        tables[f"confusion_percentiles{end}.csv"] = confusion_percentiles_csv(evaluation)
        tables[f"confusion_percentiles{end}.tex"] = float_latex(
            percentile_latex(classes, percentiles, support), caption, f"confusion_percentiles{end}", note
        )
    return tables


def support_columns(evaluation: ClassEvaluation) -> dict[str, list[str]]:
    """Head -> how many objects each true class has, a mean over repeats, in the order of the figures.

    Samples stand beside where they are others.
    """
    objects = np.mean([repeat.class_objects for repeat in evaluation.repeats], axis=0)[evaluation.order]
    samples = evaluation.counts.sum(axis=2).mean(axis=0)[evaluation.order]
    columns = {"Objects": [f"{each:.0f}" for each in objects]}
    return columns if np.array_equal(objects, samples) else columns | {"Samples": [f"{each:.0f}" for each in samples]}


def confusion_words(evaluation: ClassEvaluation) -> tuple[str, str]:
    """What the matrix is of, for its caption; and the note below it."""
    several = len(evaluation.repeats)
    note = "Rows are true classes, with the numbers of their objects"
    note += f", a mean over {several} repeats" if several > 1 else ""
    note += "; columns are predicted classes."
    note += f" {of_few(several)}." if 1 < several < FEW else ""
    return f"{evaluation.part} part", note


def spread_words(evaluation: Evaluation, cells: bool = False) -> str:
    """What stands behind a number, in a sentence for a caption.

    Parameters
    ----------
    cells : of a confusion matrix, which have no intervals.
    """
    several = len(evaluation.repeats)
    if several > 1:
        mark = "±*" if several < FEW else "±"
        return f"Mean {mark} standard deviation over {several} repeats."
    if evaluation.intervals and not cells:
        percent = f"{100 * evaluation.confidence:.0f} %"
        return f"In brackets the {percent} interval of a bootstrap over objects, of a single training."
    return "Of a single training."


def classes_csv(evaluation: ClassEvaluation) -> str:
    """A row a class of both levels: objects, samples, and of each score mean, std and repeats."""
    header = [
        "class",
        "objects",
        "samples",
        *(f"{name}_{end}" for name in SCORES for end in ("mean", "std", "repeats")),
    ]
    rows = []
    for prefix, level in evaluation.levels.items():
        mean, std, number = level.mean, level.std, level.repeats_of
        objects = np.mean([repeat.class_objects for repeat in level.repeats], axis=0)
        for index, name in enumerate(level.classes):
            row = [prefix + name, known(objects[index]), mean[f"support/{name}"]]
            for score in SCORES:
                of = f"{score}/{name}"
                row += [mean.get(of), std.get(of), number.get(of, 0)]
            rows.append(row)
    return csv_text(header, rows)


def published_csv(evaluation: ClassEvaluation) -> str:
    """A row a metric that the paper reports and we have: both, with their deviations, and the difference."""
    rows = []
    for prefix, level in evaluation.levels.items():
        mean, std = level.mean, level.std
        for name, ours in mean.items():
            theirs = evaluation.published.value(prefix + name) if evaluation.published else None
            if theirs is not None:
                rows.append([prefix + name, ours, std.get(name), *theirs, ours - theirs[0]])
    return csv_text(["metric", "mean", "std", "published_mean", "published_std", "difference"], rows)
