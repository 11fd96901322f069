"""Structure function and Mexican hat are what plain numpy makes of every pair of points."""

import warnings
from itertools import combinations

import numpy as np
import pytest
from curves_by_hand import points, value, values
from scipy.integrate import quad
from scipy.stats import norm

SF = ("SF_ML_amplitude", "SF_ML_gamma")
HAT = ("MHPS_low", "MHPS_high", "MHPS_ratio", "MHPS_non_zero", "MHPS_PN_flag")


def plain_structure_function(time, magnitude, error):
    edges = 10 ** np.arange(np.log10(5), np.log10(2000), 0.1)
    sums, counts = np.zeros(edges.size - 1), np.zeros(edges.size - 1)
    for i, j in combinations(range(time.size), 2):
        if 5 <= abs(time[i] - time[j]) <= 365:
            place = np.digitize(abs(time[i] - time[j]), edges) - 1
            sums[place] += (magnitude[i] - magnitude[j]) ** 2 - error[i] ** 2 - error[j] ** 2
            counts[place] += 1
    middle = (edges[1:] + edges[:-1]) / 2 / 365
    with np.errstate(invalid="ignore"):
        squares = sums / counts
    usable = squares >= 0
    line = usable & (middle > 0.01) & (middle <= 0.5)
    if usable.sum() < 2 or not line.any():
        return [-0.5, -0.5]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one point makes no line: numpy gives the one of least norm
        slope, intercept = np.polyfit(np.log10(middle[line]), np.log10(np.sqrt(squares[line])), 1)
    if 10**intercept < 0.005:
        return [0.0, 0.0]
    return [min(10**intercept, 15), np.clip(slope, -0.5, 3)]


@pytest.mark.parametrize("n", [6, 8, 12, 40, 120])
def test_the_structure_function_is_that_of_a_double_loop(n):
    for seed in range(6):
        time, magnitude, error = points(seed, n, span=[60, 500, 900][seed % 3])
        given = time, magnitude + (time - 58000) * [0, 0.002, 0.02][seed % 3], error
        assert values(SF, *given) == pytest.approx(plain_structure_function(*given), rel=1e-7)


def test_the_exponent_of_a_random_walk_is_a_half_and_of_a_trend_one():
    random = np.random.default_rng(1)
    time, error = 58000 + np.arange(3000.0), np.full(3000, 1e-3)
    walk = 18 + np.cumsum(random.normal(0, 0.1 / np.sqrt(365), 3000))
    amplitude, gamma = values(SF, time, walk, error)
    assert gamma == pytest.approx(0.5, abs=0.15)
    assert amplitude == pytest.approx(0.1, rel=0.3)
    amplitude, gamma = values(SF, time, 18 + 0.2 * (time - 58000) / 365, error)
    assert (amplitude, gamma) == pytest.approx((0.2, 1.0), rel=0.05)


def test_a_structure_function_without_signal_or_pairs_says_so():
    time, magnitude, error = points(2, 40)
    assert values(SF, time, np.full(40, 18.0), error) == [-0.5, -0.5]
    assert values(SF, 58000 + (time - 58000) / 900 * 4, magnitude, error) == [-0.5, -0.5]  # 4 days in all
    assert values(SF, time, magnitude, np.full(40, 5.0)) == [-0.5, -0.5]
    assert values(SF, time, 18 + 1e-4 * (magnitude - 18), np.full(40, 1e-9)) == [0.0, 0.0]


def hat(time, flux, days):
    """Mean square of the filtered flux over norm and mean squared, and the points on which it rests."""
    narrow = 0.225 * days / np.sqrt(2)
    reach = max(6 * narrow, 30)
    lag = time[:, None] - time
    near = np.abs(lag) < reach
    sharp, wide = (near * np.exp(-(lag**2) / (2 * width**2)) for width in (narrow, 2 * narrow))
    enough = np.sum(np.abs(lag) <= 2 / 3 * reach, axis=1) >= 4
    filtered = ((sharp @ flux) / sharp.sum(axis=1) - (wide @ flux) / wide.sum(axis=1))[enough]
    inside = [norm.cdf(reach, scale=width) - norm.cdf(-reach, scale=width) for width in (narrow, 2 * narrow)]
    square = quad(
        lambda x: (norm.pdf(x, scale=narrow) / inside[0] - norm.pdf(x, scale=2 * narrow) / inside[1]) ** 2,
        -reach,
        reach,
        points=[0],
    )[0]
    return np.mean(filtered**2) / square / flux.mean() ** 2, enough


def plain_mexican_hat(time, magnitude, error):
    days, flux = time.astype(np.float32).astype(float), 10 ** (-0.4 * (magnitude - 19))
    low, used = hat(days, flux, 100)
    high, used_high = hat(days, flux, 10)
    poisson = (np.mean((0.4 * np.log(10) * flux * error)[used]) / flux.mean()) ** 2
    flag = float(high <= poisson)
    low, high = low - poisson, high if flag else high - poisson
    return [low, high, low / high, used_high.sum(), flag]


@pytest.mark.parametrize("n", [20, 60, 200])
def test_the_mexican_hat_power_is_that_of_the_whole_matrix_of_lags(n):
    for seed in range(6):
        time, magnitude, error = points(seed, n, span=[150, 400][seed % 2])
        given = time, magnitude + 0.3 * np.sin(time / 9), error * [0.1, 1, 10][seed % 3]
        expected = plain_mexican_hat(*given)
        assert values(HAT, *given) == pytest.approx(expected, rel=1e-3, abs=1e-5 * expected[1])


def test_power_is_at_the_time_scale_of_the_variation():
    time, error = 58000 + np.arange(0, 1000, 2.0), np.full(500, 0.005)
    ratio = [value("MHPS_ratio", time, 18 + 0.2 * np.sin(2 * np.pi * time / period), error) for period in (150, 15)]
    assert ratio[0] > 10
    assert ratio[1] < 0.1


def test_points_without_three_neighbours_have_no_power():
    time, magnitude, error = points(3, 30, span=20000)
    assert np.isnan(values(HAT, time, magnitude, error)).all()
    near = 58000 + np.arange(30.0)
    assert value("MHPS_non_zero", near, magnitude, error) == 30
