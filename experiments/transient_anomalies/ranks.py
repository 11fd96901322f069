"""How each answer of a detector ranks the rare ones, beside a baseline: Markdown, mean ± deviation over repeats.

    python experiments/transient_anomalies/ranks.py RUN/predictions.parquet baseline.parquet --rare 0.02

The parts of a score stand in the same table of predictions, so one training judges all of them. With ``--rare`` the
common test objects count so often that the rare ones are that share of all: AUROC does not feel it, the others do.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from alertlab.core.predictions import read_predictions
from alertlab.evaluation.detection.alarms import alarm_scores, thresholds
from alertlab.evaluation.detection.summary import scores
from alertlab.evaluation.metrics.spread import metric_spread

PARTS = ("isolation", "distance", "chi_squared")
SHOWN = {
    "auroc": "AUROC",
    "average_precision": "average precision",
    "purity_at_1_percent": "purity of the top 1 %",
    "purity_at_100": "purity of the first 100",
    "detection_rate": "found at 1 % false alarms",
    "false_alarms": "false alarms",
}
RATE = 0.01  # of false alarms


def judged(rows, rare, part):
    """Metric -> mean and deviation over repeats, of one part."""
    above, found = thresholds(rows, RATE), []
    for number in np.unique(rows.repeat).tolist():
        own = rows.take((rows.repeat == number) & (rows.part == part))
        outlier, weight = own.outlier == 1, None
        if rare:
            often = outlier.sum() * (1 - rare) / (rare * (~outlier).sum())
            weight = np.where(outlier, 1.0, often)
        found.append(scores(own, weight) | alarm_scores(own, weight, above))
    return metric_spread(found)


def line(name, values, shown):
    """A row of the table."""
    mean, std = values
    cells = [
        f"{mean[each]:.3f}" + (f" ± {std[each]:.3f}" if each in std else "") if each in mean else "" for each in shown
    ]
    return f"| {name} | {' | '.join(cells)} |"


def main():
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predictions", type=Path, help="a detector's")
    parser.add_argument("baselines", type=Path, nargs="*", help="of the same rows")
    parser.add_argument("--rare", type=float, default=0, help="share of rare ones in the test part; 0: as it is")
    parser.add_argument("--part", default="test", help="test_100d: as they were after 100 days")
    asked = parser.parse_args()
    rows = read_predictions(asked.predictions)
    tables = {"score": rows}
    tables |= {name: replace(rows, score=rows.facts[name]) for name in PARTS if name in rows.facts}
    tables |= {path.stem: read_predictions(path) for path in asked.baselines}
    found = {name: judged(of, asked.rare, asked.part) for name, of in tables.items()}
    kinds = [name for name in next(iter(found.values()))[0] if name.startswith("auroc/")]
    words = SHOWN | {name: name.removeprefix("auroc/") for name in kinds}
    for shown in (list(SHOWN), kinds):
        print(f"\n| | {' | '.join(words[name] for name in shown)} |\n{'|---' * (len(shown) + 1)}|")
        print("\n".join(line(name, values, shown) for name, values in found.items()))


if __name__ == "__main__":
    main()
