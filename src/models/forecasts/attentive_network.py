"""An attentive neural process: points that were seen, and times that look back at them."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from .recurrent_network import NARROWEST, YEAR
from .seen import Seen

WAVES = 8  # periods that a time is told by
LONGEST, SHORTEST = 3.0, -2.0  # of them, in powers of 2 of a year: 8 a and 90 d
FAR = -1e9  # attention to padding


class AttentiveProcess(nn.Module):
    """Attentive neural process (Kim et al. 2019, figure 2), without its latent path.

    Every point seen becomes a key of its time and a vector of (time, value, error); every time asked looks at them by
    attention of several heads, and a perceptron makes value and deviation of the time and what it saw. Its answers do
    not depend on each other. The latent path, which draws functions that go together, is left out: a forecast is
    judged point by point.

    Parameters
    ----------
    units : of all layers. heads : of the attention, a divisor of the units. blocks : of attention, one after another:
        in each, points look at points, and times at points.
    dropout : share after each block.

    Shapes
    ------
    points (n, length, 5), query (n, times, 2) -> value, deviation (n, times)
    """

    periods: Tensor

    def __init__(self, units: int, heads: int, blocks: int, dropout: float) -> None:
        super().__init__()
        self.register_buffer("periods", torch.logspace(LONGEST, SHORTEST, WAVES, base=2.0))
        self.of_points = _perceptron(1 + 2 * WAVES + 2, units, units)
        self.of_times = _perceptron(1 + 2 * WAVES, units, units)
        self.among = nn.ModuleList(Attention(units, heads) for _ in range(blocks))
        self.back = nn.ModuleList(Attention(units, heads) for _ in range(blocks))
        self.told = _perceptron(units, units, 2)
        self.dropout = nn.Dropout(dropout)

    def forward(self, points: Tensor, query: Tensor) -> tuple[Tensor, Tensor]:
        """(n, times) each."""
        seen = Seen.of(points)
        measured = torch.stack([seen.scaled, seen.error / seen.spread * seen.present], 2)
        known = self.of_points(torch.cat([self.waves(seen.time), measured], 2))
        asked = self.of_times(self.waves(query[..., 0]))
        bias = (1 - seen.present)[:, None, None] * FAR
        for among, back in zip(self.among, self.back, strict=True):
            known = known + self.dropout(among(known, known, bias))
            asked = asked + self.dropout(back(asked, known, bias))
        told = self.told(asked)
        deviation = functional.softplus(told[..., 1]) + NARROWEST
        return seen.mean + told[..., 0] * seen.spread, deviation * seen.spread

    def waves(self, time: Tensor) -> Tensor:
        """(n, times, 1 + 2 waves) years from the last point, and its sines and cosines."""
        years = time[..., None] / YEAR
        phase = 2 * torch.pi * years / self.periods
        return torch.cat([years, phase.sin(), phase.cos()], -1)


class Attention(nn.Module):
    """Scaled dot products of several heads, then a perceptron, each after a normalisation of the layer."""

    def __init__(self, units: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (nn.Linear(units, units) for _ in range(3))
        self.out = nn.Linear(units, units)
        self.before, self.before_key, self.after = (nn.LayerNorm(units) for _ in range(3))
        self.perceptron = _perceptron(units, units, units)

    def forward(self, asked: Tensor, known: Tensor, bias: Tensor) -> Tensor:
        """What (n, times, units) see among (n, points, units); ``bias`` (n, 1, 1, points) hides padding."""
        known = self.before_key(known)
        query, key, value = (
            layer(each).unflatten(2, (self.heads, -1)).transpose(1, 2)
            for layer, each in ((self.query, self.before(asked)), (self.key, known), (self.value, known))
        )
        weight = torch.softmax(query @ key.transpose(2, 3) / key.shape[-1] ** 0.5 + bias, -1)
        seen = self.out((weight @ value).transpose(1, 2).flatten(2))
        found: Tensor = seen + self.perceptron(self.after(asked + seen))
        return found


def _perceptron(inputs: int, units: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, units), nn.ReLU(), nn.Linear(units, outputs))
