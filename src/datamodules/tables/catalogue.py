"""Sources of a catalogue as rows of features: columns and derived columns, labelled by a column or by rules."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...core.given import listed
from ...core.progress import notice, status, track
from ...door.table import OpenTable, open_table
from ...features.catalogue.conditions import conditions_of, holds
from ...features.catalogue.derived import DEC, RA
from ...features.catalogue.read import CatalogueRows, read_catalogue
from ...features.catalogue.recipe import KEY, CatalogueRecipe
from ...runtime.errors import AlertlabError
from .feature_rows import REJECTED, FeatureRows
from .label_rules import check_leaks, classes_by, columns_in, rules_of


class CatalogueSimulator(Protocol):
    """What makes a catalogue of its own."""

    @property
    def description(self) -> str:
        """What it is; it says that it is simulated."""
        ...

    def catalogue(self) -> OpenTable:
        """A table as a file would give it, units in the metadata of its fields."""
        ...


class CatalogueTable:
    """A catalogue, one row a source: FITS, VOTable, ECSV, Parquet or CSV.

    Only the columns that are needed are read, some rows at a time (FITS, VOTable and ECSV: whole, by astropy). All
    rows count as neighbours of others, labelled or not.

    Parameters
    ----------
    path : the file. simulator : what makes a catalogue instead.
    object_id, ra, dec : its columns of names and positions.
    columns : inputs in order: columns of the file, or derived ones.
    units : column -> unit that it is wanted in; a file's own is converted, or refused.
    derived : name -> see :mod:`alertlab.features.catalogue.derived`.
    label : column of labels; or ``rules`` : class -> rules, see :func:`.label_rules.rules_of`.
    facts : columns, derived or not, to judge by, never to learn from.
    test_label, test_where : column of labels that alone are judged by in the further part ``test_truth``, and
        conditions on the rows that are. Nothing learns from them.
    description : what the data are, in a few words.

    Raises
    ------
    AlertlabError
        For a config that contradicts itself.
    """

    def __init__(
        self,
        *,
        columns: Sequence[str],
        object_id: str,
        ra: str,
        dec: str,
        units: Mapping[str, str | None],
        derived: Mapping[str, Any],
        description: str,
        path: str | None = None,
        simulator: CatalogueSimulator | None = None,
        label: str | None = None,
        rules: Mapping[str, Any] | None = None,
        facts: Sequence[str] = (),
        test_label: str | None = None,
        test_where: Mapping[str, Any] | None = None,
    ) -> None:
        names = {"object_id": object_id, "ra": ra, "dec": dec}
        self.recipe = CatalogueRecipe.of({"columns": columns, "units": units, "derived": derived, **names})
        if (path is None) == (simulator is None):
            raise AlertlabError(f"{KEY}.path: name the catalogue, or a simulator; one of them")
        self.path, self.simulator, self.about = None if path is None else Path(path), simulator, description
        self.label, self.rules = label, rules_of(rules or {}, f"{KEY}.rules")
        if (label is None) == (not self.rules):
            raise AlertlabError(f"{KEY}.label: labels are a column, or follow from {KEY}.rules; give one of them")
        self.facts = tuple(map(str, listed(facts, f"{KEY}.facts")))
        self.test_label = test_label
        self.test_where = conditions_of(test_where, f"{KEY}.test_where") if test_where else {}

    @property
    def description(self) -> str:
        """What the data are."""
        return self.simulator.description if self.simulator else f"{self.about} ({Path(self.origin).name})"

    @property
    def origin(self) -> str:
        """The file, or what is simulated."""
        return self.simulator.description if self.simulator else str(self.path)

    def rows(self, max_days: float | None) -> FeatureRows:
        """All rows, with labels where they have one.

        Raises
        ------
        AlertlabError
            See :func:`alertlab.features.catalogue.read.read_catalogue` and :func:`.label_rules.check_leaks`; or for a
            cut, which needs light curves.
        """
        if max_days is not None:
            raise AlertlabError(f"datamodule.cut_days: {self.origin} is a catalogue; only light curves can be cut")
        table = self._table()
        further = [*columns_in(self.rules), *self.facts, *self.test_where, RA, DEC]
        text = [name for name in (self.label, self.test_label) if name is not None]
        found = read_catalogue(table, self.recipe, further, text, progress=track)
        label, rejected = self._labels(found)
        kept = np.ones(len(found), bool)
        kept[rejected] = False
        places = {"ra": found.values[RA], "dec": found.values[DEC]}
        with status("gathering columns"):
            return FeatureRows(
                found.object_id[kept],
                label[kept].tolist(),
                self.recipe.matrix(found.values)[kept],
                self.recipe.described(),
                self.recipe.identity(),
                {name: np.asarray(found.values[name][kept], np.float64) for name in self.facts},
                _rejected(found.object_id[rejected], "rules of several classes hold"),
                {name: values[kept] for name, values in places.items()},
                self._truth(found, kept),
            )

    def _table(self) -> OpenTable:
        if self.simulator is None:
            assert self.path is not None  # one of the two
            return open_table(self.path)
        with status(f"simulating {self.simulator.description}"):
            return self.simulator.catalogue()

    def _labels(self, found: CatalogueRows) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
        """(n,) labels, None where there is none, and the rows of which several rules tell different ones."""
        if self.label is not None:
            return np.array(found.text[self.label].to_pylist(), dtype=object), np.zeros(0, np.int64)
        number, several = classes_by(self.rules, found.values, len(found))
        check_leaks(self.rules, found.values, self.recipe.columns, number >= 0, KEY)
        if several.any():
            notice(f"{self.origin}: {several.sum()} rows left out, for {KEY}.rules of several classes hold")
        return np.array([*self.rules, None], dtype=object)[number], np.flatnonzero(several)

    def _truth(self, found: CatalogueRows, kept: NDArray[np.bool_]) -> Sequence[str | None] | None:
        if self.test_label is None:
            return None
        truth = np.array(found.text[self.test_label].to_pylist(), dtype=object)
        truth[~holds(self.test_where, found.values, len(found))] = None
        return list(truth[kept])


def _rejected(names: NDArray[np.str_], reason: str) -> pa.Table:
    return pa.table(
        [pa.array(names.tolist(), pa.string()), pa.array([reason] * len(names), pa.string())], schema=REJECTED
    )
