"""Blind searches of the stars of a list of members, cluster by cluster, and what the list says of those found.

    python experiments/open_clusters/listed.py LIST.parquet

The list has Gaia's columns with gaia_dr2_source_id, cluster and membership_class (Godoy-Rivera, Pinsonneault & Rebull
2021). Its stars come from surveys of the clusters and its classes from the same astrometry: it is no field sample, and
no independent truth. The cuts are wider than usual, for the Pleiades are at 7.4 mas.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from alertlab.config import compose
from alertlab.features.clusters.search import BlindSearch, search
from alertlab.features.clusters.stars import read_stars
from omegaconf import OmegaConf

COLUMNS = ["source_id", "ra", "dec", "parallax", "pmra", "pmdec", "phot_g_mean_mag", "bp_rp"]


def main():
    """Print a row a cluster."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("list", type=Path)
    table = pd.read_parquet(options.parse_args().list)
    how = BlindSearch.of(OmegaConf.to_container(compose("clusters", []).blind_search))
    how = replace(how, largest_parallax=12.0, largest_motion=60.0, faintest=18.0)
    rows = []
    for cluster, own in table.groupby("cluster"):
        own = own[own.gaia_dr2_source_id > 0].drop_duplicates("gaia_dr2_source_id")
        own = own.rename(columns={"gaia_dr2_source_id": "source_id"})
        with TemporaryDirectory() as folder:
            own[COLUMNS].to_parquet(Path(folder) / "stars.parquet")
            stars = read_stars(Path(folder) / "stars.parquet")
        kept, _ = how.cuts.kept(stars)
        stars = stars.take(kept)
        kind = own.set_index(own.source_id.astype(str)).membership_class.reindex(stars.source_id).to_numpy()
        found = search(stars, how, 1, lambda done, total: None)
        first = kind[found[0].rows] if found else kind[:0]
        told = {"cluster": cluster, "stars": len(stars), "candidates": len(found), "first": len(first)}
        for name in ("probable-member", "possible-member", "non-member"):
            told[name] = f"{(first == name).sum()} of {(kind == name).sum()}"
        if found:
            told |= {name: round(float(getattr(stars, name)[found[0].rows].mean()), 2) for name in COLUMNS[3:6]}
        rows.append(told)
    print(pd.DataFrame(rows).to_string(index=False))


if __name__ == "__main__":
    main()
