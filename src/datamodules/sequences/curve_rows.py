"""Light curves as sequences of points, with the labels of their objects."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.given import listed
from ...core.light_curve_rows import MAGNITUDE, LightCurveRows, Reading, read_curves
from ...core.progress import notice, status
from ...door.table import open_table
from ...door.values import Place, names
from ...features.tables.bounds import Bounds
from ...features.tables.clean import Rules
from ...features.tables.columns import Columns, nearest
from ...features.tables.join import read_join
from ...runtime.errors import AlertlabError
from ..tables.light_curves import Curves, check_met, keys_of_a_training

SOURCE = "datamodule.source"


@dataclass(frozen=True)
class LabelledCurves:
    """Light curves and what is known of their objects.

    Attributes
    ----------
    rows : the light curves. label : of each, None without; None for all where there are no labels at all.
    group : (n,) name of what must not part, such as an object of which there are several light curves.
    """

    rows: LightCurveRows
    label: Sequence[str | None] | None
    group: NDArray[np.str_]


class LightCurveSequences:
    """Light curves as they are, point by point.

    Parameters
    ----------
    curves : the light curves and their labels, as of features.
    columns : ``conf/columns/``: which column is which quantity. bounds : ``conf/bounds/``.
    used_bands : names of those that are used, in this order; None takes those of ``columns`` that the data have.
    quantity : ``magnitude`` turns fluxes into magnitudes; None takes what there is.
    facts : columns of the table of labels that are judged by, numbers.
    group : column of that table: light curves of one group are in one part; None, each is its own.
    min_rb, max_error, min_detections : see :class:`alertlab.features.tables.clean.Rules`.
    cache : folder where simulated light curves are kept; None simulates anew.
    """

    def __init__(
        self,
        curves: Curves,
        columns: Mapping[str, Any],
        min_rb: float,
        max_error: float,
        min_detections: int,
        cache: str | None,
        used_bands: Sequence[str] | None = None,
        quantity: str | None = None,
        facts: Sequence[str] = (),
        group: str | None = None,
        bounds: Mapping[str, Any] | None = None,
    ) -> None:
        if quantity not in (None, MAGNITUDE):
            raise AlertlabError(f"{SOURCE}.quantity: {quantity!r} is neither {MAGNITUDE} nor null")
        used = None if used_bands is None else tuple(map(str, listed(used_bands, f"{SOURCE}.used_bands")))
        rules = Rules(min_rb, max_error, min_detections)
        self.reading = Reading(Columns.of(columns), rules, Bounds.of(bounds or {}), used, quantity)
        self.curves, self.cache = curves, None if cache is None else Path(cache)
        self.facts, self.group = [str(each) for each in listed(facts, f"{SOURCE}.facts")], group

    @property
    def description(self) -> str:
        """What the light curves are."""
        return self.curves.description

    @property
    def origin(self) -> str:
        """File that an error about a label names."""
        return self.curves.origin

    def read(self) -> LabelledCurves:
        """All light curves that have enough clean points."""
        with ExitStack() as stack:
            folder = self.cache or Path(stack.enter_context(TemporaryDirectory(prefix="alertlab-")))
            path, _ = self.curves.files(folder)
            with status("reading light curves"), keys_of_a_training():
                rows = read_curves(path, self.reading)
            labels = self.curves.labels(folder)
            table, key = self.curves.objects(folder)
            objects = rows.object_id.tolist()
            if self.facts:
                rows.facts.update(self._facts(table, key, objects))
            group = _groups(table, key, self.group, objects) if self.group else rows.object_id
        for line in _losses(rows):
            notice(f"{self.description}: {line}")
        if labels is None:
            return LabelledCurves(rows, None, group)
        check_met(self.origin, objects, labels)
        return LabelledCurves(rows, [labels.get(name) for name in objects], group)

    def _facts(self, table: Path, key: str, objects: Sequence[str]) -> dict[str, NDArray[np.float64]]:
        with _facts_told():
            joined = read_join(table, self.facts, key)
        return dict(zip(self.facts, joined.values(objects).T, strict=True))


def _groups(table: Path, key: str, group: str, objects: Sequence[str]) -> NDArray[np.str_]:
    """(n,) group of each object; one that is in none is its own."""
    opened = open_table(table)
    if group not in opened.schema.names:
        raise AlertlabError(f"{SOURCE}.group: {table} has no column {group}.{nearest(group, opened.names)}")
    read = opened.read([key, group], [key, group])
    ids, groups = (names(read[name], Place(str(table), name)).to_pylist() for name in (key, group))
    known = dict(zip(ids, groups, strict=True))
    return np.array([known.get(name) or name for name in objects], np.str_)


@contextmanager
def _facts_told() -> Iterator[None]:
    """What a table that is joined to features calls join_columns is ``facts`` here."""
    try:
        yield
    except AlertlabError as error:
        said = str(error).replace("join_columns:", f"{SOURCE}.facts:").replace("join:", f"{SOURCE}.facts:")
        raise AlertlabError(said) from error


def _losses(rows: LightCurveRows) -> Iterator[str]:
    """What is not among the light curves, a line a kind."""
    if rows.dropped:
        yield "dropped " + ", ".join(f"{count} {reason}" for reason, count in rows.dropped.items())
    if rows.rejected.num_rows:
        told = Counter(rows.rejected["reason"].to_pylist())
        reasons = ", ".join(f"{count} with {reason}" for reason, count in told.most_common())
        yield f"{rows.rejected.num_rows} of {rows.rejected.num_rows + len(rows.object_id)} objects left out ({reasons})"
