"""Recall and precision of blind searches of simulated fields that no training saw, by members, distance and density.

    python experiments/open_clusters/curves.py BUNDLE [BUNDLE ...] --out measured

One bundle a seed: bundle k judges fields of seed 1001 + k. A cluster is found where a candidate has more than half of
its stars in the cluster and more than half of the cluster's members in it; a candidate is right where more than half of
its stars are of one cluster, and false otherwise (`alertlab.features.clusters.matching`).
"""

import argparse
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from alertlab import runtime
from alertlab.config import compose
from alertlab.features.clusters.diagram import DIAGRAM, diagram, distance_of
from alertlab.features.clusters.matching import matched
from alertlab.features.clusters.search import BlindSearch, search
from alertlab.features.clusters.stars import Stars
from alertlab.simulate import SimulatedClusters
from omegaconf import OmegaConf

DENSITIES = (10_000, 30_000, 100_000)
FIELDS = (3, 1, 1)  # of each
FEW = 1  # of the densities, those that all methods search, and that members and distance are judged by
BINS = {
    "members": [10, 20, 40, 121],
    "distance": [0.4, 1.6, 2.8, 4.01],
    "density": [0, 20_000, 60_000, 10**6],
}
LABELS = {
    "members": ["10 to 19", "20 to 39", "40 to 120"],
    "distance": ["0.4 to 1.6", "1.6 to 2.8", "2.8 to 4.0"],
    "density": ["1e4", "3e4", "1e5"],
}
WORDS = {"members": "members of the cluster", "distance": "distance [kpc]", "density": "stars of the field"}
METHODS = {"dbscan": (5, 6, 7, 8, 9), "hdbscan": (8,), "gaussian_mixture": (8,)}  # and min_pts of each
NETWORK = 0.5  # probability above which the network keeps a candidate
STYLE = {
    "DBSCAN with network": ("#0072B2", "o-"),
    "DBSCAN": ("#56B4E9", "o--"),
    "HDBSCAN with network": ("#D55E00", "s-"),
    "HDBSCAN": ("#E69F00", "s--"),
    "mixture with network": ("#009E73", "^-"),
    "mixture": ("#999999", "^--"),
}
NAMES = {"dbscan": "DBSCAN", "hdbscan": "HDBSCAN", "gaussian_mixture": "mixture"}


def searched(bundle, how, stars_of_field, seed, number):
    """Rows of clusters and of candidates of one field, for one method."""
    field = SimulatedClusters(number + 1, seed, (stars_of_field, stars_of_field)).field(number)
    stars = Stars.of(field.stars)
    kept, _ = how.cuts.kept(stars)
    stars, owner = stars.take(kept), field.cluster[kept]
    begun = perf_counter()
    found = [each.rows for each in search(stars, how, 1, lambda done, total: None)]
    seconds = perf_counter() - begun
    maps = [diagram(stars.colour[rows], stars.magnitude[rows], stars.parallax[rows]) for rows in found]
    probability = bundle.predict({DIAGRAM: np.stack(maps)}).probability[:, 1] if found else np.zeros(0)
    clusters, candidates = [], []
    for network in (False, True):
        chosen = [place for place in range(len(found)) if not network or probability[place] > NETWORK]
        match = matched([found[place] for place in chosen], owner, len(field.clusters))
        told = {"method": NAMES[how.method] + (" with network" if network else ""), "density": stars_of_field}
        told |= {"seed": seed, "seconds": seconds}
        for row, cluster in enumerate(field.clusters.to_pylist()):
            seen = {"members": int(cluster["members"]), "distance": cluster["distance"]}
            clusters.append(told | seen | {"found": bool(match.recovered[row])})
        for place, of in zip(chosen, match.cluster, strict=True):
            rows = found[place]
            seen = {"members": len(rows), "distance": distance_of(stars.parallax[rows])}
            candidates.append(told | seen | {"right": bool(of >= 0), "probability": float(probability[place])})
    return clusters, candidates


def scores(clusters, candidates):
    """Recall, precision and F1 of each method, over all and by bin, for each seed; then mean and deviation of seeds."""
    rows = []
    for method in clusters.method.unique():
        for seed in sorted(clusters.seed.unique()):
            own = clusters[(clusters.method == method) & (clusters.seed == seed)]
            given = candidates[(candidates.method == method) & (candidates.seed == seed)]
            dense = own, given
            own, given = (each[each.density <= DENSITIES[FEW - 1]] for each in dense)
            rows.append({"method": method, "seed": seed, "by": "all", "bin": 0, **score(own, given)})
            for by, edges in BINS.items():
                own, given = dense if by == "density" else (own, given)
                for place in range(len(edges) - 1):
                    low, high = edges[place : place + 2]
                    last = place == len(edges) - 2  # candidates beyond the simulated range belong to its ends
                    above = given[by] >= (-np.inf if place == 0 else low)
                    inside = given[above & (given[by] < (np.inf if last else high))]
                    within = own[(own[by] >= low) & (own[by] < high)]
                    rows.append({"method": method, "seed": seed, "by": by, "bin": place, **score(within, inside)})
    each = pd.DataFrame(rows)
    return each.groupby(["method", "by", "bin"]).agg(["mean", "std"])[["recall", "precision", "f1"]]


def score(clusters, candidates):
    """Of one set; F1 is the harmonic mean, 0 where nothing right is found."""
    if not len(clusters):  # nothing to find
        return dict.fromkeys(("recall", "precision", "f1"), np.nan)
    recall = clusters.found.mean()
    precision = candidates.right.mean() if len(candidates) else np.nan
    f1 = 2 * recall * precision / (recall + precision) if recall * precision > 0 else 0.0
    return {"recall": recall, "precision": precision, "f1": f1}


def draw(table, path):
    """F1 by members, distance and density."""
    figure, axes = plt.subplots(1, 3, figsize=(7.1, 2.6), sharey=True, layout="constrained")
    for axis, by in zip(axes, BINS, strict=True):
        labels = LABELS[by]
        for place, (method, (colour, style)) in enumerate(STYLE.items()):
            own = table.loc[method].loc[by].f1.dropna(subset="mean")
            x = own.index.to_numpy() + 0.05 * (place - 2.5)
            axis.errorbar(x, own["mean"], own["std"], fmt=style, color=colour, ms=4, lw=1.2, capsize=2, label=method)
        axis.set_xticks(range(len(labels)), labels, fontsize=8)
        axis.set_xlabel(WORDS[by], fontsize=8)
        axis.tick_params(labelsize=8)
        axis.set_ylim(-0.03, 1.03)
    axes[0].set_ylabel("F1", fontsize=8)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=8, frameon=False)
    figure.savefig(path, dpi=200)


def main():
    """Search, score, write and draw."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("bundles", nargs="+", type=Path)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--resamples", type=int, default=5)
    given = options.parse_args()
    content = OmegaConf.to_container(compose("clusters", []).blind_search)
    how = replace(BlindSearch.of(content), sides=(16.0,), shifts=(0.0,), resamples=given.resamples)
    given.out.mkdir(parents=True, exist_ok=True)
    rows = [], []
    for seed, path in enumerate(given.bundles, 1001):
        bundle = runtime.load(path)
        for place, density in enumerate(DENSITIES):
            for method, min_pts in METHODS.items():
                if place >= FEW and method != "dbscan":
                    continue  # minutes to hours a field
                for number in range(FIELDS[place]):
                    found = searched(bundle, replace(how, method=method, min_pts=min_pts), density, seed, number)
                    for each, more in zip(rows, found, strict=True):
                        each.extend(more)
                print(seed, density, method, len(found[1]), f"{found[0][0]['seconds']:.1f} s", flush=True)
        clusters, candidates = map(pd.DataFrame, rows)  # after each seed, so that what is done is kept
        clusters.round(4).to_csv(given.out / "clusters.csv", index=False)
        candidates.round(4).to_csv(given.out / "candidates.csv", index=False)
        table = scores(clusters, candidates)
        flat = table.copy()
        flat.columns = [" ".join(each) for each in flat.columns]
        flat.round(4).to_csv(given.out / "scores.csv")
        draw(table, given.out / "f1.png")
    print(table.round(3).to_string())
    print(clusters.groupby(["method", "density"]).seconds.mean().round(1).to_string())


if __name__ == "__main__":
    main()
