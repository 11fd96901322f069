"""Where runs are recorded: making them, going on with them, and what is known of earlier ones."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from ..config import masked
from ..files import replacing
from ..runtime.errors import AlertlabError
from .connection import Connection
from .errors import StoreError, asking, is_refusal, one_line, unreachable
from .provenance import provenance_tags
from .record import CONFIG, Identity, RunRecord, read_identity, refuse_links
from .run import TrackedRun
from .sqlite import check_writable, file_of
from .watch import Watch

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import RunInfo

DEFAULT = "sqlite:///mlflow.db"
SHORT = re.compile(r"[0-9a-f]{8,32}")  # the beginning of an id, or all of it
MOST = 8  # runs of one name that are listed
REPEAT = "run.repeat"  # parameter of a run below a parent: its number
EXPERIMENT_TAGS = {"mlflow.experimentKind": "custom_model_development"}  # or MLflow's page opens with LLM traces


class Ended(Exception):  # noqa: N818  no error: somebody meant it
    """Ends a run on purpose before it is done; the message is the reason."""


class Tracker:
    """Where runs are recorded.

    Parameters
    ----------
    uri : ``sqlite:///FILE`` or the address of an MLflow server; empty or None is ``sqlite:///mlflow.db``. It is
        shown and written without its password.
    artifacts : where artifacts go; None takes ``mlartifacts`` beside a sqlite
        file, and the server's own place otherwise.
    """

    def __init__(self, uri: str | None, artifacts: str | None = None) -> None:
        self.connection = Connection((uri or "").strip() or DEFAULT)
        self.uri, self.artifacts = self.connection.uri, artifacts

    @property
    def client(self) -> "MlflowClient":
        """Of the connection, see :attr:`.connection.Connection.client`."""
        return self.connection.client

    def create(
        self, experiment: str, name: str, root: Path, config: str, seed: int, repeat: int = 0, parent: str | None = None
    ) -> TrackedRun:
        """A new run, which waits as SCHEDULED; its folder ``root/RUN_ID`` holds all that a resume needs.

        Parameters
        ----------
        experiment, name : as MLflow's page shows them; the experiment is made if need be.
        config : what the run does, as YAML.
        seed : what the model may draw from. repeat : its number below its parent.
        parent : id of the parent run.
        """
        tags = {"mlflow.runName": name, **provenance_tags(), **({"mlflow.parentRunId": parent} if parent else {})}
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AlertlabError(f"output_dir: cannot write to {root} ({error.strerror})") from error
        client, file = self.client, file_of(self.uri)
        if file:
            check_writable(file)
        with asking(self.uri):
            info = client.create_run(self._experiment(experiment), tags=tags).info
            client.update_run(info.run_id, "SCHEDULED")  # MLflow begins with RUNNING, which a kill would leave
        run_id = info.run_id
        if not run_id.replace("-", "").isalnum():
            raise StoreError(f"tracking.uri: {self.uri} calls the run {run_id!r}, which names no folder")
        identity = Identity(
            run_id, experiment, name, info.start_time, self.uri, self.artifacts, seed, repeat, parent, tags
        )
        with replacing(root / run_id, folder=True) as partial:
            partial.mkdir()
            (partial / CONFIG).write_text(config)
            identity.write(partial)
        return TrackedRun(self.connection, run_id, root / run_id, seed)

    @contextmanager
    def running(self, run: TrackedRun) -> Iterator[None]:
        """A run that goes on now, and ends FINISHED, FAILED on an error, or KILLED when it is ended, by whatever."""
        with Watch(self.connection.address, run.run_id):
            run.set_state("RUNNING")
            try:
                yield
            except (KeyboardInterrupt, Ended) as reason:
                run.end("KILLED", str(reason) or "interrupted")
                raise
            except BaseException as error:
                run.end("FAILED", masked(f"{type(error).__name__}: {error}"))
                raise
            run.end("FINISHED")

    def reopen(self, directory: Path) -> TrackedRun:
        """The run of a folder, to go on with.

        Raises
        ------
        AlertlabError
            For a folder that is none, or holds a link: what is written to that would go elsewhere.
        """
        identity = read_identity(directory)
        refuse_links(directory)
        return TrackedRun(self.connection, identity.run_id, directory, identity.seed)

    def find(self, words: str) -> str:
        """The id of the run that is meant by an id, by its first 8 digits or more, or by a name, of repeats too.

        Raises
        ------
        AlertlabError
            Where no run is meant, or several are: with their ids.
        """
        self._check_known(words)
        quote_ = "'" if "'" not in words else '"'
        names = [f"= {quote_}{words}{quote_}", f"LIKE {quote_}{words}, % repeats{quote_}"]  # alone, or of several
        wanted = [f"attributes.run_name {name}" for name in names if quote_ not in words]
        if SHORT.fullmatch(words):
            wanted.insert(0, f"attributes.run_id LIKE '{words}%'")
        client = self.client
        for condition in wanted:
            with asking(self.uri):
                places = [each.experiment_id for each in client.search_experiments()]
                runs = client.search_runs(places, filter_string=condition, max_results=MOST + 1)
            runs = [each for each in runs if _is_meant(words, each.info)]
            if len(runs) == 1:
                return str(runs[0].info.run_id)
            if runs:
                such = [f"{each.info.run_id[:12]} ({_when(each.info.start_time)})" for each in runs[:MOST]]
                more = ", ..." if len(runs) > MOST else ""
                raise AlertlabError(f"{words}: several runs in {self.uri}: {', '.join(such)}{more}; give the id of one")
        raise AlertlabError(f"{words}: no file, and no run of that id or name in {self.uri}")

    def predictions_of(self, run_id: str, folder: Path) -> Path:
        """Fetch the predictions table of an earlier run.

        Raises
        ------
        AlertlabError
            For an unknown run, or one without predictions.
        """
        self._check_known(run_id)
        path = self.fetch(run_id, "predictions.parquet", folder)
        if path is None:
            raise AlertlabError(f"{run_id}: no file, and no run with predictions in {self.uri}")
        return path

    def fetch(self, run_id: str, name: str, folder: Path) -> Path | None:
        """Fetch a file of an earlier run; None where there is no such run or file."""
        client = self.client
        try:
            return Path(client.download_artifacts(run_id, name, str(folder)))
        except unreachable():
            return None

    def bundle_of(self, run_id: str) -> str | None:
        """Name of the bundle among the artifacts of a run; None where it has none."""
        self._check_known(run_id)
        with asking(self.uri):
            names = [each.path for each in self.client.list_artifacts(run_id) if each.is_dir]
        return next((name for name in sorted(names) if name.endswith(".bundle")), None)

    def children_of(self, run_id: str) -> dict[int, str]:
        """Repeat -> id of the runs below a parent."""
        self._check_known(run_id)
        with asking(self.uri):
            where = [self.client.get_run(run_id).info.experiment_id]
            found = self.client.search_runs(where, f"tags.`mlflow.parentRunId` = '{run_id}'")
        return {int(each.data.params[REPEAT]): each.info.run_id for each in found if REPEAT in each.data.params}

    def record(self, run_id: str) -> RunRecord:
        """What is recorded of a run.

        Raises
        ------
        AlertlabError
            For an unknown run.
        """
        from mlflow.exceptions import MlflowException

        self._check_known(run_id)
        client = self.client
        with asking(self.uri):
            try:
                run = client.get_run(run_id)
            except MlflowException as error:
                if is_refusal(error):
                    raise AlertlabError(f"{run_id}: no such run in {self.uri}") from error
                raise
            experiment = client.get_experiment(run.info.experiment_id).name
        return RunRecord(
            run_id,
            experiment,
            run.info.run_name,
            datetime.fromtimestamp(run.info.start_time / 1000, UTC),
            dict(run.data.params),
            dict(run.data.tags),
        )

    def _check_known(self, run_id: str) -> None:
        """Refuse to look for a run in a store that is not there: looking would make it."""
        file = file_of(self.uri)
        if file is not None and not file.is_file():
            raise AlertlabError(f"{run_id}: no such file, and no such run: there is no store {file} (tracking.uri)")

    def _experiment(self, name: str) -> str:
        from mlflow.exceptions import MlflowException

        known = self.client.get_experiment_by_name(name)
        if not known:
            try:
                return str(self.client.create_experiment(name, self._artifact_location(), EXPERIMENT_TAGS))
            except MlflowException as error:
                known = self.client.get_experiment_by_name(name)  # another process made it in between
                if not known and not is_refusal(error):
                    raise
                if not known:
                    raise AlertlabError(f"name: MLflow makes no experiment {name!r} ({one_line(error)})") from error
        if known.lifecycle_stage == "deleted":
            restore = f"MLFLOW_TRACKING_URI={quote(self.uri)} mlflow experiments restore -x {known.experiment_id}"
            raise AlertlabError(f"name: experiment {name} was deleted; {restore}, or choose another name")
        return str(known.experiment_id)

    def _artifact_location(self) -> str | None:
        if self.artifacts:
            return self.artifacts if "://" in self.artifacts else Path(self.artifacts).resolve().as_uri()
        file = file_of(self.uri)
        return (file.resolve().parent / "mlartifacts").as_uri() if file else None


def _is_meant(words: str, run: "RunInfo") -> bool:
    """Letter by letter: in the store's pattern an underscore of a name stands for any letter."""
    name = str(run.run_name)
    return bool(run.run_id.startswith(words) or name == words or name.startswith(f"{words}, "))


def _when(started: int) -> str:
    return f"{datetime.fromtimestamp(started / 1000, UTC):%Y-%m-%d %H:%M} UTC"
