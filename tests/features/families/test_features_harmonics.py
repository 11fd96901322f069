"""The harmonics of a light curve that is a Fourier series are the series."""

import numpy as np
import pytest
from curves_by_hand import points, value, values
from scipy.optimize import lsq_linear

MAGNITUDES = [f"Harmonics_mag_{k}" for k in range(1, 8)]
PHASES = [f"Harmonics_phase_{k}" for k in range(2, 8)]
PERIOD = 1.7
AMPLITUDE = np.array([0.4, 0.2, 0.1, 0.15, 0.05, 0.03, 0.02])
PHASE = np.array([1.0, 3.0, 0.2, 5.5, 2.2, 4.4, 6.0])


def series(time, amplitude=AMPLITUDE, phase=PHASE, shift=0.0):
    angle = 2 * np.pi * (time[:, None] - shift) / PERIOD * np.arange(1, 8)
    return 18 + np.cos(angle - phase) @ amplitude


def apart(first, second):
    """Distance of angles."""
    return np.abs((np.asarray(first) - second + np.pi) % (2 * np.pi) - np.pi)


@pytest.mark.parametrize("n", [16, 40, 300])
def test_a_noiseless_fourier_series_is_recovered(n):
    time, _, error = points(n, n)
    given = {"time": time - 58000, "magnitude": series(time - 58000), "error": error, "period": PERIOD}
    assert values(MAGNITUDES, **given) == pytest.approx(AMPLITUDE, rel=1e-6)
    relative = PHASE[1:] - np.arange(2, 8) * PHASE[0]
    assert np.max(apart(values(PHASES, **given), relative)) < 1e-6
    assert value("Harmonics_mse", **given) < 1e-18
    assert value("Harmonics_chi", **given) < 1e-18


def test_relative_phases_do_not_depend_on_when_time_begins():
    time, _, error = points(1, 60)
    found = [
        values(PHASES, time - 58000, series(time - 58000, shift=shift), error, period=PERIOD) for shift in (0, 0.3, 1)
    ]
    assert np.max(apart(found[0], found[1])) < 1e-6
    assert np.max(apart(found[0], found[2])) < 1e-6
    assert np.all((np.array(found) >= 0) & (np.array(found) < 2 * np.pi))


def test_noisy_points_are_fitted_by_weighted_least_squares():
    time, magnitude, error = points(2, 50)
    time = time - 58000
    angle = 2 * np.pi * time[:, None] / PERIOD * np.arange(1, 8)
    basis = np.column_stack([np.ones(50), np.cos(angle), np.sin(angle)])
    weight = 1 / (error + 0.01)
    best = lsq_linear(basis * weight[:, None], magnitude * weight).x
    residual = magnitude - basis @ best
    given = {"time": time, "magnitude": magnitude, "error": error, "period": PERIOD}
    assert values(MAGNITUDES, **given) == pytest.approx(np.hypot(best[1:8], best[8:]), rel=1e-6)
    assert value("Harmonics_mse", **given) == pytest.approx(np.mean(residual**2), rel=1e-6)
    expected = np.sum((residual / (error + 5.01)) ** 2) / (50 - 15)
    assert value("Harmonics_chi", **given) == pytest.approx(expected, rel=1e-6)


def test_fewer_points_than_coefficients_have_the_solution_of_least_norm():
    time, magnitude, _ = points(3, 8)
    time = time - 58000
    angle = 2 * np.pi * time[:, None] / PERIOD * np.arange(1, 8)
    basis = np.column_stack([np.ones(8), np.cos(angle), np.sin(angle)])
    best = np.linalg.pinv(basis) @ magnitude
    given = {"time": time, "magnitude": magnitude, "error": np.full(8, 0.05), "period": PERIOD}
    assert values(MAGNITUDES, **given) == pytest.approx(np.hypot(best[1:8], best[8:]), rel=1e-5)
    assert np.isnan(value("Harmonics_chi", **given))


def test_without_a_period_there_are_no_harmonics():
    names = [*MAGNITUDES, *PHASES, "Harmonics_mse", "Harmonics_chi"]
    assert np.isnan(values(names, *points(4, 40), period=np.nan)).all()
