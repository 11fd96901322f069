"""What several rooms' tests share: the real data, a tiny simulated set, one trained run."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "data"

os.environ.pop("MLFLOW_TRACKING_URI", None)  # tests record nothing on a team's server


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Decoded alerts are kept with the other temporary files, not in the working folder."""
    os.environ["ALERTLAB_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"the real alerts are not at {SHARED}")
    return SHARED


TINY = [
    "name=tiny",
    "datamodule.source.n=150",
    "model.kernel_size=3",
    "model.filters=[4,4,8,8,8]",
    "model.dense=16",
    "trainer.max_epochs=2",
    "evaluation.resamples=20",
]


@pytest.fixture(scope="session")
def tiny() -> list[str]:
    """Overrides of a training of seconds on 150 simulated alerts."""
    return list(TINY)


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory):
    """One finished training: its result, and the folder it ran in."""
    from alertlab.config import compose
    from alertlab.workflows.train import train

    folder = tmp_path_factory.mktemp("tiny_run")
    where = [f"tracking.uri=sqlite:///{folder}/mlflow.db", f"output_dir={folder}/outputs"]
    return train(compose("train", [*TINY, *where])), folder
