"""Metrics of several runs over resamples of objects, and with the runs of a pair swapped in some of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions, ScorePredictions, concatenate
from ..rows import Weight
from .blocks import Blocks, blocks_of
from .class_sums import areas, class_sums, metrics_of, ranks_of
from .pairing import Paired

Floats = NDArray[np.float64]
Pairs = Sequence[tuple[int, int]]
Tick = Callable[[], None]
RANKED = ("roc_auc", "average_precision")


@dataclass(frozen=True)
class Resampled:
    """Metrics of m runs, each the mean over the repeats in which it is defined; ``top/`` before those of the top level.

    Attributes
    ----------
    whole : metric -> (m,) of all objects, as the resamples reckon it: of many rows ranks are joined.
    drawn : metric -> (m, resamples) of objects drawn with replacement, the same for all runs.
    swapped : metric -> (pairs, permutations) first minus second, the two swapped in a random half of the objects.
    blocks : what is drawn and swapped whole.
    """

    whole: Mapping[str, Floats]
    drawn: Mapping[str, Floats]
    swapped: Mapping[str, Floats]
    blocks: Blocks


@dataclass(frozen=True)
class _Asked:
    """What one repeat is asked at one level."""

    scores: Callable[[Any, Weight], dict[str, float]]
    block: NDArray[np.int64]
    number: int
    pairs: Pairs
    draws: NDArray[np.float32]
    swaps: NDArray[np.float32]
    tick: Tick


def resampled(
    paired: Paired, pairs: Pairs, resamples: int, permutations: int, seed: int = 0, tick: Tick = lambda: None
) -> Resampled:
    """All metrics of all runs, over resamples and permutations of objects.

    Sums over objects serve the metrics of classifiers that alertlab knows; any other is asked of the task a resample
    at a time.

    Parameters
    ----------
    pairs : places of the runs to be swapped. resamples, permutations : how many.
    tick : called after each piece of work.
    """
    blocks = blocks_of(paired.repeats, seed)
    draws, swaps = blocks.draws(resamples, seed), blocks.swaps(permutations, seed)
    found: dict[str, list[tuple[Floats, Floats, Floats]]] = {}
    for number, rows in paired.repeats.items():
        of = [paired.task.levels(each) for each in rows]
        for prefix in of[0]:
            level = [each[prefix] for each in of]
            scores = partial(paired.scores, prefix)
            asked = _Asked(scores, blocks.of[number], blocks.number, pairs, draws, swaps, tick)
            for name, values in _level(level, asked).items():
                found.setdefault(prefix + name, []).append(values)
    means = {name: [_mean(each) for each in zip(*values, strict=True)] for name, values in found.items()}
    whole, drawn, swapped = ({name: each[place] for name, each in means.items()} for place in range(3))
    return Resampled(whole, drawn, swapped, blocks)


def _mean(values: Sequence[Floats]) -> Floats:
    """Over the repeats in which it is defined."""
    stacked = np.stack(values)
    known = np.isfinite(stacked)
    with np.errstate(invalid="ignore"):
        mean: Floats = np.where(known, stacked, 0).sum(axis=0) / known.sum(axis=0)
    return mean


def _level(rows: Sequence[Any], asked: _Asked) -> dict[str, tuple[Floats, Floats, Floats]]:
    found: dict[str, tuple[Floats, Floats, Floats]] = {}
    if isinstance(rows[0], ClassPredictions):
        found = {**_sums(rows, asked), **_ranks(rows, asked)}
    names = dict.fromkeys(name for each in rows for name in asked.scores(each, None))
    if others := [name for name in names if name not in found]:
        found |= _one_by_one(rows, others, asked)
    return found


def _sums(rows: Sequence[ClassPredictions], asked: _Asked) -> dict[str, tuple[Floats, Floats, Floats]]:
    classes, ones = rows[0].classes, np.ones((1, asked.number), np.float32)
    sums = []
    whole, drawn, given = [], [], []
    for each in rows:
        own = class_sums(each, asked.block, asked.number)
        sums.append(own)
        whole.append(metrics_of(own.times(ones), classes))
        drawn.append(metrics_of(own.times(asked.draws), classes))
        given.append(own.times(asked.swaps))
        asked.tick()
    swapped = []
    for a, b in asked.pairs:
        one = metrics_of(sums[a].swapped(given[a], given[b]), classes)
        other = metrics_of(sums[b].swapped(given[b], given[a]), classes)
        swapped.append({name: one[name] - other[name] for name in one})
    return {
        name: (
            np.array([each[name][0] for each in whole]),
            np.stack([each[name] for each in drawn]),
            np.stack([each[name] for each in swapped]) if swapped else np.empty((0, len(asked.swaps))),
        )
        for name in whole[0]
    }


def _ranks(rows: Sequence[ClassPredictions], asked: _Asked) -> dict[str, tuple[Floats, Floats, Floats]]:
    found: dict[str, tuple[Floats, Floats, Floats]] = {}
    ones = np.ones((1, asked.number), np.float32)
    for name, ranks in zip(rows[0].classes, ranks_of(rows, asked.block, asked.number), strict=True):
        whole = np.array([each.areas(ones) for each in ranks])[:, :, 0]
        drawn = np.array([each.areas(asked.draws) for each in ranks])
        given = [asked.swaps @ each.counts for each in ranks]
        total = [each.counts.sum(axis=0) for each in ranks]
        swapped = np.empty((2, len(asked.pairs), len(asked.swaps)))
        for place, (a, b) in enumerate(asked.pairs):
            moved = given[b] - given[a]
            swapped[:, place] = np.subtract(areas(total[a] + moved), areas(total[b] - moved))
        for place, score in enumerate(RANKED):
            found[f"{score}/{name}"] = (whole[:, place], drawn[:, place], swapped[place])
        asked.tick()
    for score in RANKED:
        each = [values for name, values in found.items() if name.startswith(f"{score}/")]
        whole, drawn, swapped = (_mean(of) for of in zip(*each, strict=True))
        found[f"macro_{score}"] = (whole, drawn, swapped)
    return found


def _one_by_one(rows: Sequence[Any], names: Sequence[str], asked: _Asked) -> dict[str, tuple[Floats, Floats, Floats]]:
    """Metrics of any task, asked of it once a resample."""

    def values(of: Any, weight: NDArray[np.int64] | None) -> list[float]:
        scores = asked.scores(of, weight)
        return [scores.get(name, np.nan) for name in names]

    whole = np.array([values(each, None) for each in rows])
    drawn = np.empty((len(rows), len(asked.draws), len(names)))
    for place, each in enumerate(rows):
        for number, draw in enumerate(asked.draws):
            drawn[place, number] = values(each, draw[asked.block].astype(np.int64))
        asked.tick()
    swapped = np.empty((len(asked.pairs), len(asked.swaps), len(names)))
    for place, (a, b) in enumerate(asked.pairs):
        both = concatenate([on_one_scale(rows[a]), on_one_scale(rows[b])])
        for number, swap in enumerate(asked.swaps):
            away = swap[asked.block].astype(np.int64)
            one, other = np.append(1 - away, away), np.append(away, 1 - away)
            swapped[place, number] = np.subtract(values(both, one), values(both, other))
        asked.tick()
    return {name: (whole[:, n], drawn[:, :, n], swapped[:, :, n]) for n, name in enumerate(names)}


def on_one_scale(rows: Any) -> Any:
    """Answers that can be swapped between two models: scores of strangeness are by their ranks alone."""
    if isinstance(rows, ScorePredictions):
        from scipy.stats import rankdata

        return replace(rows, score=rankdata(rows.score))
    return rows
