"""Periodograms are astropy's, and the search finds what a plain search over them finds."""

import numpy as np
import pytest
from alertlab.features.maths import spectrum
from alertlab.features.maths.periodogram import FACTORS, combined, fold, highest_peaks, search
from alertlab.features.maths.spectrum import ROUGH, Grid, band_of, explained_at, explained_near, spectrum_of
from astropy.timeseries import LombScargle
from curves_by_hand import points, value
from scipy.signal import find_peaks

MANY = spectrum.MOST_PRODUCTS


def chi_squared(magnitude, error):
    return np.sum(((magnitude - np.average(magnitude, weights=error**-2)) / error) ** 2)


def by_astropy(time, magnitude, error, frequency):
    """What a constant and a sinusoid explain of chi^2."""
    periodogram = LombScargle(time - 58000, magnitude, error, fit_mean=True, normalization="standard")
    return periodogram.power(frequency, method="cython") * chi_squared(magnitude, error)


@pytest.mark.parametrize("n", [11, 60, MANY, MANY + 1, 1200], ids=lambda n: f"{n} points")
@pytest.mark.parametrize("size", [1, 7, 193, 2000])
def test_what_a_sinusoid_explains_is_astropys_power_times_chi_squared(n, size):
    time, magnitude, error = points(n, n)
    grid = Grid(0.002, 0.0011, size)
    found = spectrum_of(band_of(time - 58000, magnitude, error), grid)
    expected = by_astropy(time, magnitude, error, grid.frequency(np.arange(size)))
    chi = chi_squared(magnitude, error)
    np.testing.assert_allclose(found.at(np.arange(size)), expected, rtol=1e-6, atol=1e-7 * chi)
    known = np.isfinite(found.rough)
    assert known.mean() > 0.9
    assert np.abs(found.rough - expected)[known].max() < ROUGH * chi


def test_the_product_and_the_transform_are_the_same_sums(monkeypatch):
    time, magnitude, error = points(3, 150)
    band, grid = band_of(time - 58000, magnitude, error), Grid(0.002, 0.0004, 3001)
    products = spectrum_of(band, grid).at(np.arange(3001))
    monkeypatch.setattr(spectrum, "MOST_PRODUCTS", 0)
    np.testing.assert_allclose(spectrum_of(band, grid).rough, products, rtol=1e-6, atol=1e-8 * band.variance)


def test_single_frequencies_are_those_of_the_grid():
    time, magnitude, error = points(4, 90)
    band, frequency = band_of(time - 58000, magnitude, error), np.array([0.0123, 0.7, 5.1, 22.0])
    np.testing.assert_allclose(explained_at(band, frequency), by_astropy(time, magnitude, error, frequency), rtol=1e-8)
    near = explained_near(band.time, band.residual, band.weight, frequency, 1e-5, 20)
    for row, first in zip(near, frequency, strict=True):
        expected = by_astropy(time, magnitude, error, first + 1e-5 * np.arange(20))
        np.testing.assert_allclose(row, expected, rtol=1e-8)


@pytest.mark.parametrize("spread", [0.0, 1e-3, 0.05])
def test_where_all_points_have_nearly_one_phase_the_powers_are_astropys(spread):
    random = np.random.default_rng(2)
    time = 58000 + np.arange(60) + random.uniform(-spread, spread, 60)  # every night at about one time
    magnitude, error = random.normal(18, 0.3, 60), random.uniform(0.02, 0.1, 60)
    grid = Grid(0.5, 0.0021, 2000)
    found = spectrum_of(band_of(time - 58000, magnitude, error), grid)
    expected, known = by_astropy(time, magnitude, error, grid.frequency(np.arange(2000))), np.isfinite(found.rough)
    assert not known.all()
    assert np.abs(found.rough - expected)[known].max() < ROUGH * chi_squared(magnitude, error)


def test_a_noiseless_sinusoid_is_explained_whole():
    time, _, error = points(5, 50)
    band = band_of(time - 58000, 18 + 0.3 * np.sin(2 * np.pi * time / 3.7 + 1), error)
    assert explained_at(band, np.array([1 / 3.7]))[0] == pytest.approx(band.variance, rel=1e-9)


def test_a_frequency_at_which_all_points_have_one_phase_explains_nothing():
    time = np.arange(40.0)
    magnitude = np.random.default_rng(1).normal(18, 0.3, 40)
    band = band_of(time, magnitude, np.full(40, 0.1))
    assert explained_at(band, np.array([1.0, 2.0])).tolist() == [0.0, 0.0]
    # at half a cycle a day they have two: the cosine is fitted, the sine is 0 everywhere
    assert np.all(np.isfinite(spectrum_of(band, Grid(0.25, 0.25, 80)).at(np.arange(80))))


def test_the_highest_peaks_are_scipys():
    for seed in range(20):
        power = np.random.default_rng(seed).normal(size=400)
        peaks, _ = find_peaks(power)
        expected = np.sort(peaks[np.argsort(power[peaks])[-10:]])
        assert highest_peaks(power, 10).tolist() == expected.tolist()
    assert highest_peaks(np.arange(50.0), 10).size == 0
    assert highest_peaks(np.array([0.0, 1.0, 0.0]), 10).tolist() == [1]


def plain_search(time, magnitude, error, band):
    """Period, entropy, rates and periods of bands, from astropy's powers and scipy's peaks."""
    each = {b: (time[band == b], magnitude[band == b], error[band == b]) for b in (1, 2) if sum(band == b) > 10}
    chi = sum(chi_squared(m, e) for _, m, e in each.values())
    freedom = sum(len(t) - 3 for t, _, _ in each.values())
    frequency = np.linspace(1 / 500, 1 / 0.045, int(np.ceil((1 / 0.045 - 1 / 500) * np.ptp(time) / 0.4)))

    def statistic(parts):
        total = sum(parts.values())
        return freedom * total / (2 * (chi - total))

    parts = {b: by_astropy(*curve, frequency) for b, curve in each.items()}
    power, step = statistic(parts), frequency[1] - frequency[0]
    peaks = find_peaks(power)[0]
    peaks = peaks[np.argsort(power[peaks])[-10:]]

    def refine(peak, step):
        fine = frequency[peak] + step * np.linspace(-1, 1, 20)
        fine_parts = {b: by_astropy(*curve, fine) for b, curve in each.items()}
        best = np.argmax(statistic(fine_parts))
        if statistic(fine_parts)[best] > power[peak]:
            frequency[peak], power[peak] = fine[best], statistic(fine_parts)[best]
            for b in parts:
                parts[b][peak] = fine_parts[b][best]

    for peak in peaks:
        refine(peak, step)
    best = peaks[np.argmax(power[peaks])]
    for times in (1, 2, 3):
        refine(best, step * (2 / 19) ** times)
    share = np.sort(power)[-100:] + 0.01
    share /= share.sum()
    rates = [power[np.argmin(np.abs(frequency - frequency[best] / factor))] / power[best] for factor in FACTORS]
    periods = {b: 1 / frequency[np.argmax(part)] for b, part in parts.items()}
    return 1 / frequency[best], 1 + np.sum(share * np.log(share)) / np.log(100), rates, periods


@pytest.mark.parametrize("seed", range(6))
def test_the_search_finds_what_a_plain_search_over_astropys_powers_finds(seed):
    time, magnitude, error = points(seed, 90, span=250)
    band = np.random.default_rng(seed).integers(1, 3, 90)
    magnitude = magnitude + (0.3 * np.cos(2 * np.pi * time / (0.4 + seed)) if seed % 2 else 0)
    period, entropy, rates, periods = plain_search(time, magnitude, error, band)
    found = search(time, magnitude, error, band)
    assert found.period == pytest.approx(period, rel=1e-6)  # the peak is flat at its top
    assert found.entropy == pytest.approx(entropy, rel=1e-6)
    np.testing.assert_allclose(found.rates, rates, rtol=1e-5)
    assert found.band_period == pytest.approx(periods, rel=1e-6)


@pytest.mark.parametrize("period", [0.1, 0.57, 3.3, 41.0, 300.0])
def test_a_period_is_found_to_a_hundredth_of_a_cycle_over_the_light_curve(period):
    time, _, error = points(8, 120)
    band = np.arange(120) % 2 + 1
    magnitude = (
        18 + 0.5 * band + 0.3 * np.sin(2 * np.pi * time / period) + 0.02 * np.random.default_rng(8).normal(size=120)
    )
    found = search(time, magnitude, error, band)
    assert abs(1 / found.period - 1 / period) * np.ptp(time) < 0.03
    assert found.entropy > 0.02


def test_bands_of_ten_points_take_no_part():
    time, magnitude, error = points(9, 21)
    found = search(time, magnitude, error, np.repeat([1, 2], [11, 10]))
    assert list(found.band_period) == [1]
    assert np.isnan(search(time, magnitude, error, np.repeat([1, 2, 3], 7)).period)


def test_of_thirty_years_the_densest_three_thousand_days_are_searched():
    time, magnitude, error = points(10, 80, span=2500)
    early = 50000 + np.linspace(0, 4000, 20)
    magnitude = 18 + 0.3 * np.sin(2 * np.pi * time / 7.7)
    alone = search(time, magnitude, error, np.ones(80, dtype=int))
    both = search(
        np.r_[early, time], np.r_[np.full(20, 25.0), magnitude], np.r_[error[:20], error], np.ones(100, dtype=int)
    )
    assert both.period == alone.period == pytest.approx(7.7, rel=1e-3)


def test_no_variance_has_no_statistic_above_a_perfect_fit():
    assert np.isfinite(combined(np.array([1.0, 1.0 + 1e-12, 0.0]), 10.0, 1.0)).all()


def test_the_light_curve_is_folded_at_twice_the_period():
    time, magnitude, error = points(11, 60)
    folded = fold(time, magnitude, 3.3)
    assert folded.tolist() == magnitude[np.argsort(np.mod(time, 6.6))].tolist()
    assert fold(time, magnitude, np.nan).tolist() == magnitude.tolist()
    deviation = np.cumsum(folded - folded.mean()) / (60 * folded.std())
    assert value("Psi_CS", time, magnitude, error, folded=folded) == pytest.approx(np.ptp(deviation))
    expected = np.sum(np.diff(folded) ** 2) / (59 * folded.var())
    assert value("Psi_eta", time, magnitude, error, folded=folded) == pytest.approx(expected)
