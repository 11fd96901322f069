"""Gaia's fidelity from the simulation to a bundle: rules train, the truth judges, and no sign tells."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab import runtime
from alertlab.config import compose, instantiate
from alertlab.core.predictions import read_predictions
from alertlab.simulate import SimulatedGaia, write_gaia
from alertlab.workflows.predict.dispatch import predict
from alertlab.workflows.train import train
from astropy import units as u
from astropy.coordinates import SkyCoord
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

N = 8_000


@pytest.fixture(scope="module")
def trained(tmp_path_factory, store):
    folder = tmp_path_factory.mktemp("gaia")
    words = [
        "experiment=gaia_fidelity", f"datamodule.source.simulator.n={N}", "repeats=1", "trainer.max_epochs=2",
        "evaluation.resamples=10", "evaluation.formats=[]", f"tracking.uri={store(folder)}", f"output_dir={folder}",
        "datamodule.source.derived.negative.in_cell=4096",
    ]  # fmt: skip
    return train(compose("train", words))


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    folder = tmp_path_factory.mktemp("catalogue") / "new"
    counts = write_gaia(folder, 3000, 5, 0.5)["classes"]
    assert counts["bad"] + counts["good"] == 3000
    return folder / "gaia.parquet"


def test_the_inputs_are_the_22_of_the_paper(trained):
    (spec,) = runtime.load(trained.bundle).inputs
    assert len(spec.columns) == 22
    names = {column.name for column in spec.columns}
    assert not names & {"parallax", "parallax_over_error", "pmra", "pmdec", "ra", "dec", "phot_g_mean_mag"}


def test_the_truth_judges_sources_whose_parallax_is_positive_and_significant(trained):
    rows = read_predictions(trained.predictions)
    judged = rows.part == "test_truth"
    table = SimulatedGaia(N, 1).table().to_pandas().set_index("source_id")
    of = table.loc[rows.object_id[judged].astype(np.int64)]
    assert of.parallax_over_error.min() > 4.5
    assert [rows.classes[each] for each in rows.target[judged]] == of.true_fidelity.tolist()
    assert (of.true_fidelity == "bad").any()
    learned = rows.object_id[np.isin(rows.part, ["train", "validation"])]
    assert not set(learned) & set(rows.object_id[judged])


def test_no_sign_of_a_parallax_or_a_proper_motion_changes_an_answer(trained, catalogue, tmp_path):
    table = pq.read_table(catalogue)
    for name in ("parallax", "parallax_over_error", "pmra", "pmdec"):
        values = -table[name].to_numpy()
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(name), pa.array(values, from_pandas=True))
    pq.write_table(table, tmp_path / "mirrored.parquet")
    told = [
        pq.read_table(predict(trained.bundle, path, tmp_path / f"{number}.out.parquet").predictions)
        for number, path in enumerate((catalogue, tmp_path / "mirrored.parquet"))
    ]
    np.testing.assert_array_equal(*(each["probability_good"].to_numpy() for each in told))
    assert told[0].num_rows == 3000


@pytest.fixture(scope="module")
def inputs_and_columns():
    words = ["datamodule=simulated_gaia", "datamodule.source.simulator.n=8000"]
    samples = instantiate(compose("train", words).datamodule).samples()
    table = SimulatedGaia(8000, 1).table().to_pandas().set_index("source_id")
    return samples.inputs["features"], table.loc[samples.object_id.astype(np.int64)]


@pytest.mark.parametrize("name", ["pmra", "pmdec", "parallax"])
def test_no_model_can_tell_a_sign_from_the_inputs(name, inputs_and_columns):
    values, of = inputs_and_columns
    known = of[name].notna().to_numpy().copy()
    if name == "parallax":  # a true one is positive
        known &= (of.true_fidelity == "bad").to_numpy() & (of.parallax_over_error.abs() > 2).to_numpy()
    inputs, sign = values[known], of[name].to_numpy()[known] > 0
    told = cross_val_predict(HistGradientBoostingClassifier(max_iter=10), inputs, sign, method="predict_proba")[:, 1]
    scatter = np.sqrt((1 / sign.sum() + 1 / (~sign).sum()) / 12)
    assert abs(roc_auc_score(sign, told) - 0.5) < 5 * scatter


def test_the_simulation_keeps_its_promises():
    table = SimulatedGaia(6000, 3).table()
    assert table.schema.field("parallax").metadata[b"unit"] == b"mas"
    frame = table.to_pandas()
    bad = frame.true_fidelity == "bad"
    significant = frame.parallax_over_error.abs() > 4.5
    assert not (~bad & (frame.parallax_over_error < -4.5)).any()  # the paper's rule is right
    assert 0.15 < (frame.parallax_over_error[bad & significant] < 0).mean() < 0.5  # either sign; true ones are positive
    assert (~bad & (frame.ruwe > 1.4)).mean() > 0.005  # binaries, which a cut in RUWE loses
    where = SkyCoord(frame.ra.to_numpy() * u.deg, frame.dec.to_numpy() * u.deg)
    apart = where.match_to_catalog_sky(where, 2)[1].arcsec
    assert 0.3 < np.median(apart) < 10  # crowding is real, and unequal
    assert np.percentile(apart, 90) > 5 * np.percentile(apart, 10)
    again = SimulatedGaia(6000, 3).table()
    assert again.equals(table)
