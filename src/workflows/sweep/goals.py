"""What a trial is judged by: objectives and constraints, read from a config and from what a training leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from ...config import ConfigError
from ...runtime.errors import AlertlabError

DIRECTIONS = ("maximize", "minimize")
DEFAULTS = {  # task -> what its models are chosen by where a search does not say
    "classification": {"macro_f1": "maximize"},
    "detection": {"auroc": "maximize"},
    "regression": {"rmse": "minimize"},
    "forecast": {"log_likelihood": "maximize"},
    "generation": {"power_spectrum_error": "minimize"},
}
LOSS = "validation_loss"
SECONDS = "training_seconds"
BOUNDS = ("at_most", "at_least")


@dataclass(frozen=True)
class Goals:
    """What trials are ranked by.

    Attributes
    ----------
    objectives : metric -> direction.
    constraints : metric -> (at_most or at_least, bound).
    watch, watched : metric of an epoch that the pruner sees, and its direction.
    """

    objectives: Mapping[str, str]
    constraints: Mapping[str, tuple[str, float]]
    watch: str = LOSS
    watched: str = "minimize"

    @property
    def directions(self) -> list[str]:
        """Of the objectives, in order."""
        return list(self.objectives.values())

    @property
    def first(self) -> str:
        """The first objective."""
        return next(iter(self.objectives))

    @property
    def needs_evaluation(self) -> bool:
        """Whether the losses of the epochs do not suffice."""
        return any(
            not name.startswith("validation_") and name != SECONDS for name in (*self.objectives, *self.constraints)
        )

    def values(self, metrics: Mapping[str, float]) -> list[float]:
        """Of the objectives, in order.

        Raises
        ------
        AlertlabError
            For a metric that the training has not, or that is no number.
        """
        return [_metric(name, metrics, "objectives") for name in self.objectives]

    def excess(self, metrics: Mapping[str, float]) -> dict[str, float]:
        """How far each constraint is broken; 0 or less is none, as Optuna takes it."""
        return {
            name: (_metric(name, metrics, "constraints") - bound) * (1 if kind == "at_most" else -1)
            for name, (kind, bound) in self.constraints.items()
        }

    def seen_by_pruner(self, value: float) -> float:
        """A metric of an epoch in the direction of the objective, which is all that Optuna's pruners know."""
        return value if self.watched == self.directions[0] else -value


def goals_of(search: Mapping[str, Any], task: str) -> Goals:
    """Read objectives, constraints and what the pruner sees.

    Raises
    ------
    ConfigError
        For no direction, or a bound that is none.
    """
    objectives = search["objectives"] or DEFAULTS[task]
    for where, given in (("objectives", objectives), ("watch", search["watch"])):
        for name, direction in given.items():
            if direction not in DIRECTIONS:
                raise ConfigError(f"search.{where}.{name}: {direction!r} is neither {' nor '.join(DIRECTIONS)}")
    if len(search["watch"]) > 1:
        raise ConfigError(f"search.watch: a pruner sees one metric, not {', '.join(search['watch'])}")
    constraints = {}
    for name, bound in (search["constraints"] or {}).items():
        kind, value = next(iter(bound.items())) if isinstance(bound, Mapping) and len(bound) == 1 else ("", None)
        if kind not in BOUNDS or isinstance(value, bool) or not isinstance(value, int | float):
            raise ConfigError(f"search.constraints.{name}: {bound!r} is no bound; write {{at_most: 0.1}}")
        constraints[name] = (kind, float(value))
    watch, watched = next(iter(search["watch"].items()), (LOSS, "minimize"))
    return Goals(dict(objectives), constraints, watch, watched)


def best_epoch(epochs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Validation metrics of the epoch whose weights are kept, that of the lowest validation loss."""
    judged = [epoch for epoch in epochs if LOSS in epoch]
    best = min(judged, key=lambda epoch: epoch[LOSS], default={})
    return {name: value for name, value in best.items() if name.startswith("validation_")}


def _metric(name: str, metrics: Mapping[str, float], where: str) -> float:
    if name not in metrics:
        close = get_close_matches(name, metrics, n=1)
        meant = f" Did you mean {close[0]}?" if close else ""
        known = ", ".join(each for each in metrics if "/" not in each)
        raise AlertlabError(f"search.{where}: validation has no metric {name}.{meant} It has {known}")
    value = float(metrics[name])
    if value != value:
        raise AlertlabError(f"search.{where}: {name} of the validation part is no number")
    return value
