"""Convolutions and poolings in a row, as a config lists them."""

from collections.abc import Sequence

from torch import nn

from ...runtime.errors import AlertlabError

POOL = "pool"  # among the layers: 2x2 maximum


def convolutions(
    layers: Sequence[int | str], channels: int, side: int, first_kernel: int = 3, branches: int = 1
) -> tuple[nn.Sequential, int]:
    """The layers, flattened at the end, and how many features they leave.

    Parameters
    ----------
    layers : filters of each convolution, and "pool"; odd sides are pooled with their last pixel.
    channels, side : of the images, side in pixels.
    first_kernel : side of the first kernel in pixels; the others are 3x3.
    branches : groups of channels, each with filters of its own.
    """
    modules: list[nn.Module] = []
    kernel = first_kernel
    for layer in layers:
        if layer == POOL:
            modules.append(nn.MaxPool2d(2, ceil_mode=True))
            side = -(-side // 2)
            continue
        filters = branches * int(layer)
        if kernel % 2 == 0:
            modules.append(nn.ZeroPad2d((0, 1, 0, 1)))  # an even kernel looks one pixel further right and down
        modules += [nn.Conv2d(channels, filters, kernel, padding=(kernel - 1) // 2, groups=branches), nn.ReLU()]
        kernel, channels = 3, filters
    return nn.Sequential(*modules, nn.Flatten()), channels * side**2


def check_layers(layers: Sequence[int | str]) -> tuple[int | str, ...]:
    """The layers of a config.

    Raises
    ------
    AlertlabError
        For one that is neither a number of filters nor "pool".
    """
    for layer in layers:
        if layer != POOL and not (isinstance(layer, int) and layer > 0):
            raise AlertlabError(f"model.layers: {layer!r} is neither a number of filters nor {POOL}")
    return tuple(layers)
