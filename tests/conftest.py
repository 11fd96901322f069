"""What several rooms' tests share: the real data, empty stores, a tiny simulated set, one trained run."""

import os
import pickle
import shutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")  # a busy machine draws examples slowly, which says nothing about them

TESTS = Path(__file__).parent
SHARED = TESTS.parents[1] / "shared" / "data"

LONG = {TESTS / "workflows", TESTS / "models"}  # rooms of whole trainings; so are the files beside them

os.environ.pop("MLFLOW_TRACKING_URI", None)  # tests record nothing on a team's server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests come first: a process that is done early takes over short ones, and all end together."""
    items.sort(key=lambda item: item.path.parent != TESTS and LONG.isdisjoint(item.path.parents))


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Decoded alerts are kept with the other temporary files, not in the working folder."""
    os.environ["ALERTLAB_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session", autouse=True)
def equal_yaml_is_read_once():
    """A composition reads some twenty files of Hydra's and ours, a third of its time; each gives the same each time."""
    from omegaconf import OmegaConf

    load, kept = OmegaConf.load, {}

    def read(file):
        if not hasattr(file, "read"):
            return load(file)
        text = file.read()
        if text not in kept:
            file.seek(0)
            kept[text] = pickle.dumps(load(file))
        return pickle.loads(kept[text])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OmegaConf, "load", read)
        yield


@pytest.fixture(scope="session", autouse=True)
def operators_of_onnx_are_listed_once():
    """An export asks for their list, which takes half a second to make, each time anew."""
    if "torch" not in sys.modules:  # of these tests none exports, or one
        yield
        return
    from torch.onnx._internal.exporter._registration import onnxscript_apis

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(onnxscript_apis, "get_torchlib_ops", cache(onnxscript_apis.get_torchlib_ops), raising=False)
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"the real alerts are not at {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], str]:
    """Puts an empty store of MLflow into a folder and gives its address; MLflow needs seconds to make each anew."""
    from alertlab.tracking import Tracker

    empty = tmp_path_factory.mktemp("store") / "mlflow.db"
    _ = Tracker(f"sqlite:///{empty}").client  # makes the tables

    def put(folder: Path) -> str:
        if not (folder / "mlflow.db").exists():
            shutil.copy(empty, folder)
        return f"sqlite:///{folder}/mlflow.db"

    return put


@pytest.fixture(scope="session")
def where(store: Callable[[Path], str]) -> Callable[[Path], list[str]]:
    """Overrides of a training that leaves everything in a folder."""
    return lambda folder: [f"tracking.uri={store(folder)}", f"output_dir={folder}/outputs"]


@pytest.fixture
def blank_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of trainings are not drawn, where a test looks at none: a second or so of each training."""
    from matplotlib.figure import Figure

    monkeypatch.setattr(Figure, "savefig", lambda figure, file, **_: None)
    monkeypatch.setattr(Figure, "draw_without_rendering", lambda figure: None)


@pytest.fixture(scope="session")
def examples_folder(tmp_path_factory: pytest.TempPathFactory):
    """Where the examples of docs/extending.md lie: the package ``mylab``, which can be imported, and ``myconf``."""
    import examples

    folder = tmp_path_factory.mktemp("examples")
    examples.write(folder)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))


@pytest.fixture(scope="session")
def of_example(examples_folder: Path):
    """Config of a training of seconds, of one of these examples."""
    import examples
    from alertlab.config import compose

    return lambda name: compose("train", examples.overrides(name), [examples_folder / "myconf"], ["mylab"])


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
    """Overrides of a training of seconds on 150 simulated alerts; of its figures, `tiny_run` has all."""
    return [*TINY, "evaluation.formats=[]"]


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory, where: Callable[[Path], list[str]]):
    """One finished training: its result, and the folder it ran in."""
    from alertlab.config import compose
    from alertlab.workflows.train import train

    folder = tmp_path_factory.mktemp("tiny_run")
    return train(compose("train", [*TINY, *where(folder)])), folder
