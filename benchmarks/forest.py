"""The hierarchical forest against imbalanced-learn and scikit-learn: training, bundle, answers.

    python -m benchmarks.forest
    python -m benchmarks.forest --tables ../shared/data/feature_tables --threads 2

Trained as `conf/model/hierarchical_forest.yaml` has it, on drawn features and, where the tables of `--tables` are, on
real ones. "Training" is `fit` with its out-of-bag scores, importances and figure, against the bare fits of the same
forests on features that are cleaned already; "10,000 rows" is `Bundle.predict` on raw features against
`predict_proba` of those and the product, both with the same number of threads. "Flips" are rows that the tie rule
decides otherwise, among all rows there are.
"""

import argparse
import statistics
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from alertlab import runtime
from alertlab.bundle import BundleDetails, write_bundle
from alertlab.config import compose, instantiate
from alertlab.core.samples import Samples
from alertlab.models.forests.hierarchy import levels, product
from alertlab.models.tables.features import cleaning
from alertlab.runtime import operations
from alertlab.runtime.decision import decide
from imblearn.ensemble import BalancedRandomForestClassifier
from numpy.typing import NDArray

from .feature_data import TableData, drawn, real
from .in_turn import in_turn, median_and_range, timed
from .table import Table

PACKAGES = ("scikit-learn", "imbalanced-learn", "onnxruntime", "numpy")
QUICK = ("--rounds", "1", "--trees", "5", "--rows", "3000", "--tables", "nowhere")
HEADER = (
    *("features", "train rows", "nodes", "bundle, MB", "load, s", "training, times as long", "range", "one row, ms"),
    *("10,000 rows: scikit-learn, s", "bundle, s", "times as long", "range", "flips"),
)
SEED = 7
TAKEN = ("criterion", "max_depth", "min_samples_split", "min_samples_leaf", "max_leaf_nodes", "bootstrap")
TAKEN += ("n_estimators", "max_features", "class_weight", "sampling_strategy", "replacement", "n_jobs")


@dataclass
class BareRun:
    """A run that records nothing."""

    directory: Path
    seed: int = SEED
    files: list[Path] = field(default_factory=list)

    def log_metrics(self, metrics: Mapping[str, float], step: int) -> None:
        """Not kept."""

    def log_files(self, path: Path) -> None:
        """Not sent."""


class Bare:
    """The same forests by imbalanced-learn alone; a branch of one class has none."""

    def __init__(self, data: TableData, config: Mapping[str, Any]) -> None:
        train = data.samples("train")
        self.taxonomy, self.arguments = train.taxonomy, {name: config[name] for name in TAKEN}
        self.clean = self.cleaned(train)
        self.levels = levels(train.taxonomy.classes, train.taxonomy.branches, train.target)
        self.forests: list[BalancedRandomForestClassifier | None] = []

    def cleaned(self, samples: Samples) -> NDArray[np.float32]:
        """As the model cleans them."""
        return operations.apply(cleaning(-999), samples.inputs["features"])

    def fit(self) -> None:
        """A fit a forest."""
        forest = BalancedRandomForestClassifier
        self.forests = [
            forest(**self.arguments, random_state=SEED).fit(self.clean[each.rows], each.target)
            if each.classes > 1
            else None
            for each in self.levels
        ]

    def predict(self, clean: NDArray[np.float32]) -> NDArray[np.float64]:
        """The product of the probabilities."""
        ones = np.ones((len(clean), 1))
        top, *within = (ones if each is None else each.predict_proba(clean) for each in self.forests)
        return product(top, np.concatenate(within, axis=1), self.taxonomy.classes, self.taxonomy.branches)


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=Path, default=Path("../shared/data/feature_tables"), help="the real ones")
    parser.add_argument("--trees", type=int, default=500, help="a forest (default 500)")
    parser.add_argument("--rows", type=int, default=30_000, help="drawn, of which a tenth trains (default 30000)")
    parser.add_argument("--threads", type=int, default=1, help="of each library (default 1)")
    parser.add_argument("--rounds", type=int, default=3, help="alternations (default 3)")
    return parser


def measure(asked: argparse.Namespace) -> Table:
    """A row a table of features."""
    return Table(HEADER, [row(name, data, asked) for name, data in (*drawn(asked.rows), *real(asked.tables))])


def row(name: str, data: TableData, asked: argparse.Namespace) -> tuple[str, ...]:
    """Train, write, load and ask, both ways in turn."""
    size = [f"model.n_estimators={asked.trees}", f"model.n_jobs={asked.threads}", "model.max_features=sqrt"]
    config = compose("train", ["model=hierarchical_forest", *size]).model
    model, bare = instantiate(config), Bare(data, config)
    with tempfile.TemporaryDirectory() as folder:
        run = BareRun(Path(folder))
        training = in_turn(timed(lambda: model.fit(data, run)), timed(bare.fit), asked.rounds)
        details = BundleDetails("forest", "1", "", "BSD-3-Clause", "text")
        path = write_bundle(run.directory / "forest-1.bundle", model, data.samples(), details)
        megabytes = sum(file.stat().st_size for file in path.iterdir()) / 1e6
        load = statistics.median(timed(lambda: runtime.load(path))() for _ in range(3))
        bundle = runtime.load(path, threads=asked.threads)
    raw, clean = data.samples().inputs["features"], bare.cleaned(data.samples())
    flips = int(np.sum(bundle.predict({"features": raw}).index != decide(bare.predict(clean))))
    singles = [raw[number : number + 1] for number in range(200)]
    one = timed(lambda: [bundle.predict({"features": each}) for each in singles])() / len(singles)
    many, many_clean = (np.resize(each, (10_000, each.shape[1])) for each in (raw, clean))
    answers = in_turn(
        timed(lambda: bundle.predict({"features": many})), timed(lambda: bare.predict(many_clean)), asked.rounds
    )
    nodes = sum(tree.tree_.node_count for forest in bare.forests if forest for tree in forest.estimators_)
    return (
        *(name, f"{len(bare.clean):,}", f"{nodes:,}", f"{megabytes:.1f}", f"{load:.2f}"),
        *median_and_range(training.times_as_long),
        *(f"{1000 * one:.2f}", f"{statistics.median(answers.theirs):.3f}", f"{statistics.median(answers.ours):.3f}"),
        *median_and_range(answers.times_as_long),
        f"{flips} of {len(raw):,}",
    )


if __name__ == "__main__":
    print(measure(options().parse_args()))
