"""Points of a group over those around it, as a small drawing inside a page."""

from dataclasses import dataclass
from html import escape

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from .light_curve import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axis, Values, axis, tick_mark

MEMBER, AROUND = "#0072B2", "#8a93a0"
MOST = 400  # points of either kind: with fifty groups a page stays below 5 MB


@dataclass(frozen=True)
class Scatter:
    """What is drawn.

    Attributes
    ----------
    title, across, up : of the drawing and of its axes.
    x, y : of the members. around_x, around_y : of other points, of which those within the axes are drawn.
    falling : y grows downwards, as magnitudes do. leftwards : x grows to the left, as longitudes do.
    """

    title: str
    across: str
    up: str
    x: Values
    y: Values
    around_x: Values
    around_y: Values
    falling: bool = False
    leftwards: bool = False


def scatter_svg(scatter: Scatter) -> Markup:
    """The drawing as an element; its axes hold the members, with half as much room around them."""
    x = _axis(scatter.x, *((RIGHT, LEFT) if scatter.leftwards else (LEFT, RIGHT)))
    y = _axis(scatter.y, *((TOP, BOTTOM) if scatter.falling else (BOTTOM, TOP)))
    parts = [f'<path class="axes" d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}"/>']
    parts += [tick_mark(float(x(np.array(each))), BOTTOM, 0, 3, each) for each in x.ticks()]
    parts += [tick_mark(LEFT, float(y(np.array(each))), -3, 0, each) for each in y.ticks()]
    within = (scatter.around_x >= x.low) & (scatter.around_x <= x.high)
    within &= (scatter.around_y >= y.low) & (scatter.around_y <= y.high)
    parts.append(_dots(x(scatter.around_x[within]), y(scatter.around_y[within]), AROUND, "around"))
    known = np.isfinite(scatter.x) & np.isfinite(scatter.y)
    parts.append(_dots(x(scatter.x[known]), y(scatter.y[known]), MEMBER, "members"))
    middle = (LEFT + RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 4}" text-anchor="middle">{escape(scatter.across)}</text>')
    about = f'class="curve" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(scatter.title)}"'
    return Markup(f'<svg {about}>{"".join(parts)}</svg><div class="bands"><span>up: {escape(scatter.up)}</span></div>')


def _axis(values: Values, start: float, stop: float) -> Axis:
    known = values[np.isfinite(values)]
    room = 0.5 * np.ptp(known) if len(known) else 0.0
    return axis(known - room, known + room, start, stop)


def _dots(x: NDArray[np.float64], y: NDArray[np.float64], colour: str, name: str) -> str:
    """Strokes of no length with round ends; so many at most, evenly."""
    some = np.linspace(0, len(x) - 1, MOST).round().astype(int) if len(x) > MOST else np.arange(len(x))
    dots = "".join(f"M{a:.1f} {b:.1f}h0" for a, b in zip(x[some], y[some], strict=True))
    return f'<path class="dots {name}" stroke="{colour}" d="{dots}"/>'
