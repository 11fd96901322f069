"""A small set to hunt in: a cloud, a clump of what is wanted at its edge, and lone points that nobody wants."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from alertlab.config import compose
from alertlab.workflows.hunt.begin import Asked

SMALL = ["forest.n_trees=20", "forest.n_subsamples=64", "forest.n_jobs=1"]
COLUMNS = tuple("abcd")
N = 240


def drawn(seed=3):
    """(240, 4) float32, and which of them are wanted: the last 12."""
    random = np.random.default_rng(seed)
    cloud, lone = random.normal(size=(N - 30, 4)), random.uniform(-9, 9, size=(18, 4))
    clump = random.normal(size=(12, 4)) * 0.3 + [3.5, 3.5, 0, 0]
    return np.concatenate([cloud, lone, clump]).astype(np.float32), np.arange(N) >= N - 12


def names():
    return [f"ZTF{row:03d}" for row in range(N)]


def write(folder, **further):
    """The table of candidates, with further columns."""
    values, _ = drawn()
    path = folder / "candidates.parquet"
    columns = {"object_id": names(), **dict(zip(COLUMNS, values.T, strict=True)), **further}
    pq.write_table(pa.table(columns), path)
    return path


def write_labels(folder):
    _, wanted = drawn()
    path = folder / "labels.parquet"
    pq.write_table(pa.table({"object_id": names(), "label": np.where(wanted, "SLSN", "SNIa").tolist()}), path)
    return path


def config_of(*overrides):
    return compose("hunt", [*SMALL, "tracking.uri=sqlite:///none.db", *overrides])


def asked(folder, **further):
    return Asked(write(folder), folder / "hunt", **{"person": "ana", **further})
