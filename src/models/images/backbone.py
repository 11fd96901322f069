"""Any network of a library, such as torchvision's or timm's, under a last layer of our own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from ...runtime.errors import AlertlabError
from .image_model import ImageModel

KEY = "model.backbone"


class BackboneCnn(ImageModel):
    """What a backbone makes of an image, flattened, goes through one linear layer.

    Parameters
    ----------
    backbone : builds the network: images (n, channels, side, side) -> (n, ...); anew for each training.
    weights : a file of its weights, ``.safetensors``, or of torch without anything but tensors; None begins at random.
    options : see :class:`ImageModel`.

    Raises
    ------
    AlertlabError
        For what builds no network; on training, for weights that are not those of it.
    """

    def __init__(self, *, backbone: Callable[[], nn.Module], weights: str | None, **options: Any) -> None:
        super().__init__(**options)
        if not callable(backbone) or isinstance(backbone, nn.Module):
            raise AlertlabError(f"{KEY}: name what builds a network, with _partial_: true")
        self.backbone, self.weights = backbone, None if weights is None else Path(weights)

    def network_of(self, channels: int, side: int, outputs: int) -> nn.Module:
        """The backbone with its weights, and a layer for these answers."""
        backbone = self.backbone()
        if not isinstance(backbone, nn.Module):
            raise AlertlabError(f"{KEY}: it built {type(backbone).__name__}, which is no torch.nn.Module")
        if self.weights is not None:
            _load(backbone, self.weights)
        backbone.eval()
        try:
            with torch.no_grad():
                found = backbone(torch.zeros(2, channels, side, side))
        except (RuntimeError, ValueError, TypeError) as error:
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise AlertlabError(
                f"{KEY}: it does not take {channels} channels of {side}x{side} pixels ({said})"
            ) from error
        if not isinstance(found, Tensor) or found.ndim < 2 or len(found) != 2:
            raise AlertlabError(f"{KEY}: it answers {type(found).__name__}; one tensor with a row an image is needed")
        return WithHead(backbone.train(), found[0].numel(), outputs)


class WithHead(nn.Module):
    """A backbone, and a linear layer on what it says.

    Shapes
    ------
    image (n, channels, y, x) -> (n, outputs)
    """

    def __init__(self, backbone: nn.Module, width: int, outputs: int) -> None:
        super().__init__()
        self.backbone, self.decide = backbone, nn.Linear(width, outputs)

    def forward(self, image: Tensor) -> Tensor:
        """Logits, or what becomes values, (n, outputs)."""
        answer: Tensor = self.decide(self.backbone(image).flatten(1))
        return answer


def _load(backbone: nn.Module, path: Path) -> None:
    try:
        safe = path.suffix == ".safetensors"
        state = load_file(path) if safe else torch.load(path, map_location="cpu", weights_only=True)
        backbone.load_state_dict(state)
    except Exception as error:  # whatever a file that is none makes of its readers
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise AlertlabError(f"model.weights: {path} does not hold the weights of the backbone ({said})") from error
