"""What the config names: evaluate the predictions of a classifier and write the files of a paper."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.journal import AAS
from ...core.predictions import ClassPredictions
from ...runtime.errors import AlertlabError
from ...runtime.thresholds import goals_of
from ..against.curve import ScoreCurve, score_curves_csv
from ..evaluator import FORMATS, TaskEvaluator, labelled
from ..field.early import DISTANCES, early
from ..field.kept import Kept, kept_csv, kept_of_repeats
from ..night.read import Given, read_mix
from ..published import read_published
from ..rows import Weight, by_repeat, once
from ..slices.cut import Asked
from ..tables.latex import table_latex
from .calibration import calibration_table
from .decisions import precision_recall_csv, sets_table, thresholds_csv, thresholds_table, with_decisions
from .judged import night_figures
from .judged import scores as judged_scores
from .paper_tables import level_tables, score_tables
from .ranking_curves import GRID, RankingCurve, curves_csv, ranking_curves
from .score_curve import groups_by_days, groups_by_fact, score_curves
from .summary import ClassEvaluation, evaluate, probable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DAYS = "scores_by_days"  # against the length of light curves that were cut
OF_ALERTS = {"magnitude", "fwhm", "earlier_detections", "galactic_latitude", "season"}  # for slices
Curves = tuple[str, list[ScoreCurve]]


class Evaluator(TaskEvaluator[ClassPredictions, ClassEvaluation]):
    """Evaluation of a classifier.

    Parameters
    ----------
    bins : equal-width bins of the reliability diagram.
    ranks : places of each class's ranking at which recall and purity are given; with any, also the curves of purity
        and completeness against the fraction kept.
    class_weights : class -> weight in the weighted log loss, 1 where it is not named.
    class_distance : between two classes in time to classification: ``discrete``, all 1 apart, or ``branches``, half
        of that within a branch.
    coverage : share of the objects whose set of classes is to hold the true one; None for no sets.
    thresholds : class -> goal of its threshold, such as ``{"TDE": {"f1": "best"}}``, see `goals_of`.
    priors : class mix of a night, see `read_mix`; None for none.
    priors_map : class of that mix -> class of the predictions, or None to leave it out.
    published : YAML of what a paper reports, see `read_published`; None for none.
    part, resamples, confidence, formats, metrics, slices, journal : see :class:`TaskEvaluator`.

    Raises
    ------
    AlertlabError
        For a value outside these.
    """

    kind = ClassPredictions
    first_score = "macro_recall"

    def __init__(
        self,
        part: str = "test",
        bins: int = 15,
        resamples: int = 1000,
        confidence: float = 0.90,
        formats: Sequence[str] = FORMATS,
        metrics: Sequence[str] = (),
        slices: Asked | None = None,
        journal: str = AAS,
        published: str | None = None,
        ranks: Sequence[int] = (),
        class_weights: Mapping[str, float] | None = None,
        class_distance: str = DISTANCES[0],
        coverage: float | None = 0.9,
        thresholds: Mapping[str, Any] | None = None,
        priors: Given | None = None,
        priors_map: Mapping[str, str | None] | None = None,
    ) -> None:
        if bins < 1 or resamples < 1:
            raise AlertlabError(f"evaluation: bins ({bins}) and resamples ({resamples}) must be 1 or more")
        super().__init__(part, resamples, confidence, formats, metrics, slices, journal)
        if any(rank < 1 for rank in ranks) or len(set(ranks)) < len(ranks):
            raise AlertlabError(f"evaluation.ranks: {list(ranks)} are not distinct whole numbers of 1 or more")
        if class_distance not in DISTANCES:
            raise AlertlabError(f"evaluation.class_distance: {class_distance!r} is not {' or '.join(DISTANCES)}")
        if coverage is not None and not 0 < coverage < 1:
            raise AlertlabError(
                f"evaluation.coverage: {coverage} is not between 0 and 1; 0.9 is usual, null for no sets"
            )
        self.coverage, self.goals = coverage, goals_of(thresholds or {}, "evaluation.thresholds")
        self.bins, self.ranks = bins, tuple(sorted(ranks))
        self.class_weights, self.class_distance = class_weights, class_distance
        self.mix = read_mix(priors) if priors else None
        self.priors_map = priors_map or {}
        self.published = read_published(Path(published)) if published else None
        self._curves: tuple[ClassPredictions, dict[str, Curves]] | None = None

    def judge(self, predictions: ClassPredictions) -> ClassEvaluation:
        """See `evaluate`."""
        mix = self.mix and self.mix.of(predictions.classes, self.priors_map)
        asked = self.part, self.bins, self.resamples, self.confidence, mix, self.ranks, self.class_weights
        found = evaluate(predictions, *asked)
        found = replace(found, early=early(predictions, self.part, self.class_distance), published=self.published)
        return with_decisions(found, predictions, self.coverage, self.goals, self.resamples)

    def scores(self, rows: Any, weight: Weight) -> dict[str, float]:
        """Those that runs are compared by."""
        return judged_scores(rows, weight)

    def tables(self, evaluation: ClassEvaluation, predictions: ClassPredictions) -> dict[str, str]:
        """Confusion of each level, and scores against facts and days."""
        tables = score_tables(evaluation)
        for prefix, level in evaluation.levels.items():
            tables |= level_tables(level, "_top" if prefix else "")
        rankings = rankings_of(predictions, self.part, self.resamples, self.confidence)
        tables |= {f"{kind}.csv": curves_csv(rankings, kind) for kind in GRID if rankings}
        if evaluation.night:
            tables |= {"night.csv": evaluation.night.csv(), "night.tex": table_latex(evaluation.night.table())}
        tables["calibration.tex"] = table_latex(calibration_table(evaluation))
        if decided := evaluation.decided:
            shown = [each for each in (sets_table(evaluation), thresholds_table(evaluation)) if each]
            tables |= {f"{each.name}.tex": table_latex(each) for each in shown}
            if decided.goals:
                tables |= {"thresholds.csv": thresholds_csv(decided)}
                tables |= {"precision_recall.csv": precision_recall_csv(decided)}
        if evaluation.early:
            tables["time_to_classification.csv"] = evaluation.early.csv()
        if self.ranks:
            tables["by_rank.tex"] = table_latex(evaluation.by_rank())
            tables["purity_by_kept.csv"] = kept_csv(evaluation.classes, self._kept(predictions))
        curves = self.curves(predictions)
        return tables | {f"{name}.csv": score_curves_csv(each, axis) for name, (axis, each) in curves.items()}

    def figures(self, evaluation: ClassEvaluation, predictions: ClassPredictions) -> "dict[str, Figure]":
        """Reliability, confusion of each level, and scores against facts and days."""
        from . import figures  # here: matplotlib is half a second of import

        drawn = {
            "reliability": figures.calibration_figure(evaluation),
            "reliability_by_class": figures.reliability_by_class_figure(labelled(predictions, self.part)),
        }
        rankings = rankings_of(predictions, self.part, self.resamples, self.confidence)
        drawn |= {kind: figures.ranking_figure(rankings, kind) for kind in GRID if rankings}
        for prefix, level in evaluation.levels.items():
            end = "_top" if prefix else ""
            drawn[f"confusion_matrix{end}"] = figures.confusion_figure(level, "fraction")
            drawn[f"confusion_counts{end}"] = figures.confusion_figure(level, "counts")
            if len(level.repeats) > 1:
                drawn[f"confusion_percentiles{end}"] = figures.confusion_figure(level, "percentiles")
        if evaluation.decided and evaluation.decided.goals:
            drawn["precision_recall_thresholds"] = figures.precision_recall_figure(evaluation)
        if evaluation.early:
            from ..field.early_figure import early_figure

            of_branches = bool(evaluation.branches) and self.class_distance != DISTANCES[0]
            drawn["time_to_classification"] = early_figure(evaluation.early, of_branches)
        if self.ranks:
            from ..field.kept_figure import kept_figure

            drawn["purity_by_kept"] = kept_figure(evaluation.classes, self._kept(predictions))
        if evaluation.night:
            drawn |= night_figures(evaluation)
        for name, (axis, each) in self.curves(predictions).items():
            if name == DAYS:
                drawn[name] = figures.score_curve_figure(each, "Days after the first detection", logarithmic=True)
            else:
                quantity = axis.replace("_", " ").capitalize()
                drawn[name] = figures.score_curve_figure(each, quantity, scores=("macro_recall", "macro_f1"))
        return drawn

    def _kept(self, predictions: ClassPredictions) -> Kept:
        """Curves of the rows as they are, and of a night where there is one."""
        rows = labelled(predictions, self.part)
        found = {self.part: kept_of_repeats(rows)}
        if self.mix:
            mix = self.mix.of(rows.classes, self.priors_map)
            found[mix.name] = kept_of_repeats(rows, [mix.weights(each) for each in by_repeat(rows).values()])
        return found

    def curves(self, predictions: ClassPredictions) -> dict[str, Curves]:
        """Name of a file -> the axis and scores of each level against it: a fact, or days of cut light curves."""
        if self._curves is None or self._curves[0] is not predictions:
            self._curves = predictions, self._drawn_from(predictions)  # tables and figures show the same
        return self._curves[1]

    def _drawn_from(self, predictions: ClassPredictions) -> dict[str, Curves]:
        groups = {}
        for fact in sorted(predictions.facts.keys() - OF_ALERTS):
            name = _file_of(fact)
            while name in groups:  # of another fact, which differs in signs that names of files have not
                name += "_"
            groups[name] = fact, groups_by_fact(predictions, self.part, fact)
        groups[DAYS] = ("days", groups_by_days(predictions, self.part))
        return {
            name: (axis, score_curves(of, self.resamples, self.confidence)) for name, (axis, of) in groups.items() if of
        }


@once
def rankings_of(predictions: ClassPredictions, part: str, resamples: int, confidence: float) -> Sequence[RankingCurve]:
    """ROC and precision-recall curves of each class; tables and figures show the same."""
    return ranking_curves(probable(predictions, part), resamples, confidence)


def _file_of(fact: str) -> str:
    """A file name for the scores against a fact, whatever its name; ``scores_by_days`` is of cut light curves."""
    name = "scores_by_" + re.sub(r"[^\w-]", "_", fact)
    return "scores_by_fact_days" if name == DAYS else name
