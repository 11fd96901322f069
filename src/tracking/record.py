"""What a run's folder knows of the run: enough to go on with it, server or not."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import UnionType

from ..runtime.errors import AlertlabError

FILE, CONFIG = "run.json", "config.yaml"
KINDS: dict[str, type | UnionType] = {
    **dict.fromkeys(("run_id", "experiment", "name", "uri"), str),
    **dict.fromkeys(("started", "seed", "repeat"), int),
    **dict.fromkeys(("artifacts", "parent"), str | None),
    "tags": dict,
}


@dataclass(frozen=True)
class Identity:
    """Who a run is.

    Attributes
    ----------
    run_id : MLflow's. experiment, name : as its page shows them.
    started : milliseconds since 1970.
    uri, artifacts : of the tracker.
    seed : what the model draws from. repeat : its number below its parent.
    parent : id of the parent run, None for a run of its own.
    tags : those it was made with.
    """

    run_id: str
    experiment: str
    name: str
    started: int
    uri: str
    artifacts: str | None
    seed: int
    repeat: int
    parent: str | None
    tags: Mapping[str, str]

    def write(self, directory: Path) -> None:
        """Write ``run.json``."""
        (directory / FILE).write_text(json.dumps(asdict(self), indent=1) + "\n")


@dataclass(frozen=True)
class RunRecord:
    """Names, start, parameters and tags of a run, from MLflow or from its folder: the two say the same."""

    run_id: str
    experiment: str
    name: str
    started: datetime
    params: Mapping[str, str]
    tags: Mapping[str, str]


def read_identity(directory: Path) -> Identity:
    """Read ``run.json``, which anybody may have written.

    Raises
    ------
    AlertlabError
        Where it is not that of a run.
    """
    try:
        identity = Identity(**json.loads((directory / FILE).read_text()))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise AlertlabError(f"{directory}: not the folder of a run ({error})") from error
    for name, kinds in KINDS.items():
        if not isinstance(value := getattr(identity, name), kinds):
            raise AlertlabError(f"{directory / FILE}: {name} is {value!r}, which no run has")
    return identity


def refuse_links(folder: Path) -> None:
    """Refuse a folder, of a run or its artifacts, with a link in it: what is written to that would go elsewhere."""
    if link := next((path for path in folder.rglob("*") if path.is_symlink()), None):
        raise AlertlabError(f"{link}: is a link, and no run has any; put the file itself in its place")


def find_run(source: str, root: Path) -> Path:
    """The folder of a run: ``source`` itself, or the one of that id below ``root``, which holds one an experiment.

    Raises
    ------
    AlertlabError
        When there is none.
    """
    found = [Path(source)] if Path(source).is_dir() else [path.parent for path in root.glob(f"*/{source}/{FILE}")]
    if not found:
        raise AlertlabError(
            f"--resume {source}: no such run below {root}; start where it was started, or name its folder"
        )
    return found[0]


def runs_below(folder: Path) -> dict[Path, Identity]:
    """Folder -> identity of every run below ``folder``; what a kill left half-made is none."""
    known = {path.parent: read_identity(path.parent) for path in sorted(folder.rglob(FILE))}
    return {directory: identity for directory, identity in known.items() if directory.name == identity.run_id}


def children_of(directory: Path, run_id: str) -> dict[int, Path]:
    """Repeat -> folder of the runs below a parent, which lie beside it."""
    known = runs_below(directory.parent)
    return {identity.repeat: folder for folder, identity in known.items() if identity.parent == run_id}
