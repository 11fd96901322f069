"""What the config names: evaluate a predictions table and write the files of a paper."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ...core.predictions import Predictions
from ...files import replacing
from ...runtime.errors import AlertlabError
from ..tables.latex import confusion_latex, percentile_latex
from .score_curve import ScoreCurve, groups_by_days, groups_by_fact, score_curves
from .summary import Evaluation, evaluate
from .tables import (
    confusion_counts_csv,
    confusion_fraction_csv,
    confusion_percentiles_csv,
    metrics_csv,
    score_curves_csv,
)

FORMATS = ("png", "pdf")
DAYS = "scores_by_days"  # against the length of light curves that were cut
Curves = tuple[str, list[ScoreCurve]]


class Evaluator:
    """Evaluation of a classifier.

    Parameters
    ----------
    part : part of the split to evaluate.
    bins : equal-width bins of the reliability diagram.
    resamples : bootstrap resamples of the objects, for a single repeat.
    confidence : probability that the bootstrap intervals cover, in (0, 1).
    formats : of the figures, png or pdf.

    Raises
    ------
    AlertlabError
        For a value outside these.
    """

    def __init__(
        self,
        part: str = "test",
        bins: int = 15,
        resamples: int = 1000,
        confidence: float = 0.90,
        formats: Sequence[str] = FORMATS,
    ) -> None:
        if bins < 1 or resamples < 1:
            raise AlertlabError(f"evaluation: bins ({bins}) and resamples ({resamples}) must be 1 or more")
        if not 0 < confidence < 1:
            raise AlertlabError(f"evaluation.confidence: {confidence} is not between 0 and 1")
        unknown = [form for form in formats if form not in FORMATS]
        if unknown:
            raise AlertlabError(f"evaluation.formats: {', '.join(unknown)} unknown; choose from {', '.join(FORMATS)}")
        self.part = part
        self.bins = bins
        self.resamples = resamples
        self.confidence = confidence
        self.formats = tuple(formats)

    def __call__(
        self,
        predictions: Predictions,
        directory: Path,
        history: Sequence[Mapping[str, float]] | None = None,
    ) -> Evaluation:
        """Evaluate, and write tables and figures into ``directory``.

        All content is made before the first file is written, and
        ``evaluation.json`` is the last: where it stands, the others are of the same evaluation.

        Parameters
        ----------
        predictions : rows of any parts and repeats.
        directory : made if need be; other files in it are left alone.
        history : see `learning_curves_figure`; without it there are no learning curves.

        Raises
        ------
        AlertlabError
            See `evaluate` and `learning_curves_figure`.
        """
        evaluation = evaluate(predictions, self.part, self.bins, self.resamples, self.confidence)
        tables: dict[str, str] = {}
        for prefix, level in evaluation.levels.items():
            tables |= level_tables(level, "_top" if prefix else "")
        curves = self.curves(predictions)
        tables |= {f"{name}.csv": score_curves_csv(each, axis) for name, (axis, each) in curves.items()}
        tables["evaluation.json"] = (
            json.dumps(evaluation.to_json(), indent=1, allow_nan=False, ensure_ascii=False) + "\n"
        )
        files = self._figures(evaluation, curves, history) | {name: text.encode() for name, text in tables.items()}
        for name, content in files.items():
            with replacing(directory / name) as partial:
                partial.write_bytes(content)
        return evaluation

    def curves(self, predictions: Predictions) -> dict[str, Curves]:
        """Name of a file -> the axis and scores of each level against it: a fact, or days of cut light curves."""
        groups = {}
        for fact in sorted(predictions.facts):
            name = _file_of(fact)
            while name in groups:  # of another fact, which differs in signs that names of files have not
                name += "_"
            groups[name] = fact, groups_by_fact(predictions, self.part, fact)
        groups[DAYS] = ("days", groups_by_days(predictions, self.part))
        return {
            name: (axis, score_curves(of, self.resamples, self.confidence)) for name, (axis, of) in groups.items() if of
        }

    def _figures(
        self,
        evaluation: Evaluation,
        curves: Mapping[str, Curves],
        history: Sequence[Mapping[str, float]] | None,
    ) -> dict[str, bytes]:
        from . import figures  # here: matplotlib is half a second of import

        drawn = {"reliability": figures.calibration_figure(evaluation)}
        for prefix, level in evaluation.levels.items():
            end = "_top" if prefix else ""
            drawn[f"confusion_matrix{end}"] = figures.confusion_figure(level, "fraction")
            drawn[f"confusion_counts{end}"] = figures.confusion_figure(level, "counts")
            if len(level.repeats) > 1:
                drawn[f"confusion_percentiles{end}"] = figures.confusion_figure(level, "percentiles")
        for name, (axis, each) in curves.items():
            if name == DAYS:
                drawn[name] = figures.score_curve_figure(each, "Days after the first detection", logarithmic=True)
            else:
                quantity = axis.replace("_", " ").capitalize()
                drawn[name] = figures.score_curve_figure(each, quantity, scores=("macro_recall", "macro_f1"))
        if history:
            drawn["learning_curves"] = figures.learning_curves_figure(history)
        return {
            f"{name}.{form}": figures.render(figure, form) for name, figure in drawn.items() for form in self.formats
        }


def level_tables(evaluation: Evaluation, end: str) -> dict[str, str]:
    """Name of a file, with this before its suffix, -> its text; LaTeX in the order of the figures."""
    order = np.ix_(evaluation.order, evaluation.order)
    classes = tuple(evaluation.classes[index] for index in evaluation.order)
    tables = {
        f"metrics{end}.csv": metrics_csv(evaluation),
        f"confusion_counts{end}.csv": confusion_counts_csv(evaluation),
        f"confusion_fraction{end}.csv": confusion_fraction_csv(evaluation),
        f"confusion{end}.tex": confusion_latex(
            classes, evaluation.fraction_mean[order], evaluation.fraction_std[order]
        ),
    }
    if len(evaluation.repeats) > 1:  # percentiles of one value are that value
        percentiles = np.stack([each[order] for each in evaluation.fraction_percentiles])
        tables[f"confusion_percentiles{end}.csv"] = confusion_percentiles_csv(evaluation)
        tables[f"confusion_percentiles{end}.tex"] = percentile_latex(classes, percentiles)
    return tables


def _file_of(fact: str) -> str:
    """A file name for the scores against a fact, whatever its name; ``scores_by_days`` is of cut light curves."""
    name = "scores_by_" + re.sub(r"[^\w-]", "_", fact)
    return "scores_by_fact_days" if name == DAYS else name
