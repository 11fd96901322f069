"""Features of fluxes: models give back the numbers that a light curve was made of, the rest is counted by hand."""

import numpy as np
import pytest
from alertlab.features.families.of_flux import random_walk_of_flux, significance, supernova_of_flux
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

TRUE = (50.0, -20.0, 30.0, 0.4, 6.0, 40.0)


def supernova(day, amplitude, start, plateau, slope, rise, fall):
    """The formula of Villar et al. 2019 as Sánchez-Sáez et al. 2021 smooth it, written down once more."""
    after = day - start - plateau
    switch = 1 / (1 + np.exp(-after / 3))
    with np.errstate(over="ignore", invalid="ignore"):
        decline = np.nan_to_num((1 - slope) * np.exp(-after / fall) * switch, nan=0, posinf=0)
        flat = (1 - slope * (day - start) / plateau) * (1 - switch)
        return amplitude / (1 + np.exp(-(day - start) / rise)) * (decline + flat)


def test_a_supernova_among_years_of_noise_is_followed():
    day = np.arange(-900.0, 600.0, 3.0)
    true = np.where(day > -140, supernova(np.maximum(day, -140), *TRUE), 0)
    flux = true + np.random.default_rng(1).normal(0, 0.3, day.size)
    found = supernova_of_flux.compute(day + 900, flux, np.full(day.size, 0.3))
    near = (day > -80) & (day < 200)
    model = supernova(day[near] - day[np.argmax(flux)], *found[:6])
    assert np.abs(model - true[near]).max() < 1.0
    assert found[[0, 4, 5]] == pytest.approx([TRUE[0], TRUE[4], TRUE[5]], rel=0.1)


def test_what_never_rises_has_no_supernova():
    assert np.isnan(supernova_of_flux.compute(np.arange(9.0), np.full(9, -1.0), np.full(9, 0.5))).all()


def test_significance_is_counted_by_hand():
    flux, error = np.array([-4.0, 1.0, 6.0, 9.0, 5.5, 0.0]), np.ones(6)
    chi2, highest, lowest, positive, negative, bright, to_peak = significance.compute(np.arange(6.0) * 2, flux, error)
    assert chi2 == pytest.approx(np.var(flux, ddof=1))
    assert (highest, lowest, positive, negative) == (9, -4, 0.5, 1 / 6)
    assert (bright, to_peak) == (4, 2)
    assert np.isnan(significance.compute(np.arange(2.0), np.ones(2), np.ones(2))[5:]).all()


@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_a_random_walk_in_flux_is_the_most_likely_one_in_any_unit(scale):
    random = np.random.default_rng(3)
    time = np.sort(random.uniform(0, 300, 120))
    lag = np.abs(time - time[:, None])
    flux = scale * (np.linalg.cholesky(4 * np.exp(-lag / 20) + 1e-9 * np.eye(120)) @ random.normal(size=120))
    flux += scale * random.normal(0, 0.3, 120)
    error = np.full(120, 0.3 * scale)

    def unlikely(logs):
        matrix = np.exp(logs[0]) * np.exp(-lag / np.exp(logs[1])) + np.diag(error**2)
        factor, centred = cho_factor(matrix, lower=True), flux - flux.mean()
        return np.log(np.diag(factor[0])).sum() + 0.5 * centred @ cho_solve(factor, centred)

    best = minimize(unlikely, [np.log(4 * scale**2), np.log(20)], method="Nelder-Mead").fun
    sigma, tau = random_walk_of_flux.compute(time, flux, error)
    assert unlikely(np.log([sigma, tau])) == pytest.approx(best, abs=0.01)
