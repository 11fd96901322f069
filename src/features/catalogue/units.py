"""Units of columns: what a file says, in what a config asks for, by astropy."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import AlertlabError


@cache
def known_unit(text: str, key: str) -> Any:
    """The unit of a word.

    Raises
    ------
    AlertlabError
        For a word that astropy does not know as a unit.
    """
    from astropy import units

    try:
        return units.Unit(text)
    except ValueError as error:
        raise AlertlabError(f"{key}: {text!r} is no unit that astropy knows") from error


def converted(values: NDArray[np.float64], given: str, wanted: str, where: str, key: str) -> NDArray[np.float64]:
    """Values in the unit that is wanted; those of a file that says none are taken to be in it.

    Parameters
    ----------
    given : by the file. where : file and column. key : of the config, which names ``wanted``.

    Raises
    ------
    AlertlabError
        For units that do not convert, or a file's unit where the config names none.
    """
    if not given or given == wanted:
        return values
    if not wanted:
        raise AlertlabError(f"{where} is in {given}, and {key} does not name it; name the unit that is wanted there")
    from astropy.units import UnitConversionError

    try:
        found = known_unit(given, where).to(known_unit(wanted, key), values)
    except (UnitConversionError, TypeError) as error:
        raise AlertlabError(f"{where} is in {given}, which is no {wanted} ({key})") from error
    return np.asarray(found, np.float64)


def same_unit(names: Sequence[str], units: Mapping[str, str], key: str) -> str:
    """The one unit of some columns.

    Raises
    ------
    AlertlabError
        Where there are several.
    """
    found = {name: units[name] for name in names}
    if len(set(found.values())) > 1:
        told = ", ".join(f"{name} in {unit or 'no unit'}" for name, unit in found.items())
        raise AlertlabError(f"{key}: {told}; ask for both in one unit")
    return next(iter(found.values()))


def divided(above: str, below: str) -> str:
    """Unit of a ratio."""
    if above == below:
        return ""
    from astropy import units

    return str(units.Unit(above) / units.Unit(below))
