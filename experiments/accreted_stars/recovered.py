"""Velocities and metallicities of the stars that a model finds, beside those of all accreted ones: figure, distances.

    python experiments/accreted_stars/recovered.py NAME=RUN/predictions.parquet ... --out FIGURE.png

Found are the highest scores that hold half of the accreted stars of the test part. A distance is Wasserstein's, in the
unit of the quantity: how far values have to be moved, on average, to make one distribution the other.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import matplotlib
import numpy as np
from alertlab.core.predictions import read_predictions
from scipy.stats import wasserstein_distance
from sklearn.metrics import precision_recall_curve

matplotlib.use("Agg")
from matplotlib import pyplot

COMPLETENESS = 0.5
FACTS = {"true_v_r": "v_r", "true_v_phi": "v_phi", "true_fe_h": "fe_h"}
WORDS = {"v_r": "$v_R$ [km/s]", "v_phi": r"$v_\phi$ [km/s]", "fe_h": "[Fe/H]"}
LIMITS = {"v_r": (-450, 450), "v_phi": (-250, 350), "fe_h": (-2.6, 0.3)}


def found_at(true: np.ndarray, score: np.ndarray) -> tuple[float, np.ndarray]:
    """Purity at ``COMPLETENESS``, and which rows are found there."""
    purity, completeness, threshold = precision_recall_curve(true, score)
    place = np.flatnonzero(completeness >= COMPLETENESS)[-1]  # the highest threshold that still finds as many
    return float(purity[place]), score >= threshold[min(place, len(threshold) - 1)]


def distances(facts: Mapping[str, np.ndarray], found: np.ndarray, true: np.ndarray) -> dict[str, float]:
    """Between what is found and all accreted stars."""
    return {name: float(wasserstein_distance(facts[fact][found], facts[fact][true])) for fact, name in FACTS.items()}


def main() -> None:
    """As the first lines say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predictions", nargs="+", metavar="NAME=FILE")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    drawn, panels = pyplot.subplots(1, 3, figsize=(7.1, 2.5), layout="constrained")
    for number, given in enumerate(options.predictions):
        name, _, path = given.rpartition("=")
        table = read_predictions(Path(path))
        table = table.take(table.part == "test_truth")
        true = table.target == table.classes.index("accreted")
        purity, found = found_at(true, table.probability[:, table.classes.index("accreted")])
        away = distances(table.facts, found, true)
        print(f"{name}: purity {purity:.3f} at completeness {COMPLETENESS}, distances", away)
        for panel, (fact, short) in zip(panels, FACTS.items(), strict=True):
            bins = np.linspace(*LIMITS[short], 31)
            if not number:
                panel.hist(table.facts[fact][true], bins, density=True, color="#cccccc", label="all accreted")
            style = {"histtype": "step", "lw": 1.3, "color": ("#0072B2", "#D55E00", "#009E73")[number % 3]}
            panel.hist(table.facts[fact][found], bins, density=True, label=name, **style)
            panel.set(xlabel=WORDS[short], yticks=[])
    panels[0].set_ylabel("density")
    panels[2].legend(fontsize=7, frameon=False)
    drawn.savefig(options.out, dpi=200)


if __name__ == "__main__":
    main()
