"""Print tables of `alertlab leave-out` as Markdown: the means of several sets, then one set's classes and differences.

python experiments/outlier_detector/tables.py experiments/outlier_detector/measured/*
"""

import argparse
from pathlib import Path

import pandas as pd

ALL, MEAN = "mean over classes", "mean"


def cell(mean: float, std: float, strong: bool) -> str:
    """Mean ± standard deviation, in bold where it is the largest."""
    text = f"{mean:.3f} ± {std:.3f}"
    return f"**{text}**" if strong else text


def table(rows: pd.DataFrame, columns: list[str], first: str) -> str:
    """Detectors by columns; the largest mean of each, as it is printed, in bold."""
    best = {column: rows[rows.column == column]["mean"].round(3).max() for column in columns}
    lines = [f"| {first} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for detector in dict.fromkeys(rows.detector):
        own = rows[rows.detector == detector].set_index("column")
        cells = [
            cell(own["mean"][name], own["std"][name], round(own["mean"][name], 3) == best[name])
            if name in own.index
            else ""
            for name in columns
        ]
        lines.append(f"| {detector} | {' | '.join(cells)} |")
    return "\n".join(lines)


def over_classes(rows: pd.DataFrame) -> pd.DataFrame:
    """A row a detector: the mean over all classes, of every branch, and its deviation over folds."""
    folds = [name for name in rows if name.startswith("fold_")]
    means = rows[rows["class"] != MEAN].groupby("detector", sort=False)[folds].mean()
    return pd.DataFrame({"detector": means.index, "mean": means.mean(axis=1), "std": means.std(axis=1)})


def main() -> None:
    """All of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    folders = [folder for folder in parser.parse_args().folders if (folder / "leave_one_class_out.csv").is_file()]
    sets = {}
    for folder in folders:
        rows = pd.read_csv(folder / "leave_one_class_out.csv", dtype={"branch": object})
        sets[folder.name] = rows.fillna({"branch": ""})
    for metric in ("auroc", "average_precision"):
        found = [over_classes(rows[rows.metric == metric]).assign(column=name) for name, rows in sets.items()]
        print(f"\n{metric.replace('_', ' ')}, mean over classes\n\n{table(pd.concat(found), list(sets), '')}")
    for folder in folders:
        rows = sets[folder.name]
        print(f"\n## {folder.name}")
        for branch, own in rows[rows.metric == "auroc"].groupby("branch", sort=False):
            own = own.assign(column=own["class"])
            print(f"\n{table(own, list(dict.fromkeys(own.column)), str(branch) or 'AUROC')}")
        differences = pd.read_csv(folder / "differences.csv")
        print("\n| first | second | first minus second | 90 % interval |\n|---|---|---|---|")
        for each in differences[differences["class"] == ALL].itertuples():
            print(f"| {each.first} | {each.second} | {each.difference:+.3f} | [{each.low:+.3f}, {each.high:+.3f}] |")


if __name__ == "__main__":
    main()
