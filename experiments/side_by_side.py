"""Print published and measured confusion matrices of an experiment as Markdown.

    python experiments/side_by_side.py experiments/stamp_classifier

Reads ``published*.yaml``, each of which names its ``variant``, and ``measured/<variant>.json`` (the
``evaluation.json`` of a parent run), where spaces in the variant's name are underscores. A variant that nobody
published stands alone.
"""

import json
import sys
from pathlib import Path

import numpy as np
import yaml


def cell(mean: float, std: float) -> str:
    """``0.87 ± 0.01``, or a bare 0 where nothing was ever predicted."""
    return f"{mean:.2f} ± {std:.2f}" if mean > 0 or std > 0 else "0"


def published_cells(confusion: dict) -> list[list[str]]:
    """Cells as the paper prints them."""
    rows = [row.values() for row in confusion.values()]
    return [[cell(*value) if isinstance(value, list) else str(value) for value in row] for row in rows]


def measured_cells(evaluation: dict) -> list[list[str]]:
    """Mean and standard deviation over repeats of the fraction of the true class."""
    counts = np.array([repeat["confusion_counts"] for repeat in evaluation["repeats"]], dtype=float)
    fraction = counts / counts.sum(axis=2, keepdims=True)
    mean, std = fraction.mean(axis=0), fraction.std(axis=0, ddof=1)
    return [[cell(*pair) for pair in zip(*rows, strict=True)] for rows in zip(mean, std, strict=True)]


def markdown(title: str, classes: list[str], cells: list[list[str]]) -> str:
    """One matrix, rows true."""
    lines = [f"| {title} | " + " | ".join(classes) + " |", "|---" * (len(classes) + 1) + "|"]
    lines += [f"| **{name}** | " + " | ".join(row) + " |" for name, row in zip(classes, cells, strict=True)]
    return "\n".join(lines)


def main(folder: Path) -> None:
    """Every variant that has been measured."""
    files = [yaml.safe_load(path.read_text()) for path in sorted(folder.glob("published*.yaml"))]
    published = {each["variant"]: each["confusion"] for each in files}
    for path in sorted((folder / "measured").glob("*.json")):
        variant, evaluation = path.stem.replace("_", " "), json.loads(path.read_text())
        print(f"\n### {variant[0].upper()}{variant[1:]}\n")
        if variant in published:
            theirs = published[variant]
            print(markdown("published", list(theirs), published_cells(theirs)), "\n")
        print(markdown("measured", evaluation["classes"], measured_cells(evaluation)), "\n")
        mean, std = evaluation["mean"], evaluation["std"]
        print("\n".join(f"- {name}: {mean[name]:.3f} ± {std[name]:.3f}" for name in mean if "/" not in name))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
