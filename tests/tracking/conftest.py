"""A store of MLflow of a test's own."""

import shutil

import pytest
from alertlab.tracking import Tracker


@pytest.fixture(scope="session")
def made_store(store, tmp_path_factory):
    """The file of a store without runs, to copy."""
    folder = tmp_path_factory.mktemp("made_store")
    store(folder)
    return folder / "mlflow.db"


@pytest.fixture
def tracker(made_store, tmp_path):
    """A tracker of a store of its own."""
    shutil.copy(made_store, tmp_path / "mlflow.db")
    return Tracker(f"sqlite:///{tmp_path}/mlflow.db")
