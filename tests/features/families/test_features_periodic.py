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


def features(time, magnitude, band):
    chosen = feature_set("periodic")
    values = extract_batch(batch(time, magnitude, np.full(time.size, 0.02), band), chosen)[0]
    return dict(zip(chosen.names, values, strict=True))


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
    one = extract_batch(batch(time, magnitude, np.full(120, 0.02), band), feature_set("alerce152"))[0]
    both = features(time, magnitude, band)
    np.testing.assert_equal([both[name] for name in feature_set("alerce152").names], one)


def test_ten_points_a_band_have_no_period():
    time, magnitude = points(20)
    found = features(time, magnitude, np.arange(20) % 2 + 1)
    assert all(np.isnan(value) for name, value in found.items() if name.startswith(("Best_", "Box_")))
