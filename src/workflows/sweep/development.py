"""What trials may see of the data: train and validation; the test part is not there."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from ...core.curves import Curve
from ...core.samples import Samples
from ...core.split import Split
from ...datamodules import DataModule
from ...runtime.errors import AlertlabError

SEEN = ("train", "validation")


class Development(DataModule):
    """Train and validation of another datamodule, as its current split has them.

    Parameters
    ----------
    data : the whole.
    outliers : classes that are not learned from either; `judged` has those of the validation part.
    """

    def __init__(self, data: DataModule, outliers: Sequence[str] = ()) -> None:
        super().__init__(data.plan, data.workers)
        self.whole, self.outliers = data, tuple(outliers)
        if strange := [name for name in outliers if name not in data.samples().classes]:
            raise AlertlabError(
                f"search.outliers: {strange[0]} is no class of the data; there are {', '.join(data.samples().classes)}"
            )

    @property
    def description(self) -> str:
        """What the data are."""
        return self.whole.description

    @cached_property
    def split(self) -> Split:
        """That of the whole, without what tests."""
        split = self.whole.split
        return Split({name: part for name, part in split.parts.items() if part in SEEN}, split.made_by)

    def read(self) -> Samples:
        """Samples of both parts."""
        samples = self.whole.samples()
        return self._without(samples.take(np.isin(self.whole.split.of(samples.object_id), SEEN)))

    def samples(self, part: str | None = None) -> Samples:
        """Samples of a part, as the whole gives them; of any but train and validation there are none."""
        if part is None:
            return self.everything
        if part not in SEEN:
            return self.everything.take(np.zeros(0, np.int64))
        return self._without(self.whole.samples(part))

    def judged(self) -> Samples:
        """The validation part, outliers and all."""
        return self.whole.samples("validation")

    def curves_of(self, objects: Sequence[str]) -> Mapping[str, Curve]:
        """Light curves of objects that trials see."""
        return self.whole.curves_of([name for name in objects if self.whole.split.parts.get(name) in SEEN])

    def _without(self, samples: Samples) -> Samples:
        if not self.outliers:
            return samples
        numbers = [samples.classes.index(name) for name in self.outliers]
        return samples.take(~np.isin(samples.strata, numbers))
