"""Journal entries to MLflow. Delivering one twice changes nothing."""

import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..runtime.errors import AlertlabError
from .journal import Entry
from .names import accepted, escaped

if TYPE_CHECKING:
    from mlflow import MlflowClient

ARTIFACTS = {"files", "image", "table"}  # what a run is whole without
PARAM_LENGTH, TAG_LENGTH, BATCH = 500, 5000, 100  # characters and items that every MLflow 3 server takes
Item = TypeVar("Item")


def deliver(entry: Entry, client: "MlflowClient", run_id: str, directory: Path) -> None:
    """Log one entry; files are taken from the run's ``directory``."""
    import mlflow
    from mlflow.entities import Metric, Param, RunTag

    kind = entry["kind"]
    if kind == "params":
        params = sanitised(entry["values"], PARAM_LENGTH)
        for batch in _batches([Param(name, value) for name, value in params.items()]):
            client.log_batch(run_id, params=batch)
    elif kind == "tags":
        tags = sanitised(entry["values"], TAG_LENGTH)
        client.log_batch(run_id, tags=[RunTag(name, value) for name, value in tags.items()])
    elif kind == "metrics":
        at = entry["time"], entry["step"]
        name_of = escaped if entry["epoch"] else accepted  # results come with the names of `named`
        for batch in _batches([Metric(name_of(name), value, *at) for name, value in entry["values"].items()]):
            client.log_batch(run_id, metrics=batch)
    elif kind == "files":
        path = _inside(directory, entry["path"])
        if path.is_dir():
            client.log_artifacts(run_id, str(path), path.name)
        else:
            client.log_artifact(run_id, str(path))
    elif kind == "image":
        image = mlflow.Image(str(_inside(directory, entry["path"])))
        key = re.sub(r"[^\w\-./ ]", "_", entry["key"], flags=re.ASCII)  # all that MLflow takes for a picture
        client.log_image(run_id, image, key=key, step=0, synchronous=True)
    elif kind == "table":
        with warnings.catch_warnings():  # of a pandas to come; MLflow asks it for columns of objects
            warnings.filterwarnings("ignore", "For backward compatibility, 'str' dtypes", DeprecationWarning)
            client.log_table(run_id, entry["columns"], entry["name"])
    elif entry["state"] == "RUNNING":
        client.update_run(run_id, "RUNNING")
    else:
        client.set_terminated(run_id, entry["state"], entry["time"])


def sanitised(values: Mapping[str, Any], length: int) -> dict[str, str]:
    """Names and values that MLflow takes, long values shortened."""
    return {escaped(name): _shorten(value, length) for name, value in values.items()}


def _inside(directory: Path, name: str) -> Path:
    """A file of a run, in whose journal anybody may have written another."""
    path = directory / name
    if not path.resolve().is_relative_to(directory.resolve()):
        raise AlertlabError(f"{directory}: its journal names {name}, which is no file of this run")
    return path


def _batches(items: list[Item]) -> Iterator[list[Item]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def _shorten(value: Any, length: int) -> str:
    text = str(value)
    return text if len(text) <= length else text[: length - 1] + "…"
