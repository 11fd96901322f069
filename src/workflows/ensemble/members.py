"""The classifiers of an ensemble: found, and held to the same samples, split and classes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from omegaconf import DictConfig

from ...core.held_out import OUT_OF_BAG
from ...core.predictions import ClassPredictions
from ...runtime.errors import AlertlabError
from ...tracking import RunRecord, Tracker
from ..source import Source, find_sources, predictions_at
from .places import OfFolder, OfStore, Place

PARENT = "mlflow.parentRunId"


@dataclass(frozen=True)
class Member:
    """One classifier.

    Attributes
    ----------
    source : as it was given. name : what people call it, told apart from the others.
    predictions : rows in order of repeat, part and sample.
    place, record : of its run; None for a table of predictions.
    """

    source: str
    name: str
    predictions: ClassPredictions
    place: Place | None
    record: RunRecord | None

    @property
    def run_id(self) -> str:
        """Of its run; empty for a table."""
        return self.record.run_id if self.record else ""

    def __str__(self) -> str:
        return self.name if self.record else self.source


def members_of(config: DictConfig, tracker: Tracker, words: Sequence[str]) -> list[Member]:
    """The members that runs, folders or tables name, held to the same rows.

    Raises
    ------
    AlertlabError
        For fewer than two, one that is given twice, is none, or predicts something else or other samples.
    """
    if len(words) < 2:
        raise AlertlabError(f"ensemble: takes two or more runs, given {' '.join(words) or 'none'}")
    members: list[Member] = []
    for source in find_sources(config, words):
        member = _member(config, tracker, source)
        if twice := [each for each in members if member.record and each.run_id == member.run_id]:
            raise AlertlabError(f"ensemble: {twice[0].source} and {member.source} are one run; name it once")
        if members:
            check_same(members[0], member)
        members.append(member)
    return members


def _member(config: DictConfig, tracker: Tracker, source: Source) -> Member:
    predictions = predictions_at(config, source)
    if not isinstance(predictions, ClassPredictions):
        raise AlertlabError(
            f"{source.words}: holds predictions of a {predictions.task}, and an ensemble joins classifiers alone; "
            "scores of detectors have no common scale"
        )
    place: Place | None = None
    if source.record:
        place = OfFolder(tracker, source.table.parent) if source.table else OfStore(tracker, source.record.run_id)
    return Member(source.words, source.name, _ordered(predictions), place, source.record)


def _ordered(predictions: ClassPredictions) -> ClassPredictions:
    predictions = predictions.take(predictions.part != OUT_OF_BAG)  # the train part again, as other trees see it
    _, part = np.unique(predictions.part, return_inverse=True)
    return predictions.take(np.lexsort((predictions.sample_id, part, predictions.repeat)))


def check_same(first: Member, second: Member) -> None:
    """Raise AlertlabError, with what differs, unless two members speak of the same samples, parts and classes."""
    one, other = first.predictions, second.predictions
    if one.classes != other.classes:
        said = f"{', '.join(one.classes)} and {', '.join(other.classes)}"
        raise AlertlabError(f"{first} and {second}: have other classes, or in another order: {said}")
    if one.branches != other.branches:
        raise AlertlabError(
            f"{first} and {second}: have other branches of the same classes; train both with one taxonomy"
        )
    repeats = [np.unique(each.repeat).tolist() for each in (one, other)]
    if repeats[0] != repeats[1]:
        told = " and ".join(", ".join(map(str, each)) for each in repeats)
        raise AlertlabError(f"{first} and {second}: have other repeats, {told}{_siblings(first, second)}")
    for repeat in repeats[0]:
        _check_repeat(first, second, int(repeat))


def _check_repeat(first: Member, second: Member, repeat: int) -> None:
    one, other = (each.predictions.take(each.predictions.repeat == repeat) for each in (first, second))
    where = f"repeat {repeat}: {first} and {second}"
    names = [set(each.sample_id.tolist()) for each in (one, other)]
    if names[0] != names[1]:
        only = [sorted(names[0] - names[1]), sorted(names[1] - names[0])]
        such = ", ".join(str(each[0]) for each in only if each)
        raise AlertlabError(
            f"{where} hold other samples, {len(only[0])} only in the first and {len(only[1])} only in the second "
            f"({such}); train both with one datamodule"
        )
    if len(one) != len(other) or (one.part != other.part).any() or (one.sample_id != other.sample_id).any():
        moved = _parts(one) ^ _parts(other)
        raise AlertlabError(
            f"{where} part the samples otherwise, sample {min(moved)[0]} among them; train both with one "
            f"datamodule.split{_siblings(first, second)}"
        )
    if (one.target != other.target).any():
        row = int(np.argmax(one.target != other.target))
        raise AlertlabError(f"{where} have another truth of sample {one.sample_id[row]}")


def _parts(rows: ClassPredictions) -> set[tuple[int, str]]:
    return set(zip(rows.sample_id.tolist(), rows.part.tolist(), strict=True))


def _siblings(first: Member, second: Member) -> str:
    """What to know of two repeats of one run, which the split parts anew each."""
    parents = [each.record.tags.get(PARENT) if each.record else None for each in (first, second)]
    if parents[0] is None or parents[0] != parents[1]:
        return ""
    return "; they are repeats of one run, which part the objects anew each, so no sample is new to all of them"


def stacked(members: Sequence[Member]) -> NDArray[np.float64]:
    """(members, n, classes) probabilities."""
    return np.stack([member.predictions.probability for member in members])
