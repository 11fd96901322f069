"""Verbs about runs, and their options."""

from pathlib import Path
from typing import Any

from .bundles import promote
from .night import adjust, adjust_options
from .options import config_options, folders, new_verb
from .runs import compare, ensemble, evaluate, leave_out, report, sweep, train


def add_run_verbs(verbs: Any) -> None:
    """Train, search, judge, compare, join, publish."""
    verb = new_verb(
        verbs, "train", train, "train, evaluate, track and export", "experiment=stamp_classifier model.kernel_size=5"
    )
    config_options(verb)
    verb.add_argument(
        "-m",
        "--multirun",
        action="store_true",
        help="train every combination of choices, as sibling runs: model=flat_forest,mlp seed=1,2",
    )
    verb.add_argument(
        "--resume", metavar="RUN_ID", help="go on with an interrupted run below outputs/, or in the folder named"
    )

    verb = new_verb(
        verbs,
        "sweep",
        sweep,
        "search keys of a config for the best values; the same command goes on with it, or joins it",
        "experiment=stamp_classifier search=stamp_cnn search.n_trials=50 --workers 2",
    )
    config_options(verb)
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

    verb = new_verb(
        verbs,
        "leave-out",
        leave_out,
        "leave out each class in turn and compare detectors on it",
        "experiment=outlier_detector datamodule=macho datamodule.source.path=MACHO_FATS_features.csv.gz",
    )
    config_options(verb)
    verb.add_argument(
        "--workers", type=int, metavar="N", help="processes, one thread each (default: the cores that may be used)"
    )
    verb.add_argument(
        "--resume", metavar="RUN_ID", help="go on with an interrupted table below outputs/, or in the folder named"
    )

    verb = new_verb(
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
    config_options(verb)

    verb = new_verb(
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
    folders(verb)
    verb.set_defaults(overrides=[])  # those behind an option

    verb = new_verb(
        verbs,
        "adjust",
        adjust,
        "adjust probabilities to the class shares of other alerts, and warn where these look unlike those judged",
        "predictions.parquet --labelled RUN_ID --to em --out adjusted.parquet",
    )
    adjust_options(verb)
    config_options(verb)

    verb = new_verb(
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
    config_options(verb)

    verb = new_verb(
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
    config_options(verb)

    verb = new_verb(
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
    config_options(verb)
