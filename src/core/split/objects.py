"""The objects of samples as a split sees them: their class, when they are seen, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import AlertlabError
from ..samples import Samples
from .apart import KEY, Apart

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Objects:
    """Distinct objects in the order of their names, (n,) each.

    Attributes
    ----------
    label : the class of most rows, the first in a tie; the number of classes where those are unlabelled. Where most
        objects have rows of several classes, such as fields of the sky, all are alike: 0.
    holds : (n, classes) the class that an object is of; those of its rows where most objects have several.
    left_out : whether any row is of a class that no training sees.
    first, last : MJD of the first and last row; NaN where a row has none, and where no date parts.
    cell : HEALPix cell of the mean direction, -1 where it is unknown; of each object another where no cells part.
    """

    name: NDArray[np.str_]
    label: Integers
    holds: Mask
    left_out: Mask
    first: Floats
    last: Floats
    cell: Integers

    def sides(self, date: float | None) -> tuple[Mask, Mask]:
        """Whether each is seen only before a date, and only from it on; without a date it is both."""
        if date is None:
            return np.ones(len(self.name), dtype=bool), np.ones(len(self.name), dtype=bool)
        return self.last < date, self.first >= date


def objects_of(samples: Samples, strata: Integers, classes: Sequence[str], apart: Apart) -> Objects:
    """The objects of samples, with what is needed to keep apart what is to be.

    Parameters
    ----------
    strata : (rows,) index into ``classes``, -1 where unlabelled.

    Raises
    ------
    AlertlabError
        For times or places that the samples lack, or a class to leave out that is none, or the last.
    """
    name, member = np.unique(samples.object_id, return_inverse=True)
    votes = np.zeros((len(name), len(classes) + 1), dtype=np.int64)
    np.add.at(votes, (member, strata), 1)  # an unlabelled row, -1, votes in the last column
    label = votes.argmax(axis=1)
    holds = votes[:, : len(classes)] > 0
    if np.mean(holds.sum(axis=1) > 1) > 0.5:
        label = np.zeros_like(label)
    else:
        holds = label[:, None] == np.arange(len(classes))
    left = np.isin(strata, _left_out(apart, classes))
    first = last = np.full(len(name), np.nan)
    cell = np.arange(len(name))
    if apart.test_after is not None:
        mjd = _known(samples, "test_after", "mjd")
        end = samples.places.get("mjd_last", mjd)
        first, last = np.full(len(name), np.inf), np.full(len(name), -np.inf)
        with np.errstate(invalid="ignore"):  # NaN of one row is that of its object
            np.minimum.at(first, member, np.minimum(mjd, end))
            np.maximum.at(last, member, np.maximum(mjd, end))
    if apart.sky_nside:
        ra, dec = (_known(samples, "sky_nside", each) for each in ("ra", "dec"))
        cell = _cells(ra, dec, member, len(name), apart.sky_nside)
    left_out = np.bincount(member[left], minlength=len(name)) > 0
    return Objects(name, label, holds, left_out, first, last, cell)


def _left_out(apart: Apart, classes: Sequence[str]) -> list[int]:
    unknown = [each for each in apart.leave_out if each not in classes]
    if unknown:
        known = ", ".join(classes) or "none, for the target is no class"
        raise AlertlabError(f"{KEY}.leave_out: {unknown[0]} is no class of the data; known: {known}")
    if classes and set(apart.leave_out) == set(classes):
        raise AlertlabError(f"{KEY}.leave_out: all classes are left out, and none is left to train on; name fewer")
    return [classes.index(each) for each in apart.leave_out]


def _known(samples: Samples, key: str, name: str) -> Floats:
    values = samples.places.get(name)
    if values is None or not np.isfinite(values).any():
        raise AlertlabError(
            f"{KEY}.{key}: the data do not say {name} of any sample; name its column, of ready features with "
            f"'datamodule.source.places={{{name}: COLUMN}}', of light curves with datamodule.source.columns"
        )
    return values


def directions(ra: Floats, dec: Floats) -> tuple[Floats, Floats, Floats]:
    """Unit vectors of degrees, whose sum over rows points to their mean; null where they are no place on the sky."""
    known = (np.abs(ra) <= 360) & (np.abs(dec) <= 90)  # NaN is neither
    alpha, delta = np.radians(np.where(known, ra, 0)), np.radians(np.where(known, dec, 0))
    found = np.stack([np.cos(delta) * np.cos(alpha), np.cos(delta) * np.sin(alpha), np.sin(delta)])
    x, y, z = np.where(known, found, 0)
    return x, y, z


def angles(x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats]:
    """Right ascension and declination of directions in degrees; NaN of the null vector."""
    known = (x != 0) | (y != 0) | (z != 0)
    ra, dec = np.degrees(np.arctan2(y, x)) % 360, np.degrees(np.arctan2(z, np.hypot(x, y)))
    return np.where(known, ra, np.nan), np.where(known, dec, np.nan)


def _cells(ra: Floats, dec: Floats, member: Integers, count: int, nside: int) -> Integers:
    from astropy import units  # here: a second of imports that other splits do without
    from astropy_healpix import lonlat_to_healpix

    ra, dec = angles(*(np.bincount(member, each, count).astype(np.float64) for each in directions(ra, dec)))
    known = np.isfinite(ra)
    cell = np.full(count, -1)
    cell[known] = lonlat_to_healpix(ra[known] * units.deg, dec[known] * units.deg, nside, order="nested")
    return cell
