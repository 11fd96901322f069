"""Labelled images as samples."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...core.given import listed, place_columns
from ...core.rows import Inputs, Rows
from ...core.samples import UNLABELLED, Samples, number_of
from ...core.split import SplitPlan
from ...core.taxonomy import Taxonomy
from ...runtime.errors import AlertlabError
from ..kept.cache import Cache
from ..labelled import LabelledDataModule
from .labels import KEY, PLACES, Asked, Told, quantities_of, told
from .source import ImageSource, KeptImages
from .stored import SKY, UNUSABLE, Images

IMAGE = "image"  # input
SCALE = SKY[2]
NO_LABEL = "no label"


class ImageDataModule(LabelledDataModule):
    """Images with a class, or with values such as votes, each name once, parted by object.

    Parameters
    ----------
    source : where the images come from.
    split : how objects are parted.
    labels : a table that says what they are; None takes the columns of the images' own file.
    name : its column of image names; None takes that of the source.
    object_id : column of what keeps images together in one part; None takes the name of each.
    label : column of classes; None where ``values`` are asked for.
    classes : class names in order. label_map : other labels -> class, or None to leave such rows out.
    mirrored : pairs of labels that a mirror makes of each other: a model that mirrors refuses such classes.
    values : see :func:`.labels.quantities_of`.
    facts : columns to judge by, never to learn from. places : ``mjd``, ``ra``, ``dec`` -> column, for splits; without
        them the middle of an image by its WCS.
    workers : processes that prepare batches beside the training one.
    cache : folder where decoded images are kept; None keeps them in memory.

    Raises
    ------
    AlertlabError
        At once: neither classes nor values, or both. On reading: a label outside the taxonomy, no usable image, a cache
        without room. On ``draw``: a class with too few objects.
    """

    def __init__(
        self,
        source: ImageSource,
        split: SplitPlan,
        *,
        labels: str | None = None,
        name: str | None = None,
        object_id: str | None = None,
        label: str | None = None,
        classes: Sequence[Any] | None = None,
        label_map: Mapping[Any, Any] | None = None,
        mirrored: Sequence[Sequence[Any]] = (),
        values: Any = None,
        facts: Sequence[str] = (),
        places: Mapping[str, str] | None = None,
        workers: int = 0,
        cache: str | None = None,
    ) -> None:
        quantities = quantities_of(values)
        if (classes is None) == (quantities is None) or (label is None) != (classes is None):
            raise AlertlabError(f"{KEY}: give classes and label, their column, or values; one of them")
        super().__init__(Taxonomy(classes) if classes is not None else None, split, label_map, workers)
        self.names: Any = quantities
        if quantities is None:
            self.names = Taxonomy(classes, mirrored=self._pairs(mirrored))
            self.taxonomy = self.names
        self.source, self.labels = source, labels
        self.asked = Asked(
            name or source.form.name or "",
            object_id,
            label,
            quantities.names if quantities else (),
            tuple(map(str, listed(facts, f"{KEY}.facts"))),
            place_columns(places, PLACES, f"{KEY}.places"),
        )
        self.cache = None if cache is None else Path(cache)
        self.rejected = UNUSABLE.empty_table()

    @property
    def description(self) -> str:
        """What the data are, in a few words."""
        return self.source.description

    def rejected_table(self) -> pa.Table:
        """Images that could not be used."""
        return self.rejected

    def read(self) -> Samples:
        """All images of which something is known."""
        self.left_out.clear()
        said, origin = told(self.labels, self.source, self.asked)
        kept = KeptImages(self.source)
        found = (Cache(self.cache).open(kept) if self.cache is not None else None) or kept.unstored()
        target, reasons = self._targets(found, said, origin)
        lost = [row for row, reason in enumerate(reasons) if reason]
        columns = list(zip(*((found.names[row], found.origins[row], reasons[row]) for row in lost), strict=True))
        undecoded = pa.Table.from_pylist([vars(each) for each in found.rejected], UNUSABLE)
        unusable = pa.table([list(each) for each in columns] or [[]] * 3, schema=UNUSABLE)
        self.rejected = pa.concat_tables([undecoded, unusable])
        rows = np.array([row for row, reason in enumerate(reasons) if not reason], np.int64)
        if not len(rows):
            raise AlertlabError(f"{self.source.origin}: no image to learn from ({self._account()})")
        place = np.array([said.row[found.names[row]] for row in rows.tolist()])
        ids = [found.names[row] for row in rows.tolist()]
        sky = found.sky[rows]
        return Samples(
            Inputs({IMAGE: Rows(found.pixels, rows)}),
            target[rows],
            np.array([number_of(each) for each in ids], np.int64),
            np.array([said.object_id[row] for row in place.tolist()], np.str_),
            self.names,
            facts=self._facts(said, place, sky),
            places=self._places(said, place, sky),
            channels={IMAGE: self.source.form.channels},
        )

    def _targets(self, found: Images, said: Told, origin: str) -> tuple[NDArray[Any], list[str]]:
        """Target of each image, and why it cannot be learned from, or nothing."""
        reasons: list[str] = []
        values = np.stack([said.numbers[each] for each in self.asked.values], 1) if self.asked.values else None
        width = () if values is None else (values.shape[1],)
        target = np.full(
            (len(found.names), *width),
            UNLABELLED if values is None else np.nan,
            np.int64 if values is None else np.float64,
        )
        for row, name in enumerate(found.names):
            place = said.row.get(name)
            if place is None:
                reasons.append(f"{NO_LABEL}: {origin} does not name it")
            elif name in said.twice:
                reasons.append(f"two labels: rows of {origin} say different things")
            elif said.object_id[place] is None:
                reasons.append(f"no {self.asked.object_id} in {origin}")
            elif values is not None:
                target[row] = values[place]
                reasons.append("" if np.isfinite(values[place]).any() else NO_LABEL)
            else:
                label = said.label[place]
                name_of = self.class_of(label, origin)
                reasons.append("" if name_of else NO_LABEL if label is None else f"{KEY}.label_map leaves out {label}")
                target[row] = self.taxonomy.index(name_of) if name_of else UNLABELLED
        return target, reasons

    def _facts(self, said: Told, place: NDArray[np.int64], sky: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """Those of the table, and the pixel scale where a header has one."""
        found = {name: said.numbers[name][place] for name in self.asked.facts}
        return found if np.isnan(sky[:, 2]).all() else {SCALE: sky[:, 2], **found}

    def _places(self, said: Told, place: NDArray[np.int64], sky: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """Those of the table; without them the middle of each image, where a header tells any."""
        found = {name: said.numbers[column][place] for name, column in self.asked.places.items()}
        return found if np.isnan(sky[:, 0]).all() else {"ra": sky[:, 0], "dec": sky[:, 1], **found}

    def _pairs(self, given: Sequence[Sequence[Any]]) -> list[tuple[str, str]]:
        """Pairs of classes that a mirror makes of each other: labels that are one class, or left out, need none."""
        key, pairs = f"{KEY}.mirrored", []
        for pair in listed(given, key):
            labels = [str(each) for each in listed(pair, key)]
            if len(labels) != 2:
                raise AlertlabError(f"{key}: {labels}; name two labels that a mirror makes of each other")
            one, two = (self.label_map.get(each, each) for each in labels)
            if one is not None and two is not None and one != two:
                pairs.append((one, two))
        return pairs

    def _account(self) -> str:
        reasons = Counter(self.rejected["reason"].to_pylist())
        return "; ".join(f"{count} rejected: {reason}" for reason, count in reasons.most_common(3)) or "none found"
