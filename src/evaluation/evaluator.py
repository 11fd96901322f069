"""What the config names: evaluate a predictions table and write the files of a paper."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..core.predictions import Predictions
from ..files import replacing
from ..runtime.errors import AlertlabError
from .latex import confusion_latex
from .summary import Evaluation, evaluate
from .tables import confusion_counts_csv, confusion_fraction_csv, metrics_csv

FORMATS = ("png", "pdf")


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
        tables = {
            "metrics.csv": metrics_csv(evaluation),
            "confusion_counts.csv": confusion_counts_csv(evaluation),
            "confusion_fraction.csv": confusion_fraction_csv(evaluation),
            "confusion.tex": confusion_latex(evaluation.classes, evaluation.fraction_mean, evaluation.fraction_std),
            "evaluation.json": json.dumps(evaluation.to_json(), indent=1, allow_nan=False, ensure_ascii=False) + "\n",
        }
        files = self._figures(evaluation, history) | {name: text.encode() for name, text in tables.items()}
        for name, content in files.items():
            with replacing(directory / name) as partial:
                partial.write_bytes(content)
        return evaluation

    def _figures(self, evaluation: Evaluation, history: Sequence[Mapping[str, float]] | None) -> dict[str, bytes]:
        from . import figures  # here: matplotlib is half a second of import

        drawn = {
            "confusion_matrix": figures.confusion_figure(evaluation, "fraction"),
            "confusion_counts": figures.confusion_figure(evaluation, "counts"),
            "reliability": figures.calibration_figure(evaluation),
        }
        if history:
            drawn["learning_curves"] = figures.learning_curves_figure(history)
        return {
            f"{name}.{form}": figures.render(figure, form) for name, figure in drawn.items() for form in self.formats
        }
