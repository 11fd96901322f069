"""Spectra of a file or a folder, in order, each read when it is asked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ...runtime.errors import AlertlabError
from ..place import FITS, PARQUET, did_you_mean, walk
from ..table import OpenTable, open_table
from ..values import Place, labels, names, numbers, plain
from ..words import in_brief
from .fits_forms import REDROCK, read_fits
from .spectrum import ListColumns, Spectrum, Unusable, arm_of, signal_to_noise

ROWS = 256  # of a table at a time


def read_spectra(path: Path, columns: ListColumns, label: str | None) -> Iterator[Spectrum | Unusable]:
    """All spectra below a path; a file that cannot be read is told, and the others go on.

    Parameters
    ----------
    path : a ``spec-*.fits`` of SDSS, a coadd of DESI, a Parquet table, or a folder of such.
    columns : of a Parquet table. label : column of the label; None for none.

    Raises
    ------
    AlertlabError
        When there is no such path, it holds no such file, or a table lacks a column.
    """
    if not path.exists():
        raise AlertlabError(f"{path}: no such file or folder{did_you_mean(path)}")
    files = [file for file in walk(path) if file.name.lower().endswith((*FITS, *PARQUET))]
    files = [file for file in files if not file.name.startswith(REDROCK)]
    if not files:
        raise AlertlabError(f"{path}: holds no spectra; expected {', '.join((*FITS, *PARQUET))}")
    for file in files:
        if file.name.lower().endswith(PARQUET):
            yield from _lists(open_table(file), columns, label)
            continue
        try:
            yield from read_fits(file, label)
        except Exception as error:  # whatever a damaged file makes of astropy
            yield Unusable(file.name, in_brief(error, 200) or type(error).__name__)


def _lists(table: OpenTable, columns: ListColumns, label: str | None) -> Iterator[Spectrum | Unusable]:
    wanted = {**vars(columns), "label": label}
    used = {key: name for key, name in wanted.items() if name is not None}
    for key, name in used.items():
        if name not in table.schema.names:
            has = ", ".join(table.names[:20])
            raise AlertlabError(f"{table.path}: no column {name} for {key}; it has {has}. Name another, or null")
    origin = str(table.path)
    for batch in table.batches(list(dict.fromkeys(used.values())), rows=ROWS):
        objects = names(batch.column(columns.object_id), Place(origin, columns.object_id)).to_pylist()
        single = {
            key: numbers(batch.column(used[key]), Place(origin, used[key]))
            if key in used
            else np.full(len(batch), np.nan)
            for key in ("redshift", "ra", "dec")
        }
        named = labels(batch.column(label), Place(origin, label)).to_pylist() if label else [None] * len(batch)
        lists = {key: plain(batch.column(used[key])) for key in ("wavelength", "flux", "ivar", "mask") if key in used}
        for row, name in enumerate(objects):
            own = {key: _list(values, row) for key, values in lists.items()}
            try:
                ivar, mask = own.get("ivar"), own.get("mask")
                arm = arm_of(own["wavelength"], own["flux"], ivar, None if mask is None else mask != 0)
            except ValueError as error:
                yield Unusable(str(name), str(error))
                continue
            noise = np.nan if ivar is None else signal_to_noise(arm.flux, ivar, arm.good)
            about = {key: float(values[row]) for key, values in single.items()}
            yield Spectrum(str(name), (arm,), label=named[row], signal_to_noise=noise, **about)


def _list(values: pa.Array, row: int) -> Any:
    """(m,) of a row; nothing of a null."""
    own = values[row].values
    return np.zeros(0) if own is None else own.to_numpy(zero_copy_only=False).astype(np.float64)
