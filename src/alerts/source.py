"""Labelled alerts from files: the alerts, and what catalogues say of them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..door.place import look
from ..door.table import open_table
from ..door.values import Place, plain
from ..door.values import labels as labels_of
from ..door.words import in_brief, printable, text_of
from ..runtime.errors import AlertlabError
from .alert import Alert, Rejected
from .fingerprint import Digest
from .plain import candid_fault, known_candid
from .read import DECODER_VERSION, count_alerts, read_alerts


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
        matched, ours = False, "none"
        for found in alerts:
            if isinstance(found, Rejected):
                yield found
            elif self.known is None:
                yield found, _label(found.candidate, self.rules)
            else:
                matched, ours = matched or found.candid in self.known, str(found.candid)
                yield found, self.known.get(found.candid)
        if self.known is not None and not matched and ours != "none":  # without an alert, it is not the labels
            raise AlertlabError(
                f"datamodule.labels: no candid of {self.labels} is among the alerts of {self.path} "
                f"(labels: {next(iter(self.known), 'none')}, alerts: {ours})"
            )


def _label(row: Mapping[str, Any], rules: Sequence[LabelRule]) -> str | None:
    """The label of the first rule that gives one."""
    return next((label for rule in rules if (label := rule.label(row)) is not None), None)


def _read_labels(path: Path, rules: Sequence[LabelRule]) -> dict[int, str | None]:
    """The label of each candid of a table; a row without a candid labels nothing.

    Raises
    ------
    AlertlabError
        For a file that is no such table, what is no candid, and a candid with two labels.
    """
    origin = f"datamodule.labels: {path}"
    columns = list(dict.fromkeys(rule.column for rule in rules))
    try:
        opened = open_table(path)
        absent = [name for name in ("candid", *columns) if name not in opened.schema.names]
        if absent:
            raise AlertlabError(f"{path}: no column {', '.join(absent)}")
        table = opened.read(["candid", *columns], text=["candid", *columns])
    except AlertlabError as error:
        raise AlertlabError(f"datamodule.labels: {error}") from error
    values = [labels_of(table[name], Place(origin, name)).to_pylist() for name in columns]
    labels: dict[int, str | None] = {}
    for number, (said, *row) in enumerate(zip(plain(table["candid"]).to_pylist(), *values, strict=True)):
        if text_of(said) is None:
            continue
        candid, label = known_candid(said), _label(dict(zip(columns, row, strict=True)), rules)
        if candid is None:
            raise AlertlabError(f"{origin}: column candid, row {number}: {in_brief(said, 30)}: {candid_fault(said)}")
        known = labels.get(candid)
        if None not in (known, label) and known != label:
            raise AlertlabError(
                f"{origin}: row {number}: candid {candid} is {label}, and {known} in a row before; keep one of them"
            )
        labels[candid] = label if known is None else known
    return labels
