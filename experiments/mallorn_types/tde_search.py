"""How well one rare class is found: F1, precision and recall at three ways to decide, as Markdown.

    python experiments/mallorn_types/tde_search.py predictions.parquet [MORE.parquet ...]

Reads the predictions tables of finished runs (of the parent, where there are repeats). The threshold of a repeat is
the probability with the best F1 on its validation part; the test part is judged with it once.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, precision_recall_curve, precision_recall_fscore_support

SCORES = ("F1", "precision", "recall")
DECISIONS = ("threshold of validation", "threshold 0.5", "likeliest class")


def best_threshold(is_one: np.ndarray, probability: np.ndarray) -> float:
    """The probability from which on objects are taken for one, with the best F1; the lowest in a tie."""
    precision, recall, thresholds = precision_recall_curve(is_one, probability)
    f1 = 2 * precision * recall / np.maximum(precision + recall, np.finfo(float).tiny)
    return float(thresholds[f1[:-1].argmax()])


def searched(predictions: pd.DataFrame, name: str) -> tuple[np.ndarray, dict[str, float]]:
    """(decisions, scores) on the test part of one repeat, and what goes with them."""
    columns = [column for column in predictions if column.startswith("probability_")]
    parts = {part: predictions[predictions["part"] == part] for part in ("validation", "test")}
    threshold = best_threshold(parts["validation"]["target"] == name, parts["validation"][f"probability_{name}"])
    test = parts["test"]
    is_one, probability = test["target"] == name, test[f"probability_{name}"]
    likeliest = test[columns].round(6).idxmax(axis=1) == f"probability_{name}"
    rows = []
    for found in (probability >= threshold, probability >= 0.5, likeliest):
        precision, recall, f1, _ = precision_recall_fscore_support(is_one, found, average="binary", zero_division=0)
        rows.append((f1, precision, recall))
    share = is_one.mean()
    return np.array(rows), {
        "threshold": threshold,
        "average precision": average_precision_score(is_one, probability),
        "F1 of calling all it": 2 * share / (1 + share),
    }


def markdown(tables: list[Path], name: str, without: str) -> str:
    """A row a table and decision: mean ± standard deviation over the repeats; one class may be left out of the rows."""
    lines = [f"| run | decided by | {' | '.join(SCORES)} | threshold | average precision | F1 of calling all {name} |"]
    lines.append("|---" * (len(SCORES) + 5) + "|")
    for path in tables:
        rows = pd.read_parquet(path)
        repeats = [searched(each, name) for _, each in rows[rows["target"] != without].groupby("repeat")]
        scores = np.array([found for found, _ in repeats])
        beside = pd.DataFrame([told for _, told in repeats])
        for place, decision in enumerate(DECISIONS):
            cells = [cell(scores[:, place, score]) for score in range(len(SCORES))]
            more = [cell(beside[column]) for column in beside] if place == 0 else [""] * beside.shape[1]
            lines.append(f"| {path.parent.name} | {decision} | {' | '.join([*cells, *more])} |")
    return "\n".join(lines)


def cell(values: np.ndarray | pd.Series) -> str:
    """Mean ± standard deviation."""
    return f"{np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", type=Path, nargs="+")
    parser.add_argument("--class", dest="name", default="TDE")
    parser.add_argument("--without", default="", help="a class whose objects are not counted, such as other")
    asked = parser.parse_args()
    print(markdown(asked.tables, asked.name, asked.without))
