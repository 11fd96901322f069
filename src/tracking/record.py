"""What a run's folder knows of the run: enough to go on with it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ..files import replacing
from ..runtime.errors import AlertlabError

FILE = "run.json"


@dataclass(frozen=True)
class RunRecord:
    """Identity of a run.

    Attributes
    ----------
    run_id : MLflow's. uri, artifacts : of the tracker.
    seed : what the model draws from. repeat : its number below its parent.
    parent : id of the parent run, None for a run of its own.
    """

    run_id: str
    uri: str
    artifacts: str | None
    seed: int
    repeat: int
    parent: str | None

    def write(self, directory: Path) -> None:
        """Write ``run.json``."""
        with replacing(directory / FILE) as partial:
            partial.write_text(json.dumps(asdict(self), indent=1) + "\n")


def read_record(directory: Path) -> RunRecord:
    """Read ``run.json``."""
    try:
        return RunRecord(**json.loads((directory / FILE).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise AlertlabError(f"{directory}: not the folder of a run ({error})") from error


def find_run(run_id: str, root: Path) -> Path:
    """The folder of a run below ``root``, which holds one folder an experiment.

    Raises
    ------
    AlertlabError
        When there is none.
    """
    found = next((path.parent for path in root.glob(f"*/{run_id}/{FILE}")), None)
    if found is None:
        raise AlertlabError(f"--resume {run_id}: no such run below {root}; start where it was started")
    return found


def children_of(directory: Path, run_id: str) -> dict[int, Path]:
    """Repeat -> folder of the runs below a parent, which lie beside it."""
    records = {path.parent: read_record(path.parent) for path in directory.parent.glob(f"*/{FILE}")}
    return {record.repeat: folder for folder, record in records.items() if record.parent == run_id}
