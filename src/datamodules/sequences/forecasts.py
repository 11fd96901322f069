"""Light curves cut in two by time: what was seen of each, and what is asked of its future."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...core.curve_columns import BAND, CURVE, ERROR, NIGHT, TIME, VALUE
from ...core.light_curve_rows import facts_of
from ...core.samples import Samples, number_of
from ...core.split import SplitPlan
from ...features.recipe import Recipe
from ...runtime.errors import AlertlabError
from ...runtime.manifest import Column
from ...runtime.ragged import Ragged, joined
from ...runtime.sequence_operations import merge_close
from ...runtime.tasks.forecast import ASKED, QUERY, Bands
from ..tables.feature_rows import REJECTED
from .curve_rows import LightCurveSequences
from .sequences import SequenceDataModule

SHORT = "nothing to ask: no night begins after datamodule.seen of its points"
LAST = "mjd_last"


class ForecastDataModule(SequenceDataModule):
    """Forecasts of light curves: the inputs ``light_curve``, what was seen, and ``query``, the times asked for.

    The target is what was measured then, with its error; in one band a point a night, since exposures of a night differ
    by noise alone. No input knows of it: not even a mean is taken here.

    Parameters
    ----------
    seen : share of the points of a light curve that are seen; the cut lies between two nights.
    also_seen : further shares by which light curves of the train part are cut: samples of their own.
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
        also_seen: Sequence[float] = (),
        classes: Sequence[Any] | None = None,
        branches: Mapping[Any, Sequence[Any]] | None = None,
        label_map: Mapping[Any, Any] | None = None,
        workers: int = 0,
    ) -> None:
        super().__init__(source, split, classes, branches, label_map, workers=workers)
        for key, share in (("seen", seen), *(("also_seen", each) for each in also_seen)):
            if not 0 < share < 1:
                raise AlertlabError(f"datamodule.{key}: {share!r} is no share between 0 and 1")
        self.seen, self.also_seen = seen, tuple(map(float, also_seen))

    def samples(self, part: str | None = None) -> Samples:
        """As of every datamodule; of the train part also the same light curves cut elsewhere."""
        found = super().samples(part)
        if part != "train" or not self.also_seen:
            return found
        whole = self.whole.take(np.isin(self.whole.object_id, found.object_id))
        return _stacked([found, *(_cut(whole, share, self._least)[0] for share in self.also_seen)])

    def read(self) -> Samples:
        """All light curves with a night after the cut, and enough points before it."""
        whole = super().read()
        found, reasons = _cut(whole, self.seen, self._least)
        short = reasons != ""
        left = pa.table([whole.object_id[short].tolist(), reasons[short].tolist()], schema=REJECTED)
        self.rejected = pa.concat_tables([self.rejected, left])
        if not len(found):
            raise AlertlabError(f"{self.source.origin}: no light curve has anything to ask; lower datamodule.seen")
        self.whole = whole.take(~short)
        return found

    @property
    def _least(self) -> int:
        """Points that must be seen."""
        return max(self.source.reading.rules.min_detections, 1)


def _cut(whole: Samples, share: float, least: int) -> tuple[Samples, NDArray[np.str_]]:
    """Light curves cut by a share, and (n,) why one of them cannot be; empty for those that can."""
    curves: Ragged = whole.inputs[CURVE]
    count = cuts(curves, share)
    few = f"fewer than {least} points seen"
    reasons = np.where(count >= curves.lengths, SHORT, np.where(count < least, few, ""))
    return _asked(whole.take(reasons == ""), count[reasons == ""]), reasons


def cuts(curves: Ragged, share: float) -> NDArray[np.int64]:
    """(n,) points of each curve before the first night that begins after a share of them; all where none does."""
    time = curves.values[:, TIME]
    place = np.arange(len(time)) - np.repeat(curves.offsets[:-1], curves.lengths)
    begins = np.diff(time, prepend=time[:1]) > NIGHT
    possible = begins & (place >= np.repeat(np.maximum(1, np.round(share * curves.lengths)), curves.lengths))
    found = curves.lengths.copy()
    np.minimum.at(found, curves.owner[possible], place[possible])
    return found


def nights(curves: Ragged) -> Ragged:
    """A point a night of light curves in one band, see :func:`~alertlab.runtime.sequence_operations.merge_close`."""
    merged = merge_close(curves.padded(), TIME, NIGHT, VALUE, ERROR)
    there = ~np.isnan(merged[..., TIME])
    offsets = np.concatenate([[0], np.cumsum(there.sum(axis=1))]).astype(np.int64)
    return Ragged(merged[there].astype(np.float32), offsets)


def _asked(whole: Samples, count: NDArray[np.int64]) -> Samples:
    """Samples of light curves that are cut after so many points."""
    curves: Ragged = whole.inputs[CURVE]
    seen = curves.first(count)
    last = seen.values[seen.offsets[1:] - 1, TIME].astype(np.float64)
    place = np.arange(len(curves.values)) - np.repeat(curves.offsets[:-1], curves.lengths)
    later = place >= np.repeat(count, curves.lengths)
    asked = Ragged(curves.values[later], np.concatenate([[0], np.cumsum(curves.lengths - count)]).astype(np.int64))
    assert whole.feature_set is not None  # light curves say how they were read
    bands = Recipe.of(whole.feature_set.recipe).measured.bands
    asked = nights(asked) if len(bands) == 1 else asked
    owner, points, offsets = asked.owner, asked.values, asked.offsets
    columns: tuple[Column, ...] = (Column(ASKED[0], "d", description="after the last point seen"),)
    horizon = [(points[:, TIME] - last[owner]).astype(np.float32)]
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


def _stacked(parts: Sequence[Samples]) -> Samples:
    """Samples one after the other, numbered anew behind the first of them."""
    first, *others = parts
    ragged = {name: joined([part.inputs[name] for part in parts]) for name in first.inputs}
    numbers = [
        np.array([number_of(f"{name} {place}") for name in part.object_id.tolist()], np.int64)
        for place, part in enumerate(others, 1)
    ]
    return replace(
        first,
        inputs=ragged,
        target=joined([part.target for part in parts]),
        sample_id=np.concatenate([first.sample_id, *numbers]),
        object_id=np.concatenate([part.object_id for part in parts]),
        facts={name: np.concatenate([part.facts[name] for part in parts]) for name in first.facts},
        places={name: np.concatenate([part.places[name] for part in parts]) for name in first.places},
    )
