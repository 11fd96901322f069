"""Train variants of an experiment on the same splits; print their scores, and the classes of the first, as Markdown.

    python experiments/variants.py ogle_cepheids choice lightcurves.parquet objects.parquet --out FOLDER

`choice` and `result` are the rows of `experiments/<experiment>/variants.yaml`: what was compared on splits of another
seed, and what is reported. A row is a list of overrides, or a mapping with

    only: columns of the experiment's own features that are kept; or
    table: a ready table in FOLDER, such as experiments/light_curve_package.py writes,
    overrides: the list.

Predictions, scores and confusion matrix of each row stay in FOLDER/<experiment>/<choice or result>/<row>;
rows that are there are not trained again.
"""

import argparse
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from alertlab.config import compose, instantiate
from alertlab.workflows.train import train

HERE = Path(__file__).parent
SCORES = ("macro_recall", "macro_f1", "accuracy", "log_loss")
BY_CLASS = ("recall", "precision", "f1")
FILES = ("evaluation.json", "confusion_percentiles.png")  # among the figures of a run


def own_columns(overrides: list[str], only: list[str], path: Path) -> Path:
    """Some of the experiment's own features as a ready table with classes."""
    if not path.is_file():
        samples = instantiate(compose("train", overrides).datamodule).samples()
        names = [column.name for column in samples.columns["features"]]
        table = pd.DataFrame(np.asarray(samples.inputs["features"]), columns=names)[only]
        table["object_id"], classes = samples.object_id, np.array(samples.classes)
        table["class"] = classes[samples.target]
        table.to_parquet(path, index=False)
    return path


def overrides_of(row: list | dict, experiment: str, curves: Path, objects: Path, out: Path, name: str) -> list[str]:
    """All that `alertlab train` is told."""
    plain = [f"experiment={experiment}"]
    own = [f"datamodule.source.curves.path={curves}", f"datamodule.source.curves.labels={objects}"]
    if isinstance(row, list):
        return [*plain, *own, *(each.replace("OBJECTS", str(objects)) for each in row)]
    table = out / row["table"] if "table" in row else own_columns([*plain, *own], row["only"], out / f"{name}.parquet")
    classes = ",".join(f'"{each}"' for each in compose("train", [*plain, *own]).datamodule.classes)
    ready = ["datamodule=feature_table", f"datamodule.source.path={table}", f"datamodule.classes=[{classes}]"]
    return [*plain, *ready, *row["overrides"]]


def cells(evaluation: dict) -> list[str]:
    """Mean ± standard deviation over the repeats."""
    return [f"{evaluation['mean'][score]:.3f} ± {evaluation['std'][score]:.3f}" for score in SCORES]


def classes(evaluation: dict) -> str:
    """A row a class, mean ± standard deviation over the repeats."""
    mean, std = evaluation["mean"], evaluation["std"]
    lines = [f"| class | test objects | {' | '.join(BY_CLASS)} |", "|---" * (len(BY_CLASS) + 2) + "|"]
    for name in evaluation["classes"]:
        told = [f"{mean[f'{score}/{name}']:.3f} ± {std[f'{score}/{name}']:.3f}" for score in BY_CLASS]
        lines.append(f"| {name} | {mean[f'support/{name}']:.0f} | {' | '.join(told)} |")
    return "\n".join(lines)


def main() -> None:
    """Train what is not there, print all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment")
    parser.add_argument("rows", help="choice or result")
    parser.add_argument("curves", type=Path)
    parser.add_argument("objects", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    plan = yaml.safe_load((HERE / asked.experiment / "variants.yaml").read_text())[asked.rows]
    out = asked.out.resolve() / asked.experiment
    folder = out / asked.rows
    print(f"| | {' | '.join(score.replace('_', ' ') for score in SCORES)} |" + "\n" + "|---" * (len(SCORES) + 1) + "|")
    first: dict = {}
    for name, row in plan["rows"].items():
        place = folder / re.sub("[^A-Za-z0-9.]+", "_", name).strip("_")
        if not (place / "evaluation.json").is_file():
            paths = (asked.curves.resolve(), asked.objects.resolve())
            overrides = overrides_of(row, asked.experiment, *paths, out, place.name)
            run = [f"output_dir={out / 'outputs'}", f'run_name="{place.name}"']
            done = train(compose("train", [*overrides, *plan.get("always", []), *run]))
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(done.predictions, place)
            for file in FILES:
                shutil.copy(done.figures / file, place)
        evaluation = json.loads((place / "evaluation.json").read_text())
        print(f"| {name} | {' | '.join(cells(evaluation))} |", flush=True)
        first = first or evaluation
    print(f"\n{classes(first)}")


if __name__ == "__main__":
    main()
