"""A forest on moments of the stamps: what a network of the stamps has to be better than."""

from collections.abc import Sequence
from typing import Any

from ...core.samples import Samples
from ...runtime.manifest import InputSpec
from ...runtime.moments import moment_names
from ..forests.forests import FlatBalancedForest
from ..inputs import Steps
from ..tables.features import cleaning
from .stamp_classifier import stamps


class MomentsForest(FlatBalancedForest):
    """One balanced forest on how bright, wide, long and lopsided each stamp is, in units of its noise.

    Parameters
    ----------
    radii : of discs about the centre in pixels, see :func:`alertlab.runtime.moments.moments`.
    options : see :class:`FlatBalancedForest`.
    """

    def __init__(self, *, radii: Sequence[float], **options: Any) -> None:
        super().__init__(**options)
        self.radii = [float(radius) for radius in radii]

    def input_of(self, train: Samples) -> InputSpec:
        """The three stamps, and the way to their moments."""
        steps: Steps = ({"op": "noise_scale"}, {"op": "moments", "radii": self.radii}, *cleaning(self.missing))
        return stamps(train, steps)

    @property
    def names(self) -> list[str]:
        """Of the moments."""
        return moment_names(self.input.channels, self.radii)
