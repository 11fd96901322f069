"""The best config and the default trained again, and judged by what no trial has seen."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...config import to_yaml
from ...core.progress import notice
from ...evaluation.evaluation import digits
from ...evaluation.shown import Table, plus_minus
from ...runtime.errors import AlertlabError
from ...tracking import CONFIG, TrackedRun, Tracker, children_of
from ..train import carry_out, prepare
from .goals import LOSS
from .plan import Plan
from .space import Values

BEST, DEFAULT = "best", "default"
WITHOUT_STOPPING = (
    "classification",
    "regression",
)  # tasks whose models, if they have no epochs, need no validation part


@dataclass(frozen=True)
class Retrained:
    """A config trained again.

    Attributes
    ----------
    name : best or default. run_id, directory : of its run, the parent where there are repeats.
    values : metric -> its value in each repeat, on the test part.
    """

    name: str
    run_id: str
    directory: Path
    values: dict[str, list[float]]

    def told(self, metric: str) -> str:
        """``0.870 ± 0.010``."""
        values = self.values.get(metric)
        return mean_told(values) if values else "-"

    def mean(self, metric: str) -> float | None:
        """Over the repeats."""
        return float(np.mean(self.values[metric])) if self.values.get(metric) else None


def mean_told(values: Sequence[float] | NDArray[np.float64]) -> str:
    """``0.870 ± 0.010`` over trainings; of one alone its value."""
    spread = f" {plus_minus(len(values))} {digits(float(np.std(values, ddof=1)))}" if len(values) > 1 else ""
    return f"{digits(float(np.mean(values)))}{spread}"


def retrain(
    plan: Plan, tracker: Tracker, parent: TrackedRun, name: str, values: Values, repeats: int, epochs: bool
) -> Retrained:
    """Train a config ``repeats`` times on what trials have seen, parted anew each time, and test it.

    A training of the same config below the same sweep is taken as it is, or gone on with.

    Parameters
    ----------
    epochs : whether the model stops by its validation part; one that does not learns from that too.
    """
    more: dict[str, Any] = {"repeats": repeats, "run_name": f"{name} of {plan.name}"}
    if not epochs and plan.task in WITHOUT_STOPPING:
        more["datamodule.split.validation"] = 0
    config = plan.trial_config(values, **more)
    text = to_yaml(config)
    known = children_of(parent.directory, parent.run_id)
    same = [folder for number, folder in known.items() if number < 0 and (folder / CONFIG).read_text() == text]
    if same:
        run = tracker.reopen(same[0])
    else:
        number = min([0, *known]) - 1
        root = Path(config.output_dir, config.name)
        run = tracker.create(config.name, f"{name} of {plan.name}", root, text, config.seed, number, parent.run_id)
    if run.journal.state != "FINISHED":
        notice(f"training the {name} config{f', {repeats} times' if repeats > 1 else ''}")
        carry_out(prepare(config), run)
    return Retrained(name, run.run_id, run.directory, _values(run.directory))


def _values(directory: Path) -> dict[str, list[float]]:
    """Metric -> its value in each repeat, from what an evaluation wrote."""
    path = directory / "figures" / "evaluation.json"
    try:
        repeats: list[dict[str, Any]] = json.loads(path.read_text())["repeats"]
    except (OSError, ValueError, KeyError) as error:
        raise AlertlabError(f"{path}: cannot be read ({error}); remove the folder of the run and go on") from error
    names = {name for each in repeats for name in each["metrics"]}
    return {name: [each["metrics"][name] for each in repeats if name in each["metrics"]] for name in sorted(names)}


def has_epochs(metrics: Values) -> bool:
    """Whether a trial had a validation loss to stop by."""
    return LOSS in metrics


def gap_table(plan: Plan, validated: Mapping[str, Mapping[str, float]], tested: Sequence[Retrained]) -> Table:
    """Validation of a trial beside the test part of the same config trained again: choosing flatters the first."""
    shown = [name for name in plan.goals.objectives if any(name in each.values for each in tested)]
    rows = []
    for each in tested:
        for metric in shown:
            mean, known = each.mean(metric), validated[each.name].get(metric)
            gap = "-" if mean is None or known is None else f"{known - mean:+.3f}"
            rows.append((each.name, metric, "-" if known is None else digits(known), each.told(metric), gap))
    repeats = max((len(values) for each in tested for values in each.values.values()), default=1)
    title = f"Validation of one trial, and test of {repeats} training{'s' if repeats > 1 else ''}"
    return Table("gap", title, ("config", "metric", "validation", "test", "gap"), rows)


def difference(plan: Plan, best: Retrained, default: Retrained) -> str:
    """A sentence: what the search has brought on the test part, paired by repeats."""
    metric = next((name for name in plan.goals.objectives if name in best.values and name in default.values), None)
    if metric is None:
        return ""
    pairs = np.subtract(best.values[metric], default.values[metric])
    spread = f" {plus_minus(len(pairs))} {digits(float(pairs.std(ddof=1)))}" if len(pairs) > 1 else ""
    each = f"{len(pairs)} trainings each" if len(pairs) > 1 else "a training each"
    return (
        f"On the test part the best config has {metric} {best.told(metric)}, the default {default.told(metric)}: "
        f"a difference of {pairs.mean():+.3f}{spread} over {each}"
    )
