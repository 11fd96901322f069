"""Which candidates of a search are known clusters, and how members agree with a list.

    python experiments/open_clusters/known.py CANDIDATES.csv REFERENCE.parquet --field NGC_7789
    python experiments/open_clusters/known.py CANDIDATES.csv --members MEMBERS.parquet LIST.parquet --label label_member

A candidate is the known cluster where its mean proper motion lies within 0.5 mas/yr, its mean parallax within 0.15 mas
and its middle within 0.5 deg of the catalogued ones.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

SHOWN = ["candidate", "probability", "stars", "found", "searched", "l", "b", "parallax", "pmra", "pmdec"]


def known(candidates, cluster):
    """(n,) whether a candidate is where a catalogued cluster is."""
    moves = np.hypot(candidates.pmra - cluster.pmra, candidates.pmdec - cluster.pmdec)
    apart = np.hypot((candidates.ra - cluster.ra + 180) % 360 - 180, 0) * np.cos(np.radians(cluster.dec))
    apart = np.hypot(apart, candidates.dec - cluster.dec)
    return (moves < 0.5) & (abs(candidates.parallax - cluster.parallax) < 0.15) & (apart < 0.5)


def main():
    """Print both tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("candidates", type=Path)
    options.add_argument("reference", type=Path, nargs="?")
    options.add_argument("--field")
    options.add_argument("--members", nargs=2, type=Path)
    options.add_argument("--label", default="label_member")
    given = options.parse_args()
    candidates = pd.read_csv(given.candidates)
    if given.reference:
        reference = pd.read_parquet(given.reference)
        cluster = reference[reference.field == given.field].iloc[0]
        candidates["known"] = known(candidates, cluster)
        print(f"catalogued: pm {cluster.pmra:.2f} {cluster.pmdec:.2f} mas/yr, parallax {cluster.parallax:.3f} mas")
        print(f"{candidates.known.sum()} candidates are it, {(~candidates.known).sum()} are others")
    print(candidates[[*SHOWN, *(["known"] if "known" in candidates else [])]].round(3).to_string(index=False))
    if given.members:
        found, listed = pd.read_parquet(given.members[0]), pd.read_parquet(given.members[1])
        one = found[found.candidate == candidates.candidate[0]]
        bright = listed[listed.phot_g_mean_mag < one.phot_g_mean_mag.max()]
        true = set(bright.source_id[bright[given.label] == 1])
        both = len(true & set(one.source_id))
        print(
            f"first candidate: {len(one)} stars, {both} listed of {len(true)} as bright: purity {both / len(one):.3f},"
        )
        print(f"completeness {both / len(true):.3f}")


if __name__ == "__main__":
    main()
