"""The rejected table: every alert that could not be used, with its reason."""

from collections.abc import Sequence

import pyarrow as pa

from .alert import Rejected

SCHEMA = pa.schema(
    [("origin", pa.string()), ("candid", pa.int64()), ("object_id", pa.string()), ("reason", pa.string())]
)


def rejected_table(rejected: Sequence[Rejected]) -> pa.Table:
    """Origin (file and member or row), candid, object_id, reason; null where it could not be read."""
    return pa.Table.from_pylist([vars(each) for each in rejected], schema=SCHEMA)
