"""The recurrent autoencoder of quasars, which forecasts."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..networks.recurrent import GRU, BothWays, taken
from .seen import Seen

YEAR = 365.25
NARROWEST = 0.01  # deviation, over the spread of what was seen


class Told(NamedTuple):
    """What the network says.

    Attributes
    ----------
    value, deviation : (n, times) at what is asked. code : (n, code).
    decoded, deviation_seen : (n, length) at the points seen, scaled as ``seen.scaled``.
    seen : what was seen.
    """

    value: Tensor
    deviation: Tensor
    code: Tensor
    decoded: Tensor
    seen: Seen


class RecurrentForecast(nn.Module):
    """Recurrent autoencoder of irregular light curves (Tachibana et al. 2020; Naul et al. 2018).

    The encoder reads (lag, scaled value, scaled error) in both directions and makes a code; the decoder is given the
    code at every step beside lag and time, no value at all, and says value and deviation there. It goes back from the
    last point through what was seen, and ahead from it through what is asked, so that code and times alone tell.

    Parameters
    ----------
    units : of each GRU layer and direction. depth : layers of encoder and decoder, each. code : numbers of the code.
    dropout : share between layers.
    backwards : whether the encoder's own order is from the last point to the first, as published; it reads both ways
        in any case.

    Shapes
    ------
    points (n, length, 5), query (n, times, 2) -> :class:`Told`
    """

    def __init__(self, units: int, depth: int, code: int, dropout: float, backwards: bool) -> None:
        super().__init__()
        widths = [3, *[2 * units] * (depth - 1)]
        self.encoder = nn.ModuleList(BothWays(width, units) for width in widths)
        self.encoding = nn.Linear(2 * units, code)
        self.decoder = nn.ModuleList(GRU(width, units) for width in (code + 2, *[units] * (depth - 1)))
        self.told = nn.Linear(units, 2)
        self.dropout = nn.Dropout(dropout)
        self.backwards = backwards

    def forward(self, points: Tensor, query: Tensor) -> Told:
        """Encode what was seen, decode it and what is asked."""
        seen = Seen.of(points)
        back = _reversed_places(seen.present)
        code = self.encode(seen, back)
        horizon = query[..., 0] * query[..., -1]
        value, deviation = self.decode(code, horizon)
        # what was seen, from the last point back
        time = torch.gather(seen.time, 1, back)
        decoded = torch.gather(self.decode(code, time)[0], 1, back)
        return Told(seen.mean + value * seen.spread, deviation * seen.spread, code, decoded, seen)

    def encode(self, seen: Seen, back: Tensor) -> Tensor:
        """(n, code)."""
        steps = torch.stack([seen.lag / YEAR, seen.scaled, seen.error / seen.spread * seen.present], 2)
        if self.backwards:
            steps = taken(steps, back)
        last = (seen.present.sum(1, keepdim=True).clamp_min(1) - 1).long()
        for number, layer in enumerate(self.encoder, 1):
            ahead, behind = layer(steps, back)
            if number < len(self.encoder):
                steps = self.dropout(torch.cat([ahead, taken(behind, back)], 2))
        states = torch.cat([taken(ahead, last)[:, 0], taken(behind, last)[:, 0]], 1)
        found: Tensor = self.encoding(states)
        return found

    def decode(self, code: Tensor, time: Tensor) -> tuple[Tensor, Tensor]:
        """(n, times) scaled values and deviations at times from the last point, in order of their distance from it."""
        lag = time - torch.cat([torch.zeros_like(time[:, :1]), time[:, :-1]], 1)
        states = torch.stack([lag / YEAR, time / YEAR], 2)
        states = torch.cat([code[:, None].expand(-1, time.shape[1], -1), states], 2)
        for number, layer in enumerate(self.decoder, 1):
            states = layer(states)
            states = self.dropout(states) if number < len(self.decoder) else states
        told = self.told(states)
        return told[..., 0], functional.softplus(told[..., 1]) + NARROWEST


def _reversed_places(present: Tensor) -> Tensor:
    """(n, length) which place of a curve comes when it is read backwards; padding stays where it is."""
    steps = torch.arange(present.shape[1], device=present.device)
    last = present.sum(1, keepdim=True).long().clamp_min(1) - 1
    return torch.where(steps <= last, last - steps, steps)


def reconstruction_loss(told: Told, power: float) -> Tensor:
    """Weighted squared error of what was seen, mean over the points, (n,).

    L = mean of (x - x')^2 / sigma^p in scaled units; p = 1 as in the published code, 2 is chi-squared.

    Parameters
    ----------
    power : p.
    """
    seen = told.seen
    known = (seen.present > 0) & (seen.error > 0)
    error = torch.where(known, seen.error / seen.spread, 1)  # before the division: its gradient would be NaN
    squared = (seen.scaled - told.decoded).square() / error**power
    return torch.where(known, squared, 0).sum(1) / known.sum(1).clamp_min(1)
