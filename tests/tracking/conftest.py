"""A store of MLflow: its tables take seconds to make, so tests copy one."""

import shutil

import pytest
from alertlab.tracking import Tracker


@pytest.fixture(scope="session")
def made_store(tmp_path_factory):
    """The file of a store without runs, to copy."""
    file = tmp_path_factory.mktemp("store") / "mlflow.db"
    _ = Tracker(f"sqlite:///{file}").client
    return file


@pytest.fixture
def tracker(made_store, tmp_path):
    """A tracker of a store of its own."""
    shutil.copy(made_store, tmp_path / "mlflow.db")
    return Tracker(f"sqlite:///{tmp_path}/mlflow.db")
