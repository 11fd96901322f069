"""FITS, VOTable and ECSV by astropy, whole columns at once, as Arrow tables.

A unit goes into the metadata of its field (``unit``), a time's format and
scale too (``format``, ``scale``); a sky position becomes ``NAME.ra`` and
``NAME.dec`` in degrees, ICRS.
"""

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ..runtime.errors import AlertlabError
from .place import FITS, VOTABLE

SCALES = {"utc", "tai", "tt", "tdb", "tcg", "tcb", "ut1"}


class AstroTable:
    """The one table of a file, which is in memory as a whole.

    Raises
    ------
    AlertlabError
        For a file of several tables.
    """

    def __init__(self, path: Path) -> None:
        self.table = arrow_of(_read(path))
        self.schema: pa.Schema = self.table.schema
        self.rows: int | None = self.table.num_rows

    def batches(self, columns: Sequence[str], text: Iterable[str], rows: int) -> Iterator[pa.Table]:
        """Slices of the table; types are the file's."""
        chosen = self.table.select(list(dict.fromkeys(columns)))
        return (chosen.slice(start, rows) for start in range(0, chosen.num_rows, rows))

    def read(self, columns: Sequence[str], text: Iterable[str]) -> pa.Table:
        """All of it; types are the file's."""
        return self.table.select(list(dict.fromkeys(columns)))


def _read(path: Path) -> Any:
    from astropy.table import Table  # here: half a second of import

    name = path.name.lower()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of units and headers that are not to the letter; values are checked later
        if name.endswith(FITS):
            return _read_fits(path)
        if name.endswith(VOTABLE):
            return _read_votable(path)
        return Table.read(path, format="ascii.ecsv")


def _read_fits(path: Path) -> Any:
    from astropy.io import fits
    from astropy.table import Table

    with fits.open(path, memmap=False, character_as_bytes=True) as hdus:  # as Table.read opens it itself
        tables = [(str(n), hdu) for n, hdu in enumerate(hdus) if isinstance(hdu, fits.BinTableHDU | fits.TableHDU)]
        hdu = _only(tables, path)
        return Table.read(hdu, format="fits", astropy_native=_says_times(hdu.header))


def _read_votable(path: Path) -> Any:
    from astropy.io.votable import parse

    _check_no_address(path)
    tables = parse(path, verify="ignore").iter_tables()
    return _only([(table.ID or table.name or "nameless", table) for table in tables], path).to_table()


def _only(tables: Sequence[tuple[str, Any]], path: Path) -> Any:
    """The one table of a file, of those that it holds by name."""
    if len(tables) != 1:
        named = f" ({', '.join(name for name, _ in tables)})" if tables else ""
        raise AlertlabError(f"{path}: holds {len(tables)} tables{named}; a file of one table is needed")
    return tables[0][1]


def _says_times(header: Mapping[str, Any]) -> bool:
    """Whether columns are times by FITS's own words, as astropy writes them: two numbers a time."""
    scales = {str(value).strip().lower() for key, value in header.items() if re.fullmatch(r"TCTYP\d+", key)}
    return bool(scales & SCALES)


def _check_no_address(path: Path) -> None:
    """Refuse a VOTable whose values lie elsewhere: astropy would open any file or address of the network for it."""
    from astropy.utils.xml.iterparser import get_xml_iterator

    with get_xml_iterator(str(path)) as parts:
        for _, tag, attributes, _ in parts:
            if tag == "STREAM" and "href" in attributes:
                raise AlertlabError(f"{path}: its values lie elsewhere, at {attributes['href']}; save them in the file")


def arrow_of(table: Any) -> pa.Table:
    """The Arrow table of an astropy table."""
    fields: list[pa.Field] = []
    arrays: list[pa.Array] = []
    for name in table.colnames:
        for part, array, about in _parts(name, table[name]):
            fields.append(pa.field(part, array.type, metadata=about or None))
            arrays.append(array)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _parts(name: str, column: Any) -> Iterator[tuple[str, pa.Array, dict[str, str]]]:
    """The columns that a column becomes, with what is said of each."""
    from astropy.coordinates import SkyCoord
    from astropy.time import Time

    if isinstance(column, SkyCoord):
        for axis in ("ra", "dec"):
            yield f"{name}.{axis}", pa.array(getattr(column.icrs, axis).deg), {"unit": "deg"}
    elif isinstance(column, Time):
        yield name, pa.array(np.asarray(column.mjd)), {"unit": "d", "format": "mjd", "scale": column.scale}
    else:
        unit = getattr(column, "unit", None)
        yield name, _array(column), {"unit": str(unit)} if unit is not None else {}


def _array(column: Any) -> pa.Array:
    """Values of a column, a cell of several as a list; what is masked is null."""
    values = np.ma.asarray(getattr(column, "value", column))
    mask: Any = np.ma.getmaskarray(values)
    data = np.asarray(values.data)
    if not data.dtype.isnative:  # FITS is big-endian, Arrow is not
        data = data.astype(data.dtype.newbyteorder("="))
    if data.ndim > 1:
        mask = mask.reshape(len(data), -1).all(axis=1)
        return pa.array([None if gone else row.ravel() for row, gone in zip(data, mask, strict=True)])
    if data.dtype.kind == "S":
        data = np.char.decode(data, "utf-8", "replace")
    if data.dtype == object:
        return pa.array([None if gone else _cell(cell) for cell, gone in zip(data, mask.ravel(), strict=True)])
    return pa.array(data, mask=mask)


def _cell(value: Any) -> Any:
    if isinstance(value, np.ma.MaskedArray):
        value = value.filled(np.nan) if value.dtype.kind == "f" else value.filled()
    if isinstance(value, np.ndarray) and not value.dtype.isnative:
        value = value.astype(value.dtype.newbyteorder("="))
    return value.tolist() if isinstance(value, np.ndarray) and value.ndim > 1 else value
