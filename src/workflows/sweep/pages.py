"""Optuna's plots of a sweep, as images and as one page to move about in, and the report."""

import warnings
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import optuna
from optuna.trial import TrialState

from ...core.paper import render
from ...core.progress import notice
from ...evaluation.report import Subject, table_html
from ...evaluation.shown import Picture, Section, Table
from ...files import replacing
from .plan import Plan
from .study import quiet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEAST = 2  # complete trials that plots of parameters need
PLOTS = {  # name -> what it shows
    "optimization_history": "Each trial's objective, and the best so far",
    "param_importances": "How much of the objective's scatter each key explains (fANOVA, Hutter et al. 2014)",
    "parallel_coordinate": "Each trial as a line through its values",
    "slice": "The objective against each key",
    "intermediate_values": "What the pruner saw of each trial",
    "timeline": "When each trial ran, and how it ended",
    "pareto_front": "Trials that no other beats in all objectives",
}


def plots_of(study: optuna.Study, plan: Plan) -> list[str]:
    """Names of the plots that say something of a study."""
    done = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    several = len(plan.goals.objectives) > 1
    found = ["optimization_history"] if done else []
    if len(done) >= LEAST:
        found += ["param_importances", "parallel_coordinate", "slice"]
        found += ["pareto_front"] if several and len(plan.goals.objectives) <= 3 else []
    if any(trial.intermediate_values for trial in study.get_trials(deepcopy=False)) and not several:
        found.append("intermediate_values")
    return [*found, "timeline"]


def images(study: optuna.Study, plan: Plan, folder: Path) -> "dict[str, Figure]":
    """Draw the plots and write them as PNG; one that cannot be drawn of these trials is told and left out."""
    import matplotlib.pyplot as plt
    from optuna.visualization import matplotlib as drawn

    found: dict[str, Figure] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a key with one value, and of room that colour bars take
        for name in plots_of(study, plan):
            axes = _made(name, drawn, study, plan)
            if axes is None:
                continue
            found[name] = np.ravel(axes)[0].figure
            found[name].set_size_inches(max(7.0, 3.2 * np.size(axes)), 4.6)
            found[name].tight_layout()
            with replacing(folder / f"{name}.png") as partial:
                partial.write_bytes(render(found[name], "png"))
            plt.close("all")
    return found


def interactive(study: optuna.Study, plan: Plan, path: Path) -> Path:
    """One page of all plots to move about in; plotly's own code is in it, so that it asks no other host."""
    from optuna import visualization as drawn

    parts: list[str] = []
    for name in plots_of(study, plan):
        figure: Any = _made(name, drawn, study, plan)
        if figure is not None:
            html = figure.to_html(full_html=False, include_plotlyjs=not parts)
            parts.append(f"<h2>{escape(PLOTS[name])}</h2>\n{html}")
    page = (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
        f"<title>{escape(plan.name)}</title>"
        "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#222}"
        "h2{font-size:1.1rem;margin:2rem 0 .5rem}</style></head><body>\n"
        f"<h1>{escape(plan.name)}</h1>\n" + "\n".join(parts) + "\n</body></html>\n"
    )
    with replacing(path) as partial:
        partial.write_text(page, encoding="utf-8")
    return path


def report(
    subject: Subject, told: Sequence[str], tables: Sequence[Table], figures: "dict[str, Figure]", best: str, path: Path
) -> Path:
    """The page of a sweep: what came out, the best trials, the plots, and the config that was found."""
    sections = [Section("trials", "Results", tables=tables)]
    sections += [
        Section(
            name, name.replace("_", " ").capitalize(), pictures=[([Picture(figure, PLOTS[name], PLOTS[name])], True)]
        )
        for name, figure in figures.items()
    ]
    rows = [(line.replace(" ", "\u00a0"),) for line in best.splitlines()]
    sections.append(Section("best", "The best config", tables=[Table("best", "conf/experiment", ("",), rows)]))
    with replacing(path) as partial:
        partial.write_text(table_html(subject, told, sections), encoding="utf-8")
    return path


def _made(name: str, module: Any, study: optuna.Study, plan: Plan) -> Any:
    """A plot of the first objective, or of all where it shows all; None where it cannot be drawn."""
    plot: Callable[..., Any] = getattr(module, f"plot_{name}")
    first, several = plan.goals.first, len(plan.goals.objectives) > 1
    told: dict[str, Any] = {}
    if name == "pareto_front":
        told["target_names"] = list(plan.goals.objectives)
    elif name not in ("timeline", "intermediate_values"):
        told["target_name"] = first
        if several:
            told["target"] = _first
    if name == "param_importances":
        told["evaluator"] = optuna.importance.FanovaImportanceEvaluator(seed=0)
    with quiet():
        try:
            return plot(study, **told)
        except (ValueError, RuntimeError, ZeroDivisionError) as error:  # all trials alike, keys never varied
            notice(f"no {name.replace('_', ' ')}: {str(error).splitlines()[0] if str(error) else type(error).__name__}")
            return None


def _first(trial: optuna.trial.FrozenTrial) -> float:
    return float(trial.values[0])
