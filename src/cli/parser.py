"""All verbs and their options."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from .. import __version__
from ..door.words import printable
from .bundles import bundle_check, bundle_info, bundle_pack, promote
from .data import features, predict, simulate_light_curves, simulate_stamps, simulate_survey
from .hunt import hunt
from .night import adjust, adjust_options
from .runs import compare, ensemble, evaluate, leave_out, report, strangest, sweep, sync, train


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the words of a command."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(2, f"{self.prog}: {printable(message)}; {self.prog} --help says what it takes\n")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    root = Parser("alertlab", description="Experiments and model training for survey astronomy.")
    root.add_argument("--version", action="version", version=f"alertlab {__version__}")
    verbs = root.add_subparsers(title="verbs", metavar="VERB", required=True)

    verb = _verb(
        verbs, "train", train, "train, evaluate, track and export", "experiment=stamp_classifier model.kernel_size=5"
    )
    _config_options(verb)
    verb.add_argument(
        "-m",
        "--multirun",
        action="store_true",
        help="train every combination of choices, as sibling runs: model=flat_forest,mlp seed=1,2",
    )
    verb.add_argument(
        "--resume", metavar="RUN_ID", help="go on with an interrupted run below outputs/, or in the folder named"
    )

    verb = _verb(
        verbs,
        "sweep",
        sweep,
        "search keys of a config for the best values; the same command goes on with it, or joins it",
        "experiment=stamp_classifier search=stamp_cnn search.n_trials=50 --workers 2",
    )
    _config_options(verb)
    verb.add_argument(
        "--workers",
        type=int,
        default=1,
        metavar="N",
        help="processes, or jobs with launcher=slurm; 0 trains in this process (default: %(default)s)",
    )
    verb.add_argument(
        "--dry-run", action="store_true", help="print the space, its size and three configs of it, checked, and stop"
    )

    verb = _verb(
        verbs,
        "leave-out",
        leave_out,
        "leave out each class in turn and compare detectors on it",
        "experiment=outlier_detector datamodule=macho datamodule.source.path=MACHO_FATS_features.csv.gz",
    )
    _config_options(verb)
    verb.add_argument(
        "--workers", type=int, metavar="N", help="processes, one thread each (default: the cores that may be used)"
    )
    verb.add_argument(
        "--resume", metavar="RUN_ID", help="go on with an interrupted table below outputs/, or in the folder named"
    )

    verb = _verb(
        verbs,
        "evaluate",
        evaluate,
        "evaluate predictions or a run, or several test sets in one table",
        "predictions.parquet --out figures",
    )
    verb.add_argument(
        "source",
        metavar="PREDICTIONS|RUN_ID",
        help="predictions table of any format, folder of a run, or its id; more are further sets",
    )
    verb.add_argument("--names", metavar="A,B", help="of several test sets, in order (default: of their files)")
    verb.add_argument(
        "--out",
        type=Path,
        default=Path("evaluation"),
        metavar="DIR",
        help="folder of tables and figures (default: %(default)s)",
    )
    _config_options(verb)

    verb = _verb(
        verbs,
        "compare",
        compare,
        "compare runs: is one better, by how much, on what classes",
        "RUN_A RUN_B RUN_C --out comparison",
    )
    verb.add_argument(
        "words",
        nargs="+",
        metavar="RUN|KEY=VALUE",
        help="two runs or more: ids or 8 digits of one, names, folders, predictions tables of any program; differences "
        "are the earlier less the later. And Hydra overrides: key=value",
    )
    verb.add_argument(
        "--matrix",
        action="store_true",
        help="of two runs, of each class by the second the fractions by the first: light curves and stamps",
    )
    verb.add_argument(
        "--intersection", action="store_true", help="where runs were tested on other objects, take those that all have"
    )
    verb.add_argument(
        "--out",
        type=Path,
        default=Path("comparison"),
        metavar="DIR",
        help="folder of tables, figures and page (default: %(default)s)",
    )
    verb.add_argument("--cfg", action="store_true", help="print the composed config and stop")
    _folders(verb)
    verb.set_defaults(overrides=[])  # those behind an option

    verb = _verb(
        verbs,
        "adjust",
        adjust,
        "adjust probabilities to the class shares of other alerts, and warn where these look unlike those judged",
        "predictions.parquet --labelled RUN_ID --to em --out adjusted.parquet",
    )
    adjust_options(verb)
    _config_options(verb)

    verb = _verb(
        verbs,
        "ensemble",
        ensemble,
        "join classifiers of the same samples and split into one, a run of its own with one bundle",
        "RUN_A RUN_B RUN_C --by weighted bundle.name=supernovae",
    )
    verb.add_argument(
        "members", nargs="*", metavar="RUN", help="run id, folder of a run, or a predictions table; two or more"
    )
    verb.add_argument(
        "--by",
        choices=("mean", "weighted", "stacked"),
        help="mean of probabilities; weighted: weights of least log loss on validation; stacked: a logistic "
        "regression, fitted on validation (default: mean)",
    )
    _config_options(verb)

    verb = _verb(
        verbs,
        "promote",
        promote,
        "register the bundle of a run in MLflow, and make it the champion of its name if it is better",
        "RUN_ID --if better --metric macro_recall --margin 0.01",
    )
    verb.add_argument("run", metavar="RUN", help="id, its first digits, or name of a run with a bundle")
    verb.add_argument("--name", metavar="NAME", help="of the model in the registry (default: the bundle's)")
    verb.add_argument(
        "--if",
        dest="condition",
        choices=("better", "always"),
        help="better: than the champion, on the same test objects, with significance; always: whatever it is; the "
        "first of a name needs neither",
    )
    verb.add_argument(
        "--metric", default="macro_recall", metavar="METRIC", help="that compare knows (default: %(default)s)"
    )
    verb.add_argument(
        "--margin", type=float, default=0.0, metavar="X", help="gain that is not enough yet (default: %(default)s)"
    )
    _config_options(verb)

    verb = _verb(
        verbs,
        "report",
        report,
        "write what a paper needs of a run: figures, tables, methods, references, the page",
        "RUN_ID --out paper evaluation.journal=mnras",
    )
    verb.add_argument(
        "run", metavar="RUN|PREDICTIONS", help="a run of train by id, name or folder; any predictions table"
    )
    verb.add_argument("--out", type=Path, default=Path("report"), metavar="DIR", help="folder (default: %(default)s)")
    _config_options(verb)

    verb = _verb(
        verbs,
        "predict",
        predict,
        "answer for alerts, light curves or rows with a bundle",
        "stamps-0.1.0.bundle night.tar.gz --out predictions.parquet",
    )
    verb.add_argument(
        "bundle",
        type=Path,
        metavar="BUNDLE",
        help="bundle folder or zip, or models:/NAME@champion of MLflow's registry",
    )
    verb.add_argument(
        "alerts",
        type=Path,
        metavar="ALERTS|LIGHT_CURVES|ROWS",
        help="alerts: .avro, .tar, .tar.gz, a folder of them, or a Parquet table of stamps; light curves: what "
        "`features` takes or writes; rows: an .npz or a table with what `bundle info` says that it takes",
    )
    verb.add_argument(
        "--non-detections", type=Path, metavar="FILE", help="table of upper limits of light curves, of any format"
    )
    verb.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="Parquet of predictions; rejected ones go beside it",
    )
    verb.add_argument(
        "--coverage",
        type=float,
        metavar="SHARE",
        help="add the set of classes that holds the true one for so large a share of objects, such as 0.9: columns "
        "set and set_size",
    )
    verb.add_argument(
        "--by-class", action="store_true", help="with --coverage: of the objects of each class, not of all together"
    )
    verb.add_argument("--strict", action="store_true", help="stop at the first alert or object that cannot be used")
    verb.add_argument(
        "overrides",
        nargs="*",
        default=[],
        metavar="KEY=VALUE",
        help="of light curves: overrides of `alertlab features`, in the place of what the bundle remembers of its "
        "training",
    )
    _folders(verb)

    verb = _verb(
        verbs,
        "strangest",
        strangest,
        "show the strangest of a detector's answers, on one page",
        "predictions.parquet --bundle NAME-0.1.0.bundle --rows predictions.features.parquet --light-curves "
        "detections.parquet --out strangest.html",
    )
    verb.add_argument("predictions", metavar="PREDICTIONS", help="table that `predict` wrote, or the folder of a run")
    verb.add_argument("--bundle", type=Path, metavar="BUNDLE", help="that gave the scores: says its threshold")
    verb.add_argument(
        "--rows",
        type=Path,
        metavar="TABLE",
        help="what the bundle took, by object_id, such as the .features.parquet beside the predictions: says which "
        "columns drive a score",
    )
    verb.add_argument(
        "--light-curves", type=Path, metavar="PATH", help="to be drawn: whatever `features` takes; read as the bundle's"
    )
    verb.add_argument("--alerts", type=Path, metavar="PATH", help="to show their stamps: whatever `predict` takes")
    verb.add_argument(
        "-n", "--number", type=int, default=50, metavar="N", help="objects to show (default: %(default)s)"
    )
    verb.add_argument(
        "--out",
        type=Path,
        default=Path("strangest.html"),
        metavar="FILE",
        help="the HTML file; the table lies beside it as .csv (default: %(default)s)",
    )
    verb.add_argument(
        "overrides",
        nargs="*",
        default=[],
        metavar="KEY=VALUE",
        help="of light curves: overrides of `alertlab features`, such as columns=bts",
    )
    _folders(verb)

    verb = _verb(
        verbs,
        "features",
        features,
        "compute the features of light curves",
        "detections.parquet --non-detections non_detections.parquet --out features.parquet",
    )
    verb.add_argument(
        "path",
        nargs="?",
        metavar="PATH",
        help="table (Parquet, CSV, FITS, VOTable, ECSV), alert packets (.avro, .tar, .tar.gz), a folder of either, or "
        "a HATS catalogue; columns=OPTION names the columns, columns.unit=nJy or columns.time_format=jd what they hold",
    )
    verb.add_argument("--non-detections", type=Path, metavar="FILE", help="table of upper limits, of any format")
    verb.add_argument(
        "--out", type=Path, metavar="FILE", help="Parquet of features; objects that are left out go beside it"
    )
    verb.add_argument("--list", action="store_true", help="print each feature of the set and stop")
    verb.add_argument("--explain", metavar="OBJECT", help="print why features of one object are NaN and stop")
    _config_options(verb)

    verb = _verb(
        verbs,
        "hunt",
        hunt,
        "ask a person about the strangest objects, learn from the answers, and ask again",
        "RUN_ID --candidates features.parquet --link 'https://alerce.online/object/{object_id}'",
    )
    verb.add_argument(
        "source",
        nargs="?",
        metavar="RUN|BUNDLE|SCORES",
        help="whose scores order the first questions: run, bundle, or table of object_id and score; without one the "
        "forest alone does",
    )
    _hunt_options(verb)
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

    kinds = verbs.add_parser("simulate", help="write simulated alerts and light curves").add_subparsers(
        metavar="KIND", required=True
    )
    for name, action, text, unit, content in (
        ("stamps", simulate_stamps, "write simulated ZTF packets", "packets", "packets/ and labels.csv"),
        ("lightcurves", simulate_light_curves, "write simulated light curves", "objects", "tables and labels.csv"),
        ("survey", simulate_survey, "write objects with packets and light curves", "objects", "packets/ and tables"),
    ):
        verb = _verb(kinds, name, action, text, "-n 2000 --out simulated --seed 1", "simulate ")
        verb.add_argument("-n", "--number", type=int, default=2000, metavar="N", help=f"{unit} (default: %(default)s)")
        verb.add_argument("--out", type=Path, required=True, metavar="DIR", help=f"new folder: {content}")
        verb.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
        verb.add_argument(
            "--difficulty", type=float, default=0.5, metavar="D", help="0 easy to 1 hard (default: %(default)s)"
        )
        if name == "lightcurves":
            verb.add_argument(
                "--balance",
                default="published",
                choices=("published", "equal"),
                help="class shares: of the published labelled set, or equal (default: %(default)s)",
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


def _hunt_options(verb: argparse.ArgumentParser) -> None:
    for name, kind, metavar, text in (
        (
            "--candidates",
            Path,
            "TABLE",
            "objects, a row each: what `features` writes, a predictions table with an "
            "embedding, or any table with object_id and numbers",
        ),
        ("--known", Path, "TABLE", "examples that are known from the start: object_id and answer, yes or no"),
        ("--budget", int, "N", "most questions now (default: until you quit; 20 in a file, 200 of a replay)"),
        ("--person", str, "NAME", "who answers (default: your login)"),
        ("--link", str, "PATTERN", "address to look at; {object_id}, or a column, is filled in"),
        ("--questions", Path, "FILE", "write the next questions to this table (.csv, .parquet) and stop"),
        ("--answers", Path, "FILE", "take the answers of such a table, or of another hunt's answers.jsonl, and stop"),
        ("--oracle", Path, "TABLE", "replay these labels as the expert and draw the discovery curve"),
        ("--anomalies", str, "A,B", "labels of --oracle that are wanted; without them its column says true or false"),
    ):
        verb.add_argument(name, type=kind, metavar=metavar, help=text)
    verb.add_argument(
        "--out",
        type=Path,
        default=Path("hunt"),
        metavar="DIR",
        help="folder of answers, ranking and bundle; a hunt that is there goes on (default: %(default)s)",
    )


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
        "overrides", nargs="*", default=[], metavar="KEY=VALUE", help="Hydra overrides: group=option or key.path=value"
    )
    verb.add_argument("--cfg", action="store_true", help="print the composed config and stop")
    _folders(verb)


def _folders(verb: argparse.ArgumentParser) -> None:
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
        help="package of your own that a _target_, or features, may name",
    )
