"""A bundle derives its inputs of a new catalogue as its training did."""

import numpy as np
import pyarrow.parquet as pq
import pytest
from alertlab.config import compose
from alertlab.runtime import AlertlabError
from alertlab.workflows.predict.dispatch import predict
from alertlab.workflows.train import train
from astropy import units as u
from astropy.table import Table


def catalogue(n, seed):
    random = np.random.default_rng(seed)
    table = Table({"source_id": np.arange(n) + 10**17})
    table["ra"], table["dec"] = random.uniform(0, 4, n) * u.deg, random.uniform(-2, 2, n) * u.deg
    table["ra"][1::2], table["dec"][1::2] = table["ra"][::2] + 1 / 3600, table["dec"][::2]  # pairs, 1 arcsec apart
    table["pmra"], table["g"] = random.normal(0, 5, n) * u.mas / u.yr, random.uniform(10, 20, n) * u.mag
    table["kind"] = np.where(np.abs(table["pmra"].value) > 3, "fast", "slow")
    return table


@pytest.fixture(scope="module")
def trained(tmp_path_factory, store):
    folder = tmp_path_factory.mktemp("catalogue")
    catalogue(400, 1).write(folder / "train.fits")
    overrides = [
        "datamodule=catalogue", "model=plain_forest", "model.n_estimators=5",
        f"datamodule.source.path={folder}/train.fits",
        "datamodule.source.columns=[speed,near]", "datamodule.source.units={pmra: mas/yr, g: mag}",
        "datamodule.source.derived={speed: {absolute: pmra}, near: {brighter: 0, magnitude: g, clip: 5}}",
        "datamodule.source.label=kind", "datamodule.classes=[fast,slow]", "datamodule.source.facts=[g]",
        f"tracking.uri={store(folder)}", f"output_dir={folder}", "evaluation.resamples=10", "evaluation.formats=[]",
        "datamodule.split.sky_nside=64", "calibration=none",
    ]  # fmt: skip
    return train(compose("train", overrides))


def test_a_new_catalogue_in_other_units_and_another_order_is_answered_as_the_model_would(trained, tmp_path):
    new = catalogue(300, 2)
    new.write(tmp_path / "new.fits")
    other = new[["g", "pmra", "dec", "source_id", "ra"]]
    other["pmra"] = other["pmra"].to(u.uas / u.yr)
    other["ra"] = other["ra"].to(u.rad)
    other.write(tmp_path / "other.vot", format="votable")
    tables = []
    for name in ("new.fits", "other.vot"):
        done = predict(trained.bundle, tmp_path / name, tmp_path / f"{name}.parquet")
        tables.append(pq.read_table(done.predictions))
    assert tables[0]["object_id"].to_pylist() == [str(each) for each in new["source_id"]]
    np.testing.assert_allclose(*(each["probability_fast"].to_numpy() for each in tables), atol=1e-6)
    fast = np.array(tables[0]["prediction"].to_pylist()) == "fast"
    assert np.mean(fast == (new["kind"] == "fast")) > 0.95


def test_a_catalogue_without_a_column_is_refused_by_its_name(trained, tmp_path):
    new = catalogue(30, 2)
    del new["pmra"]
    new.write(tmp_path / "new.fits")
    with pytest.raises(AlertlabError, match=r"new\.fits: has no column pmra, which the bundle asks for"):
        predict(trained.bundle, tmp_path / "new.fits", tmp_path / "out.parquet")


def test_a_catalogue_in_a_unit_of_something_else_is_refused(trained, tmp_path):
    new = catalogue(30, 2)
    new["pmra"] = new["pmra"].value * u.km / u.s
    new.write(tmp_path / "new.fits")
    with pytest.raises(AlertlabError, match=r"column pmra is in km.*no mas / yr|column pmra is in km.*no mas/yr"):
        predict(trained.bundle, tmp_path / "new.fits", tmp_path / "out.parquet")
