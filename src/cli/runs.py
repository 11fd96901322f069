"""Verbs about runs: train them, judge them, deliver them."""

import argparse
import re
import sys
from pathlib import Path
from shlex import quote
from typing import Any

from ..runtime.errors import AlertlabError
from .common import composed, print_json

OVERRIDE = re.compile(r"[+~]*[A-Za-z_][\w./@-]*=")  # a word of Hydra's, and no run

# Workflows are imported by the verb that needs them: `alertlab --help` must not wait for torch.


def train(options: argparse.Namespace) -> None:
    """Verb ``train``."""
    if options.resume:
        from ..workflows.train import resume

        if options.overrides:
            raise AlertlabError(f"--resume: a run keeps its own config; drop {' '.join(options.overrides)}")
        result = resume(options.resume, options.allow)
    elif options.multirun:
        multirun(options)
        return
    else:
        config = composed("train", options)
        if config is None:
            return
        from ..workflows.train import train as workflow

        result = workflow(config)
    paths = {
        "bundle": result.bundle,
        "predictions": result.predictions,
        "figures": result.figures,
        "report": result.report,
    }
    if options.json:
        print_json({"run_id": result.run_id, "data": result.data, "metrics": result.metrics, **paths})
        return
    from ..workflows.show import first_figure, show_evaluation, show_paths

    show_evaluation(result.evaluation)
    show_paths(
        {
            "data": result.data,
            **first_figure(result.evaluation, result.figures),
            **paths,
            "run": result.run_id,
            "MLflow": _page(result.store, result.run_id),
        }
    )


def _page(store: str, run_id: str) -> str:
    """Where a browser finds a run, and what to start for it."""
    page = f"#/runs/{run_id}"  # MLflow itself opens on an empty page of traces
    if store.startswith("http"):
        return f"{store.rstrip('/')}/{page}"
    mlflow = Path(sys.executable).with_name("mlflow")
    return f"{mlflow} ui --backend-store-uri {quote(store)}, then http://127.0.0.1:5000/{page}"


def multirun(options: argparse.Namespace) -> None:
    """Verb ``train`` with ``-m``."""
    from ..config import compose, to_yaml
    from ..workflows.multirun import choices, train_all

    chosen = choices(options.overrides)
    configs = {name: compose("train", words, options.config_dir, options.allow) for name, words in chosen.items()}
    if options.cfg:
        print("---\n".join(to_yaml(config) for config in configs.values()), end="")
        return
    results = train_all(configs)
    if options.json:
        runs = {name: {"run_id": each.run_id, "metrics": each.metrics} for name, each in results.items()}
        print_json({"runs": runs})
        return
    from ..workflows.show import show_runs

    show_runs({name: each.evaluation for name, each in results.items()})
    print("\n".join(f"{name}: {each.report}" for name, each in results.items()))


def sweep(options: argparse.Namespace) -> None:
    """Verb ``sweep``."""
    from ..workflows.sweep.plan import Asked, plan_of

    plan = plan_of(Asked(tuple(options.overrides), tuple(options.config_dir), tuple(options.allow)))
    if options.cfg:
        from ..config import to_yaml

        print(f"{to_yaml(plan.config)}---\n{to_yaml(plan.base)}", end="")
        return
    if options.dry_run:
        from ..workflows.sweep.dry_run import dry_run

        told = dry_run(plan)
        print_json({"combinations": told.combinations, "configs": told.configs}) if options.json else print(told)
        return
    from ..workflows.sweep.nested import nested
    from ..workflows.sweep.sweep import sweep as workflow

    result = (nested if plan.outer_repeats else workflow)(plan, options.workers)
    if options.json:
        trials = {"trials": result.trials, "best": result.best, "told": list(result.told)}
        files = {name.replace(" ", "_"): path for name, path in result.paths.items()}
        print_json({"run_id": result.run_id, "study": result.study, **trials, **files})
        return
    from ..workflows.show import show_paths, show_tables

    show_tables(result.tables)
    for sentence in result.told:
        print(sentence)
    show_paths({**result.paths, "study": result.study, "run": result.run_id})


def leave_out(options: argparse.Namespace) -> None:
    """Verb ``leave-out``."""
    if options.resume:
        from ..workflows.leave_out.table import resume

        if options.overrides:
            raise AlertlabError(f"--resume: a table keeps its own config; drop {' '.join(options.overrides)}")
        result = resume(options.resume, options.allow, options.workers)
    else:
        if composed("train", options) is None:
            return
        from ..workflows.leave_out import table

        config, detectors = table.composed(options.overrides, options.config_dir, options.allow)
        result = table.leave_out(config, detectors, options.workers)
    if options.json:
        paths = {"predictions": {name: str(path) for name, path in result.predictions.items()}}
        told = {"figures": result.figures, "report": result.report, **paths}
        print_json({"run_id": result.run_id, "data": result.data, "metrics": result.metrics, **told})
        return
    from ..workflows.show import show_paths, show_tables

    show_tables(result.evaluator.tables_of(result.cells))
    for sentence in result.evaluator.summary(result.cells):
        print(sentence)
    show_paths(
        {
            "data": result.data,
            "figures": result.figures,
            "report": result.report,
            "run": result.run_id,
            **result.predictions,
        }
    )


def evaluate(options: argparse.Namespace) -> None:
    """Verb ``evaluate``."""
    further = [word for word in options.overrides if "=" not in word and not word.startswith("~")]
    options.overrides = [word for word in options.overrides if word not in further]
    config = composed("evaluate", options)
    if config is None:
        return
    if further or options.names:
        evaluate_sets(options, config, [options.source, *further])
        return
    from ..workflows.evaluate import evaluate as workflow

    result = workflow(config, options.source, options.out)
    if options.json:
        print_json({"run_id": result.run_id, "metrics": result.metrics, "figures": result.figures})
        return
    from ..workflows.show import first_figure, show_evaluation, show_paths

    show_evaluation(result.evaluation)
    show_paths({**first_figure(result.evaluation, result.figures), "figures": result.figures})


def evaluate_sets(options: argparse.Namespace, config: Any, sources: list[str]) -> None:
    """Verb ``evaluate`` of several test sets."""
    from ..workflows.evaluate_sets import evaluate_sets as workflow

    result = workflow(config, sources, options.names.split(",") if options.names else None, options.out)
    if options.json:
        sets = {name: {"metrics": each.mean, "intervals": each.intervals} for name, each in result.evaluations.items()}
        print_json({"sets": sets, "out": result.out})
        return
    from ..workflows.show import show_paths, show_tables

    show_tables([result.table])
    show_paths({"figures": result.out})


def compare(options: argparse.Namespace) -> None:
    """Verb ``compare``."""
    words = [*options.words, *options.overrides]
    runs = [word for word in words if not OVERRIDE.match(word) or Path(word).exists()]
    options.overrides = [word for word in words if word not in runs]
    config = composed("compare", options)
    if config is None:
        return
    from ..workflows import show

    if options.matrix:
        from ..workflows.compare.matrix import compare_matrix

        if len(runs) != 2:
            raise AlertlabError(f"--matrix: is of two runs, not {len(runs)}")
        first, second = runs
        matrix = compare_matrix(config, first, second, options.out)
        print_json({"out": matrix.out}) if options.json else show.show_matrix(matrix)
        return
    from ..workflows.compare.runs import compare_runs

    result = compare_runs(config, runs, options.out, options.intersection, options.allow)
    if options.json:
        print_json({"out": result.out, "run_id": result.run_id, "runs": list(result.comparison.names)})
        return
    show.show_comparison(result)


def ensemble(options: argparse.Namespace) -> None:
    """Verb ``ensemble``."""
    words = [*options.members, *options.overrides]
    members = [word for word in words if "=" not in word or Path(word).exists()]
    options.overrides = [word for word in words if word not in members]
    options.overrides += [f"by={options.by}"] if options.by else []
    config = composed("ensemble", options)
    if config is None:
        return
    from ..workflows.ensemble.ensemble import ensemble as workflow

    config.members = members or config.members
    result = workflow(config, options.allow)
    paths = {"predictions": result.predictions, "figures": result.figures, "report": result.report}
    paths |= {"bundle": result.bundle} if result.bundle else {}
    if options.json:
        choices = {str(number): choice.to_json() for number, choice in result.choices.items()}
        print_json({"run_id": result.run_id, "repeats": choices, "metrics": result.metrics, **paths})
        return
    from ..workflows.show import first_figure, show_evaluation, show_paths, show_tables

    show_tables(result.told)
    show_evaluation(result.evaluation)
    shown = first_figure(result.evaluation, result.figures)
    show_paths({**shown, **paths, "run": result.run_id, "MLflow": _page(result.store, result.run_id)})


def report(options: argparse.Namespace) -> None:
    """Verb ``report``."""
    config = composed("report", options)
    if config is None:
        return
    from ..workflows.report import report as workflow

    result = workflow(config, options.run, options.out, options.allow)
    if options.json:
        print_json({"run_id": options.run, "folder": result.folder, "report": result.report, "note": result.note})
        return
    if result.note:
        print(f"the gallery lists identifiers only: {result.note}", file=sys.stderr)
    from ..workflows.show import show_paths

    show_paths(
        {
            "page": result.report,
            "figures and tables": result.folder / "figures",
            "to include in LaTeX": f"{result.folder}/figures.tex, tables.tex, methods.tex, references.bib",
        }
    )


def strangest(options: argparse.Namespace) -> None:
    """Verb ``strangest``."""
    from ..workflows.strangest import Sources
    from ..workflows.strangest import strangest as workflow

    more = Sources(
        options.bundle,
        options.rows,
        options.light_curves,
        options.alerts,
        options.overrides,
        options.config_dir,
        options.allow,
    )
    result = workflow(options.predictions, options.out, options.number, more)
    if options.json:
        print_json(vars(result))
        return
    print(
        f"{result.shown} objects, {result.seen} with a light curve or stamp, {result.explained} with what drives them"
    )
    print(f"{result.table}\n{result.page}")


def sync(options: argparse.Namespace) -> None:
    """Verb ``sync``."""
    from ..workflows.sync import sync as workflow

    result = workflow(options.folder)
    if options.json:
        print_json({"delivered": result.delivered, "pending": result.pending})
        return
    print(f"delivered {result.delivered} entries, {result.pending} are still pending")
