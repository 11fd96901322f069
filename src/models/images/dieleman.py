"""The winning network of the Galaxy Zoo challenge."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ...runtime.errors import AlertlabError
from .image_model import ImageModel, share, whole

VIEWS = 16  # two turns, their mirror images, four corners of each


class DielemanCnn(ImageModel):
    """Dieleman, Willett & Dambre (2015): sixteen views of one image, and maxout.

    Parameters
    ----------
    view, patch, filters, kernels, pooled, maxout, dropout : see :class:`DielemanNetwork`.
    options : see :class:`ImageModel`; of votes the answers keep to their tree, see :class:`~.vote_tree.VoteTree`.

    Raises
    ------
    AlertlabError
        For sizes that are none, or do not fit each other.
    """

    first_bias = None  # its own, 0.1

    def __init__(
        self,
        *,
        view: int,
        patch: int,
        filters: Sequence[int],
        kernels: Sequence[int],
        pooled: Sequence[bool],
        maxout: Sequence[int],
        dropout: float,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        named = {"view": view, "patch": patch}
        for key, values in (("filters", filters), ("kernels", kernels), ("maxout", maxout)):
            named |= {f"{key}[{place}]": value for place, value in enumerate(values)}
        for key, value in named.items():
            whole(key, value)
        share("dropout", dropout)
        if not len(filters) == len(kernels) == len(pooled) > 0:
            raise AlertlabError(
                "model.filters: filters, kernels and pooled are of each convolution; give as many, at least one"
            )
        if not patch <= view:
            raise AlertlabError(f"model.patch: {patch} pixels are more than the {view} of a view")
        self.view, self.patch, self.filters, self.kernels = view, patch, tuple(filters), tuple(kernels)
        self.pooled, self.maxout, self.dropout = tuple(pooled), tuple(maxout), dropout
        sides(patch, self.kernels, self.pooled)

    def network_of(self, channels: int, side: int, outputs: int) -> nn.Module:
        """The published network for these channels and answers."""
        if side < self.view:
            raise AlertlabError(
                f"model.view: {self.view} pixels, the images have {side}; see model.crop, model.downsample"
            )
        return DielemanNetwork(
            channels=channels,
            side=side,
            outputs=outputs,
            view=self.view,
            patch=self.patch,
            filters=self.filters,
            kernels=self.kernels,
            pooled=self.pooled,
            maxout=self.maxout,
            dropout=self.dropout,
        )


class DielemanNetwork(nn.Module):
    """Convolutions shared by sixteen patches of an image, then dense layers of maxout.

    The image as it is and turned by 45 degrees, each also mirrored; of each the four corners, turned so that the middle
    of the image lies in the same corner of every patch. A convolution has a bias at each place of its own. Pixels that
    a turned image lacks in its corners are 0.

    Parameters
    ----------
    channels, side : of the images. outputs : answers.
    view : central pixels a side of the image and the turned one. patch : pixels a side of a corner.
    filters, kernels : of each convolution, without padding. pooled : whether a 2x2 maximum follows it.
    maxout : widths of the dense layers, each the larger of two linear units. dropout : before each dense layer.

    Shapes
    ------
    image (n, channels, side, side) -> (n, outputs)
    """

    places: Tensor
    weights: Tensor

    def __init__(
        self,
        channels: int,
        side: int,
        outputs: int,
        view: int,
        patch: int,
        filters: Sequence[int],
        kernels: Sequence[int],
        pooled: Sequence[bool],
        maxout: Sequence[int],
        dropout: float,
    ) -> None:
        super().__init__()
        self.side, self.view, self.patch = side, view, patch
        places, weights = turned(side, view, 45.0)
        self.register_buffer("places", places, persistent=False)
        self.register_buffer("weights", weights, persistent=False)
        layers: list[nn.Module] = []
        ends = sides(patch, kernels, pooled)
        for place, (width, kernel, pool, end) in enumerate(zip(filters, kernels, pooled, ends, strict=True)):
            layers.append(_Untied(channels, width, kernel, end, 0.1 if place + 1 == len(filters) else 0.01))
            layers += [nn.ReLU(), *([nn.MaxPool2d(2)] if pool else [])]
            channels = width
        last = ends[-1] // 2 if pooled[-1] else ends[-1]
        self.describe = nn.Sequential(*layers, nn.Flatten())
        width = VIEWS * channels * last**2
        dense: list[nn.Module] = []
        for units in maxout:
            dense += [nn.Dropout(dropout), _Maxout(width, units)]
            width = units
        self.decide = nn.Sequential(*dense, nn.Dropout(dropout), _linear(width, outputs, 0.01, 0.1))

    def forward(self, image: Tensor) -> Tensor:
        """Logits, or what becomes values, (n, outputs)."""
        start = (self.side - self.view) // 2
        plain = image[:, :, start : start + self.view, start : start + self.view]
        flat = image.flatten(2)
        tilted = sum(flat[:, :, self.places[corner]] * self.weights[corner] for corner in range(4))
        assert isinstance(tilted, Tensor)
        both = [plain, tilted.reshape(*tilted.shape[:2], self.view, self.view)]
        seen = [*both, *(each.flip(3) for each in both)]
        patches = [
            torch.rot90(each, turn, (2, 3))[:, :, : self.patch, : self.patch] for each in seen for turn in range(4)
        ]
        described = self.describe(torch.cat(patches)).unflatten(0, (VIEWS, -1)).transpose(0, 1).flatten(1)
        answer: Tensor = self.decide(described)
        return answer


class _Untied(nn.Module):
    """A convolution without padding, with a bias of its own at each place."""

    def __init__(self, channels: int, filters: int, kernel: int, side: int, deviation: float) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(channels, filters, kernel, bias=False)
        self.bias = nn.Parameter(torch.full((filters, side, side), 0.1))
        nn.init.normal_(self.convolve.weight, std=deviation)

    def forward(self, image: Tensor) -> Tensor:
        """(n, filters, side, side)."""
        found: Tensor = self.convolve(image) + self.bias
        return found


class _Maxout(nn.Module):
    """The larger of two linear units (Goodfellow et al. 2013)."""

    def __init__(self, width_in: int, width: int) -> None:
        super().__init__()
        self.linear = _linear(width_in, 2 * width, 0.001, 0.01)

    def forward(self, values: Tensor) -> Tensor:
        """(n, width)."""
        found: Tensor = self.linear(values).unflatten(1, (-1, 2)).amax(2)
        return found


def _linear(width_in: int, width: int, deviation: float, bias: float) -> nn.Linear:
    layer = nn.Linear(width_in, width)
    nn.init.normal_(layer.weight, std=deviation)
    nn.init.constant_(layer.bias, bias)
    return layer


def sides(patch: int, kernels: Sequence[int], pooled: Sequence[bool]) -> list[int]:
    """Pixels a side after each convolution, before any pooling that follows.

    Raises
    ------
    AlertlabError
        Where nothing is left.
    """
    found, side = [], patch
    for kernel, pool in zip(kernels, pooled, strict=True):
        side = side - kernel + 1
        found.append(side)
        if side < (2 if pool else 1):
            raise AlertlabError(f"model.patch: {patch} pixels are too few for these kernels and poolings")
        side = side // 2 if pool else side
    return found


def turned(side: int, view: int, degrees: float) -> tuple[Tensor, Tensor]:
    """Where a turned view finds its pixels in an image: four neighbours each, and their weights.

    Parameters
    ----------
    side, view : pixels a side of image and view; their middles coincide. degrees : anticlockwise, y downwards.

    Returns
    -------
    (4, view * view) int64 places in the flat image, and weights, 0 outside.
    """
    angle = math.radians(degrees)
    out = torch.arange(view, dtype=torch.float64) - (view - 1) / 2
    y, x = torch.meshgrid(out, out, indexing="ij")
    middle = (side - 1) / 2
    source_x = (math.cos(angle) * x - math.sin(angle) * y + middle).flatten()
    source_y = (math.sin(angle) * x + math.cos(angle) * y + middle).flatten()
    places, weights = [], []
    for dy in (0, 1):
        for dx in (0, 1):
            column, row = source_x.floor() + dx, source_y.floor() + dy
            weight = (1 - (source_x - column).abs()) * (1 - (source_y - row).abs())
            inside = (row >= 0) & (row < side) & (column >= 0) & (column < side)
            places.append((row.clamp(0, side - 1) * side + column.clamp(0, side - 1)).long())
            weights.append(torch.where(inside, weight, 0.0).float())
    return torch.stack(places), torch.stack(weights)
