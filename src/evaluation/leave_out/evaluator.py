"""What the config names: many detectors judged on classes that none of them saw."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...core.predictions import ScorePredictions
from ...files import replacing
from ...runtime.errors import AlertlabError
from ..detection.evaluator import DetectionEvaluator
from ..detection.summary import RANKS
from ..evaluator import FORMATS
from ..shown import Picture, Section, Table, plus_minus
from .cells import AUROC, PRECISION, Cells, cells_of
from .differences import METHOD, differences, differences_csv, differences_table
from .published import Published, read_published
from .tables import blocks, cells_csv, latex, overall, published_blocks


class LeaveOneClassOut(DetectionEvaluator):
    """Detectors by classes that are left out of training; of one run of predictions it is a `DetectionEvaluator`.

    Parameters
    ----------
    detectors : files of ``conf/model/``, in the order of the table.
    system : the detector whose differences from the others are stated, as those of the best are.
    baselines : those of the detectors that a system must beat to be worth its cost.
    published : YAML file of a published table, None for none.
    part, ranks, resamples, confidence, formats, of_one : see `DetectionEvaluator`; confidence also of the differences.

    Raises
    ------
    AlertlabError
        For a value outside these.
    """

    def __init__(
        self,
        detectors: Sequence[str],
        system: str,
        baselines: Sequence[str],
        published: str | None = None,
        part: str = "test",
        ranks: Sequence[int] = RANKS,
        resamples: int = 1000,
        confidence: float = 0.90,
        formats: Sequence[str] = FORMATS,
        **of_one: Any,
    ) -> None:
        super().__init__(part, ranks, resamples, confidence, formats, **of_one)
        if not detectors or len(set(detectors)) < len(detectors):
            raise AlertlabError(f"evaluation.detectors: {list(detectors)} are not one or more distinct detectors")
        self.baselines = tuple(name for name in detectors if name in baselines)
        self.detectors = (*(name for name in detectors if name not in baselines), *self.baselines)
        self.system = system
        self.published: Published | None = read_published(Path(published)) if published else None

    def table(self, tables: Mapping[str, ScorePredictions], branches: Mapping[str, tuple[str, ...]]) -> Cells:
        """See `cells_of`."""
        return cells_of(tables, branches, self.part)

    def write(self, cells: Cells, directory: Path) -> None:
        """CSV, LaTeX and figures of a table into a folder; other files in it are left alone."""
        found = differences(cells, self.system, self.confidence)
        files = {
            "leave_one_class_out.csv": cells_csv(cells, self.published).encode(),
            "differences.csv": differences_csv(found).encode(),
            "differences.tex": latex([differences_table(found, self.confidence)]).encode(),
            **{f"{metric}.tex": latex(blocks(cells, metric)).encode() for metric in (AUROC, PRECISION)},
        }
        if self.published:
            files["published.tex"] = latex(published_blocks(cells, self.published)).encode()
        files |= self._figures(cells)
        for name, content in files.items():
            with replacing(directory / name) as partial:
                partial.write_bytes(content)

    def summary(self, cells: Cells) -> list[str]:
        """What a reader must know first, a sentence each."""
        mean, std = overall(cells, AUROC)
        best = cells.detectors.index(cells.best)
        told = f"{mean[best]:.3f} {plus_minus(cells.folds)} {std[best]:.3f}"
        lead = f"{cells.best} has the largest mean AUROC over classes, {told}"
        return [f"A plain baseline wins: {lead}" if cells.best in self.baselines else lead[:1].upper() + lead[1:]]

    def tables_of(self, cells: Cells) -> list[Table]:
        """What people look at in text."""
        shown = [*blocks(cells, AUROC), *blocks(cells, PRECISION)]
        shown += published_blocks(cells, self.published) if self.published else []
        return [*shown, differences_table(differences(cells, self.system, self.confidence), self.confidence)]

    def sections(self, cells: Cells) -> list[Section]:
        """The report of a table."""
        from .figure import table_figure  # here: matplotlib is half a second of import

        found = []
        for metric, title in ((AUROC, "AUROC"), (PRECISION, "Average precision")):
            figure = table_figure(cells, metric, len(self.baselines), self.published)
            picture = Picture(figure, f"{title} of detectors by classes", "Below the line plain baselines.")
            found.append(Section(metric, title, pictures=[([picture], True)], tables=blocks(cells, metric)))
        if self.published:
            note = f"Source: {self.published.source}"
            found.append(Section("published", "Published", note, tables=published_blocks(cells, self.published)))
        table = differences_table(differences(cells, self.system, self.confidence), self.confidence)
        return [*found, Section("differences", "Paired differences", f"Interval: {METHOD}.", tables=[table])]

    def _figures(self, cells: Cells) -> dict[str, bytes]:
        if not self.formats:
            return {}
        from ...core.paper import render  # here: matplotlib is half a second of import
        from .figure import table_figure

        drawn = {
            metric: table_figure(cells, metric, len(self.baselines), self.published) for metric in (AUROC, PRECISION)
        }
        return {f"{name}.{form}": render(figure, form) for name, figure in drawn.items() for form in self.formats}
