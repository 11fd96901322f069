"""Periods that were put in are found, fits are those of scipy and astropy, and units and zero points change nothing."""

import numpy as np
import pytest
from alertlab.features.maths.best_period import best_period
from alertlab.features.maths.box_search import BINS, WIDTHS, box_at
from alertlab.features.maths.harmonic_search import candidates, coefficients, grid_of, joined, lowered
from alertlab.features.maths.period_shape import dip, shape
from alertlab.features.maths.periodogram import search
from alertlab.features.maths.spectrum import band_of
from astropy.timeseries import BoxLeastSquares, LombScargle
from scipy.linalg import lstsq

ERROR = 0.03


def nights(seed, n, span=700.0):
    """Times of a site that sees a star within five hours a night, days."""
    random = np.random.default_rng(seed)
    return np.sort(random.integers(0, int(span), n) + random.normal(0.3, 0.08, n))


def eclipses(phase, width, first, second):
    """Magnitudes of two eclipses half a cycle apart."""
    return first * (np.abs(phase - 0.25) < width / 2) + second * (np.abs(phase - 0.75) < width / 2)


def sawtooth(phase):
    """Three harmonics, as of an RR Lyrae star."""
    angle = 2 * np.pi * phase
    return 0.35 * np.cos(angle) + 0.16 * np.cos(2 * angle + 0.8) + 0.1 * np.cos(3 * angle + 1.7)


SHAPES = {
    "sinusoid": lambda phase: 0.15 * np.sin(2 * np.pi * phase),
    "sawtooth": sawtooth,
    "narrow eclipses": lambda phase: eclipses(phase, 0.06, 0.6, 0.0),
    "unequal minima": lambda phase: eclipses(phase, 0.12, 0.7, 0.3),
}


def curve(kind, period, seed=0, n=220):
    """Times, magnitudes, errors and bands of one shape, with noise."""
    time = nights(seed, n)
    noise = np.random.default_rng(seed + 100).normal(0, ERROR, n)
    return time, 17 + SHAPES[kind](time / period % 1) + noise, np.full(n, ERROR), np.ones(n, dtype=int)


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("period", [0.5621, 1.3457, 3.1171])
def test_an_injected_period_is_found(kind, period):
    found = best_period(*curve(kind, period))
    assert found.period == pytest.approx(period, rel=1e-3)


def test_narrow_eclipses_that_a_sinusoid_misses_are_found_by_the_box():
    given = curve("narrow eclipses", 2.7183, seed=4)
    assert abs(search(*given).period / 2.7183 % 1) > 1e-3
    found = best_period(*given)
    assert 1 / found.box.frequency == pytest.approx(2.7183, rel=1e-3)
    assert dip(found).depth == pytest.approx(0.6, rel=0.25)


def test_minima_of_two_depths_double_the_period_and_equal_ones_do_not():
    unequal, equal = best_period(*curve("unequal minima", 1.3457)), curve("unequal minima", 1.3457)
    time = equal[0]
    same = 17 + eclipses(time / 1.3457 % 1, 0.2, 0.5, 0.5) + np.random.default_rng(2).normal(0, ERROR, time.size)
    assert unequal.period == pytest.approx(1.3457, rel=1e-3)
    assert best_period(time, same, *equal[2:]).period == pytest.approx(1.3457 / 2, rel=1e-3)
    assert dip(unequal).second < 0.7


def test_the_series_explains_what_scipys_least_squares_does():
    time, magnitude, error, _ = curve("sawtooth", 0.5621, n=90)
    error = error * np.random.default_rng(3).uniform(0.5, 2, error.size)
    joint, frequency, shift = (
        joined([band_of(time, magnitude, error)], [1.0]),
        np.array([0.31, 1.7788]),
        np.array([0, 0.002]),
    )
    low = lowered(joint, frequency, shift)
    assert low.shape == (2, 2, 5)  # 90 points bear five
    for at, step, k in [(0, 0, 1), (0, 1, 3), (1, 0, 5), (1, 1, 2)]:
        angle = 2 * np.pi * (frequency[at] + shift[step]) * time[:, None] * np.arange(1, k + 1)
        basis = np.column_stack([np.ones(time.size), np.cos(angle), np.sin(angle)]) / error[:, None]
        residual = magnitude / error - basis @ lstsq(basis, magnitude / error)[0]
        assert low[at, step, k - 1] == pytest.approx(joint.variance - np.sum(residual**2), rel=1e-8)
        astropys = LombScargle(time, magnitude, error, nterms=k).power(frequency[at] + shift[step], method="chi2")
        assert low[at, step, k - 1] == pytest.approx(float(astropys) * joint.variance, rel=1e-6)


def test_bands_add_and_each_has_its_own_series():
    one, two = curve("sawtooth", 0.5621, seed=1, n=60), curve("sinusoid", 0.9, seed=2, n=40)
    bands = [band_of(*each[:3]) for each in (one, two)]
    at, zero = np.array([1.1, 1.7788]), np.zeros(1)
    first, second = (lowered(joined([band], [1.0]), at, zero) for band in bands)
    both = lowered(joined(bands, [1.0, 1.0]), at, zero)
    np.testing.assert_allclose(both[..., :2], first[..., :2] + second[..., :2], rtol=1e-10)
    np.testing.assert_allclose(both[..., 2], first[..., 2] + second[..., 1], rtol=1e-10)  # 40 points bear two


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_box_is_astropys_at_its_period(sign):
    time, magnitude, error, _ = curve("narrow eclipses", 2.7183, seed=4)
    time, value = time - time[0], sign * magnitude
    joint, period = joined([band_of(time, value, error)], [1.0]), 2.7183
    box = box_at(joint, 1 / period, sign)
    model = BoxLeastSquares(time, -sign * value, error)
    wide = WIDTHS / BINS * period
    theirs = model.power([period], wide, oversample=2, objective="snr")  # bins of 1/100 of a cycle
    assert np.sqrt(box.lowered) == pytest.approx(float(theirs.depth_snr[0]), rel=0.02)
    assert box.duration * period == pytest.approx(float(theirs.duration[0]))


def test_zero_point_scale_and_start_change_nothing():
    time, magnitude, error, band = curve("unequal minima", 1.3457, n=120)
    one = best_period(time, magnitude, error, band)
    for other, sign in (
        (best_period(time + 58000.0, magnitude + 3, error, band), 1.0),
        (best_period(time, 10 * magnitude, 10 * error, band), 1.0),
        (best_period(time, 25 - magnitude, error, band, sign=-1.0), -1.0),  # a flux
    ):
        assert other.period == pytest.approx(one.period, rel=1e-7)
        assert other.series.score == pytest.approx(one.series.score, rel=1e-6)
        assert other.box_score == pytest.approx(one.box_score, rel=0.2)  # bins begin elsewhere
        assert shape(other, sign).rise == pytest.approx(shape(one).rise, abs=0.011)


def test_coefficients_are_those_of_the_series():
    time = nights(5, 120)
    terms = coefficients(band_of(time, sawtooth(time / 0.5621 % 1), np.ones(120)), 1 / 0.5621, 3)
    size = np.hypot(*terms.T)
    assert size / size[0] == pytest.approx([1, 0.16 / 0.35, 0.1 / 0.35], rel=1e-6)


def test_fewer_than_eleven_points_in_every_band_or_equal_ones_have_no_period():
    time = nights(6, 20)
    assert best_period(time, np.sin(time), np.full(20, 0.1), np.repeat([1, 2], 10)) is None
    assert best_period(time, np.full(20, 17.0), np.full(20, 0.1), np.ones(20, dtype=int)) is None


def test_a_frequency_near_a_whole_number_of_cycles_a_day_is_named():
    found = best_period(*curve("sinusoid", 1 / 2.0025))
    assert found.alias == 2
    assert best_period(*curve("sinusoid", 0.5621)).alias == 0


def test_frequencies_of_narrow_eclipses_are_among_the_candidates():
    time, magnitude, error, _ = curve("narrow eclipses", 2.7183, seed=4)
    joint = joined([band_of(time, magnitude, error)], [1.0])
    near = candidates(joint, grid_of(joint.span, 0.045)) * 2.7183
    assert np.min(np.abs(near - 1)) < 0.4 * 2.7183 / joint.span
