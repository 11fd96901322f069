"""Deep support vector data description: a network that draws what is usual to fixed points."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ...core.contracts import Data, Run
from ...core.samples import Samples
from ...runtime.manifest import OutputSpec
from ...runtime.tasks.detection import BY_CLASS, SCORE
from ..graphs.graph_file import NAME
from ..networks.torch_model import Prepare
from ..networks.weights import save_weights
from .autoencoders import EMBEDDING, Autoencoder
from .detector import known_classes
from .table_network import TableNetwork, encoder

LEAST = 0.01  # of a centre's coordinate either way: one at 0 would be met by weights of nothing


class DeepSVDD(TableNetwork):
    """An encoder that draws all rows to one centre (Ruff et al. 2018), or each class to its own.

    With ``by_class`` it is the detector of Pérez-Carrasco et al. (2023, AJ 166, 151). The encoder is trained as that of
    an autoencoder first. A centre is then the mean embedding of its class, with coordinates nearer to 0 than 0.01
    moved to 0.01 either way, and stays where it is while the mean of |z - c|^2 is made small. After training the
    centres are had anew from the trained encoder, as the published code does. score = min_k |z - c_k|^2.

    Parameters
    ----------
    by_class : a centre for each known class, and ``score_by_class``; false is one centre for all.
    options : see :class:`~.table_network.TableNetwork`; both trainings take them.
    """

    def __init__(self, *, by_class: bool, **options: Any) -> None:
        super().__init__(**options)
        self.by_class = by_class
        self.first = Autoencoder(**options)

    def fit(self, data: Data, run: Run) -> None:
        """Train as an autoencoder, then to the centres; losses of the first training are ``pretraining_loss``."""
        if not self.init_from:
            self.first.fit(data, FirstTraining(run))
        super().fit(data, run)
        network: Any = self.network
        train = data.samples("train")
        network.centres.copy_(class_means(self._embedded(network.encode, train), self._places(train)))
        run.log_files(save_weights(self.network, self.told, run.directory))

    def build(self, train: Samples) -> nn.Module:
        """The encoder of the first training, and its centres."""
        if self.by_class:
            train.taxonomy  # noqa: B018  refuses data whose target is no class
        self.known, _ = known_classes(train)
        places = self._places(train)
        self.place = torch.full((max(1, len(train.classes)) + 1,), -1)  # of each class; the last one's is of none
        strata = torch.from_numpy(train.strata)
        self.place[strata] = places
        encode = encoder(len(train.columns[NAME]), self.dense, self.latent)
        if not self.init_from:
            first: Any = self.first.network
            encode.load_state_dict(first.encode.state_dict())
        centres = class_means(self._embedded(encode.eval(), train), places)
        near = centres.abs() < LEAST
        return Centred(encode.train(), torch.where(near, torch.where(centres < 0, -LEAST, LEAST), centres))

    def outputs_of(self, train: Samples) -> tuple[OutputSpec, ...]:
        """The least squared distance, that to each class, and the embedding."""
        known, _ = known_classes(train)
        each = (OutputSpec(BY_CLASS, (len(known),), known),) if self.by_class else ()
        return OutputSpec(SCORE, ()), *each, OutputSpec(EMBEDDING, (self.latent,))

    def answers(self, output: Any) -> dict[str, Tensor]:
        """By name."""
        distance, code = output
        each = {BY_CLASS: distance} if self.by_class else {}
        return {SCORE: distance.amin(1), **each, EMBEDDING: code}

    def loss(self, output: Any, target: Tensor) -> Tensor:
        """(n,) squared distance to the own centre; of a row without one to the nearest."""
        distance: Tensor = output[0]
        if distance.shape[1] == 1:
            return distance[:, 0]
        place = self.place.to(target.device)[target]
        own = distance.gather(1, place.clamp_min(0)[:, None])[:, 0]
        return torch.where(place < 0, distance.amin(1), own)

    def _places(self, train: Samples) -> Tensor:
        """(n,) the centre of each row, -1 for none."""
        _, place = known_classes(train)
        return torch.from_numpy(place) if self.by_class else torch.zeros(len(train), dtype=torch.long)

    def _embedded(self, encode: nn.Module, train: Samples) -> Tensor:
        """(n, latent) of scaled features."""
        with torch.inference_mode():
            parts = [
                encode(torch.from_numpy(Prepare(self.inputs)({NAME: batch.inputs[NAME]})[NAME]))
                for batch in train.batches(4096)
            ]
        return torch.cat(parts).clone()


class Centred(nn.Module):
    """Features (n, columns) -> squared distances to the centres (n, centres), embedding (n, latent)."""

    centres: Tensor

    def __init__(self, encode: nn.Module, centres: Tensor) -> None:
        super().__init__()
        self.encode = encode
        self.register_buffer("centres", centres)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Where a row lies, and how far from each centre."""
        code = self.encode(features)
        return (code[:, None] - self.centres).square().sum(2), code


class FirstTraining:
    """The run of a training before the one that counts: a folder within, losses under names of their own."""

    def __init__(self, run: Run) -> None:
        self.run, self.seed, self.directory = run, run.seed, run.directory / "pretraining"
        self.directory.mkdir(exist_ok=True)

    def log_metrics(self, metrics: Mapping[str, float], step: int) -> None:
        """Record ``train_pretraining_loss`` and ``validation_pretraining_loss``."""
        self.run.log_metrics({name.replace("_", "_pretraining_", 1): value for name, value in metrics.items()}, step)

    def log_files(self, path: Path) -> None:
        """The weights are a step on the way, not a result."""


def class_means(code: Tensor, place: Tensor) -> Tensor:
    """(centres, latent) mean embedding of the rows of each place, in float64 and rounded once."""
    return torch.stack([code[place == each].double().mean(0) for each in range(int(place.max()) + 1)]).float()
