"""The damped random walk against celerite2: likelihood, most likely parameters, conditional mean and variance."""

import celerite2
import numpy as np
import pytest
import torch
from alertlab.models.forecasts.seen import Seen
from alertlab.models.forecasts.walk import Walk
from celerite2 import terms
from forecasts_by_hand import padded
from scipy.optimize import minimize, minimize_scalar

TAU, SIGMA = torch.logspace(0.5, 4, 15), torch.logspace(-1, 0.6, 12)
HORIZON = np.array([1.0, 40.0, 300.0, 2500.0], np.float32)


@pytest.fixture(scope="module")
def curves():
    """Walks at unequal times with unequal errors, of unequal length."""
    rng, made = np.random.default_rng(4), []
    for length in (25, 80, 140):
        time = np.sort(rng.uniform(0, 2000, length)).astype(np.float32)
        covariance = 0.04 * np.exp(-np.abs(time[:, None] - time) / 150)
        error = rng.uniform(0.02, 0.1, length)
        value = 18 + rng.multivariate_normal(np.zeros(length), covariance) + error * rng.normal(size=length)
        made.append((time, value, error))
    return made


def process(curve, tau, sigma, mean):
    time, _, error = curve
    found = celerite2.GaussianProcess(terms.RealTerm(a=sigma**2, c=1 / tau), mean=mean)
    found.compute(time, yerr=error)
    return found


def at_best_mean(curve, tau, sigma):
    found = minimize_scalar(lambda mean: -process(curve, tau, sigma, mean).log_likelihood(curve[1]), (17.9, 18.1))
    return -found.fun, found.x


def filtered(curves):
    walk, (points, query) = Walk(TAU, SIGMA, False), padded(curves, [HORIZON] * len(curves))
    seen = Seen.of(points)
    return walk, seen, walk.filter(seen.lag, seen.scaled, seen.error / seen.spread, seen.present), (points, query)


def test_the_likelihood_of_every_cell_is_that_of_celerite_at_its_best_mean(curves):
    walk, seen, found, _ = filtered(curves)
    for row, curve in enumerate(curves):
        spread, n = float(seen.spread[row]), len(curve[0])
        scale = n * np.log(spread) + n / 2 * np.log(2 * np.pi)  # of scaled values
        for cell in (3, 50, 101, 179):
            expected, mean = at_best_mean(curve, float(walk.tau[cell]), float(walk.sigma[cell]) * spread)
            assert float(found.log_likelihood[row, cell]) - scale == pytest.approx(expected, abs=2e-2, rel=1e-4)
            assert float(found.mean[row, cell]) * spread + float(seen.mean[row]) == pytest.approx(mean, abs=2e-3)


def test_the_forecast_is_the_conditional_mean_and_variance_of_celerite_at_the_most_likely_cell(curves):
    walk, _, _, inputs = filtered(curves)
    value, deviation, tau, sigma = (each.numpy() for each in walk(*inputs))
    for row, curve in enumerate(curves):
        _, mean = at_best_mean(curve, tau[row], sigma[row])
        expected, variance = process(curve, tau[row], sigma[row], mean).predict(
            curve[1], curve[0][-1] + HORIZON, return_var=True
        )
        assert value[row] == pytest.approx(expected, abs=1e-3)
        assert deviation[row] == pytest.approx(np.sqrt(variance), rel=2e-3)


def test_the_most_likely_cell_is_next_to_the_maximum_that_an_optimiser_finds(curves):
    walk, _, _, inputs = filtered(curves)
    tau, sigma = walk(*inputs)[2:]
    curve = curves[2]

    def minus(given):
        return -process(curve, np.exp(given[0]), np.exp(given[1]), given[2]).log_likelihood(curve[1])

    best = minimize(minus, (np.log(100), np.log(0.2), 18.0), method="Nelder-Mead").x
    step = float(torch.log(TAU[1] / TAU[0]))
    assert np.log(float(tau[2])) == pytest.approx(best[0], abs=step)
    assert np.log(float(sigma[2])) == pytest.approx(best[1], abs=step)


def test_all_cells_together_are_a_mixture_with_the_doubt_about_the_mean(curves):
    """Cell by cell in a loop, against the sums of polynomials."""
    walk, seen, found, (points, query) = filtered(curves)
    walk.marginal = True
    value, deviation = (each.numpy() for each in walk(points, query)[:2])
    weight = torch.softmax(found.log_likelihood - found.units.log() / 2, 1).numpy()
    for row in range(len(curves)):
        for place, horizon in enumerate(HORIZON):
            d = np.exp(-horizon / walk.tau.numpy())
            each = {name: getattr(found, name)[row].numpy() for name in ("mean", "light", "unit", "variance", "units")}
            mean = each["mean"] + d * (each["light"] - each["mean"] * each["unit"])
            variance = walk.sigma.numpy() ** 2 * (1 - d**2) + d**2 * each["variance"]
            variance = variance + (1 - d * each["unit"]) ** 2 / each["units"]
            middle = np.sum(weight[row] * mean)
            spread = np.sqrt(np.sum(weight[row] * (variance + mean**2)) - middle**2)
            scale = float(seen.spread[row])
            assert value[row, place] == pytest.approx(middle * scale + float(seen.mean[row]), abs=1e-4)
            assert deviation[row, place] == pytest.approx(spread * scale, rel=1e-4)


def test_padding_and_other_light_curves_change_nothing(curves):
    walk = Walk(TAU, SIGMA, True)
    together = walk(*padded(curves, [HORIZON] * 3))
    for row, curve in enumerate(curves):
        for many, alone in zip(together, walk(*padded([curve], [HORIZON])), strict=True):
            assert many[row].numpy() == pytest.approx(alone[0].numpy(), rel=1e-6)
