"""How often a comparison finds a difference where there is none, and how often its intervals hold the truth.

    python experiments/comparisons/null.py --out experiments/comparisons/measured

Runs that are exchangeable by construction are compared again and again, by the functions that `alertlab compare` calls.
A test at level 0.05 is to say "significant" in 5 % of them, and an interval of 95 % to hold 0 in 95 %.
"""

import argparse
from pathlib import Path

import numpy as np
from alertlab.core.predictions import ClassPredictions
from alertlab.core.progress import track
from alertlab.evaluation.comparison.difference import compare, corrected_interval
from alertlab.evaluation.comparison.pairing import paired, rows_of_run
from alertlab.evaluation.comparison.rankings import ranking
from alertlab.evaluation.comparison.significance import corrected_t, mcnemar
from alertlab.evaluation.tables.csv_text import csv_text

LEVEL = 0.05
METRICS = ("accuracy", "macro_recall", "macro_f1", "log_loss", "expected_calibration_error", "macro_roc_auc")
METRICS += ("macro_average_precision", "recall/rare", "f1/rare")
CLASSES, SHARES = ("common", "second", "rare"), (0.6, 0.3, 0.1)


def tables(
    random: np.random.Generator, objects: int, rows: int, runs: int, noise: float = 1.0
) -> list[ClassPredictions]:
    """Runs that are right and wrong on much the same rows; ``rows`` of an object share their truth and much noise."""
    owner = np.repeat(np.arange(objects), rows)
    target = random.choice(3, size=objects, p=SHARES)[owner]
    shared = random.normal(0, 1, (objects, 3))[owner] + 1.6 * np.eye(3)[target]
    found = []
    for _ in range(runs):
        logit = shared + noise * random.normal(0, 1, (objects, 3))[owner] + 0.3 * random.normal(0, 1, (len(owner), 3))
        p = np.exp(logit)
        identity = np.arange(len(owner)), np.char.add("o", owner.astype(str)), np.full(len(owner), "test")
        found.append(
            ClassPredictions(
                *identity, np.zeros(len(owner), np.int64), target, p / p.sum(axis=1, keepdims=True), CLASSES
            )
        )
    return found


def objects_null(count: int, objects: int, rows: int, draws: int, seed: int) -> list[list[object]]:
    """Permutation test, bootstrap interval and McNemar's test of two runs on one test part."""
    false = dict.fromkeys(METRICS, 0)
    held = dict.fromkeys(METRICS, 0)
    decided = 0
    for number in track(range(count), f"{objects} objects of {rows} rows"):
        random = np.random.default_rng([seed, objects, rows, number])
        runs = [rows_of_run(name, each) for name, each in zip("AB", tables(random, objects, rows, 2), strict=True)]
        found = compare(paired(runs), draws, draws, 1 - LEVEL, seed=number)
        (pair,) = found.pairs
        for name in METRICS:
            of = pair.differences[name].objects
            false[name] += of.p <= LEVEL
            held[name] += of.interval[0] <= 0 <= of.interval[1]
        decided += pair.decisions[0].p <= LEVEL
    setting = f"{objects} objects of {rows} rows"
    told = [
        ["permutation of objects", name, setting, count, false[name] / count, held[name] / count] for name in METRICS
    ]
    return [*told, ["McNemar, one decision an object", "accuracy", setting, count, decided / count, None]]


def mcnemar_null(count: int, seed: int) -> list[list[object]]:
    """McNemar's test by how many objects are discordant: exact ones cannot have the level, only less."""
    rows = []
    for objects, share in ((60, 0.2), (200, 0.3), (1000, 0.2)):
        random = np.random.default_rng([seed, objects])
        false = 0
        for _ in range(count):
            both = random.random(objects) < 1 - share
            first = random.random(objects) < 0.5
            false += mcnemar(both | first, both | ~first).p <= LEVEL
        setting = f"about {objects * share:.0f} discordant of {objects}"
        rows.append(["McNemar", "accuracy", setting, count, false / count, None])
    return rows


def repeats_null(count: int, seed: int, repeats: int = 10, n: int = 200, test: int = 40) -> list[list[object]]:
    """The corrected resampled t of two learners on random splits of one data set, beside Student's.

    Nearest centroids on two features each, of four that tell as much: neither learner is better, on any data set to
    come, though on this one it may be.
    """
    found = np.zeros((2, count), bool)
    held = np.zeros((2, count), bool)
    for number in track(range(count), "random splits"):
        random = np.random.default_rng([seed, number])
        target = np.arange(n) % 2
        features = random.normal(0, 1, (n, 4)) + 0.5 * target[:, None]
        difference = np.empty(repeats)
        for repeat in range(repeats):
            order = random.permutation(n)
            learn, judge = order[test:], order[:test]
            right = []
            for columns in ([0, 1], [2, 3]):
                x = features[:, columns]
                centre = [x[learn][target[learn] == k].mean(axis=0) for k in (0, 1)]
                nearer = np.linalg.norm(x[judge] - centre[0], axis=1) > np.linalg.norm(x[judge] - centre[1], axis=1)
                right.append((nearer == target[judge]).mean())
            difference[repeat] = right[0] - right[1]
        for place, ratio in enumerate((test / (n - test), 0.0)):
            found[place, number] = corrected_t(difference, ratio)[1] <= LEVEL
            low, high = corrected_interval(difference, ratio, 1 - LEVEL)
            held[place, number] = low <= 0 <= high
    setting = f"{repeats} splits of {n} into {n - test}/{test}"
    names = ("corrected resampled t", "Student's t, for comparison alone")
    return [
        [name, "accuracy", setting, count, found[place].mean(), held[place].mean()] for place, name in enumerate(names)
    ]


def ranks_null(count: int, seed: int) -> list[list[object]]:
    """Friedman's test, and Nemenyi's for any pair, of runs on folds of objects."""
    rows = []
    for runs, folds in ((3, 10), (5, 10), (5, 5)):
        random = np.random.default_rng([seed, runs, folds])
        friedman = nemenyi = 0
        for _ in track(range(count), f"{runs} runs"):
            easy = random.beta(4, 1.5, (folds, 30, 1))
            values = (random.random((folds, 30, runs)) < easy).mean(axis=1)
            of = ranking("accuracy", "folds", values, LEVEL)
            friedman += of.p <= LEVEL
            nemenyi += np.ptp(of.mean_rank) >= of.critical
        setting = f"{runs} runs, {folds} folds of 30"
        rows.append(["Friedman", "accuracy", setting, count, friedman / count, None])
        rows.append(["Nemenyi, any pair", "accuracy", setting, count, nemenyi / count, None])
    return rows


def main() -> None:
    """Write ``null.csv``."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--out", type=Path, required=True)
    words.add_argument("--count", type=int, default=1000, help="null comparisons of each setting")
    words.add_argument("--draws", type=int, default=400, help="resamples and permutations of each")
    words.add_argument("--seed", type=int, default=1)
    options = words.parse_args()
    rows = mcnemar_null(options.count, options.seed)
    rows += repeats_null(options.count, options.seed)
    rows += ranks_null(options.count, options.seed)
    for objects, each in ((200, 1), (100, 3)):
        rows += objects_null(options.count, objects, each, options.draws, options.seed)
    header = ["test", "metric", "setting", "comparisons", "false_positive_rate", "coverage_of_95"]
    options.out.mkdir(parents=True, exist_ok=True)
    text = csv_text(header, rows)
    (options.out / "null.csv").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
