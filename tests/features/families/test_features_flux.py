"""Features of fluxes: models give back the numbers that a light curve was made of, the rest is counted by hand."""

import numpy as np
import pytest
from alertlab.features.families.of_flux import random_walk_of_flux, significance, supernova_of_flux
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

TRUE = {"A": 50.0, "t0": -20.0, "gamma": 30.0, "beta": 0.4, "rise": 6.0, "fall": 40.0}


def supernova(day):
    """The formula of Villar et al. 2019 as Sánchez-Sáez et al. 2021 smooth it, written down once more."""
    after = day - TRUE["t0"] - TRUE["gamma"]
    switch = 1 / (1 + np.exp(-after / 3))
    with np.errstate(over="ignore", invalid="ignore"):
        decline = np.nan_to_num((1 - TRUE["beta"]) * np.exp(-after / TRUE["fall"]) * switch, nan=0, posinf=0)
        plateau = (1 - TRUE["beta"] * (day - TRUE["t0"]) / TRUE["gamma"]) * (1 - switch)
        return TRUE["A"] / (1 + np.exp(-(day - TRUE["t0"]) / TRUE["rise"])) * (decline + plateau)


def test_a_supernova_among_years_of_noise_gives_its_numbers_back():
    day = np.arange(-900.0, 600.0, 3.0)
    flux = np.nan_to_num(supernova(np.maximum(day, -140.0))) + np.random.default_rng(1).normal(0, 0.3, day.size)
    found = supernova_of_flux.compute(day + 900, flux, np.full(day.size, 0.3))
    peak = day[np.argmax(flux)]
    assert found[0] == pytest.approx(TRUE["A"], rel=0.05)
    assert found[1] + peak == pytest.approx(TRUE["t0"], abs=1)
    assert found[2:6] == pytest.approx([TRUE[name] for name in ("gamma", "beta", "rise", "fall")], rel=0.1)


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
