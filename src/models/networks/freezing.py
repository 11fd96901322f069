"""Which layers of a network are trained, and from which epoch on."""

from dataclasses import dataclass

from torch import nn

from ...runtime.errors import AlertlabError

NONE, LAST, GRADUAL = "none", "last", "gradual"
NORMALISATIONS = (nn.BatchNorm1d, nn.BatchNorm2d)  # those with running statistics, which no gradient moves


@dataclass(frozen=True)
class Freezing:
    """What of a network that begins with another's weights is trained.

    Attributes
    ----------
    freeze : ``none`` trains all layers from the start, ``last`` the last one alone, ``gradual`` the last one first
        and one more towards the inputs after every ``thaw_every`` epochs (Howard & Ruder 2018, section 3.3).
    thaw_every : epochs, at least 1.
    """

    freeze: str = NONE
    thaw_every: int = 1

    def __post_init__(self) -> None:
        if self.freeze not in (NONE, LAST, GRADUAL):
            raise AlertlabError(f"model.freeze: {self.freeze!r} is none of {NONE}, {LAST}, {GRADUAL}")
        if isinstance(self.thaw_every, bool) or not isinstance(self.thaw_every, int) or self.thaw_every < 1:
            raise AlertlabError(f"model.thaw_every: {self.thaw_every!r} is no whole number of 1 or more")

    def check(self, begun: bool) -> None:
        """Raise AlertlabError where layers would stay frozen at random, for there are no weights to begin with."""
        if self.freeze != NONE and not begun:
            raise AlertlabError(
                f"model.freeze: {self.freeze} freezes what another run has trained; give model.init_from=RUN_ID"
            )

    def at(self, network: nn.Module, epoch: int) -> None:
        """Let the layers learn that are trained in an epoch, from 0, and hold all others; ``none`` touches nothing."""
        if self.freeze == NONE:
            return
        trained = 1 if self.freeze == LAST else 1 + epoch // self.thaw_every
        learning = {name for layer in layers_of(network)[-trained:] for name in layer}
        for name, parameter in network.named_parameters():
            parameter.requires_grad = name in learning

    def hold_statistics(self, network: nn.Module) -> None:
        """Frozen normalisations keep their running statistics, which a training step would move."""
        for layer in network.modules():
            if self.freeze != NONE and isinstance(layer, NORMALISATIONS):
                layer.train(all(parameter.requires_grad for parameter in layer.parameters()))


def layers_of(network: nn.Module) -> list[list[str]]:
    """Names of the parameters of each layer, in the order of the network.

    What has scales and offsets alone, such as a normalisation, belongs to the layer before it.
    """
    parameters = dict(network.named_parameters())
    owners: dict[str, list[str]] = {}
    for name in parameters:
        owners.setdefault(name.rpartition(".")[0], []).append(name)
    layers: list[list[str]] = []
    for names in owners.values():
        if layers and all(parameters[name].ndim < 2 for name in names):
            layers[-1].extend(names)
        else:
            layers.append(names)
    return layers
