"""The damped random walk of each light curve: its exact likelihood on a grid, and what it forecasts."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch._higher_order_ops.scan import scan

from .seen import LEAST, Seen

State = tuple[Tensor, ...]


class Filtered(NamedTuple):
    """What a Kalman filter leaves behind the last point, (n, cells) each.

    Attributes
    ----------
    light, unit : of the values and of a light curve of ones, the mean of the state. variance : of the state.
    squares, products, units : sums over points of innovations over their variance: of the values squared, of values
        and ones, of ones squared. determinant : sum of the logarithms of the variances.
    """

    light: Tensor
    unit: Tensor
    variance: Tensor
    squares: Tensor
    products: Tensor
    units: Tensor
    determinant: Tensor

    @property
    def mean(self) -> Tensor:
        """The most likely mean magnitude of each cell, by generalised least squares."""
        return self.products / self.units

    @property
    def log_likelihood(self) -> Tensor:
        """Of each cell at its most likely mean, without the constant of 2 pi."""
        return -0.5 * (self.squares - self.products * self.mean + self.determinant)


class Walk(nn.Module):
    """Damped random walks fitted curve by curve, without any training.

    The covariance is sigma^2 exp(-lag / tau) (Kelly et al. 2009, ApJ 698, 895); the likelihood is exact for points at
    any times with errors of their own, by a Kalman filter, on a grid of tau and sigma, with the mean at its best.

    Parameters
    ----------
    tau : (some,) [d]. sigma : (others,) over the spread of a light curve; a cell is one of each.
    marginal : forecast with all cells by their likelihood (flat priors in the mean and in the logarithms of tau and
        sigma), not with the most likely one alone.

    Shapes
    ------
    points (n, length, 5), query (n, times, 2) -> value, deviation (n, times), tau [d], sigma (n,)
    """

    tau: Tensor
    sigma: Tensor

    def __init__(self, tau: Tensor, sigma: Tensor, marginal: bool) -> None:
        super().__init__()
        self.register_buffer("tau", tau.double().repeat_interleave(len(sigma)))
        self.register_buffer("sigma", sigma.double().repeat(len(tau)))
        self.sides = len(tau), len(sigma)
        self.marginal = marginal

    def forward(self, points: Tensor, query: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """See the class."""
        seen = Seen.of(points)
        found = self.filter(seen.lag, seen.scaled, seen.error / seen.spread, seen.present)
        weight = self.weights(found)
        value, variance = self.forecast(found, weight, query[..., 0].double())
        spread = seen.spread.double()
        tau = (weight * self.tau.log()).sum(1).exp()
        sigma = (weight * self.sigma.log()).sum(1).exp() * spread[:, 0]
        told = (value * spread + seen.mean, (variance.clamp_min(0).sqrt() * spread).clamp_min(LEAST), tau, sigma)
        return tuple(each.float() for each in told)  # type: ignore[return-value]

    def filter(self, lag: Tensor, value: Tensor, error: Tensor, present: Tensor) -> Filtered:
        """Go through the points of each light curve, all cells at once; inputs are (n, length)."""
        points = tuple(each.double().T[..., None].contiguous() for each in (lag, value, error.square(), present))
        nothing = points[0][0] * self.tau * 0  # (n, cells)
        start = (*(nothing + 0.0 * place for place in range(2)), nothing + self.sigma.square())
        start += tuple(nothing * place for place in range(1, 5))  # a tensor each: a scan takes none twice
        return Filtered(*_scanned(self.step, start, points))

    def step(self, state: State, point: State) -> State:
        """One point: predict, compare, correct. Padding, which is not present, changes nothing."""
        light, unit, variance, squares, products, units, determinant = state
        lag, value, noise, present = point
        decay = torch.exp(-lag / self.tau)
        light, unit = light * decay, unit * decay
        variance = self.sigma.square() + (variance - self.sigma.square()) * decay.square()
        total = torch.where(present > 0, variance + noise, 1)
        gain = present * variance / total
        off, off_unit = value - light, 1 - unit
        return (
            light + gain * off,
            unit + gain * off_unit,
            variance - gain * variance,
            squares + present * off.square() / total,
            products + present * off * off_unit / total,
            units + present * off_unit.square() / total,
            determinant + total.log(),
        )

    def weights(self, found: Filtered) -> Tensor:
        """(n, cells) that sum to 1: all by their likelihood, or 1 for the most likely."""
        if self.marginal:
            return torch.softmax(found.log_likelihood - found.units.log() / 2, 1)
        best = found.log_likelihood.argmax(1, keepdim=True)
        return (torch.arange(len(self.tau), device=best.device) == best).double()

    def forecast(self, found: Filtered, weight: Tensor, horizon: Tensor) -> tuple[Tensor, Tensor]:
        """(n, times) mean and variance of the mixture of all cells.

        Of a cell, with d = exp(-horizon / tau), they are m + d (x - m u) and sigma^2 (1 - d^2) + d^2 p; where the mean
        m is not taken for known, (1 - d u)^2 / c more. Both are polynomials in d, whose coefficients are summed.
        """
        mean, unit = found.mean, found.unit
        last = found.light - mean * unit
        doubt = 1 / found.units if self.marginal else 0 * mean
        sigma = self.sigma.square()
        powers = (
            sigma + doubt + mean.square(),
            2 * (mean * last - unit * doubt),
            found.variance - sigma + unit.square() * doubt + last.square(),
        )
        decay = torch.exp(-horizon[:, None] / self.tau[:: self.sides[1], None])  # (n, taus, times)

        def summed(each: Tensor) -> Tensor:  # over the sigmas of one tau: (n, taus, 1)
            return (weight * each).reshape(-1, *self.sides).sum(2)[..., None]

        value = (summed(mean) + summed(last) * decay).sum(1)
        constant, first, second = map(summed, powers)
        square = (constant + (first + second * decay) * decay).sum(1)
        return value, square - value.square()


def _scanned(step: Callable[[State, State], State], start: State, points: State) -> State:
    """The state after all points, which lie along the first axis; one node, Scan, in an exported graph."""
    if torch.compiler.is_exporting():
        state, _ = scan(lambda state, point: (step(state, point), point[0] * 1), start, points)
        return tuple(state)
    state = start
    for place in range(len(points[0])):
        state = step(state, tuple(each[place] for each in points))
    return state
