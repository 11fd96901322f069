"""Spectra as rows of features: fluxes on a common grid, in units of their median."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...core.flux_columns import flux_columns
from ...core.progress import track
from ...door.spectra import ListColumns, Spectrum, Unusable, read_spectra
from ...door.table import open_table
from ...door.values import Place, labels, names
from ...runtime.errors import AlertlabError
from ..tables.feature_rows import REJECTED, FeatureRows
from .rebin import centres, grid_edges, rebinned

KEY = "datamodule.source"  # of the config
FRAMES = ("rest", "observed")
FACTS = ("redshift", "signal_to_noise", "known")
UNNAMED = "spectrum"  # label where nothing labels them


class Spectra(Protocol):
    """Where spectra come from."""

    @property
    def description(self) -> str:
        """What they are, in a few words; simulated data say so."""
        ...

    @property
    def origin(self) -> str:
        """File that an error about a label names."""
        ...

    def spectra(self) -> Iterator[Spectrum | Unusable]:
        """All of them, each made or read when it is asked for."""
        ...


class SpectrumFiles:
    """Spectra in public forms: ``spec-*.fits`` of SDSS, coadds of DESI with redrock's files, Parquet with lists.

    Parameters
    ----------
    path : a file, or a folder of such.
    columns : of Parquet, see :class:`~...door.spectra.ListColumns`.
    label : column of the label: of the table of redshifts of SDSS (CLASS) or DESI (SPECTYPE), or of Parquet; None for
        spectra without labels, each of which then is a ``spectrum``.
    labels : table with ``object_id`` and ``label`` that is used instead; None for none.
    description : what the data are, in a few words.
    """

    def __init__(
        self, path: str, columns: dict[str, str | None], label: str | None, labels: str | None, description: str
    ) -> None:
        self.path, self.labels, self.label, self.about = Path(path), labels, label, description
        try:
            self.columns = ListColumns(**{str(key): name for key, name in columns.items()})  # type: ignore[arg-type]
        except TypeError as error:
            known = ", ".join(ListColumns.__dataclass_fields__)
            raise AlertlabError(f"{KEY}.spectra.columns: {dict(columns)}; known: {known}") from error

    @property
    def description(self) -> str:
        """What the data are."""
        return f"{self.about} ({self.path.name})"

    @property
    def origin(self) -> str:
        """The file of labels, or the spectra."""
        return self.labels or str(self.path)

    def spectra(self) -> Iterator[Spectrum | Unusable]:
        """See :func:`~...door.spectra.read_spectra`."""
        given = None if self.labels is None else _labels(Path(self.labels))
        for each in read_spectra(self.path, self.columns, self.label if given is None else None):
            if isinstance(each, Unusable) or (given is None and self.label is not None):
                yield each
            else:
                label = UNNAMED if given is None else given.get(each.object_id)
                yield replace(each, label=label)


class SpectrumRows:
    """Spectra on one grid, a row each: mean flux in each pixel, over the median of the known ones.

    The redshift is for the frame alone and stands among the facts. Pixels that are not covered, masked, or without
    weight are NaN.

    Parameters
    ----------
    spectra : where they come from.
    low, high : ends of the grid [Angstrom], in the chosen frame. pixels : of it, equally wide in velocity.
    frame : ``rest``, by each redshift, or ``observed``.
    least_known : share of the grid without which a spectrum is left out.

    Raises
    ------
    AlertlabError
        For a value outside these.
    """

    def __init__(self, spectra: Spectra, low: float, high: float, pixels: int, frame: str, least_known: float) -> None:
        if not 0 < low < high or isinstance(pixels, bool) or not isinstance(pixels, int) or pixels < 3:
            raise AlertlabError(
                f"{KEY}.low, high, pixels: {low}, {high}, {pixels} are no grid; take two wavelengths in order, 3 pixels"
            )
        if frame not in FRAMES:
            raise AlertlabError(f"{KEY}.frame: {frame!r}; choose from {', '.join(FRAMES)}")
        if not 0 < least_known <= 1:
            raise AlertlabError(f"{KEY}.least_known: {least_known!r} is no share above 0")
        self.source, self.frame, self.least_known = spectra, frame, least_known
        self.edges = grid_edges(low, high, pixels)

    @property
    def description(self) -> str:
        """What they are, and in which frame."""
        return f"{self.source.description}, {self.frame} frame"

    @property
    def origin(self) -> str:
        """The file of labels, or the spectra."""
        return self.source.origin

    def rows(self, max_days: float | None) -> FeatureRows:
        """All spectra that can be used.

        Raises
        ------
        AlertlabError
            For a cut, which needs light curves; a spectrum that stands there twice, or none that can be used.
        """
        if max_days is not None:
            raise AlertlabError("datamodule.cut_days: spectra have no days; only light curves can be cut")
        kept: list[Spectrum] = []
        values: list[NDArray[np.float32]] = []
        rejected: list[Unusable] = []
        for each in track(self.source.spectra(), "spectra"):
            row = each.reason if isinstance(each, Unusable) else self.row(each)
            if isinstance(row, str):
                rejected.append(Unusable(each.object_id, row))
            elif isinstance(each, Spectrum):
                values.append(row)
                kept.append(replace(each, arms=()))  # 100,000 of them would not fit in memory
        if not kept:
            why = f"; the first: {rejected[0].object_id}: {rejected[0].reason}" if rejected else ""
            raise AlertlabError(f"{self.origin}: no spectrum can be used{why}")
        objects = np.array([each.object_id for each in kept], np.str_)
        different, counts = np.unique(objects, return_counts=True)
        if len(different) < len(objects):
            raise AlertlabError(f"{self.origin}: spectrum {different[counts > 1][0]} stands there {counts.max()} times")
        table = np.stack(values)
        facts = {name: np.array([getattr(each, name) for each in kept]) for name in FACTS[:-1]}
        return FeatureRows(
            objects,
            [each.label for each in kept],
            table,
            flux_columns(centres(self.edges)),
            None,
            facts | {"known": np.isfinite(table).mean(axis=1)},
            pa.table([[each.object_id for each in rejected], [each.reason for each in rejected]], schema=REJECTED),
            {name: np.array([getattr(each, name) for each in kept]) for name in ("ra", "dec")},
        )

    def row(self, spectrum: Spectrum) -> NDArray[np.float32] | str:
        """(pixels,) fluxes of a spectrum over their median, or why it cannot be used."""
        stretch = 1.0
        if self.frame == "rest":
            if not spectrum.redshift > -1:
                return f"redshift {spectrum.redshift:g}; {KEY}.frame=observed needs none"
            stretch += spectrum.redshift
        flux = rebinned(spectrum.arms, self.edges * stretch)
        known = np.isfinite(flux)
        if known.mean() < self.least_known:
            return f"{known.mean():.0%} of the grid is known, {self.least_known:.0%} are needed ({KEY}.least_known)"
        middle = float(np.median(flux[known]))
        if not middle > 0:
            return f"median flux {middle:g}, which nothing can be divided by"
        found: NDArray[np.float32] = (flux / middle).astype(np.float32)
        return found

    def table(self) -> pa.Table:
        """All rows as a table with ``object_id``, as ``alertlab predict`` and ``alertlab strangest`` take it."""
        rows = self.rows(None)
        columns: dict[str, Any] = {"object_id": rows.object_id.tolist()}
        columns |= {column.name: rows.values[:, place] for place, column in enumerate(rows.columns)}
        return pa.table(columns)


def _labels(path: Path) -> dict[str, str | None]:
    """Object -> label."""
    opened = open_table(path)
    for name in ("object_id", "label"):
        if name not in opened.schema.names:
            raise AlertlabError(f"{KEY}.spectra.labels: {path} has no column {name}")
    table = opened.read(["object_id", "label"], text=("object_id", "label"))
    keys, values = (
        read(table.column(name), Place(str(path), name)).to_pylist()
        for name, read in (("object_id", names), ("label", labels))
    )
    return dict(zip(keys, values, strict=True))
