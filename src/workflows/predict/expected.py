"""How many of each class a table of predictions expects, which is not how many it calls so."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from ...core.predictions.classification import PREFIX, SET_SIZE


def expected_counts(path: Path, classes: tuple[str, ...]) -> Mapping[str, tuple[float, float]]:
    """Class -> sum of its probabilities, and its standard deviation, were these right and rows independent.

    A row is of the class or not, so that the variance is the sum of p (1 - p). Empty for another task.
    """
    columns = {name: PREFIX + name for name in classes}
    with pq.ParquetFile(path) as table:
        if not columns or not set(columns.values()) <= set(table.schema_arrow.names):
            return {}
        total, variance = np.zeros(len(columns)), np.zeros(len(columns))
        for batch in table.iter_batches(columns=[*columns.values()]):
            p = np.stack([batch.column(name).to_numpy() for name in columns.values()]).astype(np.float64)
            total += p.sum(axis=1)
            variance += (p * (1 - p)).sum(axis=1)
    pairs = zip(total.tolist(), np.sqrt(np.maximum(variance, 0)).tolist(), strict=True)
    return dict(zip(columns, pairs, strict=True))


def set_sizes(path: Path) -> Mapping[int, int]:
    """Number of classes in a set -> rows; empty for a table without sets."""
    if SET_SIZE not in pq.read_schema(path).names:
        return {}
    sizes, rows = np.unique(pq.read_table(path, columns=[SET_SIZE])[SET_SIZE].to_numpy(), return_counts=True)
    return dict(zip(sizes.tolist(), rows.tolist(), strict=True))
