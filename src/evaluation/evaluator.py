"""What every evaluator does: judge one part of a predictions table, and write the files of a paper."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from ..core.journal import AAS, JOURNALS, drawn_for
from ..core.predictions import Predictions
from ..files import replacing
from ..runtime.errors import AlertlabError
from .evaluation import Evaluation
from .metrics.direction import direction
from .own import own_metrics, own_scores, with_own
from .rows import Weight, by_repeat
from .slices.cut import Asked, asked_slices
from .slices.judge import Slices, judge_slices
from .tables.csv_text import csv_text, known
from .tables.latex import table_latex

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("png", "pdf")
Told = TypeVar("Told", bound=Predictions)
Judged = TypeVar("Judged", bound=Evaluation)
History = Sequence[Mapping[str, float]]


class TaskEvaluator(ABC, Generic[Told, Judged]):
    """Evaluation of one task; a subclass says how.

    Parameters
    ----------
    part : part of the split to evaluate.
    resamples : bootstrap resamples of the objects, for a single repeat.
    confidence : probability that the bootstrap intervals cover, in (0, 1).
    formats : of the figures, png or pdf.
    metrics : names of functions of one's own, see :mod:`.own`.
    slices : facts to judge parts of the rows by, or fact -> edges; see :mod:`.slices`.
    journal : whose widths figures have, one of `JOURNALS`.

    Raises
    ------
    AlertlabError
        For a value outside these.
    """

    kind: type[Told]
    first_score: str = ""  # that slices are ordered by, worst first

    def __init__(
        self,
        part: str = "test",
        resamples: int = 1000,
        confidence: float = 0.90,
        formats: Sequence[str] = FORMATS,
        metrics: Sequence[str] = (),
        slices: Asked | None = None,
        journal: str = AAS,
    ) -> None:
        if resamples < 1:
            raise AlertlabError(f"evaluation.resamples: {resamples} is not 1 or more")
        if not 0 < confidence < 1:
            raise AlertlabError(f"evaluation.confidence: {confidence} is not between 0 and 1")
        unknown = [form for form in formats if form not in FORMATS]
        if unknown:
            raise AlertlabError(f"evaluation.formats: {', '.join(unknown)} unknown; choose from {', '.join(FORMATS)}")
        self.part, self.resamples, self.confidence, self.formats = part, resamples, confidence, tuple(formats)
        self.metrics, self.slices = own_metrics(metrics), asked_slices(slices or ())
        self._sliced: tuple[Told, Slices] | None = None
        if journal not in JOURNALS:
            raise AlertlabError(f"evaluation.journal: no journal {journal!r}; choose from {', '.join(JOURNALS)}")
        self.journal = journal

    @abstractmethod
    def judge(self, predictions: Told) -> Judged:
        """The numbers of the task alone: AlertlabError where the part has nothing to judge."""

    def evaluate(self, predictions: Told) -> Judged:
        """The numbers alone, with metrics of one's own and slices: AlertlabError where there is nothing to judge."""
        evaluation = self.judge(predictions)
        if self.metrics:
            rows = by_repeat(labelled(predictions, self.part))
            evaluation = with_own(evaluation, self.metrics, rows, self.resamples, self.confidence)
        if self.slices:
            evaluation = replace(evaluation, further=(*evaluation.further, self.sliced(predictions).table()))
        return evaluation

    def scores(self, rows: Any, weight: Weight) -> dict[str, float]:
        """Scores of labelled rows of one repeat, that slices are judged by; the task's own evaluator has them."""
        return {}

    def sliced(self, predictions: Told) -> Slices:
        """Every score of every slice against the rest of the rows."""

        def scores(rows: Any, weight: Weight) -> dict[str, float]:
            return self.scores(rows, weight) | own_scores(self.metrics, rows, weight)

        if self._sliced is None or self._sliced[0] is not predictions:
            rows, asked = labelled(predictions, self.part), (self.resamples, self.confidence)
            found = judge_slices(rows, self.slices, scores, self.first_score, lambda name: direction(name) >= 0, *asked)
            self._sliced = predictions, found  # tables and figures show the same
        return self._sliced[1]

    def tables(self, evaluation: Judged, predictions: Told) -> dict[str, str]:
        """Name of a file -> CSV or LaTeX, beside ``metrics.csv``."""
        return {}

    def figures(self, evaluation: Judged, predictions: Told) -> "dict[str, Figure]":
        """Name of a file, without its ending -> figure; matplotlib is imported here, not before."""
        return {}

    def __call__(self, predictions: Predictions, directory: Path, history: History | None = None) -> Judged:
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
            For predictions of another task, or a part without anything to judge.
        """
        told = self.own(predictions)
        evaluation = self.evaluate(told)
        content: dict[str, Any] = evaluation.to_json()
        with drawn_for(self.journal):
            files = self._drawn(told, self.figures(evaluation, told) if self.formats else {}, history)
        tables = {"metrics.csv": evaluation.metrics_csv(), **self.tables(evaluation, told)}
        if self.slices:
            table = self.sliced(told)
            tables |= {"slices.csv": table.csv(), "slices.tex": table_latex(table.table())}
        if history:
            tables["learning_curves.csv"] = history_csv(history)
        files |= {name: text.encode() for name, text in tables.items()}
        files["evaluation.json"] = (json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n").encode()
        for name, written in files.items():
            with replacing(directory / name) as partial:
                partial.write_bytes(written)
        return evaluation

    def own(self, predictions: Predictions) -> Told:
        """The predictions, where they are of this task: AlertlabError that names the evaluation that they need."""
        if not isinstance(predictions, self.kind):
            raise AlertlabError(
                f"evaluation: it judges a {self.kind.task}, and the predictions are of a {predictions.task}; "
                f"give evaluation={predictions.task}"
            )
        return predictions

    def _drawn(self, told: Told, figures: "dict[str, Figure]", history: History | None) -> dict[str, bytes]:
        if not self.formats:
            return {}
        from ..core.paper import render  # here: matplotlib is half a second of import
        from .figures.learning_curves import learning_curves_figure

        if told.embedding is not None:
            from .latent_map import latent_maps

            figures = {**figures, **{name: of for name, (of, _) in latent_maps(told, self.part).items()}}
        if self.slices:
            from .slices.figure import slices_figure

            figures = {**figures, "slices": slices_figure(self.sliced(told))}
        if history:
            figures = {**figures, "learning_curves": learning_curves_figure(history)}
        return {f"{name}.{form}": render(figure, form) for name, figure in figures.items() for form in self.formats}


def history_csv(history: History) -> str:
    """A row an epoch and repeat, a column a quantity; empty where an epoch lacks it, or it is not finite."""
    names = list(dict.fromkeys(["repeat", "epoch", *(name for row in history for name in row)]))
    rows = ([known(row[name]) if name in row else None for name in names] for row in history)
    return csv_text(names, rows)


def labelled(predictions: Told, part: str) -> Told:
    """The rows of a part whose truth is known.

    Raises
    ------
    AlertlabError
        Where there is none; says what the table holds.
    """
    known = predictions.labelled
    of = predictions.part == part
    if not (known & of).any():
        held = [(name, predictions.part == name) for name in np.unique(predictions.part).tolist()]
        parts = [f"{name} ({(known & rows).sum()} labelled of {rows.sum()} rows)" for name, rows in held]
        raise AlertlabError(
            f"evaluation.part: {part!r} holds no labelled row; the predictions hold {', '.join(parts) or 'no row'}"
        )
    return predictions.take(known & of)
