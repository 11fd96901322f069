"""Labelled alerts from files: the alerts, and what catalogues say of them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from ..door.place import did_you_mean, look
from ..door.words import printable
from ..runtime.errors import AlertlabError
from .alert import Alert, Rejected
from .fingerprint import Digest
from .read import DECODER_VERSION, count_alerts, read_alerts


@dataclass(frozen=True)
class LabelRule:
    """Believe a label column, or only some of its values.

    Attributes
    ----------
    column : name of the column.
    only : the values that are believed; None believes all.
    """

    column: str
    only: Sequence[str] | None = None

    def label(self, row: Mapping[str, Any]) -> str | None:
        """The label this rule gives a row, None for none."""
        value = row.get(self.column)
        return str(value) if value and (self.only is None or value in self.only) else None


class LabelledFiles:
    """Alerts at a path with their labels; iterates over (alert, label or None) and Rejected.

    Parameters
    ----------
    path : whatever :func:`alertlab.alerts.read_alerts` reads.
    rules : the first rule that gives a label decides.
    labels : CSV or Parquet file with ``candid`` and the label columns; None
        takes them from the columns of the alerts themselves.

    Raises
    ------
    AlertlabError
        For a missing file, a missing column, or a label table that fits no alert.
    """

    def __init__(self, path: str, rules: Sequence[LabelRule], labels: str | None = None) -> None:
        self.path, self.rules = path, rules
        self.rows = None if labels is None else _read_labels(Path(labels), rules)
        self.labels = labels
        self.found = look(path)  # here, so that a missing path is told before anything is done

    @property
    def description(self) -> str:
        """The name of the file or folder."""
        return f"alerts of {Path(self.path).name}"

    @property
    def origin(self) -> str:
        """What the origin of every alert begins with."""
        return printable(Path(self.path))

    def count(self) -> int | None:
        """About how many alerts there are, None where only reading them tells."""
        return count_alerts(self.found)

    def fingerprint(self, digest: Digest) -> str:
        """The version of ``alerts``: their content, how the name says it is read, and the decoder."""
        path = Path(self.path)
        return hashlib.sha256(f"{DECODER_VERSION} {path.suffix} {digest(path)}".encode()).hexdigest()

    def alerts(self) -> Iterator[Alert | Rejected]:
        """The alerts as they lie there, without labels."""
        return read_alerts(self.found)

    def __iter__(self) -> Iterator[tuple[Alert, str | None] | Rejected]:
        return self.labelled(self.alerts())

    def labelled(self, alerts: Iterable[Alert | Rejected]) -> Iterator[tuple[Alert, str | None] | Rejected]:
        """These alerts, which are those of ``alerts``, with their labels."""
        matched = 0
        for found in alerts:
            if isinstance(found, Rejected):
                yield found
                continue
            row = found.candidate if self.rows is None else self.rows.get(found.candid, {})
            matched += bool(row)
            yield found, next(filter(None, (rule.label(row) for rule in self.rules)), None)
        if self.rows is not None and not matched:
            raise AlertlabError(f"datamodule.labels: no candid of {self.labels} is among the alerts of {self.path}")


def _read_labels(path: Path, rules: Sequence[LabelRule]) -> dict[int, dict[str, Any]]:
    if not path.is_file():
        raise AlertlabError(f"datamodule.labels: no file {path}{did_you_mean(path)}")
    try:
        if path.suffix in {".parquet", ".pq"}:
            table = pq.read_table(path)
        else:
            strings = {rule.column: pa.string() for rule in rules} | {"candid": pa.int64()}
            convert = pacsv.ConvertOptions(column_types=strings, strings_can_be_null=True)
            table = pacsv.read_csv(path, convert_options=convert)
    except (pa.ArrowInvalid, OSError) as error:
        raise AlertlabError(f"datamodule.labels: {path} is not a readable table ({error})") from error
    absent = [name for name in ("candid", *(rule.column for rule in rules)) if name not in table.column_names]
    if absent:
        raise AlertlabError(f"datamodule.labels: {path} has no column {', '.join(absent)}")
    return {row["candid"]: row for row in table.to_pylist()}
