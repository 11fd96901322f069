"""Magnitudes of fluxes and fluxes of magnitudes: one rule, both ways.

AB magnitudes (Oke & Gunn 1983): m = zero point - 2.5 log10 f, where the zero
point is the magnitude of flux 1 in the unit: 31.4 for nJy, 23.9 for uJy, 16.4
for mJy, 8.9 for Jy, 22.5 for nanomaggies, and whatever ``columns.zero_point``
says for counts. The error is that of first order, 2.5 / ln 10 * sigma / f. A
flux below three standard deviations has no magnitude: of noise around 0 the
positive half alone would have one.
"""

from dataclasses import dataclass

import numpy as np

from ..door.values import Place
from ..runtime.errors import AlertlabError
from .lightcurves import Floats

POGSON = 2.5 / np.log(10)  # magnitudes a relative change of flux
SIGNAL = 3.0  # standard deviations of a flux that has a magnitude
MICROJANSKY = 23.9  # AB magnitude of 1 uJy, in which fluxes are held
JANSKY = 8.9  # AB magnitude of 1 Jy: -48.6 in erg / (s cm2 Hz), and 23 powers of ten
MAGNITUDES = {"mag", "mags", "magnitude", "magnitudes", "abmag", "mag(ab)", "mag (ab)", "ab", "vega", "mag(st)"}
ZERO_POINTS = {"njy": JANSKY + 22.5, "ujy": JANSKY + 15, "mjy": JANSKY + 7.5, "jy": JANSKY}  # without astropy
COUNTS = {"ct", "count", "counts", "adu", "dn", "electron", "electrons", "e-", "e", "photon", "photons", "flux"}
EXAMPLES = "mag, mmag, nJy, uJy, mJy, Jy, a flux unit of astropy, or counts with columns.zero_point"


@dataclass(frozen=True)
class Scale:
    """What the numbers of a column are.

    Attributes
    ----------
    unit : for messages.
    zero_point : magnitude of a flux of 1; None where the numbers are magnitudes.
    size : magnitudes a unit, of magnitudes: 0.001 for mmag.
    """

    unit: str = "mag"
    zero_point: float | None = None
    size: float = 1.0

    @property
    def flux(self) -> bool:
        """Whether the numbers are fluxes."""
        return self.zero_point is not None

    @property
    def said(self) -> str:
        """The unit in one word for all that are the same."""
        return self.unit if self.flux else ("mag" if self.size == 1 else "mmag")


MAGNITUDE = Scale()


class _NoUnitError(AlertlabError):
    """A text that says nothing: what was declared holds."""


def scale_of(declared: str | None, own: str | None, zero_point: float | None, key: str, place: Place) -> Scale | None:
    """What a column holds by what was declared and what its file says; None where nobody says anything.

    Parameters
    ----------
    declared, own : unit in the config, under ``key``, and in the file.
    zero_point : magnitude of flux 1, of counts.

    Raises
    ------
    AlertlabError
        For a unit of something else, for two that contradict, in kind or in scale: which of them is right cannot be
        known; and for counts without a zero point.
    """
    where = f"{place.where}"
    try:
        said = None if own is None else _scale(own, zero_point, f"{where}: unit of the file", key)
    except _NoUnitError:
        if declared is None:
            raise
        said = None
    if declared is None:
        if said is None and zero_point is not None:
            return Scale("counts", zero_point)
        told = said
    else:
        told = _scale(declared, zero_point, key, key)
        if said is not None and not _same(told, said):
            raise AlertlabError(
                f"{where}: the file says {own}, {key} says {declared}; leave {key}=null, or mend the file"
            )
    return told


def to_magnitudes(values: Floats, scale: Scale) -> Floats:
    """Magnitudes of numbers on a scale; NaN for a flux that is not above 0, whatever its error."""
    if scale.zero_point is None:
        return values if scale.size == 1 else values * scale.size
    with np.errstate(divide="ignore", invalid="ignore"):
        return scale.zero_point - 2.5 * np.log10(np.where(values > 0, values, np.nan))


def to_errors(errors: Floats, scale: Scale, values: Floats, of: Scale) -> Floats:
    """Errors in magnitudes, of first order; NaN for a flux that is not above 0.

    Parameters
    ----------
    errors, scale : in magnitudes, or of the flux, in a unit of its own.
    values, of : the measured numbers and what they are.
    """
    if scale.zero_point is None:
        return errors if scale.size == 1 else errors * scale.size
    assert of.zero_point is not None
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = errors / np.where(values > 0, values, np.nan)
    return POGSON * relative * 10 ** (0.4 * (of.zero_point - scale.zero_point))


def to_fluxes(magnitudes: Floats, zero_point: float) -> Floats:
    """The inverse of :func:`to_magnitudes`: fluxes in the unit whose 1 has magnitude ``zero_point``."""
    return np.asarray(10 ** (0.4 * (zero_point - magnitudes)), dtype=np.float64)


def to_flux_errors(errors: Floats, magnitudes: Floats, zero_point: float) -> Floats:
    """The inverse of :func:`to_errors`."""
    return np.asarray(errors / POGSON * to_fluxes(magnitudes, zero_point), dtype=np.float64)


def _same(one: Scale, other: Scale) -> bool:
    if one.zero_point is None or other.zero_point is None:
        return one.zero_point is other.zero_point and one.size == other.size
    return abs(one.zero_point - other.zero_point) < 1e-9


def _scale(unit: str, zero_point: float | None, where: str, key: str) -> Scale:
    text = " ".join(unit.split())
    plain = text.lower()
    if plain in MAGNITUDES:
        return Scale(text)
    if plain == "mmag":
        return Scale(text, None, 1e-3)
    if zero_point is not None:  # whatever the unit is, this is what 1 of it is
        return Scale(text, zero_point)
    if plain in COUNTS:
        raise AlertlabError(f"{where}: {text} is a flux of no known zero point; give columns.zero_point=MAGNITUDE_OF_1")
    if text != "MJy" and plain.replace("µ", "u").replace("μ", "u") in ZERO_POINTS:
        return Scale(text, ZERO_POINTS[plain.replace("µ", "u").replace("μ", "u")])
    return _of_astropy(text, where, key)


def _of_astropy(text: str, where: str, key: str) -> Scale:
    from astropy import units as u  # here: a fifth of a second of import

    try:
        unit = u.Unit(text)
    except (ValueError, TypeError) as error:
        raise _NoUnitError(f"{where}: {text!r} is no unit; {key} is {EXAMPLES}") from error
    if unit.is_equivalent(u.Jy):
        return Scale(text, JANSKY - 2.5 * float(np.log10(unit.to(u.Jy))))
    if unit.is_equivalent(u.mgy):
        return Scale(text, -2.5 * float(np.log10(unit.to(u.mgy))))
    physical = getattr(unit, "physical_unit", None)
    if isinstance(unit, u.MagUnit) and physical is not None:
        return Scale(text)
    if unit.is_equivalent(u.mag):
        return Scale(text, None, float(unit.to(u.mag)))
    if any(unit.is_equivalent(each) for each in (u.ct / u.s, u.adu / u.s, u.electron / u.s, u.photon / u.s)):
        raise AlertlabError(f"{where}: {text} is a flux of no known zero point; give columns.zero_point=MAGNITUDE_OF_1")
    raise AlertlabError(f"{where}: {text} is neither a magnitude nor a flux per frequency; {key} is {EXAMPLES}")
