"""How two classifiers are compared, and what the report shows of one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions
from ...core.samples import UNLABELLED, Samples
from ...runtime.errors import AlertlabError
from ..metrics.confusion import confusion_counts
from ..metrics.ranking import log_losses
from ..metrics.scores import overall_scores
from ..rows import Weight, once
from ..shown import Bar, Example, Gallery, Group, Picture, Section
from .calibration import calibration_table
from .decisions import sets_table, thresholds_table
from .gallery import SEED, ClassGallery, galleries
from .gallery import Example as Predicted
from .ranking_curves import MOST, PRECISION, ROC, ranking_curves
from .summary import ClassEvaluation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COMPARED = ("macro_recall", "macro_f1", "balanced_accuracy", "accuracy", "log_loss")
HEADER = ("Predicted", "Probability", "Of the true class")


def scores(rows: ClassPredictions, weight: Weight = None) -> dict[str, float]:
    """Macro scores, accuracy and log loss."""
    decided, losses = _told(rows)
    found = overall_scores(confusion_counts(rows.target, decided, len(rows.classes), weight))
    loss = losses.mean() if weight is None else losses @ weight / weight.sum()
    return {name: float(loss if name == "log_loss" else found[name]) for name in COMPARED}


@once
def _told(rows: ClassPredictions) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Decided classes and logarithmic losses."""
    return rows.prediction, log_losses(rows.target, rows.probability)


def levels(rows: ClassPredictions) -> dict[str, ClassPredictions]:
    """The top level first, where there is one."""
    return ({"top/": rows.top()} if rows.branches else {}) | {"": rows}


def aligned(first: ClassPredictions, second: ClassPredictions) -> ClassPredictions:
    """The second with classes in the order of the first, and the branches of either."""
    if set(first.classes) != set(second.classes):
        raise AlertlabError(
            f"the runs have other classes, {', '.join(first.classes)} and {', '.join(second.classes)}: "
            "only runs on one task can be compared, others by --matrix"
        )
    if first.branches and second.branches and first.branches != second.branches:
        raise AlertlabError("the runs have other branches of the same classes; only runs on one task can be compared")
    order = np.array([second.classes.index(name) for name in first.classes])
    return replace(
        second,
        classes=first.classes,
        branches=first.branches or second.branches,
        probability=second.probability[:, order],
        uncalibrated=None if second.uncalibrated is None else second.uncalibrated[:, order],
        sets=None if second.sets is None else second.sets[:, order],
        target=np.append(np.argsort(order), UNLABELLED)[second.target],  # index -1 is unlabelled
    )


def differ(first: ClassPredictions, second: ClassPredictions) -> int:
    """Rows with another true class."""
    return int((first.target != second.target).sum())


def sections(evaluation: ClassEvaluation, rows: ClassPredictions) -> list[Section]:
    """Class by class, confusion, rankings, reliability."""
    from .figures import calibration_figure, reliability_by_class_figure  # here: matplotlib is half a second of import

    several = len(evaluation.repeats) > 1
    bars = "standard deviation over repeats" if several else "68 % interval of a fraction (Wilson)"
    reliable = Picture(
        calibration_figure(evaluation),
        "Reliability diagram: accuracy against probability",
        f"Below the diagonal the model is overconfident. Bars: {bars}.",
    )
    by_class = Picture(
        reliability_by_class_figure(rows),
        "Reliability of each class",
        "Fraction of a class against its probability, rows of all repeats together. Bars: 68 % interval of a fraction. "
        "Grey: before calibration.",
    )
    confusion = [
        (_confusion(level, " of the top level" if prefix else ""), len(level.classes) > 10)
        for prefix, level in evaluation.levels.items()
    ]
    return [
        Section("classes", "Class by class", link="Classes", tables=evaluation.tables()[:1]),
        Section("confusion", "Confusion matrix", link="Confusion", pictures=confusion),
        *_rankings(evaluation, rows),
        Section(
            "reliability",
            "Reliability",
            pictures=[([reliable], False), ([by_class], True)],
            tables=[calibration_table(evaluation)],
        ),
        *_decisions(evaluation),
        *_night(evaluation),
    ]


def _rankings(evaluation: ClassEvaluation, rows: ClassPredictions) -> list[Section]:
    """Curves of each class against the rest."""
    from .figures import ranking_figure

    curves = ranking_curves(rows, MOST, evaluation.confidence)
    if not curves:
        return []
    bands = "one standard deviation over repeats" if len(evaluation.repeats) > 1 else "intervals over objects"
    drawn = [
        (
            [Picture(ranking_figure(curves, kind), of, f"{of} of each class. Bands: {bands}. Dashes: a random order.")],
            True,
        )
        for kind, of in ((ROC, "ROC curves"), (PRECISION, "Precision against recall"))
    ]
    return [Section("rankings", "Each class against the rest", link="Rankings", pictures=drawn)]


def night_figures(evaluation: ClassEvaluation) -> "dict[str, Figure]":
    """Name of a file -> figure of a night, by class and, where there is a fact for it, by its bins."""
    from ..night.figures import night_by_figure, night_figure  # here: matplotlib is half a second of import

    if not evaluation.night:
        return {}
    before = {name: evaluation.mean.get(f"precision/{name}", np.nan) for name in evaluation.classes}
    drawn = {"night": night_figure(evaluation.night, before)}
    return drawn | (
        {f"night_by_{evaluation.night.fact}": night_by_figure(evaluation.night)} if evaluation.night.fact else {}
    )


def _decisions(evaluation: ClassEvaluation) -> list[Section]:
    """Sets and thresholds, where held-out rows have settled any."""
    decided = evaluation.decided
    if decided is None:
        return []
    found = []
    if sets := sets_table(evaluation):
        note = (
            "The limits are of held-out objects, so that of new ones like them so large a share has its class in its "
            "set; by class: of each class. An object of several rows counts once."
        )
        found.append(Section("sets", "Sets of classes", note, link="Sets", tables=[sets]))
    if limits := thresholds_table(evaluation):
        from .figures import precision_recall_figure

        drawn = Picture(precision_recall_figure(evaluation), "Purity against completeness, and the thresholds")
        found.append(Section("thresholds", "Thresholds", pictures=[([drawn], False)], tables=[limits]))
    return found


def _night(evaluation: ClassEvaluation) -> list[Section]:
    if not evaluation.night:
        return []
    note = (
        "The labelled part, re-weighted to the class mix of a night; a class is what it is there, in other shares. "
        "The mix itself is taken for exact."
    )
    drawn = [Picture(of, name.replace("_", " ").capitalize()) for name, of in night_figures(evaluation).items()]
    return [Section("night", "A night", note, pictures=[(drawn, False)], tables=[evaluation.night.table()])]


def _confusion(level: ClassEvaluation, of: str) -> list[Picture]:
    from .figures import confusion_figure

    figures = {
        "fractions of each true class": confusion_figure(level, "fraction"),
        "counts": confusion_figure(level, "counts"),
    }
    if len(level.repeats) > 1:
        figures["median and percentiles over repeats"] = confusion_figure(level, "percentiles")
    return [Picture(figure, f"Confusion matrix{of}, {what}") for what, figure in figures.items()]


def gallery(evaluation: ClassEvaluation, rows: ClassPredictions, samples: Samples | None, shown: int) -> Gallery:
    """The most confident mistakes of each true class, and some right ones."""
    note = (
        f"The most confident mistakes of each true class, then right ones drawn at random (seed {SEED}); an object is "
        "shown once among each. Of a mistake the predicted class stands above the true one."
    )
    several = len(evaluation.repeats) > 1
    found = galleries(rows, shown - shown // 3, shown // 3)
    return Gallery(note, [_group(each, evaluation.part, several) for each in found])


def _group(of: ClassGallery, part: str, several: bool) -> Group:
    if not of.samples:
        return Group(of.name, "absent", HEADER, note=f"Absent: no {part} sample of this class.")
    mistakes = f"{of.mistakes or 'No'} {'mistake' if of.mistakes == 1 else 'mistakes'} in {of.samples} {part} samples"
    some = f"{len(of.wrong)} shown" if len(of.wrong) < of.mistakes else ""
    parts = [(mistakes, some, [_example(each, several) for each in of.wrong])]
    if of.right:
        parts.append(("Right, at random", "", [_example(each, several) for each in of.right]))
    return Group(of.name, str(of.mistakes), HEADER, parts)


def _example(of: Predicted, several: bool) -> Example:
    probability, right = of.probability, of.true == of.predicted
    first = [(of.predicted, "right" if right else "wrong")] + ([] if right else [(of.true, "right")])
    kinds = {of.predicted: "wrong", of.true: "right"}  # a right one is both
    facts = [("repeat", str(of.repeat))] if several else []
    facts += [("this object", f"wrong {of.wrong} of {of.tested} times")] if of.tested > 1 else []
    return Example(
        of.sample_id,
        of.object_id,
        (of.predicted, f"{probability[of.predicted]:.3f}", f"{probability[of.true]:.3f}"),
        tuple(_bar(name, probability, kind) for name, kind in first),
        tuple(facts),
        tuple(_bar(name, probability, kinds.get(name, "other")) for name in probability),
    )


def _bar(name: str, probability: Mapping[str, float], kind: str) -> Bar:
    return Bar(name, probability[name], f"{probability[name]:.3f}", kind)
