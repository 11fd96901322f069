"""Dense layers over a table of features, trained by Lightning: a network that can go on from another domain."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from sklearn.utils.class_weight import compute_class_weight
from torch import Tensor, nn
from torch.nn import functional

from ...core.samples import Samples
from ...runtime import operations
from ...runtime.errors import AlertlabError
from ...runtime.manifest import InputSpec, OutputSpec
from ..graphs.graph_file import NAME
from ..inputs import standardising, table_input
from ..networks.network_model import NetworkModel
from .features import HUGE, NATIVE, cleaning, tabular

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
}
NORMALISATIONS: dict[str, type[nn.Module] | None] = {"none": None, "batch": nn.BatchNorm1d, "layer": nn.LayerNorm}
BALANCED = "balanced"
EMBEDDING = "embedding"


class TabularNetwork(NetworkModel):
    """A classifier of dense layers over features of any unit (the network of Ostdiek et al. 2020 is one).

    Features are standardised as the train part has them and bent by arsinh, so that a long tail becomes a logarithm;
    an unknown one is the mean.

    Parameters
    ----------
    dense : widths of the hidden layers, so many of them; none is a logistic regression.
    dropout : share of each hidden layer's values that a training step leaves out, from 0 to less than 1.
    normalisation : after each hidden layer's weights: none, batch or layer.
    activation : relu, leaky_relu, gelu, silu or tanh.
    class_weight : ``balanced``, every class weighs as much in the loss of training; None, every sample.
    embedding : also answer the values of the last hidden layer.
    options : see :class:`~..networks.network_model.NetworkModel`.
    """

    def __init__(
        self,
        *,
        dense: Sequence[int],
        dropout: float,
        normalisation: str,
        activation: str,
        class_weight: str | None,
        embedding: bool,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if any(isinstance(width, bool) or not isinstance(width, int) or width < 1 for width in dense):
            raise AlertlabError(f"model.dense: {list(dense)} holds a width that is no whole number of 1 or more")
        if isinstance(dropout, bool) or not isinstance(dropout, int | float) or not 0 <= dropout < 1:
            raise AlertlabError(f"model.dropout: {dropout!r} is no share from 0 to less than 1")
        for key, value, known in (
            ("normalisation", normalisation, NORMALISATIONS),
            ("activation", activation, ACTIVATIONS),
            ("class_weight", class_weight, (BALANCED, None)),
        ):
            if value not in known:
                raise AlertlabError(f"model.{key}: {value!r} is none of {', '.join(str(each) for each in known)}")
        if class_weight and self.balanced:
            raise AlertlabError("model.balanced: samples are drawn or weighed, not both; give balanced=false")
        self.dense, self.dropout, self.class_weight, self.embedding = tuple(dense), dropout, class_weight, embedding
        self.normalisation, self.activation = NORMALISATIONS[normalisation], ACTIVATIONS[activation]

    def inputs_of(self, train: Samples) -> tuple[InputSpec, ...]:
        """The table, scaled as the train part has it."""
        known = operations.apply(cleaning(NATIVE), tabular(train).inputs[NAME])
        return (
            table_input(
                train,
                NAME,
                (
                    {"op": "bound", "limit": HUGE, "value": 0.0},
                    standardising(known),
                    {"op": "arsinh"},
                    {"op": "nan_to_num", "value": 0.0},
                ),
            ),
        )

    def outputs_of(self, train: Samples) -> tuple[OutputSpec, ...]:
        """Probabilities, and the last hidden layer where it is asked for."""
        width = (len(train.columns[NAME]), *self.dense)[-1]
        return *super().outputs_of(train), *((OutputSpec(EMBEDDING, (width,)),) if self.embedding else ())

    def build(self, train: Samples) -> nn.Module:
        """Dense layers, the last of them linear."""
        return Dense((len(train.columns[NAME]), *self.dense), len(train.taxonomy.classes), self.hidden)

    def hidden(self, width_in: int, width_out: int) -> nn.Sequential:
        """One hidden layer."""
        normalised = [self.normalisation(width_out)] if self.normalisation else []
        dropped = [nn.Dropout(self.dropout)] if self.dropout else []
        return nn.Sequential(nn.Linear(width_in, width_out), *normalised, self.activation(), *dropped)

    def class_weights(self, train: Samples) -> Tensor | None:
        """As scikit-learn's ``balanced``; a class that training lacks weighs nothing."""
        if self.class_weight is None:
            return None
        present = np.unique(train.target)
        weights = torch.zeros(len(train.taxonomy.classes))
        weights[present] = torch.from_numpy(
            compute_class_weight(self.class_weight, classes=present, y=train.target)
        ).float()
        return weights

    def answers(self, output: Any) -> dict[str, Tensor]:
        """By name."""
        logits, last = output
        return super().answers(logits) | ({EMBEDDING: last} if self.embedding else {})

    def loss(self, output: Any, target: Tensor) -> Tensor:
        """(n,) cross-entropy in nats; training weighs it by class."""
        return functional.cross_entropy(output[0], target, reduction="none")


class Dense(nn.Module):
    """Features (n, columns) -> logits (n, classes) and the last hidden layer (n, its width).

    Parameters
    ----------
    widths : of the features and the hidden layers. classes : how many. hidden : (width, width) -> a hidden layer.
    """

    def __init__(self, widths: Sequence[int], classes: int, hidden: Any) -> None:
        super().__init__()
        self.describe = nn.Sequential(*(hidden(*pair) for pair in pairwise(widths)))
        self.decide = nn.Linear(widths[-1], classes)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """What is said, and of what."""
        last = self.describe(features)
        return self.decide(last), last
