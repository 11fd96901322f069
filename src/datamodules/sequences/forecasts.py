"""Light curves cut in two by time: what was seen of each, and what is asked of its future."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...core.curve_columns import BAND, CURVE, ERROR, TIME, VALUE
from ...core.light_curve_rows import facts_of
from ...core.samples import Samples
from ...core.split import SplitPlan
from ...features.recipe import Recipe
from ...runtime.errors import AlertlabError
from ...runtime.manifest import Column
from ...runtime.ragged import Ragged
from ...runtime.tasks.forecast import ASKED, QUERY, Bands
from ..tables.feature_rows import REJECTED
from .curve_rows import LightCurveSequences
from .sequences import SequenceDataModule

NIGHT = 0.5  # d: a cut never parts points that are closer, which are of one visit
SHORT = "nothing to ask: no night begins after datamodule.seen of its points"
LAST = "mjd_last"


class ForecastDataModule(SequenceDataModule):
    """Forecasts of light curves: the inputs ``light_curve``, what was seen, and ``query``, the times asked for.

    The target is what was measured then, with its error. No input knows of it: not even a mean is taken here.

    Parameters
    ----------
    seen : share of the points of a light curve that are seen; the cut lies between two nights.
    source, split, classes, label_map, workers : see :class:`~.sequences.SequenceDataModule`; classes and label_map
        choose light curves, and nothing else comes of them.

    Raises
    ------
    AlertlabError
        As there, and for a share outside (0, 1).
    """

    tells_classes: ClassVar[bool] = False

    def __init__(
        self,
        source: LightCurveSequences,
        split: SplitPlan,
        seen: float,
        classes: Sequence[Any] | None = None,
        branches: Mapping[Any, Sequence[Any]] | None = None,
        label_map: Mapping[Any, Any] | None = None,
        workers: int = 0,
    ) -> None:
        super().__init__(source, split, classes, branches, label_map, workers=workers)
        if not 0 < seen < 1:
            raise AlertlabError(f"datamodule.seen: {seen!r} is no share between 0 and 1")
        self.seen = seen

    def read(self) -> Samples:
        """All light curves with a night after the cut, and enough points before it."""
        found = super().read()
        curves: Ragged = found.inputs[CURVE]
        count = cuts(curves, self.seen)
        least = max(self.source.reading.rules.min_detections, 1)
        few, late = count < least, count >= curves.lengths
        reasons = np.where(late, SHORT, f"fewer than {least} points seen")[few | late].tolist()
        left = pa.table([pa.array(found.object_id[few | late].tolist(), pa.string()), reasons], schema=REJECTED)
        self.rejected = pa.concat_tables([self.rejected, left])
        kept = ~(few | late)
        if not kept.any():
            raise AlertlabError(
                f"{self.source.origin}: of no light curve is there anything to ask; lower datamodule.seen"
            )
        return _asked(found.take(kept), count[kept])


def cuts(curves: Ragged, share: float) -> NDArray[np.int64]:
    """(n,) points of each curve before the first night that begins after a share of them; all where none does."""
    time = curves.values[:, TIME]
    place = np.arange(len(time)) - np.repeat(curves.offsets[:-1], curves.lengths)
    begins = np.diff(time, prepend=time[:1]) > NIGHT
    possible = begins & (place >= np.repeat(np.maximum(1, np.round(share * curves.lengths)), curves.lengths))
    found = curves.lengths.copy()
    np.minimum.at(found, curves.owner[possible], place[possible])
    return found


def _asked(whole: Samples, count: NDArray[np.int64]) -> Samples:
    """Samples of light curves that are cut after so many points."""
    curves: Ragged = whole.inputs[CURVE]
    seen = curves.first(count)
    last = seen.values[seen.offsets[1:] - 1, TIME].astype(np.float64)
    place = np.arange(len(curves.values)) - np.repeat(curves.offsets[:-1], curves.lengths)
    later = place >= np.repeat(count, curves.lengths)
    owner, points = curves.owner[later], curves.values[later]
    offsets = np.concatenate([[0], np.cumsum(curves.lengths - count)]).astype(np.int64)
    columns: tuple[Column, ...] = (Column(ASKED[0], "d", description="after the last point seen"),)
    horizon = [(points[:, TIME] - last[owner]).astype(np.float32)]
    assert whole.feature_set is not None  # light curves say how they were read
    bands = Recipe.of(whole.feature_set.recipe).measured.bands
    if len(bands) > 1:
        numbered = ", ".join(f"{number} {name}" for number, name in enumerate(bands))
        columns += (Column(ASKED[1], "", minimum=0, maximum=len(bands) - 1, description=numbered),)
        horizon.append(points[:, BAND] - 1)
    unit = whole.columns[CURVE][VALUE].unit
    return replace(
        whole,
        inputs={CURVE: seen, QUERY: Ragged(np.stack(horizon, 1), offsets)},
        target=Ragged(points[:, [VALUE, ERROR]], offsets),
        names=Bands(bands, unit),
        columns={**whole.columns, QUERY: columns},
        facts={**whole.facts, **facts_of(seen), LAST: whole.places["mjd"] + last},
    )
