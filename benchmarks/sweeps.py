"""What a trial of a sweep costs beside its training, and eight workers on one study.

    python -m benchmarks.sweeps
    python -m benchmarks.sweeps --trials 200 --workers 8 --storage postgresql+psycopg://HOST/sweeps

A trivial trial, of a model that learns nothing, in a worker that has begun, in turn with bare Optuna that asks,
suggests and tells on a journal file of its own; the overhead is the difference. Then a whole sweep of such trials, from
the command to its report, with worker processes: complete trials and finished runs are counted.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import optuna
from alertlab.workflows.sweep.begin import Sweep, begin
from alertlab.workflows.sweep.plan import Asked, Plan, plan_of
from alertlab.workflows.sweep.study import claim, open_study, quiet
from alertlab.workflows.sweep.sweep import carry_out
from alertlab.workflows.sweep.trial import Warm
from alertlab.workflows.sweep.worker import one
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from .in_turn import in_turn, timed
from .table import Table

PACKAGES = ("optuna", "mlflow")
QUICK = ("--rounds", "2", "--trials", "2", "--workers", "1")
HEADER = (
    *("study", "rounds", "a trial, ms", "range", "bare Optuna, ms", "overhead, ms"),
    *("workers", "trials", "complete", "runs finished", "s"),
)
CONFIGS = {
    "model/trivial.yaml": "{_target_: benchmarks.trivial.Trivial, angle: 0.5}\n",
    "experiment/trivial.yaml": "# @package _global_\n"
    "defaults: [override /datamodule: _parted, override /model: trivial]\n"
    "name: trivial\ndatamodule: {_target_: benchmarks.trivial.Few}\n",
    "search/trivial.yaml": "defaults: [_search, override /pruner@_global_.pruner: none, _self_]\n"
    "space: {model.angle: {low: 0.0, high: 1.5}}\n",
}


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40, help="trials in turn with bare ones (default 40)")
    parser.add_argument("--trials", type=int, default=200, help="of the whole sweep (default 200)")
    parser.add_argument("--workers", type=int, default=8, help="of the whole sweep (default 8)")
    parser.add_argument("--storage", nargs="*", default=[], help="databases beside the journal file")
    return parser


def measure(asked: argparse.Namespace) -> Table:
    """A row a storage."""
    return Table(HEADER, [row(storage, asked) for storage in ("", *asked.storage)])


def row(storage: str, asked: argparse.Namespace) -> tuple[str, ...]:
    """Single trials in turn with bare ones, then a whole sweep."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan = trivial_plan(folder, storage, asked.rounds + 1)
        of = begin(plan)
        assert of.run is not None
        with of.tracker.running(of.run), quiet():
            pairs = in_turn(timed(one_trial(of)), timed(bare_trial(folder)), asked.rounds)
        whole = begin(trivial_plan(folder / "whole", storage, asked.trials))
        started = time.monotonic()
        result = carry_out(whole, asked.workers)
        seconds = time.monotonic() - started
        finished = runs_finished(whole)
    milliseconds = [1000 * each for each in pairs.ours]
    ours, theirs = statistics.median(milliseconds), 1000 * statistics.median(pairs.theirs)
    return (
        *(storage.partition(":")[0] or "journal", str(asked.rounds)),
        *(
            f"{ours:.0f}",
            f"{min(milliseconds):.0f} to {max(milliseconds):.0f}",
            f"{theirs:.1f}",
            f"{ours - theirs:.0f}",
        ),
        *(
            str(asked.workers),
            str(asked.trials),
            str(result.trials.get("complete", 0)),
            str(finished),
            f"{seconds:.0f}",
        ),
    )


def trivial_plan(folder: Path, storage: str, trials: int) -> Plan:
    """A sweep that leaves everything in a folder."""
    for name, text in CONFIGS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    where = [f"tracking.uri=sqlite:///{folder}/mlflow.db", f"output_dir={folder}/outputs", f'storage="{storage}"']
    words = ("experiment=trivial", "search=trivial", f"search.n_trials={trials}", "retrain=0", *where)
    return plan_of(Asked(words, (folder,), ("benchmarks",)))


def one_trial(of: Sweep) -> Callable[[], None]:
    """As a worker takes it."""
    study = open_study(of.plan, of.folder)
    warm = Warm(of.plan, of.tracker, of.parent)

    def work() -> None:
        trial = claim(study)
        assert trial is not None
        one(study, warm, trial)

    return work


def bare_trial(folder: Path) -> Callable[[], None]:
    """As Optuna's own example has it, with the same sampler."""
    storage = JournalStorage(JournalFileBackend(str(folder / "bare.journal")))
    sampler = optuna.samplers.TPESampler(seed=1, multivariate=True, group=True, constant_liar=True)
    study = optuna.create_study(storage=storage, sampler=sampler, direction="maximize")

    def work() -> None:
        trial = study.ask()
        study.tell(trial, trial.suggest_float("angle", 0.0, 1.5))

    return work


def runs_finished(of: Sweep) -> int:
    """Runs of trials in MLflow that are finished, of one parent."""
    client = of.tracker.client
    ids = [each.experiment_id for each in client.search_experiments() if each.name == of.plan.base.name]
    runs = client.search_runs(ids, f"tags.`mlflow.parentRunId` = '{of.parent}'", max_results=5000)
    states = Counter(run.info.status for run in runs if "trial" in run.data.params)
    if set(states) - {"FINISHED"}:
        sys.stderr.write(f"runs that are not finished: {states}\n")
    return states["FINISHED"]


if __name__ == "__main__":
    print(measure(options().parse_args()))
