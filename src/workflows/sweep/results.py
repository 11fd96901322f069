"""What the trials of a sweep say: a table, and which of them is best."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
import pyarrow as pa
import pyarrow.parquet as pq
from optuna.trial import FrozenTrial, TrialState

from ...evaluation.shown import Table
from ...files import replacing
from .plan import Plan
from .space import pairs, plain
from .study import DIED, ERROR, METRICS, RUN, counts, tried

SHOWN = 10  # trials that people see


@dataclass(frozen=True)
class Standing:
    """How far a sweep is.

    Attributes
    ----------
    trials : those that count, in the order of their numbers. best : the best of those that are complete.
    """

    trials: Sequence[FrozenTrial]
    best: FrozenTrial | None

    def number(self, *states: TrialState) -> int:
        """How many trials are in one of these states."""
        return sum(trial.state in states for trial in self.trials)

    @property
    def done(self) -> int:
        """Trials that are over."""
        return self.number(TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)


def standing(study: optuna.Study, plan: Plan) -> Standing:
    """How far a sweep is."""
    trials = [trial for trial in study.get_trials(deepcopy=False) if counts(trial)]
    front = ranked(trials, plan)
    return Standing(trials, front[0] if front else None)


def ranked(trials: Sequence[FrozenTrial], plan: Plan) -> list[FrozenTrial]:
    """Complete trials, best first: those that keep the constraints, by the first objective, then by number."""
    sign = -1 if plan.goals.directions[0] == "maximize" else 1

    def order(trial: FrozenTrial) -> tuple[bool, float, int]:
        return _broken(trial), sign * trial.values[0], trial.number

    return sorted((trial for trial in trials if trial.state == TrialState.COMPLETE), key=order)


def _broken(trial: FrozenTrial) -> bool:
    """Whether a trial breaks a constraint."""
    return any(value > 0 for value in trial.constraints.values())


def pareto(trials: Sequence[FrozenTrial], plan: Plan) -> list[FrozenTrial]:
    """Trials that no other beats in all objectives; of a single objective the best."""
    signs = [-1 if direction == "maximize" else 1 for direction in plan.goals.directions]
    kept = [trial for trial in ranked(trials, plan) if not _broken(trial)]
    values = [[sign * value for sign, value in zip(signs, trial.values, strict=True)] for trial in kept]

    def beaten(own: Sequence[float]) -> bool:
        return any(other != own and all(a <= b for a, b in zip(other, own, strict=True)) for other in values)

    front = [trial for trial, own in zip(kept, values, strict=True) if not beaten(own)]
    return front if len(signs) > 1 else front[:1]


def write_trials(trials: Sequence[FrozenTrial], plan: Plan, path: Path) -> Path:
    """Write a row a trial, dead ones too: values, parameters, times, run, and what ended it."""
    rows = [_row(trial, plan) for trial in trials]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    table = pa.table({name: _column([row.get(name) for row in rows]) for name in columns})
    with replacing(path) as partial:
        pq.write_table(table, partial)
    return path


def _row(trial: FrozenTrial, plan: Plan) -> dict[str, Any]:
    values = (
        trial.values if trial.state == TrialState.COMPLETE and trial.values else [None] * len(plan.goals.objectives)
    )
    told = trial.user_attrs
    seconds = trial.duration.total_seconds() if trial.duration else None
    last = max(trial.intermediate_values, default=None)
    return {
        "trial": trial.number,
        "state": "DIED" if trial.state == TrialState.FAIL and not counts(trial) else trial.state.name,
        **dict(zip(plan.goals.objectives, values, strict=True)),
        **{each.key: None for each in plan.space},
        **{key: plain(value) for key, value in tried(plan.space, trial).items()},
        "started": trial.datetime_start,
        "seconds": seconds,
        "steps": None if last is None else last + 1,
        "run_id": told.get(RUN),
        "reason": told.get(ERROR) or told.get(DIED) or told.get("pruned"),
        **{f"validation/{name}": value for name, value in told.get(METRICS, {}).items() if "/" not in name},
    }


def _column(values: Sequence[Any]) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # a choice of numbers and texts
        return pa.array([None if value is None else json.dumps(value) for value in values])


def best_table(plan: Plan, trials: Sequence[FrozenTrial]) -> Table:
    """The best trials for people, the default among them."""
    first = ranked(trials, plan)
    shown = pareto(trials, plan) if len(plan.goals.objectives) > 1 else first[:SHOWN]
    shown = shown[:SHOWN] + [trial for trial in first if trial.number == 0 and trial not in shown[:SHOWN]]
    rows = [
        (
            f"{trial.number}{' (default)' if plan.is_default(tried(plan.space, trial)) else ''}",
            *(f"{value:.4g}" for value in trial.values),
            pairs(tried(plan.space, trial)),
            f"{trial.duration.total_seconds():.0f}" if trial.duration else "",
        )
        for trial in shown
    ]
    title = "Trials that no other beats in all objectives" if len(plan.goals.objectives) > 1 else "Best trials"
    strong = frozenset({(0, 1)}) if rows else frozenset()
    return Table("trials", title, ("trial", *plan.goals.objectives, "values", "seconds"), rows, strong=strong)


def counted(told: Standing) -> Mapping[str, int]:
    """Words -> trials."""
    states = {
        "complete": TrialState.COMPLETE,
        "pruned": TrialState.PRUNED,
        "failed": TrialState.FAIL,
        "running": TrialState.RUNNING,
        "waiting": TrialState.WAITING,
    }
    return {word: number for word, state in states.items() if (number := told.number(state))}


def saved(trials: Sequence[FrozenTrial]) -> tuple[float, float] | None:
    """Seconds that all trials took, and that pruning saved at least, at the mean time a step of complete ones.

    None where nothing was pruned, or no step was told. A complete trial stops by itself; a pruned one is taken to
    have needed as many steps as those do on average.
    """
    whole = [trial for trial in trials if trial.state == TrialState.COMPLETE and trial.intermediate_values]
    cut = [trial for trial in trials if trial.state == TrialState.PRUNED and trial.intermediate_values]
    if not whole or not cut:
        return None
    steps = sum(max(trial.intermediate_values) + 1 for trial in whole) / len(whole)
    spent, spared = 0.0, 0.0
    for trial in (*whole, *cut):
        seconds = trial.duration.total_seconds() if trial.duration else 0.0
        spent += seconds
        if trial.state == TrialState.PRUNED:
            own = max(trial.intermediate_values) + 1
            spared += max(0.0, steps - own) * seconds / own
    return spent, spared
