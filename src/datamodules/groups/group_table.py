"""A table of groups: a row a star, as a search writes its members."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...core.feature_table import as_numbers
from ...core.given import listed
from ...door.table import open_table
from ...door.values import Place, labels, names
from ...features.clusters.diagram import diagram, distance_of
from ...features.tables.columns import nearest
from ...runtime.errors import AlertlabError

KEY = "datamodule.source"  # of the config
PHOTOMETRY = ("parallax", "phot_g_mean_mag", "bp_rp")


@dataclass(frozen=True)
class Groups:
    """Groups of stars.

    Attributes
    ----------
    name : (n,) of the group. field : (n,) that it is in. label : of each, None for none.
    diagram : (n, 1, 32, 32). facts : name -> (n,): stars, distance [kpc], and what the table tells beside.
    """

    name: NDArray[np.str_]
    field: NDArray[np.str_]
    label: list[str | None]
    diagram: NDArray[np.float32]
    facts: dict[str, NDArray[np.float64]]


class GroupTable:
    """A file with a row a star of a group: Parquet, CSV, FITS, VOTable or ECSV.

    It holds parallax [mas], phot_g_mean_mag and bp_rp [mag] of each star: the ``members.parquet`` of
    ``alertlab clusters`` with a column of labels, or the members of a catalogue of clusters beside other groups.

    Parameters
    ----------
    path : the file.
    group, label : its columns of names of groups, and of labels, the same in all rows of a group.
    field : column of what groups are of: groups of one field are in one part of a split. None parts them singly.
    facts : columns to judge by, never to learn from.
    description : what the data are, in a few words.
    """

    def __init__(
        self, path: str, group: str, label: str, field: str | None, facts: Sequence[str], description: str
    ) -> None:
        self.path, self.group, self.label, self.field = Path(path), group, label, field
        self.facts, self.about = tuple(map(str, listed(facts, f"{KEY}.facts"))), description

    @property
    def description(self) -> str:
        """What the data are."""
        return f"{self.about} ({self.path.name})"

    @property
    def origin(self) -> str:
        """The file."""
        return str(self.path)

    def groups(self) -> Groups:
        """All groups of the file, in its order.

        Raises
        ------
        AlertlabError
            For a file that is missing or damaged, a missing column or one that holds no numbers, a star of no group,
            or a group with two labels or in two fields.
        """
        opened = open_table(self.path)
        words = {"group": self.group, "label": self.label} | ({} if self.field is None else {"field": self.field})
        for key, name in (*words.items(), *(("", each) for each in (*PHOTOMETRY, *self.facts))):
            if name not in opened.schema.names:
                where = f"{KEY}.{key}: " if key else ""
                raise AlertlabError(f"{where}{self.path} has no column {name}.{nearest(name, opened.names)}")
        columns = list(dict.fromkeys([*words.values(), *PHOTOMETRY, *self.facts]))
        table = opened.read(columns, text=tuple(words.values()))
        group = names(table[self.group], Place(self.origin, self.group))
        if group.null_count:
            raise AlertlabError(f"{self.path}: {group.null_count} rows have no group in column {self.group}")
        owner = np.array(group.to_pylist(), np.str_)
        _, first, of = np.unique(owner, return_index=True, return_inverse=True)
        field = owner if self.field is None else self._one_each(table, self.field, first, of, owner)
        label = self._one_each(table, self.label, first, of, owner)
        values = {name: as_numbers(table, name, self.origin) for name in (*PHOTOMETRY, *self.facts)}
        parallax, magnitude, colour = (values[name] for name in PHOTOMETRY)
        order = np.argsort(of, kind="stable")
        rows = np.split(order, np.flatnonzero(np.diff(of[order])) + 1)
        facts = {"stars": np.array([len(each) for each in rows], np.float64)}
        facts["distance"] = np.array([distance_of(parallax[each]) for each in rows])
        facts |= {name: values[name][first] for name in self.facts}
        maps = np.stack([diagram(colour[each], magnitude[each], parallax[each]) for each in rows])
        as_read = np.argsort(first)
        return Groups(
            owner[first][as_read],
            np.array(field, np.str_)[first][as_read],
            [label[row] for row in first[as_read]],
            maps[as_read],
            {name: each[as_read] for name, each in facts.items()},
        )

    def _one_each(
        self, table: pa.Table, column: str, first: NDArray[np.int64], of: NDArray[np.int64], owner: NDArray[np.str_]
    ) -> list[str | None]:
        """Words of a column that is the same in all rows of a group."""
        read: list[str | None] = labels(table[column], Place(self.origin, column)).to_pylist()
        told = np.array(["" if word is None else str(word) for word in read], np.str_)
        if (other := np.flatnonzero(told != told[first][of])).size:
            row = other[0]
            raise AlertlabError(
                f"{self.path}: group {owner[row]} has {told[first][of][row] or 'nothing'} and {told[row] or 'nothing'} "
                f"in column {column}; a group has one"
            )
        return read
