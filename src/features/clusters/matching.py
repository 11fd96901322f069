"""Which groups that were found are clusters that are there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]

SHARE = 0.5  # of a group's stars, and of a cluster's members


@dataclass(frozen=True)
class Match:
    """What groups are of.

    Attributes
    ----------
    cluster : (groups,) the cluster that more than half of a group's stars are members of, -1 for none: a false group.
    completeness : (groups,) share of that cluster's members that it holds, 0 where there is none.
    recovered : (clusters,) whether some group has more than half of its stars in the cluster and of the cluster's
        members in it.
    """

    cluster: Rows
    completeness: NDArray[np.float64]
    recovered: NDArray[np.bool_]


def matched(groups: Sequence[Rows], owner: Rows, clusters: int) -> Match:
    """Match groups by their stars.

    Parameters
    ----------
    groups : rows of the stars of each. owner : (stars,) cluster of each star, -1 for none. clusters : how many.
    """
    members = np.bincount(owner[owner >= 0], minlength=clusters)
    cluster, completeness = np.full(len(groups), -1), np.zeros(len(groups))
    for place, rows in enumerate(groups):
        held = np.bincount(owner[rows] + 1, minlength=clusters + 1)[1:]
        best = int(held.argmax()) if clusters else -1
        if best >= 0 and held[best] > SHARE * len(rows):
            cluster[place], completeness[place] = best, held[best] / members[best]
    recovered = np.zeros(clusters, bool)
    recovered[cluster[completeness > SHARE]] = True
    return Match(cluster, completeness, recovered)
