"""What a sweep would do, without training."""

from dataclasses import dataclass
from typing import Any

import optuna

from ...config import instantiate
from ..train import check_task
from .plan import Plan, check_plan, count
from .space import drawn, pairs
from .study import quiet

SAMPLES = 3  # configs that are shown


@dataclass(frozen=True)
class DryRun:
    """A space, its size, and configs of it.

    Attributes
    ----------
    space : key -> in words. combinations : None where there is no end to them.
    objectives : metric -> direction. n_trials : that there would be. configs : key -> value, each.
    """

    space: dict[str, str]
    combinations: int | None
    objectives: dict[str, str]
    n_trials: int
    configs: list[dict[str, Any]]

    def __str__(self) -> str:
        width = max(map(len, self.space))
        number = "no end of combinations" if self.combinations is None else f"{self.combinations:,} combinations"
        goals = ", ".join(f"{direction} {name}" for name, direction in self.objectives.items())
        return "\n".join(
            [
                *(f"{key:{width}}  {told}" for key, told in self.space.items()),
                f"{number}, {self.n_trials} trials, to {goals}",
                *(f"such as {pairs(values)}" for values in self.configs),
                f"these {len(self.configs)} configs are composed and built, and none is trained",
            ]
        )


def dry_run(plan: Plan) -> DryRun:
    """Draw configs of a sweep and build each of them.

    Raises
    ------
    ConfigError
        For whatever `check_plan` refuses, or a config that cannot be composed or built.
    """
    check_plan(plan)
    with quiet():
        study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=plan.base.seed))
        configs = [drawn(plan.space, study.ask()) for _ in range(SAMPLES)]
    for values in configs:
        config = plan.trial_config(values)
        check_task(instantiate(config.model), instantiate(config.evaluation))
    space = {each.key: str(each) for each in plan.space}
    return DryRun(space, count(plan), dict(plan.goals.objectives), plan.n_trials, configs)
