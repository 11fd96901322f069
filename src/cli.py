"""The command line: one verb, one workflow."""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import __version__
from .runtime.errors import AlertlabError

# Workflows are imported by the verb that needs them: `alertlab --help` must not wait for torch.


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``alertlab VERB ...``; returns the exit status."""
    root = parser()
    options, rest = root.parse_known_args(arguments)
    if rest and (not hasattr(options, "overrides") or any(word.startswith("-") for word in rest)):
        root.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        options.overrides += rest  # argparse leaves out what stands behind an option
    signal.signal(signal.SIGTERM, _interrupt)  # so that a run killed by a scheduler says so
    try:
        options.verb(options)
    except KeyboardInterrupt:
        if options.debug:
            raise
        print("interrupted", file=sys.stderr)
        return 130
    except Exception as error:
        if options.debug:
            raise
        if isinstance(error, AlertlabError):
            print(f"alertlab: {error}", file=sys.stderr)
        elif not isinstance(error, BrokenPipeError):  # whoever reads the output has had enough
            first = (str(error).splitlines() or [""])[0]
            print(f"alertlab: {type(error).__name__}: {first} (--debug shows where)", file=sys.stderr)
        return 1
    return 0


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def train(options: argparse.Namespace) -> None:
    """Verb ``train``."""
    if options.resume:
        from .workflows.train import resume

        if options.overrides:
            raise AlertlabError(f"--resume: a run keeps its own config; drop {' '.join(options.overrides)}")
        result = resume(options.resume, options.allow)
    else:
        config = composed("train", options)
        if config is None:
            return
        from .workflows.train import train as workflow

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
    from .workflows.show import show_evaluation, show_paths

    show_evaluation(result.evaluation)
    mlflow = Path(sys.executable).with_name("mlflow")
    server = result.store if result.store.startswith("http") else f"{mlflow} ui --backend-store-uri {result.store}"
    show_paths(
        {
            "data": result.data,
            "confusion matrix": result.figures / "confusion_matrix.png",
            **paths,
            "run": result.run_id,
            "MLflow": server,
        }
    )


def evaluate(options: argparse.Namespace) -> None:
    """Verb ``evaluate``."""
    config = composed("evaluate", options)
    if config is None:
        return
    from .workflows.evaluate import evaluate as workflow

    result = workflow(config, options.source, options.out)
    if options.json:
        print_json({"run_id": result.run_id, "metrics": result.metrics, "figures": result.figures})
        return
    from .workflows.show import show_evaluation, show_paths

    show_evaluation(result.evaluation)
    show_paths({"confusion matrix": result.figures / "confusion_matrix.png", "figures": result.figures})


def report(options: argparse.Namespace) -> None:
    """Verb ``report``."""
    config = composed("report", options)
    if config is None:
        return
    from .workflows.report import report as workflow

    result = workflow(config, options.run, options.out, options.allow)
    if options.json:
        print_json({"run_id": options.run, "report": result.report, "note": result.note})
        return
    if result.note:
        print(f"the gallery lists identifiers only: {result.note}", file=sys.stderr)
    print(result.report)


def predict(options: argparse.Namespace) -> None:
    """Verb ``predict``."""
    from .workflows.predict import predict as workflow

    result = workflow(options.bundle, options.alerts, options.out, options.strict)
    paths = {"predictions": result.predictions, "rejected": result.rejected}
    if options.json:
        print_json({**paths, "classified": result.classified, "reasons": result.reasons})
        return
    from .workflows.show import show_counts, show_paths

    show_counts("classified", result.classified)
    show_counts("rejected", result.reasons)
    show_paths(paths)
    if not result.classified:
        raise AlertlabError(f"{options.alerts}: no alert could be used; {result.rejected} says why")


def features(options: argparse.Namespace) -> None:
    """Verb ``features``."""
    words = [options.path, *options.overrides] if options.path else options.overrides
    paths = [word for word in words if "=" not in word or Path(word).exists()]  # HATS has folders with "="
    options.overrides = [word for word in words if word not in paths]
    config = composed("features", options)
    if config is None:
        return
    if options.list:
        from .features.listing import listing
        from .features.sets import feature_set

        print(listing(feature_set(config.features)))
        return
    if len(paths) != 1:
        given = f"{len(paths)} were given: {' '.join(paths)}" if paths else "none was given"
        raise AlertlabError(f"features: name one PATH of light curves; {given}")
    if options.explain:
        from .workflows.features import explain_object

        for name, reason in explain_object(config, Path(paths[0]), options.non_detections, options.explain):
            print(f"{name:<32}{reason}")
        return
    if options.out is None:
        raise AlertlabError("features: name the Parquet file of features with --out FILE")
    from .workflows.features import features as workflow

    result = workflow(config, Path(paths[0]), options.non_detections, options.out)
    if options.json:
        print_json({**vars(result), "throughput": result.throughput})
    else:
        from .workflows.show import show_features

        show_features(result)
    if not result.objects:
        raise AlertlabError(f"{paths[0]}: no object could be used; {result.rejected} says why")


def sync(options: argparse.Namespace) -> None:
    """Verb ``sync``."""
    from .workflows.sync import sync as workflow

    result = workflow(options.folder)
    if options.json:
        print_json({"delivered": result.delivered, "pending": result.pending})
        return
    print(f"delivered {result.delivered} entries, {result.pending} are still pending")


def simulate_stamps(options: argparse.Namespace) -> None:
    """Verb ``simulate stamps``."""
    from .workflows.simulate import simulate_stamps as workflow

    result = workflow(options.out, options.number, options.seed, options.difficulty)
    if options.json:
        print_json(result)
        return
    from .workflows.show import show_counts, show_paths

    show_counts("simulated", result["classes"])
    show_paths({"packets": options.out / "packets", "labels": options.out / "labels.csv"})


def bundle_check(options: argparse.Namespace) -> None:
    """Verb ``bundle check``."""
    from .runtime import load

    bundle = load(options.bundle)
    parity = bundle.self_test()
    if options.json:
        print_json({"bundle": options.bundle, "sha256": bundle.sha256, "parity": vars(parity)})
        return
    print(
        f"{options.bundle}: whole; {parity.n_rows} golden rows repeated to {parity.max_abs_error:.1e}, no label flipped"
    )
    print(f"sha256 {bundle.sha256}: the same as its author published?")


def bundle_info(options: argparse.Namespace) -> None:
    """Verb ``bundle info``."""
    from .runtime import load
    from .runtime.describe import describe

    summary = describe(load(options.bundle))
    if options.json:
        print_json(summary)
        return
    from .workflows.show import show_paths

    show_paths(summary)


def bundle_pack(options: argparse.Namespace) -> None:
    """Verb ``bundle pack``."""
    from .bundle import pack

    path = pack(options.bundle, options.out or options.bundle.with_suffix(".bundle.zip"))
    print_json({"bundle": path}) if options.json else print(path)


def composed(name: str, options: argparse.Namespace) -> Any:
    """The config of a verb; None where ``--cfg`` asked to print it and stop."""
    from .config import compose, to_yaml

    config = compose(name, options.overrides, options.config_dir, options.allow)
    if not options.cfg:
        return config
    print(to_yaml(config), end="")
    return None


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object on standard output."""
    print(json.dumps(value, default=str, allow_nan=False))


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    root = argparse.ArgumentParser("alertlab", description="Experiments and model training for survey astronomy.")
    root.add_argument("--version", action="version", version=f"alertlab {__version__}")
    verbs = root.add_subparsers(title="verbs", metavar="VERB", required=True)

    verb = _verb(
        verbs, "train", train, "train, evaluate, track and export", "experiment=stamp_classifier model.kernel_size=5"
    )
    _config_options(verb)
    verb.add_argument(
        "--resume", metavar="RUN_ID", help="go on with an interrupted run below outputs/, or in the folder named"
    )

    verb = _verb(
        verbs, "evaluate", evaluate, "evaluate a predictions table or a run", "predictions.parquet --out figures"
    )
    verb.add_argument("source", metavar="PREDICTIONS|RUN_ID", help="predictions table, or id of a run that has one")
    verb.add_argument(
        "--out",
        type=Path,
        default=Path("evaluation"),
        metavar="DIR",
        help="folder of tables and figures (default: %(default)s)",
    )
    _config_options(verb)

    verb = _verb(verbs, "report", report, "write the HTML report of a run again", "RUN_ID --out report.html")
    verb.add_argument("run", metavar="RUN_ID", help="a run of train")
    verb.add_argument(
        "--out", type=Path, default=Path("report.html"), metavar="FILE", help="the HTML file (default: %(default)s)"
    )
    _config_options(verb)

    verb = _verb(
        verbs,
        "predict",
        predict,
        "classify alerts with a bundle",
        "stamps-0.1.0.bundle night.tar.gz --out predictions.parquet",
    )
    verb.add_argument("bundle", type=Path, metavar="BUNDLE", help="bundle folder or zip")
    verb.add_argument(
        "alerts", type=Path, metavar="ALERTS", help=".avro, .tar, .tar.gz, .parquet, or a folder of .avro"
    )
    verb.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="Parquet of predictions; rejected alerts go beside it"
    )
    verb.add_argument("--strict", action="store_true", help="stop at the first alert that cannot be used")

    verb = _verb(
        verbs,
        "features",
        features,
        "compute the features of light curves",
        "detections.parquet --non-detections non_detections.parquet --out features.parquet",
    )
    verb.add_argument(
        "path", nargs="?", metavar="PATH", help="table (.parquet, .csv), packets (.avro, .tar, .tar.gz), or a folder"
    )
    verb.add_argument("--non-detections", type=Path, metavar="FILE", help="table of upper limits")
    verb.add_argument(
        "--out", type=Path, metavar="FILE", help="Parquet of features; objects that are left out go beside it"
    )
    verb.add_argument("--list", action="store_true", help="print each feature of the set and stop")
    verb.add_argument("--explain", metavar="OBJECT", help="print why features of one object are NaN and stop")
    _config_options(verb)

    verb = _verb(verbs, "sync", sync, "deliver to MLflow what a server missed", "outputs")
    verb.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=Path("outputs"),
        metavar="DIR",
        help="folder of runs (default: %(default)s)",
    )

    kinds = verbs.add_parser("simulate", help="write simulated alerts").add_subparsers(metavar="KIND", required=True)
    verb = _verb(
        kinds, "stamps", simulate_stamps, "write simulated ZTF packets", "-n 2000 --out simulated --seed 1", "simulate "
    )
    verb.add_argument("-n", "--number", type=int, default=2000, metavar="N", help="packets (default: %(default)s)")
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="new folder: packets/ and labels.csv")
    verb.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
    verb.add_argument(
        "--difficulty", type=float, default=0.5, metavar="D", help="0 easy to 1 hard (default: %(default)s)"
    )

    parts = verbs.add_parser("bundle", help="check, describe or pack a bundle").add_subparsers(
        metavar="ACTION", required=True
    )
    for name, action, text in (
        ("check", bundle_check, "verify every byte and replay the golden rows"),
        ("info", bundle_info, "what a bundle takes and returns, and where it comes from"),
        ("pack", bundle_pack, "write a bundle folder as one uncompressed zip"),
    ):
        verb = _verb(parts, name, action, text, "stamps-0.1.0.bundle", "bundle ")
        verb.add_argument("bundle", type=Path, metavar="BUNDLE", help="bundle folder or zip")
    verb.add_argument("--out", type=Path, metavar="FILE", help="(default: the folder's name with .zip)")
    return root


def _verb(
    verbs: Any, name: str, action: Callable[[argparse.Namespace], None], text: str, example: str, prefix: str = ""
) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=f"example: alertlab {prefix}{name} {example}",
    )
    verb.add_argument("--json", action="store_true", help="one JSON object on standard output")
    verb.add_argument("--debug", action="store_true", help="show the traceback of an error")
    verb.set_defaults(verb=action)
    return verb


def _config_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "overrides", nargs="*", metavar="KEY=VALUE", help="Hydra overrides: group=option or key.path=value"
    )
    verb.add_argument("--cfg", action="store_true", help="print the composed config and stop")
    verb.add_argument(
        "--config-dir",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="more configs: your experiments and models",
    )
    verb.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="PACKAGE",
        help="package that a _target_ may name, beside alertlab's own list",
    )
