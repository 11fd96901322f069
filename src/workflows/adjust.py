"""Probabilities for the class shares of other rows, estimated or named, and whether those rows look as ones judged."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from omegaconf import DictConfig

from ..config import instantiate
from ..core.predictions import ClassPredictions, Predictions, concatenate
from ..core.progress import status
from ..evaluation.metrics.spread import mean_and_std
from ..evaluation.night.light import Reading, warning_light
from ..evaluation.night.read import read_mix
from ..evaluation.night.shares import Shares, adjusted, estimate_shares, share_intervals
from ..evaluation.rows import by_repeat
from ..evaluation.shown import Table
from ..runtime.errors import AlertlabError
from .source import read_source

EM, UNIFORM = "em", "uniform"
HELD_OUT, TRAIN = "validation", "train"
RESAMPLES = 100  # of the intervals of shares; their ends scatter by some 15 % of the width
APART = 0.03  # that mean probability and share of a class may differ by before it is told


@dataclass(frozen=True)
class Adjusted:
    """What the verb leaves.

    Attributes
    ----------
    rows : with their new probabilities. out : where they lie, None where nowhere.
    prior, before, share, after : (r, k) shares by repeat: that the probabilities are for, decided, of the other mix,
        decided by the new probabilities.
    intervals : (k, 2) of estimated ones, NaN where there are none.
    estimates : of each repeat, empty where shares were named. light : readings of the warning light, by repeat.
    notes : what a reader must know, a sentence each.
    """

    rows: ClassPredictions
    out: Path | None
    prior: NDArray[np.float64]
    before: NDArray[np.float64]
    share: NDArray[np.float64]
    after: NDArray[np.float64]
    intervals: NDArray[np.float64]
    estimates: tuple[Shares, ...]
    light: tuple[tuple[Reading, ...], ...]
    notes: tuple[str, ...]

    def tables(self) -> list[Table]:
        """Shares by class, and the light."""
        rows = []
        for place, name in enumerate(self.rows.classes):
            share = _spread(self.share[:, place])
            if np.isfinite(self.intervals[place]).all():
                share += " [{:.3f}, {:.3f}]".format(*self.intervals[place])
            cells = (_spread(each[:, place]) for each in (self.prior, self.before))
            rows.append((name, *cells, share, _spread(self.after[:, place])))
        head = ("class", "learnt", "decided before", "estimated" if self.estimates else "named", "decided after")
        found = [Table("shares", "shares of classes", head, rows)]
        if self.light:
            told = [_reading(same) for same in zip(*self.light, strict=True)]
            found.append(Table("light", "warning light", ("", "here", "labelled part", "bound", "on"), told))
        return found

    def warnings(self) -> list[str]:
        """What is beyond its bound, in words, and all notes."""
        on = {of.name: of.meaning for each in self.light for of in each if of.on}
        return [*self.notes, *(f"{name}: {meaning}" for name, meaning in on.items())]

    def to_json(self) -> dict[str, object]:
        """Plain, strict JSON; shares are means over repeats."""
        names = self.rows.classes
        of = {"prior": self.prior, "before": self.before, "share": self.share, "after": self.after}
        shares = {key: dict(zip(names, each.mean(axis=0).tolist(), strict=True)) for key, each in of.items()}
        known = {
            name: pair.tolist() for name, pair in zip(names, self.intervals, strict=True) if np.isfinite(pair).all()
        }
        steps = [{"steps": each.steps, "converged": each.converged} for each in self.estimates]
        light = [[{**asdict(reading), "on": reading.on} for reading in each] for each in self.light]
        return {**shares, "intervals": known, "estimates": steps, "light": light, "warnings": self.warnings()}


def adjust(
    config: DictConfig,
    source: str,
    to: str,
    out: Path | None,
    labelled: str | None = None,
    prior: str | None = None,
    part: str | None = None,
) -> Adjusted:
    """Adjust probabilities to other class shares.

    Parameters
    ----------
    config : composed from ``evaluate``: where runs are tracked, and ``evaluation.priors_map``.
    source : predictions of a classifier. to : ``em``, or a class mix as ``evaluation.priors`` takes it.
    out : Parquet of the adjusted rows; None writes none.
    labelled : predictions with the part validation of the same model; the source by default, if it has one.
    prior : shares that the probabilities are for: ``validation`` or ``train`` of these, ``uniform``, or a class mix.
    part : to adjust; ``new`` by default, else ``test``.

    Raises
    ------
    AlertlabError
        For predictions of another task, no such rows, or no word of the prior.
    """
    rows = _classes(read_source(config, source), source)
    beside = rows if labelled is None else _classes(read_source(config, labelled), labelled)
    beside = _in_order(beside, rows, labelled or source)
    part = part or ("new" if (rows.part == "new").any() else "test")
    if not (rows.part == part).any():
        held = ", ".join(np.unique(rows.part).tolist())
        raise AlertlabError(f"{source}: holds no row of part {part}; --part says which of {held}")
    rows = rows.take(rows.part == part)
    known = by_repeat(beside.take(beside.labelled & (beside.part == HELD_OUT)))
    renamed = instantiate(config.evaluation).priors_map
    learnt, name = _prior(prior, beside, rows.classes, renamed)
    notes = _calibrated(known) if name in (HELD_OUT, TRAIN) else []
    named = None if to == EM else read_mix(to).of(rows.classes, renamed)
    made: list[tuple[NDArray[np.float64], ...]] = []
    tables: list[Predictions] = []
    estimates: list[Shares] = []
    light = []
    intervals = np.full((len(rows.classes), 2), np.nan)
    several = by_repeat(rows)
    for number, own in several.items():
        before = learnt.get(number, next(iter(learnt.values())))
        with status("comparing the shares of classes"):
            if named is None:
                estimates.append(estimate_shares(own.probability, before))
                share = estimates[-1].share
                if len(several) == 1:
                    asked = RESAMPLES, config.evaluation.confidence
                    intervals = share_intervals(own.probability, before, own.object_id, *asked)
            else:
                share = np.array([named.of_class(each) for each in rows.classes])
            new = replace(own, probability=adjusted(own.probability, before, share))
            reference = known.get(number, next(iter(known.values()), None))
            if reference is not None:
                light.append(warning_light(reference, own))
        tables.append(new)
        made.append((before, _decided(own), share, _decided(new)))
    if any(not each.converged for each in estimates):
        notes.append("the estimated shares have not settled: some classes are not told apart, and share one sum")
    if not known:
        notes.append(f"no labelled part {HELD_OUT}, so no warning light; --labelled names the run's own predictions")
    result = concatenate(tables)
    assert isinstance(result, ClassPredictions)
    if out is not None:
        result.write(out)
    of_prior, of_before, of_share, of_after = (np.stack(each) for each in zip(*made, strict=True))
    shares = of_prior, of_before, of_share, of_after
    return Adjusted(result, out, *shares, intervals, tuple(estimates), tuple(light), tuple(notes))


def _classes(predictions: Predictions, source: str) -> ClassPredictions:
    if not isinstance(predictions, ClassPredictions):
        raise AlertlabError(f"{source}: predictions of a {predictions.task}; only classes have shares to adjust")
    return predictions


def _in_order(beside: ClassPredictions, rows: ClassPredictions, source: str) -> ClassPredictions:
    if set(beside.classes) != set(rows.classes):
        raise AlertlabError(f"{source}: its classes are {', '.join(beside.classes)}, not {', '.join(rows.classes)}")
    order = np.array([beside.classes.index(name) for name in rows.classes])
    target = np.append(np.argsort(order), -1)[beside.target]  # index -1 is unlabelled
    return replace(beside, classes=rows.classes, probability=beside.probability[:, order], target=target)


def _prior(
    asked: str | None, beside: ClassPredictions, classes: tuple[str, ...], renamed: Mapping[str, str | None]
) -> tuple[dict[int, NDArray[np.float64]], str]:
    """Repeat -> (k,) shares that the probabilities are for, and what they are called."""
    k = len(classes)
    if asked == UNIFORM:
        return {0: np.full(k, 1 / k)}, UNIFORM
    if asked not in (None, HELD_OUT, TRAIN):
        mix = read_mix(asked).of(classes, renamed)
        return {0: np.array([mix.of_class(name) for name in classes])}, asked
    for name in (HELD_OUT, TRAIN) if asked is None else (asked,):
        of = by_repeat(beside.take(beside.labelled & (beside.part == name)))
        if of:
            counts = {number: np.bincount(each.target, minlength=k) for number, each in of.items()}
            return {number: each / each.sum() for number, each in counts.items()}, name
    raise AlertlabError(
        "--prior: which class shares the probabilities are for cannot be told, for there is no labelled part "
        f"{asked or f'{HELD_OUT} or {TRAIN}'}; name the run's predictions by --labelled RUN, or give --prior {UNIFORM} "
        "or a table"
    )


def _calibrated(known: Mapping[int, ClassPredictions]) -> list[str]:
    """Whether mean probabilities are the shares of the labelled part, as those of a calibrated model are."""
    far: dict[str, tuple[float, float]] = {}
    for rows in known.values():
        share = np.bincount(rows.target, minlength=len(rows.classes)) / len(rows)
        mean = rows.probability.mean(axis=0)
        error = rows.probability.std(axis=0) / np.sqrt(len(rows))
        for place in np.flatnonzero(np.abs(mean - share) > np.maximum(APART, 3 * error)):
            far[rows.classes[place]] = float(mean[place]), float(share[place])
    if not far:
        return []
    told = ", ".join(f"{name} {mean:.2f} against {share:.2f}" for name, (mean, share) in far.items())
    return [
        f"mean probability and share differ in part {HELD_OUT} ({told}): the probabilities are not calibrated for "
        f"these shares, and what follows is as far off; calibrate the model, or give --prior {UNIFORM} if its "
        "training balances the classes"
    ]


def _decided(rows: ClassPredictions) -> NDArray[np.float64]:
    share: NDArray[np.float64] = np.bincount(rows.prediction, minlength=len(rows.classes)) / len(rows)
    return share


def _reading(same: tuple[Reading, ...]) -> tuple[str, ...]:
    """A row of the light, of all repeats."""
    values = (np.array([getattr(of, name) for of in same]) for name in ("value", "usual", "bound"))
    return same[0].name, *map(_spread, values), "yes" if any(of.on for of in same) else "no"


def _spread(values: NDArray[np.float64]) -> str:
    mean, std = mean_and_std(values)
    return f"{float(mean):.3f}" + (f" ± {float(std):.3f}" if len(values) > 1 else "")
