"""A bundle by its address in MLflow, held to the hash that it was registered with."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .. import runtime
from ..config import compose, instantiate
from ..core.progress import status
from ..runtime.errors import AlertlabError
from ..tracking import Tracker
from ..tracking.registry import Registry, Version


@contextmanager
def bundle_at(address: Path) -> Iterator[Path]:
    """The bundle of an address, ``models:/NAME@champion`` or ``runs:/RUN_ID``, fetched for as long as the block runs.

    The store is that of ``MLFLOW_TRACKING_URI``, or ``sqlite:///mlflow.db`` here.

    Raises
    ------
    AlertlabError
        For an address that leads nowhere, or a bundle that is no longer the one that was registered.
    """
    tracker: Tracker = instantiate(compose("report", []).tracking)
    with tempfile.TemporaryDirectory() as folder:
        with status(f"fetching {address}"):
            path = fetched(tracker, Registry(tracker).at(str(address)), Path(folder))
        yield path


def fetched(tracker: Tracker, version: Version, folder: Path) -> Path:
    """The bundle of a version, in ``folder``, whole and the one that was registered.

    Raises
    ------
    AlertlabError
        Where it is not there any more, or another.
    """
    path = tracker.fetch(version.run_id, version.bundle, folder)
    if path is None:
        raise AlertlabError(f"{version.run_id}: has no {version.bundle} among its artifacts in {tracker.uri}")
    found = runtime.load(path).sha256
    if version.sha256 and found != version.sha256:
        raise AlertlabError(
            f"{version}: its bundle was changed after it was registered: sha256 {found[:12]}..., registered was "
            f"{version.sha256[:12]}..."
        )
    return path
