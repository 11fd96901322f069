"""The supernova model is the published one, its derivatives are right, and its fit ends where scipy's does."""

import numpy as np
import pytest
from alertlab.features.families.supernova import HIGH, LOW, residuals
from alertlab.features.maths.least_squares import bounded_step
from curves_by_hand import value, values
from scipy.optimize import least_squares, lsq_linear
from scipy.special import expit

NAMES = ("SPM_A", "SPM_t0", "SPM_gamma", "SPM_beta", "SPM_tau_rise", "SPM_tau_fall")


def model(p, time):
    """Sánchez-Sáez et al. 2021, appendix A."""
    amplitude, start, plateau, slope, rise, fall = p
    late = expit((time - start - plateau) / 3)
    decline = (1 - slope) * np.exp(-(time - start - plateau) / fall)
    lasting = 1 - slope * (time - start) / plateau
    return amplitude * expit((time - start) / rise) * (decline * late + lasting * (1 - late))


def to_magnitude(flux):
    """AB magnitudes of mJy."""
    return -2.5 * np.log10(flux * 1e-26) - 48.6


def observed(p, time, relative=0.01):
    flux = model(p, time)
    return to_magnitude(flux), np.full(time.size, 2.5 * np.log10(1 + relative))


def chi_squared(p, time, magnitude, error):
    flux = 10 ** ((8.9 - magnitude) / 2.5) * 1e3
    noise = 10 ** ((8.9 - magnitude + error) / 2.5) * 1e3 - flux + 0.01
    return (model(p, time - time[0]) - flux) / noise


CURVES = [(0.5, 12.0, 30.0, 0.3, 3.0, 25.0), (2.0, 20.0, 60.0, 0.7, 5.0, 40.0), (0.8, 8.0, 10.0, 0.1, 2.0, 15.0)]


@pytest.mark.parametrize("p", CURVES)
def test_the_parameters_of_a_noiseless_supernova_are_recovered(p):
    time = np.arange(0, 140, 1.0)
    magnitude, error = observed(p, time)
    found = values((*NAMES, "SPM_chi"), 58000 + time, magnitude, error, difference=magnitude, difference_error=error)
    assert found[:6] == pytest.approx(p, rel=0.02, abs=0.02)
    assert found[6] < 1e-3


@pytest.mark.parametrize("p", CURVES)
def test_residuals_are_those_of_the_published_model_and_derivatives_those_of_finite_differences(p):
    time, p = np.linspace(0, 150, 40), np.array(p)
    flux, error = 0.3 + 0.2 * np.sin(time / 20), np.linspace(0.01, 0.05, 40)
    residual, jacobian = np.empty(40), np.empty((40, 6))
    total = residuals(p, time, flux, error, residual, jacobian)
    np.testing.assert_allclose(residual, (model(p, time) - flux) / error, rtol=1e-9, atol=1e-9)
    assert total == pytest.approx(np.sum(residual**2))
    for k in range(6):
        step = np.zeros(6)
        step[k] = 1e-5 * max(abs(p[k]), 1)
        slope = (model(p + step, time) - model(p - step, time)) / (2 * step[k]) / error
        np.testing.assert_allclose(jacobian[:, k], slope, rtol=1e-5, atol=1e-6 * np.abs(slope).max())


def test_chi_is_the_sum_of_squares_at_the_parameters_over_the_degrees_of_freedom():
    random = np.random.default_rng(1)
    time = 58000 + np.sort(random.uniform(0, 120, 30))
    magnitude, error = observed(CURVES[0], time - time[0], relative=0.05)
    magnitude = magnitude + error * random.normal(size=30)
    given = (time, magnitude, error)
    more = {"difference": magnitude, "difference_error": error}
    total = np.sum(chi_squared(values(NAMES, *given, **more), *given) ** 2)
    assert value("SPM_chi", *given, **more) == pytest.approx(total / 24, rel=1e-6)


def scipys_best(time, magnitude, error, starts=8):
    flux = 10 ** ((8.9 - magnitude) / 2.5) * 1e3
    low, high = LOW.copy(), HIGH.copy()
    low[0], high[0] = flux.max() / 3, flux.max() * 3
    random = np.random.default_rng(0)
    totals = []
    for _ in range(starts):
        fit = least_squares(chi_squared, random.uniform(low, high), bounds=(low, high), args=(time, magnitude, error))
        totals.append(2 * fit.cost)
    return min(totals)


def test_fits_of_noisy_supernovae_end_mostly_where_the_best_of_eight_of_scipys_does():
    ratios = []
    for seed in range(6):
        random = np.random.default_rng(seed)
        time = 58000 + np.sort(random.uniform(0, 120, 25))
        magnitude, error = observed(CURVES[seed % 3], time - 58000, relative=0.05)
        magnitude = magnitude + error * random.normal(size=25)
        found = values(NAMES, time, magnitude, error, difference=magnitude, difference_error=error)
        ratios.append(np.sum(chi_squared(found, time, magnitude, error) ** 2) / scipys_best(time, magnitude, error))
    assert np.median(ratios) < 1.01
    assert max(ratios) < 1.2


def test_parameters_stay_within_their_bounds_whatever_the_light_curve():
    for seed in range(40):
        random = np.random.default_rng(seed)
        n = int(random.integers(1, 30))
        time = 58000 + np.sort(random.uniform(0, 10 ** random.uniform(-2, 4), n))
        magnitude, error = random.uniform(12, 24, n), 10 ** random.uniform(-8, 0, n)
        found = np.array(values(NAMES, time, magnitude, error, difference=magnitude, difference_error=error))
        assert np.all(found[1:] >= LOW[1:]), seed
        assert np.all(found[1:] <= HIGH[1:]), seed
        assert 1 / 3 - 1e-9 <= found[0] / (10 ** ((8.9 - magnitude.min()) / 2.5) * 1e3) <= 3 + 1e-9


def steps(function, p, low, high, most=200):
    """Levenberg-Marquardt of the library's steps."""
    damping, candidate = 1e-2, np.empty(p.size)
    residual, jacobian = function(p)
    for _ in range(most):
        bounded_step(p, low, high, residual, jacobian, damping, candidate)
        next_residual, next_jacobian = function(candidate)
        if np.sum(next_residual**2) < np.sum(residual**2):
            p, residual, jacobian, damping = candidate.copy(), next_residual, next_jacobian, max(damping / 5, 1e-9)
        else:
            damping *= 4
    return p


@pytest.mark.parametrize("seed", range(10))
def test_bounded_steps_of_a_linear_problem_end_where_scipys_does(seed):
    random = np.random.default_rng(seed)
    matrix, right = random.normal(size=(20, 4)), random.normal(size=20)
    low, high = np.full(4, -0.1), np.full(4, 0.15)
    found = steps(lambda p: (matrix @ p - right, matrix), np.zeros(4), low, high)
    expected = lsq_linear(matrix, right, (low, high)).x
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_bounded_steps_of_a_curved_problem_end_where_scipys_do(seed):
    random = np.random.default_rng(seed)
    time = np.linspace(0, 5, 40)
    data = 2 * np.exp(-0.7 * time) + 0.3 + 0.05 * random.normal(size=40)

    def function(p):
        decay = np.exp(-p[1] * time)
        return p[0] * decay + p[2] - data, np.column_stack([decay, -p[0] * time * decay, np.ones(40)])

    low, high = np.array([0.0, 0.0, 0.4 - 0.4 * (seed % 2)]), np.array([5.0, 3.0, 1.0])  # active and not
    start = np.array([1.0, 1.5, 0.6])
    expected = least_squares(lambda p: function(p)[0], start, bounds=(low, high), xtol=1e-12, ftol=1e-12).x
    np.testing.assert_allclose(steps(function, start, low, high), expected, atol=1e-4)
