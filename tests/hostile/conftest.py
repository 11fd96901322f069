"""Bundles and tables that are right, so that what is handed over beside them is all that is wrong."""

import contextlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.cli import main
from alertlab.simulate import write_light_curves

FOREST = ["model=flat_forest", "model.n_estimators=3", "model.n_jobs=1", "model.permutation_repeats=0"]
QUICK = ["evaluation.resamples=20", "evaluation.formats=[]"]


@pytest.fixture(scope="session")
def table_run(tmp_path_factory, store):
    """The folder of a training of a forest on a ready table: ``run/`` and ``mlflow.db`` in it."""
    folder = tmp_path_factory.mktemp("table_run")
    random = np.random.default_rng(0)
    rows = pd.DataFrame(random.normal(size=(24, 3)), columns=["f0", "f1", "f2"])
    rows.insert(0, "object_id", [f"o{row}" for row in range(24)])
    rows.insert(1, "class", ["A", "B"] * 12)
    rows.to_parquet(folder / "table.parquet")
    source = ["datamodule=feature_table", f"datamodule.source.path={folder}/table.parquet", "datamodule.classes=[A,B]"]
    return _trained(folder, source, store)


@pytest.fixture(scope="session")
def curve_run(tmp_path_factory, store):
    """The same on features of simulated light curves, which lie in ``curves/``."""
    folder = tmp_path_factory.mktemp("curve_run")
    write_light_curves(folder / "curves", 45, 3, 0.5, "equal")
    labels = pd.read_csv(folder / "curves" / "labels.csv")
    kinds = {"RRL": "Fast", "DSCT": "Fast"}
    labels["class"] = [kinds.get(name, "Slow") for name in labels["class"]]
    labels.to_csv(folder / "labels.csv", index=False)
    curves = "datamodule.source.curves"
    source = ["datamodule=light_curves", f"{curves}.path={folder}/curves/detections.parquet"]
    source += [f"{curves}.labels={folder}/labels.csv", "datamodule.classes=[Fast,Slow]", "datamodule.source.workers=1"]
    return _trained(folder, source, store)


def _trained(folder, source, store):
    store(folder)
    with contextlib.chdir(folder):
        assert main(["train", *source, *FOREST, *QUICK, "datamodule.split.test=0.4"]) == 0
    (run,) = (path.parent for path in folder.glob("outputs/*/*/run.json"))
    run.rename(folder / "run")
    return folder


@pytest.fixture(scope="session")
def predictions(table_run) -> pa.Table:
    return pq.read_table(table_run / "run" / "predictions.parquet")


@pytest.fixture(scope="session")
def tiny_stamps(tmp_path_factory):
    """A folder of a few simulated packets."""
    folder = tmp_path_factory.mktemp("tiny_stamps")
    assert main(["simulate", "stamps", "-n", "5", "--out", str(folder / "night")]) == 0
    return folder / "night" / "packets"
