"""Train every way of using few labels over seeds, numbers of labels, label noise and gap; a row of scores each.

    python experiments/accreted_stars/curve.py --seeds 10 --out curve.csv            # all cells of CELLS

A seed is a source galaxy, a target galaxy and initial weights of its own. Rows that are in the file are not computed
again. summary.py writes means, paired differences over the seeds and the figure.
"""

import argparse
import csv
import tempfile
from pathlib import Path

from alertlab.config import compose, instantiate
from alertlab.workflows.train import first_of
from recovered import FACTS, distances, found_at
from sklearn.metrics import average_precision_score

CELLS = [  # labels, label noise, gap
    *((labels, 0.0, 1.0) for labels in (2000, 5000, 10000, 20000, 100000)),
    (60000, 1.0, 1.0),
    (20000, 0.5, 1.0),
    (10000, 0.0, 0.5),
    (10000, 0.0, 1.5),
]
STARS = 120000  # of the target galaxy, half of which test
METHODS = {
    "source only": None,
    "transfer, none frozen": ["model.freeze=none"],
    "transfer, last layer": ["model.freeze=last"],
    "transfer, gradual": ["model.freeze=gradual"],
    "target only": [],
    "boosting, target only": ["model=gradient_boosting"],
}
FIELDS = [
    "seed",
    "labels",
    "noise",
    "gap",
    "method",
    "positives",
    "domain",
    "average_precision",
    "purity",
    *FACTS.values(),
]


class Folder:
    """A run that keeps nothing but its weights."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.directory, self.seed = directory, seed

    def log_metrics(self, metrics: dict, step: int) -> None:
        """Nowhere."""

    def log_files(self, path: Path) -> None:
        """It lies there already."""


def config_of(seed: int, labels: int, noise: float, gap: float, *more: str):
    """The experiment with galaxies of this seed."""
    simulator = "datamodule.source.simulator"
    own = {"n": STARS, "seed": 2 * seed + 1000, "labels": labels, "label_noise": noise}
    words = [f"{simulator}.{key}={value}" for key, value in own.items()]
    words += [f"first.{simulator}.seed={2 * seed + 1001}", f"first.{simulator}.gap={gap}", f"seed={seed}"]
    return compose("train", ["experiment=accreted_stars", *words, *more])


def fitted(config, data, folder: Path, start: Path | None = None):
    """A trained model, beginning with weights where there are some."""
    folder.mkdir(parents=True, exist_ok=True)
    model = instantiate(config.model, **({"init_from": str(start)} if start else {}))
    model.fit(data, Folder(folder, config.seed))
    return model


def data_of(config):
    """Its samples, parted."""
    data = instantiate(config.datamodule)
    data.draw(0)
    return data


def scores(model, data) -> dict[str, float]:
    """Of the stars of the test part, by their true class."""
    samples = data.samples("test_truth")
    score, true = model.predict(samples)[:, samples.classes.index("accreted")], samples.target == 1
    purity, found = found_at(true, score)
    away = distances(samples.facts, found, true)
    return {"average_precision": average_precision_score(true, score), "purity": purity, **away}


def compute(seeds: range, cells: list, methods: list[str], out: Path) -> None:
    """Append a row a seed, cell, method and domain."""
    done = set()
    if out.is_file():
        with out.open() as file:
            done = {
                (row["seed"], row["labels"], row["noise"], row["gap"]) for row in csv.DictReader(file)
            }  # whole cells
    else:
        out.write_text(",".join(FIELDS) + "\n")
    for seed in seeds:
        sources = {}
        for labels, noise, gap in cells:
            if tuple(map(str, (seed, labels, noise, gap))) in done:
                continue
            with tempfile.TemporaryDirectory() as name:
                rows = list(_cell(seed, labels, noise, gap, sources, methods, Path(name)))
            with out.open("a", newline="") as file:
                csv.DictWriter(file, FIELDS, lineterminator="\n").writerows(rows)
        for each in sources.values():
            each[-1].cleanup()


def _cell(seed, labels, noise, gap, sources, methods, folder):
    if gap not in sources:
        holder = tempfile.TemporaryDirectory()
        before = first_of(config_of(seed, labels, noise, gap))
        data = data_of(before)
        sources[gap] = fitted(before, data, Path(holder.name)), data, Path(holder.name) / "weights.safetensors", holder
    source, source_data, weights, _ = sources[gap]
    target = data_of(config_of(seed, labels, noise, gap))
    positives = target.samples("train").counts()["accreted"]
    for method in methods:
        more = METHODS[method]
        start = weights if method.startswith("transfer") else None
        config = config_of(seed, labels, noise, gap, *(more or []))
        model = source if more is None else fitted(config, target, folder / method, start)
        told = {"seed": seed, "labels": labels, "noise": noise, "gap": gap, "method": method, "positives": positives}
        for domain, data in (("target", target), ("source", source_data)):
            yield {**told, "domain": domain, **{name: f"{value:.5f}" for name, value in scores(model, data).items()}}


def main() -> None:
    """As the first lines say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--cells", type=int, nargs="*", help="numbers of CELLS, all by default")
    parser.add_argument("--methods", nargs="*", default=list(METHODS), help="names of METHODS, all by default")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    cells = CELLS if options.cells is None else [CELLS[number] for number in options.cells]
    compute(range(options.first, options.first + options.seeds), cells, options.methods, options.out)


if __name__ == "__main__":
    main()
