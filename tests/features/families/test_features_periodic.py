"""The columns of the best period are what the search says, in any number of bands, and NaN without a period."""

import numpy as np
import pytest
from alertlab.features.runs.batch import extract_batch
from alertlab.features.sets import feature_set
from curves_by_hand import batch

PERIOD = 0.6137
SIZES, PHASES = np.array([0.3, 0.12, 0.06]), np.array([0.4, 2.0, 4.0])


def series(time):
    """A Fourier series of three harmonics, magnitudes."""
    angle = 2 * np.pi * time[:, None] / PERIOD * np.arange(1, 4)
    return 17 + np.cos(angle - PHASES) @ SIZES


def features(time, magnitude, band, name="periodic", bands=("g", "r", "i"), flux=None):
    chosen = feature_set(name, bands, "magnitude" if flux is None else "flux")
    curves = batch(time, magnitude, np.full(time.size, 0.02), band, bands=bands, flux=flux)
    return dict(zip(chosen.names, extract_batch(curves, chosen)[0], strict=True))


def points(n, seed=0):
    random = np.random.default_rng(seed)
    time = 58000 + np.sort(random.integers(0, 500, n) + random.normal(0.3, 0.08, n))
    return time, series(time) + random.normal(0, 0.01, n)


@pytest.mark.parametrize("bands", [1, 3])
def test_a_fourier_series_gives_its_period_and_shape(bands):
    time, magnitude = points(200)
    band = np.random.default_rng(1).choice(bands, 200, p=[0.8, 0.1, 0.1] if bands == 3 else [1.0]) + 1
    found = features(time, magnitude + 0.3 * band, band)
    assert found["Best_period"] == pytest.approx(PERIOD, rel=1e-4)
    assert found["Best_period_R21"] == pytest.approx(0.4, abs=0.03)
    assert found["Best_period_R31"] == pytest.approx(0.2, abs=0.03)
    assert found["Best_period_phi21"] == pytest.approx(PHASES[1] - 2 * PHASES[0], abs=0.1)
    assert found["Best_period_phi31"] == pytest.approx(PHASES[2] - 3 * PHASES[0], abs=0.2)
    curve = series(np.linspace(0, PERIOD, 2000))
    assert found["Best_period_amplitude"] == pytest.approx(np.ptp(curve), rel=0.06)
    assert found["Best_period_lead"] > 0
    assert found["Best_period_dispersion"] < 0.1


def test_the_published_period_is_what_it_is_in_the_published_set():
    time, magnitude = points(120)
    band = np.ones(120, dtype=int)
    one = features(time, magnitude, band, "alerce152")
    both = features(time, magnitude, band, "alerce152+periodic")
    np.testing.assert_equal({name: both[name] for name in one}, one)


def test_an_eclipse_is_a_dip_in_magnitudes_and_in_fluxes():
    random = np.random.default_rng(4)
    time = 58000 + np.sort(random.uniform(0, 300, 250))
    inside = (time / 1.7 % 1) < 0.08
    flux = 100.0 - 30.0 * inside + random.normal(0, 1, time.size)
    magnitude = 23.9 - 2.5 * np.log10(flux)
    band = np.ones(time.size, int)
    found = features(time, magnitude, band)
    of_flux = features(time, magnitude, band, flux=(flux, np.ones(time.size)))
    assert found["Box_period"] == pytest.approx(1.7, rel=1e-3)
    assert found["Box_depth"] == pytest.approx(-2.5 * np.log10(0.7), rel=0.1)
    assert of_flux["Box_period"] == pytest.approx(1.7, rel=1e-3)
    assert of_flux["Box_depth"] == pytest.approx(30, rel=0.1)


def test_ten_points_a_band_have_no_period():
    time, magnitude = points(20)
    found = features(time, magnitude, np.arange(20) % 2 + 1)
    assert all(np.isnan(value) for name, value in found.items() if name.startswith(("Best_", "Box_")))
