"""What a run's folder knows of the run: enough to go on with it, server or not."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ..runtime.errors import AlertlabError

FILE, CONFIG = "run.json", "config.yaml"


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


def read_identity(directory: Path) -> Identity:
    """Read ``run.json``."""
    try:
        return Identity(**json.loads((directory / FILE).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise AlertlabError(f"{directory}: not the folder of a run ({error})") from error


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
