"""A spectrum as a small drawing inside a page, over what is usual, with the stretches that make it strange."""

from collections.abc import Sequence
from html import escape

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from .light_curve import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axis, axis, tick_mark

HIGHEST = 6.0  # medians of a spectrum, at which a line is cut: else it would press all else flat
MOST = (0.02, 0.98)  # of what is usual, that the axis holds at least: its lines reach far beyond
Values = NDArray[np.float64]


def spectrum_svg(
    wavelength: Values, flux: Values, usual: tuple[Values, Values], windows: Sequence[tuple[float, float]], name: str
) -> Markup:
    """The drawing as an element.

    Parameters
    ----------
    wavelength, flux : (k,) [Angstrom], over the median; NaN where unknown.
    usual : (k,) each, where 5 % and 95 % of spectra are below; NaN where unknown.
    windows : stretches to be marked [Angstrom].
    """
    low, high = usual
    shown, known = np.minimum(flux, HIGHEST), np.isfinite(low) & np.isfinite(high)
    band = np.quantile(np.concatenate([low[known], high[known]]), MOST) if known.any() else np.zeros(0)
    own = np.concatenate([shown[np.isfinite(shown)], band])
    x, y = axis(wavelength, wavelength, LEFT, RIGHT), axis(own, own, BOTTOM, TOP)
    parts = []
    for start, stop in windows:
        left, right = x(np.array([start, stop])).tolist()
        parts.append(f'<path class="window" d="M{left:.1f} {TOP}H{right:.1f}V{BOTTOM}H{left:.1f}Z"/>')
    if known.any():
        there, back = _points(x, y, wavelength[known], high[known]), _points(x, y, wavelength[known], low[known])
        parts.append(f'<path class="usual" d="M{" ".join([*there, *back[::-1]])}Z"/>')
    parts.append(f'<path class="flux" d="{_line(x, y, wavelength, shown)}"/>')
    parts.append(f'<path class="axes" d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}"/>')
    parts += [tick_mark(float(x(np.array(each))), BOTTOM, 0, 3, each) for each in x.ticks()]
    parts += [tick_mark(LEFT, float(y(np.array(each))), -3, 0, each) for each in y.ticks()]
    parts.append(f'<text x="{(LEFT + RIGHT) / 2}" y="{HEIGHT - 4}" text-anchor="middle">wavelength [Angstrom]</text>')
    about = f'class="curve" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Spectrum of {escape(name)}"'
    return Markup(f"<svg {about}>{''.join(parts)}</svg>")


def _points(x: Axis, y: Axis, wavelength: Values, flux: Values) -> list[str]:
    return [f"{a:.1f} {b:.1f}" for a, b in zip(x(wavelength).tolist(), y(flux).tolist(), strict=True)]


def _line(x: Axis, y: Axis, wavelength: Values, flux: Values) -> str:
    """One stroke for each stretch without a gap."""
    known = np.flatnonzero(np.isfinite(flux))
    stretches = np.split(known, np.flatnonzero(np.diff(known) > 1) + 1)
    return "".join(f"M{' '.join(_points(x, y, wavelength[each], flux[each]))}" for each in stretches if len(each))
