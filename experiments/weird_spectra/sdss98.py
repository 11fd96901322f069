"""Ranks of the stars and the quasar among real spectra of SDSS: a check, no benchmark.

    python experiments/weird_spectra/sdss98.py spectra_sdss98.parquet

Every method learns from all spectra without their labels and ranks them, as published, five times with other seeds; in
the observed frame, for the redshift is what the labels follow from.
"""

import argparse
from pathlib import Path

import numpy as np
from alertlab.config import compose, instantiate
from alertlab.core.contracts import answers_of
from methods import PLAIN, Run, to_median
from sklearn.metrics import roc_auc_score

MODELS = ("unsupervised_forest", "isolation_forest", "one_class_svm", "mahalanobis", "nearest_neighbours")
SEEDS = 5


class All:
    """All spectra are the train part, and nothing is known of them."""

    def __init__(self, samples):
        self.everything = samples

    def samples(self, part=None):
        """Whatever is asked for."""
        return self.everything


def main():
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    asked = parser.parse_args()
    source, columns = "datamodule.source", "datamodule.source.spectra.columns"
    words = ["experiment=weird_spectra", "datamodule=spectra", f"{source}.spectra.path={asked.path}"]
    words += [f"{source}.spectra.label=label_name", f"{columns}.object_id=objid", f"{columns}.wavelength=wavelength_a"]
    words += [f"{source}.frame=observed", f"{source}.low=3850", f"{source}.high=9150"]
    rows = instantiate(compose("train", [*words, "datamodule.classes=[galaxy,star,high_z]"]).datamodule.source).rows(
        None
    )
    kind, redshift = np.array(rows.label), rows.facts["redshift"]
    words += ["datamodule.split.leave_out=[]", "datamodule.classes=[spectrum]", f"{source}.spectra.label=null"]
    samples = instantiate(compose("train", words).datamodule).everything
    order = [rows.object_id.tolist().index(name) for name in samples.object_id.tolist()]
    kind, redshift = kind[order], redshift[order]
    odd = np.flatnonzero(kind != "galaxy")
    odd = odd[np.lexsort((redshift[odd], kind[odd] != "high_z"))]
    heads = [f"{kind[row]}, z = {redshift[row]:.4f}" for row in odd]
    print(f"{len(kind)} spectra; rank 1 is the strangest; of several seeds the median and the range\n")
    print(f"| | AUROC | {' | '.join(heads)} |\n|{'---|' * (len(odd) + 2)}")
    scores = {PLAIN: [to_median(samples, samples)]}
    for name in MODELS:
        model = instantiate(compose("train", [*words, f"model={name}"]).model)
        runs = []
        for seed in range(1, SEEDS + 1):
            model.fit(All(samples), Run(seed))
            runs.append(np.asarray(answers_of(model, samples)["score"], np.float64))
        scores[name] = runs
    for name, runs in scores.items():
        ranks = np.array([(-score).argsort(kind="stable").argsort()[odd] + 1 for score in runs])
        cells = []
        for own in ranks.T:
            middle, low, high = int(np.median(own)), own.min(), own.max()
            cells.append(str(middle) if low == high else f"{middle} ({low} to {high})")
        area = [roc_auc_score(kind != "galaxy", score) for score in runs]
        told = f"{np.mean(area):.2f}" + (f" ± {np.std(area, ddof=1):.2f}" if np.ptp(area) else "")
        print(f"| {name.replace('_', ' ')} | {told} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
