"""From light curves to feature columns: each kernel once over all objects."""

from dataclasses import replace

import numpy as np
from threadpoolctl import threadpool_limits

from ..lightcurves import Floats, LightCurves
from ..sets import Feature, FeatureSet
from .apply import applied
from .compile import begin
from .layout import Layout, layout
from .segments import Segments
from .views import Numbered, views


def extract_batch(curves: LightCurves, features: FeatureSet) -> Floats:
    """The features of every object of a batch.

    Returns
    -------
    (objects, features), NaN where a feature is undefined.
    """
    begin(features.name, features.bands, features.quantity)
    table = np.full((len(curves), len(features.features)), np.nan)
    # one thread for the matrix products: workers are processes, and the sums keep their order
    with threadpool_limits(1), np.errstate(all="ignore"):  # what overflows is NaN in the table, not a warning
        for seen, numbered in views(curves, features):
            _fill(table, laid_out(seen, numbered), numbered)
    table[~np.isfinite(table)] = np.nan
    return table


def laid_out(seen: LightCurves, numbered: Numbered) -> Layout:
    """A view as segments of those bands that its features are of."""
    return layout(seen, {each.numbers[0] for _, each in numbered if each.kernel.per == "band"})


def segments_of(parts: Layout, feature: Feature) -> Segments:
    """What the kernel of a feature works on: bands, or whole objects."""
    if feature.kernel.per == "band":
        return parts.bands
    if feature.kernel.per == "object":
        return parts.whole
    objects = len(parts.whole)
    pair = zip(("first", "second"), feature.numbers, strict=True)
    return replace(parts.whole, more={**parts.whole.more, **{name: np.full(objects, float(n)) for name, n in pair}})


def _fill(table: Floats, parts: Layout, numbered: Numbered) -> None:
    rows = {band: np.flatnonzero(parts.band == band) for band in np.unique(parts.band).tolist()}
    known: dict[tuple[int, tuple[int, ...]], Floats] = {}
    for column, each in numbered:
        key = id(each.kernel), each.numbers if each.kernel.per == "pair" else ()
        if key not in known:
            known[key] = applied(each.kernel, segments_of(parts, each))
        values = known[key][:, each.place]
        if each.kernel.per != "band":
            table[:, column] = values
        elif each.numbers[0] in rows:
            there = rows[each.numbers[0]]
            table[parts.owner[there], column] = values[there]
