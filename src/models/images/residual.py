"""A plain residual network."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from ...runtime.errors import AlertlabError
from .image_model import ImageModel, share, whole


class ImageCnn(ImageModel):
    """A residual network (He et al. 2016) with every size in its config.

    Parameters
    ----------
    stem, stem_kernel, stem_stride, widths, blocks, kernel_size, dropout : see :class:`ResidualNetwork`.
    options : see :class:`ImageModel`.

    Raises
    ------
    AlertlabError
        For sizes that are none, or widths and blocks of unequal number.
    """

    def __init__(
        self,
        *,
        stem: int,
        stem_kernel: int,
        stem_stride: int,
        widths: Sequence[int],
        blocks: Sequence[int],
        kernel_size: int,
        dropout: float,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        named = {"stem": stem, "stem_stride": stem_stride}
        named |= {f"widths[{place}]": value for place, value in enumerate(widths)}
        named |= {f"blocks[{place}]": value for place, value in enumerate(blocks)}
        for key, value in named.items():
            whole(key, value)
        for key, value in (("stem_kernel", stem_kernel), ("kernel_size", kernel_size)):
            whole(key, value)
            if value % 2 == 0:
                raise AlertlabError(f"model.{key}: {value} is even; an odd kernel has a middle")
        if not widths or len(widths) != len(blocks):
            raise AlertlabError(
                f"model.widths: {len(widths)} widths and {len(blocks)} blocks; give as many, at least one"
            )
        share("dropout", dropout)
        self.stem, self.stem_kernel, self.stem_stride = stem, stem_kernel, stem_stride
        self.widths, self.blocks, self.kernel_size, self.dropout = tuple(widths), tuple(blocks), kernel_size, dropout

    def network_of(self, channels: int, side: int, outputs: int) -> nn.Module:
        """The residual network; it takes any side."""
        return ResidualNetwork(
            channels=channels,
            outputs=outputs,
            stem=self.stem,
            stem_kernel=self.stem_kernel,
            stem_stride=self.stem_stride,
            widths=self.widths,
            blocks=self.blocks,
            kernel_size=self.kernel_size,
            dropout=self.dropout,
        )


class ResidualNetwork(nn.Module):
    """Stages of residual blocks, each but the first at half the resolution; the mean over all pixels decides.

    Parameters
    ----------
    channels, outputs : of images and answers.
    stem : filters of the first convolution. stem_kernel, stem_stride : of it, in pixels.
    widths : filters of each stage. blocks : residual blocks of each, two convolutions each.
    kernel_size : of them, odd. dropout : before the last layer.

    Shapes
    ------
    image (n, channels, y, x) -> (n, outputs)
    """

    def __init__(
        self,
        channels: int,
        outputs: int,
        stem: int,
        stem_kernel: int,
        stem_stride: int,
        widths: Sequence[int],
        blocks: Sequence[int],
        kernel_size: int,
        dropout: float,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [_convolution(channels, stem, stem_kernel, stem_stride), nn.ReLU()]
        for stage, (width, count) in enumerate(zip(widths, blocks, strict=True)):
            for block in range(count):
                stride = 2 if stage and not block else 1
                layers.append(_Block(stem, width, kernel_size, stride))
                stem = width
        self.describe = nn.Sequential(*layers)
        self.dropout = nn.Dropout(dropout)
        self.decide = nn.Linear(stem, outputs)

    def forward(self, image: Tensor) -> Tensor:
        """Logits, or what becomes values, (n, outputs)."""
        answer: Tensor = self.decide(self.dropout(self.describe(image).mean((2, 3))))
        return answer


class _Block(nn.Module):
    def __init__(self, width_in: int, width: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.change = nn.Sequential(
            _convolution(width_in, width, kernel, stride), nn.ReLU(), _convolution(width, width, kernel, 1)
        )
        same = stride == 1 and width_in == width
        self.keep = nn.Identity() if same else _convolution(width_in, width, 1, stride)

    def forward(self, image: Tensor) -> Tensor:
        """The image, and what the block makes of it."""
        found: Tensor = (self.keep(image) + self.change(image)).relu()
        return found


def _convolution(width_in: int, width: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(width_in, width, kernel, stride, padding=kernel // 2, bias=False), nn.BatchNorm2d(width)
    )
