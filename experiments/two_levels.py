"""Print published results of a two-level classification beside those of a run, as Markdown.

    python experiments/two_levels.py experiments/light_curve_classifier evaluation.json

Reads ``published.yaml`` of the folder and the ``evaluation.json`` of a run (among its figures). Without the
second, every ``measured/<variant>.json`` of the folder is printed. A class or a level that only one of the
two has is left empty in the other.
"""

import json
import sys
from pathlib import Path

import numpy as np
import yaml

SCORES = ("macro_precision", "macro_recall", "macro_f1")
LEVELS = {"top": "top", "leaf": "bottom"}


def percentile_cell(low: float, median: float, high: float) -> str:
    """``76 +7/−6``, the median and how far off the 95th and the 5th percentile lie; 76 where they are the same."""
    if low == high:
        return f"{median:.0f}"
    return f"{median:.0f} +{high - median:.0f}/\N{MINUS SIGN}{median - low:.0f}"


def published_cell(value: list | float) -> str:
    """The same as the paper prints it, or the median alone."""
    return (
        percentile_cell(value[0] - value[2], value[0], value[0] + value[1]) if isinstance(value, list) else f"{value}"
    )


def percentiles(evaluation: dict) -> np.ndarray:
    """(3, k, k) 5th, 50th and 95th percentile over repeats of the per cent of the true class, NaN where absent."""
    counts = np.array([repeat["confusion_counts"] for repeat in evaluation["repeats"]], dtype=float)
    support = counts.sum(axis=2, keepdims=True)
    per_cent = np.divide(100 * counts, support, out=np.full(counts.shape, np.nan), where=support > 0)
    found = np.full((3, *counts.shape[1:]), np.nan)
    known = np.isfinite(per_cent).any(axis=0)
    found[:, known] = np.nanpercentile(per_cent[:, known], [5, 50, 95], axis=0)
    return found


def scores(published: dict, levels: dict[str, dict]) -> str:
    """A row a level and score, each published number with where it was read."""
    lines = ["| level | score | published | measured |", "|---|---|---|---|"]
    for level, name in LEVELS.items():
        for score in SCORES:
            paper = published["metrics"].get(f"top/{score}" if level == "top" else score)
            ours = levels.get(level)
            told = f"{paper['value']:.2f} ± {paper['std']:.2f} ({paper['from']})" if paper else ""
            measured = ""
            if ours:
                std = ours["std"].get(score)
                measured = f"{ours['mean'][score]:.3f}" + (f" ± {std:.3f}" if std is not None else "")
            lines.append(f"| {name} | {score.replace('_', ' ').replace('f1', 'F1')} | {told} | {measured} |")
    return "\n".join(lines)


def classes(published: dict, evaluation: dict) -> str:
    """A row a true class: objects, per cent that are right, and the confusions of 1 per cent or more."""
    support = {name: number for of in published["taxonomy"].values() for name, number in of.items()}
    ours, found = evaluation["classes"], percentiles(evaluation)
    lines = [
        f"| true class | labelled, published ({published['support']}) | test objects a repeat, measured "
        "| right, published | right, measured | confusions, published | confusions, measured |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in [*support, *(name for name in ours if name not in support)]:
        row = published["confusion_percentiles"].get(name, {})
        told = [f"{other} {published_cell(value)}" for other, value in row.items() if other != name]
        cells = [name, f"{support[name]:,}" if name in support else "", "", "", "", ", ".join(told), ""]
        cells[3] = published_cell(row[name]) if name in row else ""
        if name in ours:
            index = ours.index(name)
            cells[2] = f"{evaluation['mean'][f'support/{name}']:.0f}"
            if np.isfinite(found[1, index, index]):
                cells[4] = percentile_cell(*found[:, index, index])
            order = np.argsort(-np.nan_to_num(found[1, index]), kind="stable")
            # as in the paper: a median that prints as 1 or more, or a tail that is far
            shown = [
                other
                for other in order
                if other != index and (found[1, index, other] >= 0.5 or found[2, index, other] >= 20)
            ]
            cells[6] = ", ".join(f"{ours[other]} {percentile_cell(*found[:, index, other])}" for other in shown)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def matrix(evaluation: dict) -> str:
    """The measured confusion matrix of few classes, rows true, in per cent."""
    names, found = evaluation["classes"], percentiles(evaluation)
    lines = ["| true | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for row, name in enumerate(names):
        cells = ["" if np.isnan(cell).any() else percentile_cell(*cell) for cell in found[:, row].T]
        lines.append(f"| **{name}** | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def side_by_side(published: dict, evaluation: dict) -> str:
    """All tables of one run."""
    levels = {"leaf": evaluation} | ({"top": evaluation["top"]} if "top" in evaluation else {})
    parts = [
        f"Published: {published['source']}; {published['data']}.",
        "Measured: " + f"{len(evaluation['repeats'])} repeats, mean ± standard deviation.",
        scores(published, levels),
        "Per cent of the true class: median over repeats, with the distances to the 95th and 5th percentile.",
        classes(published, evaluation),
    ]
    if "top" in evaluation:
        parts += ["The top level, measured (its matrix is not published):", matrix(evaluation["top"])]
    return "\n\n".join(parts)


def main(folder: Path, paths: list[Path]) -> None:
    """Every run that is named, or was measured."""
    published = yaml.safe_load((folder / "published.yaml").read_text())
    for path in paths or sorted((folder / "measured").glob("*.json")):
        title = "" if paths else f"### {path.stem.replace('_', ' ').capitalize()}\n\n"
        print(f"{title}{side_by_side(published, json.loads(path.read_text()))}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
