"""The connection to MLflow, and whether it leads where its results may go."""

import logging
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from ..config import masked, refuse_foreign, whole
from ..core.progress import status
from ..runtime.errors import AlertlabError
from .errors import StoreError, cannot_open, unopened
from .record import refuse_links
from .sqlite import address_of, file_of, open_alone

if TYPE_CHECKING:
    from mlflow import MlflowClient


class Connection:
    """One store of MLflow.

    Attributes
    ----------
    uri : as it is shown and written, without its password.
    address : as it connects.
    """

    _client: "MlflowClient"

    def __init__(self, uri: str) -> None:
        self.uri, self.address = masked(uri), whole(uri)

    def __getstate__(self) -> dict[str, Any]:
        return {"uri": self.uri, "address": self.address}  # a client does not travel to other processes

    @property
    def client(self) -> "MlflowClient":
        """MLflow's own; the first use makes the database of a sqlite store.

        Raises
        ------
        StoreError
            When the store does not answer.
        """
        if "_client" not in self.__dict__:
            os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # no network unless a server is asked for
            os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")  # its own 7 keep one waiting for minutes
            os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")  # one of our own runs above it
            with status("opening the MLflow store"):
                self.__dict__["_client"] = self._open()
        return self._client

    def _open(self) -> "MlflowClient":
        from mlflow import MlflowClient

        logging.getLogger("mlflow").setLevel(logging.WARNING)  # making the tables is no news
        logging.getLogger("alembic").setLevel(logging.WARNING)
        logging.getLogger("mlflow.store.db.utils").addFilter(_is_no_traceback)

        def connect(uri: str) -> None:
            with warnings.catch_warnings():  # of an SQLAlchemy to come, as MLflow declares its tables
                warnings.filterwarnings("ignore", "The ``noload`` loader strategy", DeprecationWarning)
                MlflowClient(uri).search_experiments(max_results=1)

        file, address = file_of(self.uri), self.address
        try:
            if file:
                address = address_of(file, address)  # MLflow remembers stores by it, wherever the process moves
                open_alone(file, address, connect)
            else:
                connect(address)
        except StoreError:
            raise
        except ImportError as error:
            raise StoreError(f"tracking.uri: {self.uri} needs a driver, pip install {error.name}") from error
        except unopened() as error:
            raise StoreError(f"tracking.uri: {masked(cannot_open(self.uri, error))}") from error
        return MlflowClient(address)

    def check_artifacts(self, run_id: str) -> None:
        """Refuse a store of this machine, which anybody may have made, whose artifacts would go to a strange place.

        Raises
        ------
        AlertlabError
            For a folder that is not a run's own, or another machine.
        """
        if self.uri.startswith("http"):
            return  # that of its own server
        place = self.client.get_run(run_id).info.artifact_uri
        if place.startswith("http"):
            refuse_foreign(place, f"{run_id}: place of its artifacts in {self.uri}")
        elif "://" not in place or place.startswith("file:"):
            folder = Path(url2pathname(urlsplit(place).path)).resolve()
            if folder.parts[-2:] != (run_id, "artifacts"):
                raise AlertlabError(f"{run_id}: its artifacts would go to {folder} ({self.uri}), no folder of a run")
            refuse_links(folder)


def _is_no_traceback(record: logging.LogRecord) -> bool:
    return not record.exc_info  # what MLflow prints at length it raises too
