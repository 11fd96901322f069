"""A sweep begun, found again, or joined."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import optuna
from filelock import FileLock
from omegaconf import OmegaConf

from ...config import instantiate, to_yaml
from ...core.progress import notice
from ...files import replacing
from ...runtime.errors import AlertlabError
from ...tracking import TrackedRun, Tracker
from ..train import Experiment, first_of, has_first, prepare, train
from .plan import Plan
from .study import HEARTBEAT, PATIENCE, Process, fill, journal_of, open_study, quiet
from .trial import whole_of

LEAD = "lead"  # attribute of a study: which process concludes it


@dataclass(frozen=True)
class Sweep:
    """A sweep brought to life.

    Attributes
    ----------
    plan : what it is. study : Optuna's. tracker : where runs are. run : of the sweep; None where another process leads.
    parent : id of that run. folder : of the experiment.
    retrain : trainings of the best and of the default config at the end.
    experiment : the default's training; None where another process leads.
    """

    plan: Plan
    study: optuna.Study
    tracker: Tracker
    run: TrackedRun | None
    parent: str
    folder: Path
    retrain: int
    experiment: Experiment | None = None


def begin(plan: Plan, above: str | None = None, number: int = 0, retrain: int | None = None) -> Sweep:
    """Read the data, open the study and its run, or find both.

    Parameters
    ----------
    above, number : id of a run that the sweep's is a child of, and its number there.
    retrain : trainings at the end, in the place of the config's.
    """
    config = plan.base
    folder = Path(config.output_dir, config.name)
    study = open_study(plan, folder)
    known = dict(study.user_attrs)
    tracker: Tracker = instantiate(config.tracking)
    own = Process.own()
    repeats = int(plan.config.retrain) if retrain is None else retrain
    joined = Sweep(plan, study, tracker, None, known.get("run_id", ""), folder, 0)
    if has_first(config):
        plan = _after_first(plan, study, folder)
        joined = replace(joined, plan=plan)
    if _led(known, own):
        notice(f"joining {plan.name}, which a process on {known[LEAD]['host']} leads")
        return joined
    experiment = prepare(plan.trial_config({}))
    data = whole_of(experiment)
    digest = data.samples().digest()
    if known.get("data_hash", digest) != digest:
        raise AlertlabError(
            f"{plan.name}: the data are no longer those it began with ({data.description}); remove its "
            f"study, or give it another name (name=NAME)"
        )
    with FileLock(f"{journal_of(plan, folder)}.begin"):
        known = dict(study.user_attrs)
        if _led(known, own):  # another was faster while the data were read
            return replace(joined, parent=known["run_id"])
        if "run_id" in known:
            run = tracker.reopen(Path(known["folder"]))
        else:
            name = f"{config.run_name}: {plan.name}"
            run = tracker.create(config.name, name, folder, to_yaml(config), config.seed, number, above)
            study.set_user_attr("run_id", run.run_id)
            study.set_user_attr("folder", str(run.directory.resolve()))
            study.set_user_attr("data_hash", digest)
            with quiet():
                study.set_metric_names(list(plan.goals.objectives))
        study.set_user_attr(LEAD, own.told)
        study.set_user_attr(HEARTBEAT, time.time())
        fill(study, plan)
    with replacing(run.directory / "sweep.yaml") as partial:
        partial.write_text(OmegaConf.to_yaml(plan.config), encoding="utf-8")
    run.set_tags({"sweep": plan.name, "split_hash": data.split.digest()})
    return Sweep(plan, study, tracker, run, run.run_id, folder, repeats, experiment)


def _after_first(plan: Plan, study: optuna.Study, folder: Path) -> Plan:
    """The sweep with the weights of the training before, which is done once for all trials."""
    with FileLock(f"{journal_of(plan, folder)}.first"):
        run_id = study.user_attrs.get("init_from") or plan.asked.init_from
        if not run_id:
            prepare(plan.trial_config({}))  # what is wrong with config or data shows before
            run_id = train(first_of(plan.base)).run_id
        study.set_user_attr("init_from", run_id)
    return plan.after(run_id)


def _led(known: Mapping[str, Any], own: Process) -> bool:
    """Whether another process leads a study, or its folder is of another machine, where it must be concluded."""
    if LEAD not in known:
        return False
    lead = Process(**known[LEAD])
    if lead.here:
        return lead.told != own.told and lead.lives
    return time.time() - known[HEARTBEAT] < PATIENCE or not Path(known["folder"]).is_dir()
