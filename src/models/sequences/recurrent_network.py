"""The recurrent variational autoencoder of light curves."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..networks.recurrent import GRU, BothWays, taken


class Reconstruction(NamedTuple):
    """What the network says of n light curves.

    Attributes
    ----------
    value, decoded, error : (n, length) measured, reconstructed, and the error of the measured one.
    present : (n, length) 1 where there is a point, 0 beyond the end.
    mean, log_variance : (n, latent) of the latent attributes.
    """

    value: Tensor
    decoded: Tensor
    error: Tensor
    present: Tensor
    mean: Tensor
    log_variance: Tensor


class RecurrentNetwork(nn.Module):
    """Recurrent variational autoencoder (Tachibana et al. 2020; Sánchez-Sáez et al. 2021b; Villar et al. 2021).

    Two bidirectional GRU layers, the last state of both directions to mean and log-variance of the latent attributes;
    the decoder is given these at every point beside what is asked there, when and in which band, and has two GRU
    layers. Training draws the attributes, and their means stand for them otherwise.

    Parameters
    ----------
    queries : columns of a point that the decoder is given too: lag, time, bands.
    units : of each GRU layer, in each direction. latent : number of attributes.
    dropout : share after each layer but the decoder's last.
    errors : whether the encoder sees errors.

    Shapes
    ------
    points (n, length, queries + 3): queries, value, error, and 1 where there is a point -> :class:`Reconstruction`
    """

    def __init__(self, queries: int, units: int, latent: int, dropout: float, errors: bool) -> None:
        super().__init__()
        self.queries, self.seen = queries, queries + 1 + errors
        self.first, self.second = BothWays(self.seen, units), BothWays(2 * units, units)
        self.mean, self.log_variance = nn.Linear(2 * units, latent), nn.Linear(2 * units, latent)
        self.decoder = GRU(latent + queries, units)
        self.last_decoder = GRU(units, units)
        self.value = nn.Linear(units, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, points: Tensor) -> Reconstruction:
        """Encode and decode."""
        value, error, present = points[..., self.queries], points[..., self.queries + 1], points[..., -1]
        mean, log_variance = self.encode(points[..., : self.seen], present)
        latent = mean
        if self.training:
            latent = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        decoded = self.decode(latent, points[..., : self.queries])
        return Reconstruction(value, decoded, error, present, mean, log_variance)

    def encode(self, points: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the attributes, (n, latent) each."""
        steps = torch.arange(points.shape[1], device=points.device)
        last = (present * (steps + 1)).amax(1).long().clamp_min(1)[:, None] - 1
        backwards = torch.where(steps <= last, last - steps, steps)
        ahead, behind = self.first(points, backwards)
        both = self.dropout(torch.cat([ahead, taken(behind, backwards)], 2))
        states = torch.cat([taken(each, last)[:, 0] for each in self.second(both, backwards)], 1)
        states = self.dropout(states)
        return self.mean(states), self.log_variance(states)

    def decode(self, latent: Tensor, queries: Tensor) -> Tensor:
        """(n, length) values at what is asked, (n, length, queries)."""
        repeated = latent[:, None].expand(-1, queries.shape[1], -1)
        states = self.dropout(self.decoder(torch.cat([repeated, queries], 2)))
        decoded: Tensor = self.value(self.last_decoder(states))[..., 0]
        return decoded


def reconstruction_loss(output: Reconstruction, power: float, kl_weight: float) -> Tensor:
    """Weighted squared error and divergence, one value a light curve.

    L = mean over the points of (x - x')^2 / sigma^p + w KL, with KL = sum_i (mu_i^2 + s_i^2 - ln s_i^2 - 1) / 2
    (Sánchez-Sáez et al. 2021b, with p = 1 and w = 1 / 200; Kingma & Welling 2014, appendix B).

    Parameters
    ----------
    power : p. kl_weight : w.

    Returns
    -------
    (n,) dimensionless; padding counts for nothing.
    """
    known = (output.present > 0) & (output.error > 0)
    error = torch.where(known, output.error, 1)  # before the division: its gradient would be NaN
    weight = torch.where(known, error**-power, 0)
    squared = (weight * (output.value - output.decoded).square()).sum(1) / known.sum(1).clamp_min(1)
    divergence = (output.mean.square() + output.log_variance.exp() - output.log_variance - 1).sum(1) / 2
    return squared + kl_weight * divergence


def chi_squared(output: Reconstruction) -> Tensor:
    """(n,) mean over the points of ((x - x') / sigma)^2."""
    return reconstruction_loss(output, 2.0, 0.0)
