"""A light curve as a small drawing inside a page: points with their errors, a colour a band, no script."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from markupsafe import Markup
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ...core.curves import Curve
from ..figures.curves import COLOURS

WIDTH, HEIGHT = 300, 170  # of the drawing, in its own units: a card is about as wide in pixels
LEFT, RIGHT, TOP, BOTTOM = 40, 294, 8, 140  # of the axes
POINTS = 1500  # of a curve: with fifty such curves a page stays below 5 MB
EPOCH = 10_000  # days: times beyond are MJD, of which the first is told, and days after it are drawn
WIDE = 3.0  # median errors: one that is longer does not widen the axis
ORDER = "ugrizy"
FILTERS = {"u": "#56B4E9", "g": "#009E73", "r": "#D55E00", "i": "#CC79A7", "z": "#0072B2", "y": "#E69F00"}
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Axis:
    """From values to places: ``low`` at ``start``, ``high`` at ``stop``."""

    low: float
    high: float
    start: float
    stop: float

    def __call__(self, values: Values) -> Values:
        """Places of values, none outside the axes."""
        part = np.clip((values - self.low) / (self.high - self.low), 0, 1)
        return self.start + part * (self.stop - self.start)

    def ticks(self) -> list[float]:
        """Round values within."""
        found = MaxNLocator(4).tick_values(self.low, self.high)
        return [float(each) for each in found if self.low <= each <= self.high]


def light_curve_svg(curve: Curve, name: str) -> Markup:
    """The drawing as an element; magnitudes grow downwards, as astronomers draw them."""
    total = len(curve.time)
    curve = thinned(curve)
    epoch = float(curve.time.min(initial=np.inf)) if curve.time.min(initial=np.inf) > EPOCH else 0.0
    epoch = epoch if np.isfinite(epoch) else 0.0
    error = np.nan_to_num(curve.error)
    bar = np.minimum(error, WIDE * np.median(error)) if total else error
    x = axis(curve.time - epoch, curve.time - epoch, LEFT, RIGHT)
    bottom_up = (TOP, BOTTOM) if curve.unit == "mag" else (BOTTOM, TOP)
    y = axis(curve.value - bar, curve.value + bar, *bottom_up)
    colours = colours_of(curve.band.tolist())
    parts = [f'<path class="axes" d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}"/>']
    for tick in x.ticks():
        parts.append(tick_mark(float(x(np.array(tick))), BOTTOM, 0, 3, tick))
    for tick in y.ticks():
        parts.append(tick_mark(LEFT, float(y(np.array(tick))), -3, 0, tick))
    for band, colour in colours.items():
        own = curve.band == band
        value, wide = curve.value[own], error[own]
        parts.append(_points(x(curve.time[own] - epoch), y(value), y(value - wide), y(value + wide), colour))
    said = f"days since MJD {epoch:.2f}" if epoch else "days"
    said += f" ({len(curve.time)} of {total} points)" if len(curve.time) < total else ""
    parts.append(f'<text x="{(LEFT + RIGHT) / 2}" y="{HEIGHT - 4}" text-anchor="middle">{said}</text>')
    about = f'class="curve" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Light curve of {escape(name)}"'
    keys = [f'<span><b style="color:{colour}">●</b> {escape(band)}</span>' for band, colour in colours.items()]
    legend = "".join([*keys, f"<span>{escape(curve.unit)}</span>"])
    return Markup(f'<svg {about}>{"".join(parts)}</svg><div class="bands">{legend}</div>')


def thinned(curve: Curve) -> Curve:
    """So many points at most, evenly in the order of time."""
    if len(curve.time) <= POINTS:
        return curve
    some = np.argsort(curve.time, kind="stable")[np.linspace(0, len(curve.time) - 1, POINTS).round().astype(int)]
    return Curve(curve.time[some], curve.value[some], curve.error[some], curve.band[some], curve.unit)


def colours_of(bands: Sequence[str]) -> dict[str, str]:
    """Bands in order of wavelength, as far as their first letter is a filter's, each with its colour."""
    first = {band: band.rpartition("_")[2][:1] for band in sorted(set(bands))}
    known = sorted(
        (each for each in first if first[each] in FILTERS), key=lambda each: (ORDER.index(first[each]), each)
    )
    shared = len({first[each] for each in known}) < len(known) or len(known) < len(first)
    if not shared:
        return {band: FILTERS[first[band]] for band in known}
    named = [*known, *(each for each in first if each not in known)]
    return {band: COLOURS[place % len(COLOURS)] for place, band in enumerate(named)}


def axis(low: Values, high: Values, start: float, stop: float) -> Axis:
    """An axis that holds all from low to high, with some room; of a single value around it."""
    least, most = float(low.min(initial=np.inf)), float(high.max(initial=-np.inf))
    if not least <= most:
        least, most = 0.0, 1.0
    room = 0.04 * (most - least) or 0.5
    return Axis(least - room, most + room, start, stop)


def tick_mark(x: float, y: float, dx: float, dy: float, value: float) -> str:
    """A mark at a place of an axis, and its value."""
    place = f'x="{x - 5:.1f}" y="{y + 3:.1f}" text-anchor="end"' if dx else f'x="{x:.1f}" y="{y + 13:.1f}"'
    middle = "" if dx else ' text-anchor="middle"'
    return f'<path class="axes" d="M{x:.1f} {y:.1f}l{dx} {dy}"/><text {place}{middle}>{value:.6g}</text>'


def _points(x: Values, y: Values, low: Values, high: Values, colour: str) -> str:
    """Bars of errors, and on them dots: strokes of no length with round ends."""
    bars = "".join(f"M{a:.1f} {b:.1f}V{c:.1f}" for a, b, c in zip(x, low, high, strict=True) if abs(b - c) >= 0.1)
    dots = "".join(f"M{a:.1f} {b:.1f}h0" for a, b in zip(x, y, strict=True))
    return f'<g stroke="{colour}"><path class="errors" d="{bars}"/><path class="dots" d="{dots}"/></g>'
