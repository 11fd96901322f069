"""One evaluation: the metrics of every repeat, and their mean and spread."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .metrics.spread import metric_spread
from .shown import FEW, Table, of_few, plus_minus
from .tables.csv_text import csv_text

NIGHT = "night/"  # before a metric that is re-weighted to the class mix of a night


@dataclass(frozen=True)
class Repeat:
    """One repeat or fold of the experiment.

    Attributes
    ----------
    number : its number in the predictions table.
    samples, objects : its labelled rows, and how many objects they are of.
    metrics : by name; what follows a slash is a class, a quantity, a kind.
    """

    number: int
    samples: int
    objects: int
    metrics: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """Plain, strict JSON."""
        return {"repeat": self.number, "samples": self.samples, "objects": self.objects, "metrics": self.metrics}


@dataclass(frozen=True)
class Evaluation:
    """What one part of a predictions table says of a model; a subclass for each task adds its own.

    Attributes
    ----------
    part : the part that was evaluated.
    repeats : each repeat that has labelled rows.
    intervals : metric -> (low, high) of a single repeat; empty with several.
    confidence : probability that the intervals cover.
    shown : metrics that `results` has though a slash is in their name.
    further : tables beside those of the task, such as the worst slices.
    """

    headline: ClassVar[tuple[str, ...]] = ()  # metrics that the report shows large
    compared: ClassVar[tuple[str, ...]] = ()  # metrics that fit a row of a terminal
    first_figure: ClassVar[str] = ""  # name of the figure that a person looks at first

    part: str
    repeats: Sequence[Repeat]
    intervals: dict[str, tuple[float, float]]
    confidence: float
    shown: tuple[str, ...] = field(default=(), kw_only=True)
    further: tuple[Table, ...] = field(default=(), kw_only=True)

    @property
    def mean(self) -> dict[str, float]:
        """Mean of each metric over the repeats that have it."""
        return metric_spread([repeat.metrics for repeat in self.repeats])[0]

    @property
    def std(self) -> dict[str, float]:
        """Sample standard deviation (ddof=1) of each metric that two or more repeats have."""
        return metric_spread([repeat.metrics for repeat in self.repeats])[1]

    @property
    def repeats_of(self) -> dict[str, int]:
        """How many repeats have each metric."""
        return dict(Counter(name for repeat in self.repeats for name in repeat.metrics))

    @property
    def formatted(self) -> dict[str, str]:
        """Metric -> ``0.870 ± 0.010`` (``±*`` over few repeats), or ``0.870 [0.820, 0.910]`` for a single one."""
        text = {name: digits(value) for name, value in self.mean.items()}
        number = self.repeats_of
        spread = {name: f" {plus_minus(number[name])} {digits(value)}" for name, value in self.std.items()}
        spread |= {name: f" [{digits(low)}, {digits(high)}]" for name, (low, high) in self.intervals.items()}
        return {name: value + spread.get(name, "") for name, value in text.items()}

    def results(self) -> list[tuple[str, str]]:
        """Metric and value in words, of the whole; of a part of it ``tables`` speak."""
        return [(name, text) for name, text in self.formatted.items() if "/" not in name or name in self.shown]

    def results_table(self) -> Table:
        """The same as a table."""
        several = f", {len(self.repeats)} repeats" if len(self.repeats) > 1 else ""
        return Table("results", f"{self.part}{several}", ("metric", "value"), self.results())

    def tables(self) -> list[Table]:
        """What else people look at, in text."""
        return list(self.further)

    def warnings(self) -> list[str]:
        """What a reader must know before the numbers, a sentence each."""
        several = len(self.repeats)
        return [of_few(several)] if 1 < several < FEW else []

    def named(self) -> Iterator[tuple[tuple[str, ...], bool, float]]:
        """Every number for MLflow: words of its name, whether it is a deviation, value."""
        for deviation, values in (False, self.mean), (True, self.std):
            for name, value in values.items():
                before = name.startswith(NIGHT)  # night/recall/SN: what follows the next slash may hold more
                yield tuple(name.split("/", 1 + before)), deviation, value

    def metrics_csv(self) -> str:
        """A row a metric: mean, deviation, interval of a single repeat, and each repeat; empty where there is none."""
        mean, std, intervals, number = self.mean, self.std, self.intervals, self.repeats_of
        header = ["metric", "mean", "std", "low", "high", "repeats"]
        header += [f"repeat_{repeat.number}" for repeat in self.repeats]
        each = [repeat.metrics for repeat in self.repeats]
        rows = (
            [name, mean[name], std.get(name), *intervals.get(name, (None, None)), number[name]]
            + [of.get(name) for of in each]
            for name in mean
        )
        return csv_text(header, rows)

    def to_json(self) -> dict[str, Any]:
        """Plain, strict JSON: the content of ``evaluation.json``."""
        return {
            "part": self.part,
            "mean": self.mean,
            "std": self.std,
            "confidence": self.confidence,
            "intervals": {name: list(bounds) for name, bounds in self.intervals.items()},
            "repeats": [repeat.to_json() for repeat in self.repeats],
            **{table.name: table.to_json() for table in self.further},
        }


def digits(value: float) -> str:
    """Three decimals; of what is large, or too small for them, as many digits."""
    size = abs(value)
    return f"{value:.3f}" if size == 0 or 5e-4 <= size < 1e3 else f"{value:.3g}"
