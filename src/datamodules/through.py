"""The same data, each of whose parts is seen through a function."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from ..core.curves import Curve
from ..core.samples import Samples
from ..core.split import Split
from .parted import DataModule


class Through(DataModule):
    """What a member of a model learns from: another datamodule's parts, some of the rows or columns hidden.

    Parameters
    ----------
    data : the whole; it keeps its parts. change : from samples to what is seen of them.
    """

    def __init__(self, data: DataModule, change: Callable[[Samples], Samples]) -> None:
        super().__init__(data.plan, data.workers)
        self.whole, self.change = data, change

    @property
    def description(self) -> str:
        """What the data are."""
        return self.whole.description

    @cached_property
    def split(self) -> Split:
        """That of the whole."""
        return self.whole.split

    def read(self) -> Samples:
        """All samples, changed."""
        return self.change(self.whole.samples())

    def samples(self, part: str | None = None) -> Samples:
        """The samples of a part, changed."""
        return self.everything if part is None else self.change(self.whole.samples(part))

    def curves_of(self, objects: Sequence[str]) -> Mapping[str, Curve]:
        """Light curves of objects, as the whole has them."""
        return self.whole.curves_of(objects)
