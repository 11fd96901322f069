"""Verbs about data and bundles, and their options."""

import argparse
from pathlib import Path
from typing import Any

from .bundles import bundle_check, bundle_info, bundle_pack
from .data import clusters, features, predict
from .hunt import hunt
from .options import config_options, folders, new_verb
from .runs import strangest, sync
from .simulate import add_simulate


def add_data_verbs(verbs: Any) -> None:
    """Predict, look, compute features, ask a person, simulate, look after bundles."""
    verb = new_verb(
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
    folders(verb)

    verb = new_verb(
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
    folders(verb)

    verb = new_verb(
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
    config_options(verb)

    verb = new_verb(
        verbs,
        "clusters",
        clusters,
        "search a catalogue for open clusters, and judge what is found with a bundle",
        "open_clusters-0.1.0.bundle gaia_field.parquet --out clusters",
    )
    verb.add_argument(
        "bundle", type=Path, metavar="BUNDLE", help="of experiment=open_clusters: folder, zip or models:/NAME@champion"
    )
    verb.add_argument(
        "catalogue",
        type=Path,
        metavar="CATALOGUE",
        help="table (Parquet, CSV, FITS, VOTable, ECSV) with Gaia's columns: source_id, ra, dec, parallax, pmra, "
        "pmdec, phot_g_mean_mag, and bp_rp or phot_bp_mean_mag and phot_rp_mean_mag",
    )
    verb.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder of candidates.csv, members.parquet and candidates.html",
    )
    verb.add_argument(
        "-n", "--number", type=int, default=50, metavar="N", help="candidates on the page (default: %(default)s)"
    )
    config_options(verb)

    verb = new_verb(
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
    hunt_options(verb)
    config_options(verb)

    verb = new_verb(verbs, "sync", sync, "deliver to MLflow what a server missed", "outputs")
    verb.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=Path("outputs"),
        metavar="DIR",
        help="folder of runs (default: %(default)s)",
    )

    add_simulate(verbs)

    parts = verbs.add_parser("bundle", help="check, describe or pack a bundle").add_subparsers(
        metavar="ACTION", required=True
    )
    for name, action, text in (
        ("check", bundle_check, "verify every byte and replay the golden rows"),
        ("info", bundle_info, "what a bundle takes and returns, and where it comes from"),
        ("pack", bundle_pack, "write a bundle folder as one uncompressed zip"),
    ):
        verb = new_verb(parts, name, action, text, "stamps-0.1.0.bundle", "bundle ")
        verb.add_argument("bundle", type=Path, metavar="BUNDLE", help="bundle folder or zip")
    verb.add_argument("--out", type=Path, metavar="FILE", help="(default: the folder's name with .zip)")


def hunt_options(verb: argparse.ArgumentParser) -> None:
    """Of `hunt`."""
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
