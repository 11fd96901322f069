"""Groups of simulated fields: clusters that a search found or missed, its false groups, and stars at random."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ...core.cores import cores
from ...core.progress import counter
from ...features import clusters
from ...features.clusters.boxes import offsets
from ...features.clusters.epsilon import standardised
from ...features.clusters.matching import matched
from ...features.clusters.search import BlindSearch, search
from ...features.clusters.stars import Stars
from ...features.processes import each_in_processes
from ...files import replacing
from ...simulate import SimulatedClusters
from ...simulate.clusters.fields import SIDE
from ...simulate.digest import digest
from .group_table import Groups, GroupTable

CLUSTER, FIELD = "cluster", "field"  # labels
STREAM = 34  # of random numbers
FOREIGN = 0.4  # of the stars of a cluster that the search missed, at most: what it might have found with them
FACTS = ("density", "found")


class SimulatedGroups:
    """Groups of stars in simulated fields, which are searched as a catalogue is.

    ``cluster``: groups that the search found of which most stars are of one cluster; and the members of those that it
    missed, with foreign stars beside them. ``field``: all its other groups; and for each cluster as many neighbours of
    a random star. Their facts: density of the field [stars/deg2], and found, 1 for a group of the search.

    Parameters
    ----------
    simulator : of the fields.
    blind_search : how they are searched, ``conf/blind_search/``.
    cache : folder where groups are kept, by all that they follow from; None finds them anew each time.
    workers : processes; None is one a core that may be used.
    """

    def __init__(
        self, simulator: SimulatedClusters, blind_search: Mapping[str, Any], cache: str | None, workers: int | None
    ) -> None:
        self.simulator, self.how = simulator, BlindSearch.of(blind_search)
        self.cache, self.workers = None if cache is None else Path(cache), workers

    @property
    def description(self) -> str:
        """That they are simulated, and how they were found."""
        return f"groups in {self.simulator.description}, searched by {self.how.method}"

    @property
    def origin(self) -> str:
        """There is no file."""
        return self.description

    def groups(self) -> Groups:
        """All groups, found unless they are kept."""
        with ExitStack() as stack:
            folder = self.cache or Path(stack.enter_context(TemporaryDirectory(prefix="alertlab-")))
            folder.mkdir(parents=True, exist_ok=True)
            path = self._kept(folder)
            return GroupTable(str(path), "group", "label", "field", FACTS, self.description).groups()

    def _kept(self, folder: Path) -> Path:
        """The table of groups, made unless it is there; one process at a time makes it."""
        of = json.dumps([self.simulator.fingerprint(), vars(self.how)], default=str)
        code = digest(of, Path(clusters.__file__).parent, Path(__file__).parent)
        path = folder / f"groups-{sha256(code.encode()).hexdigest()[:32]}.parquet"
        with FileLock(path.with_suffix(".lock")):
            if not path.is_file():
                tables = self._searched()
                with replacing(path) as partial_path:
                    pq.write_table(pa.concat_tables(tables), partial_path)
        return path

    def _searched(self) -> list[pa.Table]:
        number = self.simulator.n
        work = partial(labelled_groups, simulator=self.simulator, how=self.how)
        tables = []
        with counter("searching simulated fields") as progress:
            workers = min(self.workers or cores(), number)
            for _, table in each_in_processes(((index, index) for index in range(number)), work, workers):
                tables.append(table)
                progress(len(tables), number)
        return tables


def labelled_groups(index: int, simulator: SimulatedClusters, how: BlindSearch) -> pa.Table:
    """Groups of one simulated field, a row a star: group, field, label, parallax, phot_g_mean_mag, bp_rp and facts."""
    field = simulator.field(index)
    stars = Stars.of(field.stars)
    kept, _ = how.cuts.kept(stars)
    stars, owner, number = stars.take(kept), field.cluster[kept], len(field.clusters)
    rng = np.random.default_rng([simulator.seed, STREAM, index])
    found = [each.rows for each in search(stars, how, 1, lambda done, total: None)]
    cluster = matched(found, owner, number).cluster
    near = cKDTree(points := _points(stars))
    made = [
        _with_foreigners(np.flatnonzero(owner == missed), points, near, rng)
        for missed in np.setdiff1d(np.arange(number), cluster)
        if np.sum(owner == missed) >= how.smallest
    ]
    sizes = [len(each) for each in (*(found[place] for place in np.flatnonzero(cluster >= 0)), *made)]
    starts = rng.choice(np.flatnonzero(owner < 0), len(sizes))
    chance = [np.atleast_1d(near.query(points[at], k=size)[1]) for at, size in zip(starts, sizes, strict=True)]
    chance = [each for each, of in zip(chance, matched(chance, owner, number).cluster, strict=True) if of < 0]
    kinds = [(rows, CLUSTER if of >= 0 else FIELD, 1.0) for rows, of in zip(found, cluster, strict=True)]
    kinds += [(rows, CLUSTER, 0.0) for rows in made] + [(rows, FIELD, 0.0) for rows in chance]
    each = [len(rows) for rows, _, _ in kinds]
    rows = np.concatenate([rows for rows, _, _ in kinds]) if kinds else np.zeros(0, np.int64)
    names = np.array([f"{field.name}-group{place:03d}" for place in range(len(kinds))], np.str_)
    return pa.table(
        {
            "group": pa.array(np.repeat(names, each).tolist(), pa.string()),
            "field": pa.array([field.name] * len(rows), pa.string()),
            "label": pa.array(
                [label for (_, label, _), n in zip(kinds, each, strict=True) for _ in range(n)], pa.string()
            ),
            "parallax": stars.parallax[rows],
            "phot_g_mean_mag": stars.magnitude[rows],
            "bp_rp": stars.colour[rows],
            "density": np.full(len(rows), len(stars) / SIDE**2),
            "found": np.repeat([found for _, _, found in kinds], each).astype(np.float64),
        }
    )


def _points(stars: Stars) -> NDArray[np.float64]:
    x, y = offsets(stars.l, stars.b)
    return standardised(np.column_stack([x, y, stars.parallax, stars.pmra, stars.pmdec]))


def _with_foreigners(
    members: NDArray[np.int64], points: NDArray[np.float64], near: Any, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Members of a cluster, with the nearest of other stars."""
    wanted = int(rng.uniform(0, FOREIGN) * len(members))
    around = near.query(np.median(points[members], axis=0), k=min(len(points), len(members) + wanted + 1))[1]
    return np.concatenate([members, np.setdiff1d(around, members)[:wanted]])
