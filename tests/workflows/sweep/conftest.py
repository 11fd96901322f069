"""What tests of sweeps share: configs of a model of no time, and the words of a command that leaves all in a folder."""

import optuna
import pytest
from sweep_by_hand import asked_of, write_configs


@pytest.fixture(scope="session")
def dial(tmp_path_factory):
    """Folder of configs."""
    return write_configs(tmp_path_factory.mktemp("dial"))


@pytest.fixture(scope="session")
def command(dial, where):
    """Of a folder and words: what is asked for, recorded there."""
    return lambda folder, *words: asked_of(dial, *where(folder), *words)


@pytest.fixture(scope="session")
def asked(dial):
    """What is asked for where nothing is recorded."""
    return lambda *words: asked_of(dial, *words)


@pytest.fixture(autouse=True)
def _quiet():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
