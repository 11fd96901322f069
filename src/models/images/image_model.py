"""What networks of images share: how pixels are prepared, and what is answered."""

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ...core.contracts import CLASSIFICATION
from ...core.samples import Samples
from ...runtime.errors import AlertlabError
from ...runtime.manifest import InputSpec, OutputSpec
from ...runtime.tasks.regression import VALUE, Quantities
from ..inputs import Steps, image_input
from ..networks.network_model import NetworkModel
from .vote_tree import VoteTree, squared_error

IMAGE, REGRESSION = "image", "regression"
SCALINGS: dict[str, tuple[Steps, Steps]] = {  # before and after pixels are cut and averaged
    "none": ((), ()),
    "unit": ((), ({"op": "linear", "minimum": 0.0, "maximum": 255.0},)),
    "minmax": ((), ({"op": "minmax"},)),
    "noise": (({"op": "noise_scale"},), ({"op": "arsinh"},)),
}


class ImageModel(NetworkModel):
    """A network that looks at images, and says their class or values of them; a subclass says which.

    Parameters
    ----------
    task : ``classification``, or ``regression`` of the quantities that the data have: mean squared error, of votes as
        they are, of others in units of their deviation in the train part.
    crop : central pixels a side; None takes all. Where sizes differ it is needed, and what lacks is filled.
    downsample : side of the blocks of pixels that are averaged, which must divide what is left.
    scaling : ``unit``, 0 to 255 become 0 to 1; ``minmax``, each channel of each image by its own range; ``noise``, in
        units of its noise about its median, bent by arsinh; ``none``.
    options : see :class:`NetworkModel`.

    Raises
    ------
    AlertlabError
        For a value that is none of these.
    """

    first_bias: ClassVar[float | None] = 1.0  # of the last layer, for votes: one below 0 throughout would learn nothing

    def __init__(self, *, task: str, crop: int | None, downsample: int, scaling: str, **options: Any) -> None:
        super().__init__(**options)
        for key, value, known in (
            ("task", task, (CLASSIFICATION, REGRESSION)),
            ("scaling", scaling, tuple(SCALINGS)),
        ):
            if value not in known:
                raise AlertlabError(f"model.{key}: {value!r} is none of {', '.join(known)}")
        whole("downsample", downsample)
        if crop is not None:
            whole("crop", crop)
        self.task, self.crop, self.downsample, self.scaling = task, crop, downsample, scaling
        if task == REGRESSION:
            self.balanced = False  # there are no classes

    @abstractmethod
    def network_of(self, channels: int, side: int, outputs: int) -> nn.Module:
        """Images (n, channels, side, side) -> (n, outputs), logits or what becomes values."""

    def inputs_of(self, train: Samples) -> tuple[InputSpec, ...]:
        """Images cut to one size, averaged and scaled; unknown pixels become 0."""
        if IMAGE not in train.inputs:
            raise AlertlabError(f"model: takes images, the data have {', '.join(train.inputs)}; choose another model")
        sides = train.shape(IMAGE)[2:]
        self._side(train)  # an error before any step
        sized = 0 in sides
        before, after = SCALINGS[self.scaling]
        cut: Steps = ({"op": "crop", "size": self.crop},) if self.crop and not sized else ()
        steps = (
            *(({"op": "fit", "size": self.crop},) if sized else ()),
            *before,
            *cut,
            *(({"op": "block_mean", "factor": self.downsample},) if self.downsample > 1 else ()),
            *after,
            {"op": "nan_to_num", "value": 0.0},
        )
        return (image_input(train, IMAGE, train.channels.get(IMAGE, ()), "", steps),)

    def build(self, train: Samples) -> nn.Module:
        """The network, and the rule of its answers."""
        channels, side = train.shape(IMAGE)[1], self._side(train) // self.downsample
        if self.task == CLASSIFICATION:
            return self.network_of(channels, side, len(train.taxonomy.classes))
        names = self._quantities(train)
        mean, scale = _spread(train)
        unit = [1.0 if each.group else scale[place] for place, each in enumerate(names.quantities)]
        self.unit = torch.tensor(unit, dtype=torch.float32)
        network = self.network_of(channels, side, len(names.names))
        *_, last = (each for each in network.modules() if isinstance(each, nn.Linear))
        if self.first_bias is not None and names.groups:
            nn.init.constant_(last.bias, self.first_bias)
        return nn.Sequential(network, VoteTree(names, torch.from_numpy(mean), torch.from_numpy(scale)))

    def outputs_of(self, train: Samples) -> tuple[OutputSpec, ...]:
        """Probabilities, or a value of each quantity."""
        if self.task == CLASSIFICATION:
            return super().outputs_of(train)
        return (OutputSpec(VALUE, (len(self._quantities(train).names),)),)

    def answers(self, output: Any) -> dict[str, Tensor]:
        """By name."""
        return super().answers(output) if self.task == CLASSIFICATION else {VALUE: output}

    def loss(self, output: Any, target: Tensor) -> Tensor:
        """(n,) cross-entropy in nats, or mean squared errors."""
        if self.task == CLASSIFICATION:
            return functional.cross_entropy(output, target, reduction="none")
        return squared_error(output, target, self.unit.to(output.device))

    def _quantities(self, train: Samples) -> Quantities:
        if not isinstance(train.names, Quantities):
            raise AlertlabError("model.task: the data have no values; give datamodule.values, or task=classification")
        return train.names

    def _side(self, train: Samples) -> int:
        """Pixels a side before they are averaged."""
        sides = train.shape(IMAGE)[2:]
        if self.crop is None and (0 in sides or sides[0] != sides[1]):
            found = "their sizes differ" if 0 in sides else f"they have {sides[0]}x{sides[1]} pixels"
            raise AlertlabError(
                f"model.crop: images must be square and of one size, {found}; say how many pixels a side"
            )
        side = self.crop or sides[0]
        if 0 not in sides and side > min(sides):
            raise AlertlabError(f"model.crop: {side} is more than the {sides[0]}x{sides[1]} pixels of the images")
        if side % self.downsample:
            raise AlertlabError(f"model.downsample: {self.downsample} does not divide {side} pixels; change model.crop")
        return int(side)


def whole(key: str, value: Any, least: int = 1) -> None:
    """Refuse what is no whole number from ``least`` on."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise AlertlabError(f"model.{key}: {value!r} is not a whole number of {least} or more")


def share(key: str, value: Any) -> None:
    """Refuse what is no share from 0 to less than 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise AlertlabError(f"model.{key}: {value!r} is no share from 0 to less than 1")


def _spread(train: Samples) -> tuple[Any, Any]:
    """(quantities,) means and deviations of what is known; 1 for the deviation of what does not vary."""
    target = np.asarray(train.target, np.float64)
    known = np.isfinite(target)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, target, 0).sum(axis=0) / count
    deviation = np.sqrt((np.where(known, target - mean, 0) ** 2).sum(axis=0) / count)
    return mean, np.where(deviation > 0, deviation, 1.0)
