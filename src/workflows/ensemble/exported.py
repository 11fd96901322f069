"""One bundle of all members: their bundles of one repeat, and samples with the inputs of them all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from omegaconf import DictConfig

from ... import __version__, runtime
from ...bundle import BundleDetails, write_bundle
from ...config import load
from ...core.contracts import Data
from ...core.held_out import held_out_rows, settled
from ...core.predictions import ClassPredictions, Told
from ...core.rows import Inputs
from ...core.samples import Samples
from ...evaluation import Evaluation
from ...models.ensembles.joined import Joined
from ...models.ensembles.merged_graph import Part, shared_inputs
from ...runtime.contents import GRAPH
from ...runtime.errors import AlertlabError
from ...runtime.thresholds import Goal
from ...tracking import CONFIG, TrackedRun, git_state, installed
from ..bundling import LIBRARIES, BundleInfo
from ..report import data_of
from .combine import Choice
from .members import PARENT, Member

STRENGTH = "inverse_strength"  # of a regression, whose coefficients stand in the graph
WITHOUT = "export=false leaves the bundle out"


def parts_of(members: Sequence[Member], repeat: int, folder: Path) -> list[Part]:
    """The members' bundles of one repeat, checked, and held to inputs that one bundle can take.

    Raises
    ------
    AlertlabError
        For a member without one, or inputs that cannot be given together.
    """
    parts = []
    for number, member in enumerate(members):
        if member.place is None or member.record is None:
            raise AlertlabError(f"{member}: is a table of predictions, so there is no bundle of it; {WITHOUT}")
        single = member.record.params.get("repeats", "1") == "1" or PARENT in member.record.tags
        place = member.place if single else member.place.repeat(repeat)
        fetched = folder / f"bundle_{number}"
        fetched.mkdir()
        path = place.bundle(fetched) if place else None
        if path is None:
            raise AlertlabError(f"{member}: has no bundle of repeat {repeat}; train it to its end, or {WITHOUT}")
        bundle = runtime.load(path)
        if bundle.classes != member.predictions.classes:
            raise AlertlabError(f"{member}: its bundle has other classes than its predictions; {WITHOUT}")
        parts.append(Part(str(member), bundle.manifest, bundle.sha256, path / GRAPH))
    shared_inputs(parts)
    return parts


@dataclass(frozen=True)
class Read:
    """The data of a member, and what its config says of them."""

    data: Data
    datamodule: DictConfig


def read_data(members: Sequence[Member], folder: Path, allowed: Sequence[str]) -> tuple[dict[str, Read], list[str]]:
    """Hash -> the data of each member, each once, and why others cannot be read."""
    found: dict[str, Read] = {}
    notes = []
    for number, member in enumerate(members):
        digest = member.record.tags.get("data_hash", "") if member.record else ""
        if digest and digest in found:
            continue
        read, note = _data(member, folder / f"config_{number}", allowed)
        if read is not None:
            found[digest] = read
        else:
            notes.append(f"{member}: {note}")
    return found, notes


def _data(member: Member, folder: Path, allowed: Sequence[str]) -> tuple[Read | None, str]:
    if member.place is None or member.record is None:
        return None, "a table of predictions does not name its data."
    folder.mkdir()
    path = member.place.fetch(CONFIG, folder)
    if path is None:
        return None, "its run has no config, which would name its data."
    if "members" in member.record.tags:
        return None, "it is an ensemble itself; name its members instead."
    try:
        config = load(path, allowed)
    except AlertlabError as error:
        return None, str(error)
    data, note = data_of(config, member.record)
    return Read(data, config.datamodule) if data else None, note


def joined_samples(data: Sequence[Data], known: ClassPredictions) -> Samples:
    """Samples that the members were asked about, with all inputs that any of them takes."""
    first, *others = (each.samples() for each in data)
    ids = known.sample_id[np.isin(known.sample_id, first.sample_id)]
    for each in others:
        ids = ids[np.isin(ids, each.sample_id)]
    ids = np.unique(ids)
    aligned = [each.take(_rows(each, ids)) for each in (first, *others)]
    inputs = {name: rows for each in reversed(aligned) for name, rows in Inputs.of(each.inputs).rows.items()}
    columns = {name: of for each in reversed(aligned) for name, of in each.columns.items()}
    made = next((each.feature_set for each in aligned if each.feature_set), None)
    return replace(aligned[0], inputs=Inputs(inputs), columns=columns, feature_set=made)


def _rows(samples: Samples, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    order = np.argsort(samples.sample_id)
    return order[np.searchsorted(samples.sample_id, ids, sorter=order)]


def export(
    path: Path,
    parts: Sequence[Part],
    choice: Choice,
    told: ClassPredictions,
    data: Mapping[str, Read],
    details: BundleDetails,
    goals: Mapping[str, Goal],
) -> None:
    """Write the bundle, proven on rows that every member has.

    Parameters
    ----------
    told : what the ensemble says in the repeat whose bundles these are. Validation rows are no golden ones, for
        calibrated members, and the ensemble, answer them by what was fitted without their object; they settle sets.
    goals : of thresholds, see `settled`.
    """
    whole = told.take(np.isin(told.part, ("train", "test")))
    samples = joined_samples([each.data for each in data.values()], whole)
    held_out = held_out_rows(told)
    answers: Any = settled(held_out, goals) if held_out else {}
    of = Told(told.classes, told.branches, answers)
    write_bundle(path, Joined(parts, choice.combination, whole), samples, details, of)


def details_of(
    info: BundleInfo,
    config: DictConfig,
    run: TrackedRun,
    evaluation: Evaluation,
    members: Sequence[Member],
    parts: Sequence[Part],
    choice: Choice,
) -> BundleDetails:
    """What the bundle says of itself: its members by their runs and hashes, and their data."""
    git = git_state()
    sets = [part.manifest.training.get("dataset") or {} for part in parts]
    names = dict.fromkeys(str(each.get("name")) for each in sets if each.get("name"))
    digests = dict.fromkeys(str(each.get("sha256")) for each in sets if each.get("sha256"))
    training = {
        "package": "alertlab",
        "version": __version__,
        "git_commit": git.get("commit"),
        "dirty": git.get("dirty"),
        "libraries": installed(LIBRARIES),
        "mlflow_run_id": run.run_id,
        "ensemble": {
            "by": config.by,
            **{key: value for key, value in choice.combination.to_json().items() if key in ("weights", STRENGTH)},
            "members": {
                str(number): {"run": member.run_id, "name": member.name, "bundle_sha256": part.sha256}
                for number, (member, part) in enumerate(zip(members, parts, strict=True), 1)
            },
        },
        "dataset": {**sets[0], "name": " and ".join(names), "sha256": " and ".join(digests)},
    }
    return info.details(config, evaluation, training)
