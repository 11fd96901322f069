"""A spectrum in a page: what is drawn, and where."""

import re

import numpy as np
import pytest
from alertlab.core.flux_columns import flux_columns
from alertlab.core.samples import Samples
from alertlab.evaluation.report.catalogue import Catalogue
from alertlab.evaluation.report.light_curve import BOTTOM, LEFT, RIGHT, TOP
from alertlab.evaluation.report.spectrum import spectrum_svg
from alertlab.evaluation.shown import Example

WAVELENGTH = np.linspace(4000, 6000, 101)
USUAL = np.full(101, 0.8), np.full(101, 1.2)


def path(svg, kind):
    found = re.findall(rf'class="{kind}" d="([^"]*)"', svg)
    return [np.array(re.findall(r"-?\d+\.\d+ -?\d+\.\d+", each)) for each in found]


def test_a_stroke_ends_where_pixels_are_unknown():
    flux = np.ones(101)
    flux[40:50] = np.nan
    svg = str(spectrum_svg(WAVELENGTH, flux, USUAL, [], "a"))
    (line,) = re.findall(r'class="flux" d="([^"]*)"', svg)
    assert line.count("M") == 2
    assert len(path(svg, "flux")[0]) == 91
    assert "nan" not in svg


def test_a_window_is_marked_where_its_wavelengths_are():
    svg = str(spectrum_svg(WAVELENGTH, np.ones(101), USUAL, [(4500, 5500)], "a"))
    left, right = map(float, re.search(r'class="window" d="M([\d.]+) \d+H([\d.]+)V', svg).groups())
    width = RIGHT - LEFT  # of 2000 Angstrom, and 4 % of room on both sides
    assert (right - left) / width == pytest.approx(1000 / 2160, abs=1e-3)


def test_a_line_beyond_six_medians_is_cut_and_does_not_press_all_else_flat():
    flux = np.ones(101)
    flux[50] = 400
    heights = [float(each.split()[1]) for each in path(str(spectrum_svg(WAVELENGTH, flux, USUAL, [], "a")), "flux")[0]]
    assert TOP <= min(heights) < max(heights) <= BOTTOM
    assert max(heights) - min(heights) > 0.9 * (BOTTOM - TOP) * 5 / 6


def test_names_of_objects_are_text():
    svg = str(spectrum_svg(WAVELENGTH, np.ones(101), USUAL, [], '"><script>'))
    assert "<script>" not in svg


def test_the_catalogue_draws_spectra_with_what_drives_them_and_lists_no_pixel():
    values = np.random.default_rng(0).normal(1, 0.1, (5, 101)).astype(np.float32)
    names, columns = np.array(list("abcde")), {"features": flux_columns(WAVELENGTH)}
    catalogue = Catalogue(Samples({"features": values}, None, np.arange(5), names, None, columns))
    assert catalogue.shows
    svg = str(catalogue.spectrum(Example(3, "d", (), note="driven by 4400 to 4500 A: 2 (usually 0.9 to 1.1)")))
    assert svg.count('class="window"') == 1
    assert catalogue.metadata(3) == []
    assert catalogue.spectrum(Example(9, "z", ())) is None
