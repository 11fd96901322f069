"""Test a bundle that was trained on simulated stamps on labelled real ones.

    python experiments/simulator/transfer.py BUNDLE STAMPS.parquet --out predictions.parquet
    alertlab evaluate predictions.parquet --out figures

The part is ``test`` for real objects whose class the simulator's ranges were not
measured on, ``train`` for the others; ``--together`` calls all of them ``test``.
"""

import argparse
from pathlib import Path

import numpy as np
from alertlab import runtime
from alertlab.alerts.metadata import metadata_features
from alertlab.core.predictions import ClassPredictions, concatenate
from alertlab.evaluation.metrics.scores import class_scores
from sides import Side, part, read_side


def predict(bundle: runtime.Bundle, side: Side, called: str) -> ClassPredictions:
    """The bundle's answer to every alert of a side."""
    inputs = {"stamp": np.stack([alert.stamp for alert in side.alerts])}
    for spec in bundle.inputs:
        if spec.name == "metadata":
            names = [column.name for column in spec.columns]
            inputs["metadata"] = metadata_features([alert.candidate for alert in side.alerts], names)
    n = len(side.alerts)
    return ClassPredictions(
        np.array([alert.candid for alert in side.alerts], dtype=np.int64),
        side.objects,
        np.full(n, called),
        np.zeros(n, dtype=np.int64),
        np.array([bundle.classes.index(label) for label in side.label], dtype=np.int64),
        bundle.predict(inputs).probability.astype(np.float64),
        bundle.classes,
    )


def report(title: str, predictions: ClassPredictions) -> None:
    """Recall of each class and their mean."""
    counts = np.zeros((len(predictions.classes),) * 2, dtype=np.int64)
    np.add.at(counts, (predictions.target, predictions.prediction), 1)
    recall = class_scores(counts)["recall"]
    each = ", ".join(f"{name} {value:.2f}" for name, value in zip(predictions.classes, recall, strict=True))
    print(f"{title}: {len(predictions)} alerts, balanced accuracy {np.nanmean(recall):.3f} ({each})")


def main() -> None:
    """Predict, print recalls, write the predictions table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("real", type=Path, help="labelled real alerts")
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--together", action="store_true", help="evaluate all objects, also those measured on")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    bundle, real = runtime.load(arguments.bundle), read_side(arguments.real, arguments.labels)
    measured_on = predict(bundle, part(real, "train"), "test" if arguments.together else "train")
    others = predict(bundle, part(real, "rest"), "test")
    everything = concatenate([measured_on, others])
    report("all real alerts", everything)
    report("objects measured on", measured_on)
    report("the others", others)
    everything.write(arguments.out)


if __name__ == "__main__":
    main()
