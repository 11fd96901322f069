"""Light curves as drawings: where points are, what they must not do to the page, and how much of it they take."""

import re

import numpy as np
import pytest
from alertlab.core.curves import Curve
from alertlab.evaluation.report.light_curve import BOTTOM, LEFT, POINTS, RIGHT, TOP, light_curve_svg


def curve(n=5, unit="mag", bands=("g",), start=59000.0):
    value = np.linspace(17, 19, n)
    return Curve(start + np.arange(n), value, np.full(n, 0.1), np.resize(np.array(bands), n), unit)


def dots(svg):
    """(x, y) of every dot."""
    drawn = "".join(re.findall(r'class="dots" d="([^"]*)"', svg))
    return np.array([[float(each) for each in pair] for pair in re.findall(r"M([\d.]+) ([\d.]+)h0", drawn)])


def test_time_runs_to_the_right_and_magnitudes_downwards_but_fluxes_upwards():
    place = dots(light_curve_svg(curve(), "a"))
    assert len(place) == 5
    assert np.all(np.diff(place[:, 0]) > 0)
    assert np.all(np.diff(place[:, 1]) > 0)
    assert np.all(np.diff(dots(light_curve_svg(curve(unit="uJy"), "a"))[:, 1]) < 0)
    assert place[:, 0].min() >= LEFT
    assert place[:, 0].max() <= RIGHT
    assert place[:, 1].min() >= TOP
    assert place[:, 1].max() <= BOTTOM
    assert np.diff(place, axis=0)[:, 0] == pytest.approx(np.diff(place, axis=0)[0, 0], abs=0.2)


def test_the_axis_says_where_days_count_from():
    assert "days since MJD 59000.00" in light_curve_svg(curve(), "a")
    assert ">days<" in light_curve_svg(curve(start=0.0), "a")


def test_bands_are_in_order_of_wavelength_each_with_its_colour():
    svg = light_curve_svg(curve(bands=("z", "g", "r")), "a")
    assert re.findall(r"</b> (\w+)<", svg) == ["g", "r", "z"]
    assert len(set(re.findall(r'<g stroke="([^"]*)"', svg))) == 3


def test_hostile_names_stay_text():
    hostile = '"><script>alert(1)</script>'
    svg = light_curve_svg(Curve(*(np.ones(2),) * 3, np.array([hostile, "g"]), hostile), hostile)
    assert "<script" not in svg
    assert svg.count("&lt;script&gt;") == 3


@pytest.mark.parametrize("n", [0, 1])
def test_a_single_point_and_none_are_drawn(n):
    svg = light_curve_svg(curve(n), "a")
    assert len(dots(svg)) == n
    assert "nan" not in svg
    assert "inf" not in svg


def test_errors_that_are_unknown_have_no_bar_and_a_huge_one_does_not_flatten_the_rest():
    of = curve()
    plain = dots(light_curve_svg(of, "a"))
    of.error[2] = 1e6
    assert dots(light_curve_svg(of, "a"))[:, 1] == pytest.approx(plain[:, 1], abs=12)
    of.error[:] = np.nan
    assert "V" not in re.search(r'class="errors" d="([^"]*)"', light_curve_svg(of, "a"))[1]


def test_of_many_points_some_are_drawn_and_that_is_said():
    svg = light_curve_svg(curve(20_000), "a")
    assert len(dots(svg)) == POINTS
    assert f"{POINTS} of 20000 points" in svg
    assert len(svg) < 80_000
