"""Labelled alerts from files: the alerts, and what catalogues say of them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from ..door.words import text_of
from ..runtime.errors import AlertlabError
from .alert import Alert, Rejected
from .fingerprint import Digest
from .plain import candid_fault, in_brief, known_candid, printable
from .read import DECODER_VERSION, count_alerts, did_you_mean, read_alerts


@dataclass(frozen=True)
class LabelRule:
    """Believe a label column, or only some of its values.

    Attributes
    ----------
    column : name of the column.
    only : the values that are believed, of any type: 0 is "0" and 0.0 too; None believes all.
    """

    column: str
    only: Sequence[Any] | None = None

    def label(self, row: Mapping[str, Any]) -> str | None:
        """The label this rule gives a row, None for none: null and blank text alone are none, see ``text_of``."""
        text = text_of(row.get(self.column))
        return text if self.only is None or text in map(text_of, self.only) else None


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
        self.known = None if labels is None else _read_labels(Path(labels), rules)
        self.labels = labels
        self.alerts()  # so that a missing path is told before anything is done

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
        return count_alerts(Path(self.path))

    def fingerprint(self, digest: Digest) -> str:
        """The version of ``alerts``: their content, how the name says it is read, and the decoder."""
        path = Path(self.path)
        return hashlib.sha256(f"{DECODER_VERSION} {path.suffix} {digest(path)}".encode()).hexdigest()

    def alerts(self) -> Iterator[Alert | Rejected]:
        """The alerts as they lie there, without labels."""
        return read_alerts(self.path)

    def __iter__(self) -> Iterator[tuple[Alert, str | None] | Rejected]:
        return self.labelled(self.alerts())

    def labelled(self, alerts: Iterable[Alert | Rejected]) -> Iterator[tuple[Alert, str | None] | Rejected]:
        """These alerts, which are those of ``alerts``, with their labels."""
        matched, ours = False, "none"
        for found in alerts:
            if isinstance(found, Rejected):
                yield found
            elif self.known is None:
                yield found, _label(found.candidate, self.rules)
            else:
                matched, ours = matched or found.candid in self.known, str(found.candid)
                yield found, self.known.get(found.candid)
        if self.known is not None and not matched:
            raise AlertlabError(
                f"datamodule.labels: no candid of {self.labels} is among the alerts of {self.path} "
                f"(labels: {next(iter(self.known), 'none')}, alerts: {ours})"
            )


def _label(row: Mapping[str, Any], rules: Sequence[LabelRule]) -> str | None:
    """The label of the first rule that gives one."""
    return next((label for rule in rules if (label := rule.label(row)) is not None), None)


def _read_labels(path: Path, rules: Sequence[LabelRule]) -> dict[int, str | None]:
    """The label of each candid of a table; a row without a candid labels nothing."""
    if not path.is_file():
        raise AlertlabError(f"datamodule.labels: no file {path}{did_you_mean(path)}")
    wanted = ["candid", *(rule.column for rule in rules)]
    try:
        if path.suffix in {".parquet", ".pq"}:
            table = pq.read_table(path)
        else:
            convert = pacsv.ConvertOptions(column_types=dict.fromkeys(wanted, pa.string()), strings_can_be_null=True)
            table = pacsv.read_csv(path, convert_options=convert)
    except (pa.ArrowException, OSError) as error:
        raise AlertlabError(f"datamodule.labels: {path} is not a readable table ({in_brief(error)})") from error
    absent = [name for name in wanted if name not in table.column_names]
    if absent:
        raise AlertlabError(f"datamodule.labels: {path} has no column {', '.join(absent)}")
    return _by_candid(table.select(list(dict.fromkeys(wanted))).to_pylist(), path, rules)


def _by_candid(rows: Iterable[Mapping[str, Any]], path: Path, rules: Sequence[LabelRule]) -> dict[int, str | None]:
    labels: dict[int, str | None] = {}
    for number, row in enumerate(rows):
        if text_of(row["candid"]) is None:
            continue
        candid, label = known_candid(row["candid"]), _label(row, rules)
        if candid is None:
            said = f"{in_brief(row['candid'], 30)}: {candid_fault(row['candid'])}"
            raise AlertlabError(f"datamodule.labels: {path}, column candid, row {number}: {said}")
        known = labels.get(candid)
        if None not in (known, label) and known != label:
            raise AlertlabError(
                f"datamodule.labels: {path}, row {number}: candid {candid} is {label}, and {known} in a row before; "
                "keep one of them"
            )
        labels[candid] = label if known is None else known
    return labels
