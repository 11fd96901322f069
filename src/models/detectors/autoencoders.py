"""Networks that score a row by how badly they can repeat it."""

from typing import Any

import torch
from torch import Tensor, nn

from ...core.samples import Samples
from ...runtime.errors import AlertlabError
from ...runtime.manifest import OutputSpec
from ...runtime.tasks.detection import SCORE
from ..graphs.graph_file import NAME
from .table_network import TableNetwork, decoder, encoder

EMBEDDING = "embedding"


class Autoencoder(TableNetwork):
    """Through a narrow middle and back; the score is the mean squared error of the repeated features.

    The autoencoder of Pérez-Carrasco et al. (2023): batch normalisation and leaky ReLU, a last encoding layer without
    bias, a hyperbolic tangent at the end. An unknown feature lies outside what that can say, as published.
    """

    def build(self, train: Samples) -> nn.Module:
        """Encoder and its mirror."""
        columns = len(train.columns[NAME])
        sizes = columns, self.dense, self.latent
        return Repeating(encoder(*sizes), decoder(*sizes))

    def outputs_of(self, train: Samples) -> tuple[OutputSpec, ...]:
        """The error, and the middle."""
        return OutputSpec(SCORE, ()), OutputSpec(EMBEDDING, (self.latent,))

    def answers(self, output: Any) -> dict[str, Tensor]:
        """By name."""
        return {SCORE: output[0], EMBEDDING: output[1]}

    def loss(self, output: Any, target: Tensor) -> Tensor:
        """(n,) the error itself."""
        error: Tensor = output[0]
        return error


class VariationalAutoencoder(Autoencoder):
    """An autoencoder whose middle is a distribution, held to a standard normal one (Kingma & Welling 2014).

    Training minimises the mean squared error plus 2 noise^2 / columns times the Kullback-Leibler divergence: minus the
    evidence lower bound, up to a constant factor, of features that are Gaussian about what is decoded. Prediction
    decodes the means, so that a score has no chance in it.

    Parameters
    ----------
    noise : assumed standard deviation of a scaled feature about its decoded value, above 0.
    options : see :class:`~.table_network.TableNetwork`.
    """

    def __init__(self, *, noise: float, **options: Any) -> None:
        super().__init__(**options)
        if not isinstance(noise, int | float) or noise <= 0:
            raise AlertlabError(f"model.noise: {noise!r} is no number above 0")
        self.noise = noise

    def build(self, train: Samples) -> nn.Module:
        """An encoder to means and log-variances, and the mirror of one to means."""
        columns = len(train.columns[NAME])
        self.weight = 2 * self.noise**2 / columns
        return Varying(encoder(columns, self.dense, 2 * self.latent), decoder(columns, self.dense, self.latent))

    def loss(self, output: Any, target: Tensor) -> Tensor:
        """(n,) error and weighed divergence."""
        error, mean, log_variance = output
        divergence = (mean.square() + log_variance.exp() - 1 - log_variance).sum(1) / 2
        total: Tensor = error + self.weight * divergence
        return total


class Repeating(nn.Module):
    """Features (n, columns) -> mean squared error (n,), embedding (n, latent)."""

    def __init__(self, encode: nn.Module, decode: nn.Module) -> None:
        super().__init__()
        self.encode, self.decode = encode, decode

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """There and back."""
        code = self.encode(features)
        return (self.decode(code) - features).square().mean(1), code


class Varying(nn.Module):
    """Features (n, columns) -> mean squared error (n,), means (n, latent) and log-variances (n, latent).

    In training what is decoded is a draw, afterwards the means.
    """

    def __init__(self, encode: nn.Module, decode: nn.Module) -> None:
        super().__init__()
        self.encode, self.decode = encode, decode

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """There and back."""
        mean, log_variance = self.encode(features).chunk(2, 1)
        code = mean + torch.randn_like(mean) * (log_variance / 2).exp() if self.training else mean
        return (self.decode(code) - features).square().mean(1), mean, log_variance
