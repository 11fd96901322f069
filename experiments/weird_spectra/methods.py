"""Every detector on the same simulated spectra, by planted kind, over simulations, splits and seeds of their own.

    for seed in 1 2 3 4 5; do python experiments/weird_spectra/methods.py train $seed --out measured.csv; done
    python experiments/weird_spectra/methods.py table measured.csv

`--protocol clean` trains on usual spectra alone and ranks the test part, as `alertlab train experiment=weird_spectra`
does; `everything` trains without any label on four fifths of all, strange ones among them, and ranks all: nearest to
what was published. Further words are overrides of the config: `datamodule.source.spectra.difficulty=0.2`.
"""

import argparse
import csv
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
from alertlab.config import compose, instantiate
from alertlab.core.contracts import answers_of
from sklearn.metrics import average_precision_score, roc_auc_score

MODELS = {
    "unsupervised_forest": [],
    "isolation_forest": [],
    "autoencoder": [],
    "deep_svdd": [],
    "one_class_svm": [],
    "mahalanobis": [],
    "nearest_neighbours": [],
}
PLAIN = "distance to the median"
USUAL, RANKS = "galaxy", (20, 60)


class Run:
    """What a model may ask of a run; nothing is kept."""

    def __init__(self, seed):
        self.seed, self.directory = seed, Path(mkdtemp())

    def log_metrics(self, metrics, step):
        """Not kept."""

    def log_files(self, path):
        """Not kept."""


class Nameless:
    """A source of rows without their labels, which are remembered."""

    def __init__(self, source):
        self.source, self.description, self.origin = source, source.description, source.origin

    def rows(self, max_days):
        """All rows, each of one class."""
        from dataclasses import replace

        rows = self.source.rows(max_days)
        self.kind = dict(zip(rows.object_id.tolist(), rows.label, strict=True))
        return replace(rows, label=[USUAL] * len(rows.label))


def data_of(config, protocol):
    """The datamodule, the samples that are ranked and their kinds."""
    if protocol == "clean":
        data = instantiate(config.datamodule)
        data.draw(0)
        test = data.samples("test")
        return data, test, np.array(test.classes)[test.target]
    config.datamodule.split.leave_out, config.datamodule.classes = [], [USUAL]
    config.datamodule.split.test = 0.01  # a split leaves something on both sides
    data = instantiate(config.datamodule)
    data.source = Nameless(data.source)
    data.draw(0)
    samples = data.samples()
    return data, samples, np.array([data.source.kind[name] for name in samples.object_id.tolist()])


def judged(score, kind):
    """Metric -> value."""
    usual = kind == USUAL
    order = np.argsort(-score, kind="stable")
    found = {"auroc": roc_auc_score(~usual, score), "average_precision": average_precision_score(~usual, score)}
    found |= {f"purity_at_{rank}": float((~usual)[order[:rank]].mean()) for rank in RANKS}
    found["outlier_share"] = float((~usual).mean())
    for name in sorted(set(kind) - {USUAL}):
        own = usual | (kind == name)
        found[f"auroc/{name}"] = roc_auc_score(kind[own] == name, score[own])
        found[f"recall_at_{RANKS[-1]}/{name}"] = float((kind == name)[order[: RANKS[-1]]].sum() / (kind == name).sum())
    return found


def to_median(train, samples):
    """Mean squared distance to the median spectrum of the train part, over the known pixels."""
    middle = np.nanmedian(train.inputs["features"], axis=0)
    return np.nanmean((np.asarray(samples.inputs["features"]) - middle) ** 2, axis=1)


def train(asked):
    """Train all models with one seed, and append what they are worth."""
    words = [f"seed={asked.seed}", f"datamodule.split.seed={asked.seed}", *asked.overrides]
    words += [f"datamodule.source.spectra.seed={asked.seed}"]
    data, samples, kind = data_of(compose("train", ["experiment=weird_spectra", *words]), asked.protocol)
    found = {PLAIN: judged(to_median(data.samples("train"), samples), kind)}
    for name in asked.models:
        config = compose("train", ["experiment=weird_spectra", f"model={name}", *words, *MODELS[name]])
        model = instantiate(config.model)
        model.fit(data, Run(asked.seed))
        found[name] = judged(np.asarray(answers_of(model, samples)["score"], np.float64), kind)
        print(name, *(f"{key} {value:.3f}" for key, value in list(found[name].items())[:4]), flush=True)
    fresh = not asked.out.exists()
    with asked.out.open("a", newline="") as file:
        rows = csv.writer(file)
        if fresh:
            rows.writerow(["protocol", "model", "seed", "metric", "value"])
        for name, metrics in found.items():
            rows.writerows([asked.protocol, name, asked.seed, key, f"{value:.6g}"] for key, value in metrics.items())


def table(asked):
    """Mean ± standard deviation over seeds, the best of each column in bold."""
    with asked.out.open() as file:
        rows = [each for each in csv.DictReader(file) if each["protocol"] == asked.protocol]
    values = {}
    for each in rows:
        values.setdefault((each["model"], each["metric"]), []).append(float(each["value"]))
    models, metrics = (list(dict.fromkeys(each[key] for each in rows)) for key in ("model", "metric"))
    kinds = [name for name in metrics if name.startswith("auroc/")]
    found = [f"recall_at_{RANKS[-1]}/{name.removeprefix('auroc/')}" for name in kinds]
    for shown in ([name for name in metrics if "/" not in name], kinds, found):
        heads = [name.rpartition("/")[2].replace("_", " ") for name in shown]
        print(f"\n| | {' | '.join(heads)} |\n{'|---' * (len(shown) + 1)}|")
        best = {name: max(np.mean(values[model, name]) for model in models) for name in shown}
        for model in models:
            cells = []
            for name in shown:
                own = values[model, name]
                told = f"{np.mean(own):.3f} ± {np.std(own, ddof=1):.3f}" if len(own) > 1 else f"{own[0]:.3f}"
                cells.append(f"**{told}**" if np.mean(own) == best[name] and name != "outlier_share" else told)
            print(f"| {model.replace('_', ' ')} | {' | '.join(cells)} |")


def main():
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)
    one = verbs.add_parser("train")
    one.add_argument("seed", type=int)
    one.add_argument("overrides", nargs="*", default=[])
    one.add_argument("--models", nargs="+", default=list(MODELS), choices=list(MODELS))
    one.set_defaults(do=train)
    two = verbs.add_parser("table")
    two.set_defaults(do=table)
    for verb in (one, two):
        verb.add_argument("--protocol", default="clean", choices=("clean", "everything"))
    one.add_argument("--out", type=Path, required=True)
    two.add_argument("out", type=Path)
    asked = parser.parse_args()
    asked.do(asked)


if __name__ == "__main__":
    main()
