"""The MLflow run of a training: parameters, metrics, files, and an honest status."""

import getpass
import json
import logging
import os
import platform
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .core.progress import status
from .runtime.errors import AlertlabError

if TYPE_CHECKING:
    from mlflow import MlflowClient

PACKAGES = ("alertlab", "torch", "pytorch-lightning", "numpy", "scikit-learn", "onnx", "onnxruntime")
EXPERIMENT_TAGS = {"mlflow.experimentKind": "custom_model_development"}  # or MLflow's page opens with LLM traces
PARAM_LENGTH, TAG_LENGTH, BATCH = 500, 5000, 100  # characters and items that every MLflow 3 server takes


@dataclass(frozen=True)
class RunRecord:
    """What MLflow holds of a run: names, its start, parameters and tags."""

    run_id: str
    experiment: str
    name: str
    started: datetime
    params: Mapping[str, str]
    tags: Mapping[str, str]


class Tracker:
    """Where runs are recorded.

    Parameters
    ----------
    uri : ``sqlite:///FILE`` or the address of an MLflow server.
    artifacts : where artifacts go; None takes ``mlartifacts`` beside a sqlite
        file, and the server's own place otherwise.
    """

    def __init__(self, uri: str, artifacts: str | None = None) -> None:
        self.uri, self.artifacts = uri, artifacts

    def __getstate__(self) -> dict[str, Any]:
        return {"uri": self.uri, "artifacts": self.artifacts}  # a client does not travel to other processes

    @property
    def client(self) -> "MlflowClient":
        """The connection; the first use makes the database of a sqlite store."""
        if "_client" not in self.__dict__:
            os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # no network unless a server is asked for
            os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")  # its own 7 keep one waiting for minutes
            os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")  # one of our own runs above it
            with status("opening the MLflow store"):
                from mlflow import MlflowClient
                from mlflow.exceptions import MlflowException
                from sqlalchemy.exc import SQLAlchemyError

                logging.getLogger("mlflow").setLevel(logging.WARNING)  # making the tables is no news
                logging.getLogger("alembic").setLevel(logging.WARNING)
                try:
                    self.__dict__["_client"] = MlflowClient(self.uri)
                    self._client.search_experiments(max_results=1)
                except (MlflowException, SQLAlchemyError) as error:
                    self.__dict__.pop("_client", None)
                    message = str(error).splitlines()[0]
                    raise AlertlabError(f"tracking.uri: cannot reach {self.uri} ({message[:200]})") from error
        return self._client

    _client: "MlflowClient"

    @contextmanager
    def run(
        self, experiment: str, name: str, root: Path, seed: int, parent: "TrackedRun | None" = None
    ) -> Iterator["TrackedRun"]:
        """A run that ends FINISHED, FAILED on an error, or KILLED when interrupted.

        Parameters
        ----------
        experiment, name : as MLflow's page shows them; the experiment is made if need be.
        root : the run's folder is ``root/RUN_ID``.
        seed : what the model may draw from.
        parent : of a repeat.
        """
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AlertlabError(f"output_dir: cannot write to {root} ({error.strerror})") from error
        tags = {"mlflow.runName": name, **_provenance()}
        if parent:
            tags["mlflow.parentRunId"] = parent.run_id
        run = self.client.create_run(self._experiment(experiment), tags=tags)
        tracked = TrackedRun(self, run.info.run_id, root / run.info.run_id, seed)
        tracked.directory.mkdir()
        try:
            yield tracked
        except KeyboardInterrupt:
            tracked.end("KILLED", "interrupted")
            raise
        except BaseException as error:
            tracked.end("FAILED", f"{type(error).__name__}: {error}")
            raise
        tracked.end("FINISHED")

    def predictions_of(self, run_id: str, folder: Path) -> Path:
        """Fetch the predictions table of an earlier run.

        Raises
        ------
        AlertlabError
            For an unknown run, or one without predictions.
        """
        path = self.fetch(run_id, "predictions.parquet", folder)
        if path is None:
            raise AlertlabError(f"{run_id}: no file, and no run with predictions in {self.uri}")
        return path

    def fetch(self, run_id: str, name: str, folder: Path) -> Path | None:
        """Fetch a file of an earlier run; None where there is no such run or file."""
        from mlflow.exceptions import MlflowException

        try:
            return Path(self.client.download_artifacts(run_id, name, str(folder)))
        except (MlflowException, OSError):
            return None

    def record(self, run_id: str) -> RunRecord:
        """What is recorded of a run that exists."""
        run = self.client.get_run(run_id)
        return RunRecord(
            run_id,
            self.client.get_experiment(run.info.experiment_id).name,
            run.info.run_name,
            datetime.fromtimestamp(run.info.start_time / 1000, UTC),
            dict(run.data.params),
            dict(run.data.tags),
        )

    def continue_run(self, run_id: str, directory: Path) -> "TrackedRun":
        """An ended run, to add to."""
        return TrackedRun(self, run_id, directory, seed=0)

    def _experiment(self, name: str) -> str:
        from mlflow.exceptions import MlflowException

        for _ in range(2):
            known = self.client.get_experiment_by_name(name)
            if known:
                return str(known.experiment_id)
            try:
                return str(self.client.create_experiment(name, self._artifact_location(), EXPERIMENT_TAGS))
            except MlflowException:
                continue  # another process made it in between
        raise AlertlabError(f"name: MLflow has no experiment {name!r} and will not make one; was it deleted there?")

    def _artifact_location(self) -> str | None:
        if self.artifacts:
            return self.artifacts if "://" in self.artifacts else Path(self.artifacts).resolve().as_uri()
        if self.uri.startswith("sqlite:///"):
            return (Path(self.uri.removeprefix("sqlite:///")).resolve().parent / "mlartifacts").as_uri()
        return None


class TrackedRun:
    """One run: what is logged goes to MLflow, what is made lies in ``directory`` first.

    Attributes
    ----------
    run_id : MLflow's.
    directory : the run's own folder.
    seed : what the model may draw from.
    """

    def __init__(self, tracker: Tracker, run_id: str, directory: Path, seed: int) -> None:
        self.tracker, self.run_id, self.directory, self.seed = tracker, run_id, directory, seed

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Record flattened parameters, long values shortened: the config artifact has them whole."""
        from mlflow.entities import Param

        items = [Param(_key(name), _shorten(value, PARAM_LENGTH)) for name, value in params.items()]
        for start in range(0, len(items), BATCH):
            self.tracker.client.log_batch(self.run_id, params=items[start : start + BATCH])

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        """Record what identifies the run."""
        for name, value in tags.items():
            self.tracker.client.set_tag(self.run_id, _key(name), _shorten(value, TAG_LENGTH))

    def log_metrics(self, metrics: Mapping[str, float], step: int = 0) -> None:
        """Record metrics of an epoch, in MLflow and in ``epochs.jsonl``."""
        with (self.directory / "epochs.jsonl").open("a") as file:
            file.write(json.dumps({"epoch": step, **metrics}) + "\n")
        self.log_results(metrics, step)

    def log_results(self, metrics: Mapping[str, float], step: int = 0) -> None:
        """Record final metrics."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        items = [Metric(_key(name), float(value), now, step) for name, value in metrics.items()]
        for start in range(0, len(items), BATCH):
            self.tracker.client.log_batch(self.run_id, metrics=items[start : start + BATCH])

    def log_files(self, path: Path, folder: str | None = None) -> None:
        """Record a file, or a folder with all in it."""
        if path.is_dir():
            self.tracker.client.log_artifacts(self.run_id, str(path), folder or path.name)
        else:
            self.tracker.client.log_artifact(self.run_id, str(path), folder)

    def log_image(self, path: Path, key: str) -> None:
        """Record a picture for MLflow's grid of images, side by side across runs."""
        import mlflow

        self.tracker.client.log_image(self.run_id, mlflow.Image(str(path)), key=key, step=0, synchronous=True)

    def log_table(self, columns: Mapping[str, list[Any]], name: str) -> None:
        """Record a small table that MLflow's page compares across runs."""
        self.tracker.client.log_table(self.run_id, dict(columns), name)

    def epochs(self) -> list[dict[str, float]]:
        """What ``log_metrics`` has recorded, oldest first."""
        path = self.directory / "epochs.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []

    def end(self, state: str, reason: str = "") -> None:
        """Close the run with its true status."""
        if reason:
            self.set_tags({"ended": reason})
        self.tracker.client.set_terminated(self.run_id, state)


def _key(name: str) -> str:
    """A name that MLflow takes: letters, digits and ``_-. /:`` alone, 250 at the most."""
    return re.sub(r"[^\w\-. /:]", "_", name)[:250]


def _shorten(value: Any, length: int) -> str:
    text = str(value)
    return text if len(text) <= length else text[: length - 1] + "…"


def git_state() -> dict[str, Any]:
    """``commit`` and ``dirty`` of the folder that the run was started in; empty outside a repository."""
    command = ["git", "describe", "--always", "--abbrev=40", "--dirty", "--match=NONE"]
    try:
        commit = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return {}
    return {"commit": commit.removesuffix("-dirty"), "dirty": commit.endswith("-dirty")}


def _provenance() -> dict[str, str]:
    git = git_state()
    commit = {"mlflow.source.git.commit": git["commit"], "git.dirty": str(git["dirty"])} if git else {}
    source = {"mlflow.user": getpass.getuser(), "mlflow.source.name": "alertlab", "mlflow.source.type": "LOCAL"}
    versions = {f"version.{name}": metadata.version(name) for name in PACKAGES}
    return {**commit, **source, **versions, "version.python": platform.python_version()}
