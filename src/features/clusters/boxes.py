"""The boxes on the sky that a search goes through."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Box:
    """A part of the sky.

    Attributes
    ----------
    side : asked for [deg]. rows : the stars in it. x, y : their places about its middle [deg].
    l, b : its lower corner, from the first longitude of the catalogue [deg]; NaN where the box is all of a field.
    """

    side: float
    rows: NDArray[np.int64]
    x: Array
    y: Array
    l: float = np.nan  # noqa: E741  as everybody calls it
    b: float = np.nan


def boxes(l: Array, b: Array, sides: Sequence[float], shifts: Sequence[float], least: int) -> Iterator[Box]:  # noqa: E741
    """Boxes of all sides and shifts that hold stars enough.

    A catalogue that fits into a box is one box, searched once for all sides that it fits into, and not parted.

    Parameters
    ----------
    l, b : galactic places [deg]. sides : of boxes [deg]. shifts : of the grid, in sides. least : stars of a box.
    """
    if len(l) < least:
        return
    x, y = offsets(l, b)
    extent = max(np.ptp(x), np.ptp(y))
    fits = [side for side in sides if extent <= side]
    if fits:
        yield Box(max(fits), np.arange(len(l)), x, y)
    along = from_first(l)
    for side in sides:
        if side in fits:
            continue
        for shift in shifts:
            first = b.min() - shift * side
            column = np.floor((along + shift * side) / side).astype(np.int64)
            row = np.floor((b - first) / side).astype(np.int64)
            cell = column * (row.max() + 1) + row
            order = np.argsort(cell, kind="stable")
            for own in np.split(order, np.flatnonzero(np.diff(cell[order])) + 1):
                if len(own) >= least:
                    at = float(column[own[0]] * side - shift * side), float(first + row[own[0]] * side)
                    yield Box(side, own, *offsets(l[own], b[own]), *at)


def from_first(l: Array) -> Array:  # noqa: E741
    """Longitudes counted from the end of the widest gap, so that no catalogue is cut at 0 [deg]."""
    known = np.unique(l % 360)
    gaps = np.diff(np.r_[known, known[0] + 360])
    start = known[(np.argmax(gaps) + 1) % len(known)]
    counted: Array = (l - start) % 360
    return counted


def offsets(l: Array, b: Array) -> tuple[Array, Array]:  # noqa: E741
    """Places about the middle of these stars, in a frame turned there: no pole stretches them [deg]."""
    places, middle = around_middle(l, b)
    turned = places.transform_to(middle.skyoffset_frame())
    return turned.lon.wrap_at("180d").deg, turned.lat.deg


def around_middle(l: Array, b: Array) -> tuple[Any, Any]:  # noqa: E741
    """Galactic places [deg] as coordinates of astropy, and the middle of them: their mean direction."""
    from astropy import units as u  # here: every training imports this file
    from astropy.coordinates import Galactic, SkyCoord

    places = SkyCoord(l * u.deg, b * u.deg, frame=Galactic)
    middle = SkyCoord(places.cartesian.mean(), frame=Galactic, representation_type="cartesian")
    return places, SkyCoord(middle.spherical.lon, middle.spherical.lat, frame=Galactic)


def touches_edge(box: Box, along: Array, b: Array, edge: float) -> bool:
    """Whether stars of a box come within ``edge`` [deg] of its sides; a box that is all of a field has none.

    Parameters
    ----------
    along : longitudes as :func:`from_first` counts them.
    """
    if np.isnan(box.l):
        return False
    from_low, to_high = min(along.min() - box.l, b.min() - box.b), max(along.max() - box.l, b.max() - box.b)
    return bool(from_low < edge or to_high > box.side - edge)
