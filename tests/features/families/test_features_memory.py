"""Two models of memory, autoregression and damped random walk: their likelihoods and where they are highest."""

from time import perf_counter

import celerite2
import numpy as np
import pytest
from alertlab.features.families.autoregression import negative_likelihood
from alertlab.features.families.random_walk import log_likelihoods, remember
from celerite2 import terms
from curves_by_hand import points, value, values
from scipy.optimize import minimize, minimize_scalar
from scipy.stats import multivariate_normal

DRW = ("GP_DRW_sigma", "GP_DRW_tau")


def walk_likelihood(variance, days, time, magnitude, error):
    """Ours."""
    memory = np.empty(time.size)
    remember(np.log(days), time, memory)
    out = np.empty(1)
    log_likelihoods(np.array([variance], dtype=float), memory, magnitude - magnitude.mean(), error**2, out)
    return out[0]


def dense_likelihood(variance, days, time, magnitude, error):
    """Of a multivariate normal with its covariance written out."""
    covariance = variance * np.exp(-np.abs(time[:, None] - time) / days) + np.diag(error**2)
    return multivariate_normal(cov=covariance).logpdf(magnitude - magnitude.mean())


def simulate_walk(variance, days, time, error, seed):
    random = np.random.default_rng(seed)
    covariance = variance * np.exp(-np.abs(time[:, None] - time) / days) + np.diag(error**2)
    return 18 + np.linalg.cholesky(covariance) @ random.normal(size=time.size)


@pytest.mark.parametrize("variance", [1e-6, 0.01, 3.0])
@pytest.mark.parametrize("days", [1e-3, 1.0, 40.0, 1e5])
def test_the_likelihood_of_a_random_walk_is_celerites_and_that_of_a_dense_normal(variance, days):
    given = time, magnitude, error = points(1, 60)
    process = celerite2.GaussianProcess(terms.RealTerm(a=variance, c=1 / days), mean=0.0)
    process.compute(time, yerr=error)
    expected = process.log_likelihood(magnitude - magnitude.mean())
    assert walk_likelihood(variance, days, *given) == pytest.approx(expected, rel=1e-9)
    assert walk_likelihood(variance, days, *given) == pytest.approx(dense_likelihood(variance, days, *given), rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_no_search_from_other_starts_finds_a_likelier_random_walk(seed):
    time, _, error = points(seed, 40)
    given = time, simulate_walk(0.05, [2, 30, 300][seed % 3], time, error, seed), error
    starts = [(a, tau) for a in (-6, -1) for tau in (-3, 2, 7)]
    bounds = [(np.log(1e-10), np.log(1e4)), (np.log(1e-5), np.log(1e5))]
    highest = max(
        -minimize(lambda p: -dense_likelihood(*np.exp(p), *given), start, method="L-BFGS-B", bounds=bounds).fun
        for start in starts
    )
    variance, days = values(DRW, *given)
    assert dense_likelihood(variance, days, *given) > highest - 1e-4


def test_a_random_walk_is_recovered():
    time, _, error = points(2, 600, span=6000)
    found = np.array([values(DRW, time, simulate_walk(0.04, 30.0, time, error, seed), error) for seed in range(5)])
    np.testing.assert_allclose(np.median(found, axis=0), [0.04, 30.0], rtol=0.25)


def test_without_variance_beyond_the_errors_a_walk_has_no_time_scale():
    time, _, error = points(3, 40)
    variance, days = values(DRW, time, 18 + 0.1 * error * np.cos(np.arange(40)), error)
    assert variance == pytest.approx(1e-10)
    assert np.isnan(days)


@pytest.mark.parametrize("shape", ["trend", "outlier"])
def test_a_walk_longer_than_its_light_curve_is_found_without_creeping(shape):
    # only a / tau is known, along a ridge; a search that leaves it needs thousands of steps, seconds
    time, _, error = points(8, 2000)
    magnitude = 18 + (time - 58000) / 50 if shape == "trend" else np.r_[18 + 1e-6 * np.sin(time[1:]), 10.0]
    values(DRW, *points(8, 10))  # compiled
    begin = perf_counter()
    variance, days = values(DRW, time, magnitude, error)
    assert perf_counter() - begin < 1
    highest = walk_likelihood(variance, days, time, magnitude, error)
    for factor in (0.5, 0.8, min(1.25, 1e5 / days)):  # to the longest that is looked for
        assert walk_likelihood(factor * variance, factor * days, time, magnitude, error) < highest + 1e-6


def kalman(phi, time, magnitude, error):
    """The filter of the autoregression in textbook steps, with the published slip: errors are those of the next."""
    deviation = (magnitude - magnitude.mean()) / magnitude.std(ddof=1)
    noise = (error / magnitude.std(ddof=1)) ** 2
    state, spread, total = 0.0, 1.0, 0.0
    for i in range(time.size - 1):
        innovation, variance = deviation[i] - state, spread + noise[i + 1]
        total += np.log(variance) + innovation**2 / variance
        gain = spread / variance
        state, spread = state + gain * innovation, spread - gain * spread
        step = phi ** (time[i + 1] - time[i])
        state, spread = step * state, step**2 * spread + 1 - step**2
    return total / time.size


def ours(phi, time, magnitude, error):
    spread = magnitude.std(ddof=1)
    return negative_likelihood(phi, np.diff(time), (magnitude - magnitude.mean()) / spread, (error / spread) ** 2)


@pytest.mark.parametrize("phi", [0.0, 1e-6, 0.3, 0.9, 0.999, 1.0])
def test_the_likelihood_of_an_autoregression_is_that_of_its_kalman_filter(phi):
    given = points(4, 50)
    assert ours(phi, *given) == pytest.approx(kalman(phi, *given), rel=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_phi_is_where_a_bounded_search_of_scipy_finds_the_highest_likelihood(seed):
    time, _, error = points(seed, 60, span=[20, 900][seed % 2])
    given = time, simulate_walk(0.1, [1, 20][seed % 2], time, error, seed), error
    grid = np.linspace(0, 1, 501)
    best = grid[np.argmin([kalman(phi, *given) for phi in grid])]
    bounds = (max(best - 4e-3, 0), min(best + 4e-3, 1))
    expected = minimize_scalar(kalman, bounds=bounds, args=given, method="bounded", options={"xatol": 1e-12})
    phi = value("IAR_phi", *given)
    assert kalman(phi, *given) <= expected.fun + 1e-9
    assert phi == pytest.approx(expected.x, abs=1e-4)


@pytest.mark.parametrize("phi", [0.2, 0.6, 0.95])
def test_phi_of_an_autoregression_at_regular_times_is_recovered(phi):
    random = np.random.default_rng(6)
    series = np.zeros(3000)
    for i in range(1, 3000):
        series[i] = phi * series[i - 1] + np.sqrt(1 - phi**2) * random.normal()
    found = value("IAR_phi", np.arange(3000.0), 18 + 0.3 * series, np.full(3000, 1e-4))
    assert found == pytest.approx(phi, abs=0.04)
    deviation = series - series.mean()  # Yule and Walker's estimate from the same points
    assert found == pytest.approx(np.sum(deviation[1:] * deviation[:-1]) / np.sum(deviation**2), abs=0.005)


def test_memory_does_not_depend_on_the_brightness_scale():
    time, _, error = points(7, 60, span=100)
    magnitude = simulate_walk(0.1, 10.0, time, error, 7)
    scaled = 18 + 2 * (magnitude - 18)
    phi = value("IAR_phi", time, magnitude, error)
    assert value("IAR_phi", time, scaled, 2 * error) == pytest.approx(phi, abs=1e-5)
    variance, days = values(DRW, time, magnitude, error)
    assert values(DRW, time, scaled, 2 * error) == pytest.approx([4 * variance, days], rel=2e-3)
