"""Real bad solutions of Gaia DR2 by a model and by single columns: average precision, also at matched parallax S/N.

    python experiments/gaia_fidelity/negative_parallax.py RUN/predictions.parquet

Rows of |parallax / error| of 4.5 or more, the only ones that the rule can call bad. Matched: of each bad one the ten
others of nearest |parallax / error|, in the logarithm, so that its size tells nothing. ± is the standard deviation over
folds, each of which has some seven bad ones.
"""

import argparse
from pathlib import Path

import numpy as np
from alertlab.core.predictions import read_predictions
from sklearn.metrics import average_precision_score, roc_auc_score

MATCHES = 10


def matched(snr, bad):
    """Rows of the bad ones, and of those like them."""
    rest = np.flatnonzero(~bad)
    found = [rest[np.argsort(np.abs(np.log(snr[rest] / snr[row])))[:MATCHES]] for row in np.flatnonzero(bad)]
    return np.concatenate([np.flatnonzero(bad), np.unique(found)])


def main():
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predictions", type=Path)
    rows = read_predictions(parser.parse_args().predictions)
    place = rows.classes.index("bad")
    found = {}
    for number in np.unique(rows.repeat).tolist():
        own = rows.take((rows.repeat == number) & (rows.part == "test"))
        own = own.take(own.facts["abs_parallax_over_error"] >= 4.5)
        bad, snr = own.target == place, own.facts["abs_parallax_over_error"]
        scores = {"network": own.probability[:, place], "RUWE": own.facts["ruwe"]}
        scores |= {"parallax_error": own.facts["parallax_error"], "small parallax / error": -snr}
        for name, score in scores.items():
            for kind, use in (("all", np.arange(len(bad))), ("matched", matched(snr, bad))):
                line = found.setdefault((kind, name), [])
                value, truth = np.nan_to_num(score[use], nan=1.0), bad[use]
                line.append((average_precision_score(truth, value), roc_auc_score(truth, value), truth.mean()))
    for (kind, name), line in found.items():
        mean, std = np.mean(line, 0), np.std(line, 0, ddof=1)
        print(f"| {kind} | {name} | {mean[0]:.3f} ± {std[0]:.3f} | {mean[1]:.4f} ± {std[1]:.4f} | {mean[2]:.4f} |")


if __name__ == "__main__":
    main()
