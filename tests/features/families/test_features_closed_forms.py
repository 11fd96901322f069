"""Features with a formula are what numpy, scipy and light-curve compute from the same points."""

import warnings

import light_curve
import numpy as np
import pytest
from curves_by_hand import points, value, values
from numpy.lib.stride_tricks import sliding_window_view
from scipy import stats
from scipy.special import expit


def weighted(m, e):
    return np.average(m, weights=e**-2)


def anderson(m):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # newer scipy asks which p-value is wanted: none is
        return expit(10 * (stats.anderson(m).statistic - 0.3))


def ends(m):
    k = int(np.ceil(0.05 * len(m)))
    return (np.median(np.sort(m)[-k:]) - np.median(np.sort(m)[:k])) / 2


def tails(m):
    low, high = np.percentile(m, [3, 97])
    return np.median(m[m <= low]) + np.median(m[m >= high]) - 2 * np.median(m)


def kurtosis(m):
    """From scipy's unbiased one, which has the deviation over N - 1."""
    n = len(m)
    offset = 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))
    return (stats.kurtosis(m, bias=False) + offset) * (n / (n - 1)) ** 2 - offset


def beyond(m, e):
    distance = np.abs(m - weighted(m, e))
    return np.mean(distance > np.sqrt(np.sum(distance**2) / (len(m) - 1)))


def stetson(m, e):
    deviation = (m - weighted(m, e)) / e
    return np.mean(np.abs(deviation)) / np.sqrt(np.mean(deviation**2))


def memory(m):
    deviation = m - m.mean()
    correlation = np.correlate(deviation, deviation, "full")[len(m) - 1 :]
    below = np.flatnonzero(correlation < correlation[0] / np.e)
    return below[0] if below.size else len(m)


def von_neumann(t, m):
    weight = 1 / np.diff(t) ** 2
    return np.average(np.diff(m) ** 2, weights=weight) / np.var(m)


def outliers(m):
    return np.all(sliding_window_view(np.abs(m - m.mean()) > 2 * m.std(), 3), axis=1).mean()


EXPECTED = {
    "Amplitude": lambda t, m, e: ends(m),
    "AndersonDarling": lambda t, m, e: anderson(m),
    "Gskew": lambda t, m, e: tails(m),
    "MedianAbsDev": lambda t, m, e: stats.median_abs_deviation(m),
    "MedianBRP": lambda t, m, e: np.mean(np.abs(m - np.median(m)) < np.ptp(m) / 10),
    "PercentAmplitude": lambda t, m, e: np.max(np.abs(m / np.median(m) - 1)),
    "Q31": lambda t, m, e: stats.iqr(m),
    "iqr": lambda t, m, e: stats.iqr(m),
    "Mean": lambda t, m, e: np.mean(m),
    "Std": lambda t, m, e: np.std(m),
    "Meanvariance": lambda t, m, e: stats.variation(m),
    "Skew": lambda t, m, e: stats.skew(m),
    "SmallKurtosis": lambda t, m, e: kurtosis(m),
    "Beyond1Std": lambda t, m, e: beyond(m, e),
    "StetsonK": lambda t, m, e: stetson(m, e),
    "ExcessVar": lambda t, m, e: (np.var(m) - np.mean(e**2)) / np.mean(m) ** 2,
    "Pvar": lambda t, m, e: stats.chi2.cdf(np.sum(((m - m.mean()) / e) ** 2), len(m) - 1),
    "Rcs": lambda t, m, e: np.ptp(np.cumsum(stats.zscore(m))) / len(m),
    "Autocor_length": lambda t, m, e: memory(m),
    "Con": lambda t, m, e: outliers(m),
    "Eta_e": lambda t, m, e: von_neumann(t, m),
    "LinearTrend": lambda t, m, e: stats.linregress(t, m).slope,
    "MaxSlope": lambda t, m, e: np.max(np.abs(np.diff(m) / np.diff(t))),
    "PairSlopeTrend": lambda t, m, e: np.where(np.diff(m[-30:]) > 0, 1, -1).sum() / 30,
}


@pytest.mark.parametrize("n", [6, 7, 20, 21, 64, 300])
@pytest.mark.parametrize("name", EXPECTED)
def test_a_feature_is_what_its_formula_says(name, n):
    for seed in range(5):
        given = points(seed, n)
        assert value(name, *given) == pytest.approx(EXPECTED[name](*given), rel=1e-8, abs=1e-12)


def test_where_magnitudes_repeat_a_feature_is_still_what_its_formula_says():
    time, magnitude, error = points(1, 40)
    for given in ((time, np.round(magnitude, 1), error), (time, np.where(magnitude > 18, 18.5, 18), error)):
        for name, expected in EXPECTED.items():
            assert value(name, *given) == pytest.approx(expected(*given), rel=1e-8, abs=1e-12), name


def test_pvar_is_the_probability_of_less_scatter_under_constant_brightness():
    time, _, error = points(3, 30)
    random = np.random.default_rng(0)
    found = [value("Pvar", time, 18 + error[0] * random.normal(size=30), np.full(30, error[0])) for _ in range(500)]
    assert stats.kstest(found, "uniform").pvalue > 0.01


# Definitions that the Rust package has too, with the factor between the two
SAME = {
    "LinearTrend": (light_curve.LinearTrend(), 0, lambda t, m: 1.0),
    "MaxSlope": (light_curve.MaximumSlope(), 0, lambda t, m: 1.0),
    "MedianAbsDev": (light_curve.MedianAbsoluteDeviation(), 0, lambda t, m: 1.0),
    "StetsonK": (light_curve.StetsonK(), 0, lambda t, m: 1.0),
    "MedianBRP": (light_curve.MedianBufferRangePercentage(0.2), 0, lambda t, m: 1.0),
    "PercentAmplitude": (light_curve.PercentAmplitude(), 0, lambda t, m: 1 / np.median(m)),
    "Std": (light_curve.StandardDeviation(), 0, lambda t, m: np.sqrt(1 - 1 / len(m))),
    "Rcs": (light_curve.Cusum(), 0, lambda t, m: np.sqrt(len(m) / (len(m) - 1))),
    "Mean": (light_curve.Mean(), 0, lambda t, m: 1.0),
}


@pytest.mark.parametrize("name", SAME)
def test_a_feature_is_what_the_light_curve_package_computes(name):
    feature, place, factor = SAME[name]
    for n in (6, 33, 200):
        time, magnitude, error = points(n, n)
        expected = feature(time, magnitude, error)[place] * factor(time, magnitude)
        assert value(name, time, magnitude, error) == pytest.approx(expected, rel=1e-7)


def test_the_anderson_darling_value_is_a_logistic_of_the_light_curve_packages_statistic():
    time, magnitude, error = points(5, 80)
    corrected = light_curve.AndersonDarlingNormal()(time, magnitude, error)[0]
    statistic = corrected / (1 + 4 / 80 - 25 / 80**2)  # its correction for a small sample
    assert value("AndersonDarling", time, magnitude, error) == pytest.approx(expit(10 * (statistic - 0.3)))


@pytest.mark.parametrize("magnitude", [18.0, 18.3, 19.1, 17.77, 18.1234])
@pytest.mark.parametrize("n", [7, 13, 21, 1000])
def test_equal_magnitudes_have_no_shape_to_the_last_bit(magnitude, n):
    time, _, error = points(2, n)
    given = (time, np.full(n, magnitude), error)
    undefined = ("Skew", "SmallKurtosis", "StetsonK", "Rcs", "Autocor_length", "Eta_e", "AndersonDarling", "IAR_phi")
    assert np.isnan(values(undefined, *given)).all()
    nothing = ("Std", "Amplitude", "Gskew", "MedianAbsDev", "Con", "Beyond1Std", "LinearTrend", "MaxSlope", "Pvar")
    assert values(nothing, *given) == [0.0] * len(nothing)
    assert value("Mean", *given) == value("mean_mag", *given) == magnitude


def test_a_slope_between_equal_times_is_undefined():
    time, magnitude, error = points(2, 10)
    time[5] = time[4]
    assert np.isnan(values(("MaxSlope", "Eta_e"), time, magnitude, error)).all()
    magnitude[5] = magnitude[4]
    assert np.isnan(values(("MaxSlope", "Eta_e"), time, magnitude, error)).all()
