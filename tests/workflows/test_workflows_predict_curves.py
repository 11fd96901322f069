"""A bundle that takes light curves point by point reads them by itself, as its training did."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.bundle import BundleDetails, write_bundle
from alertlab.config import compose, instantiate
from alertlab.runtime import Ragged, load
from alertlab.runtime.errors import AlertlabError
from alertlab.workflows.predict.dispatch import predict


class Run:
    """What a model may ask of a run."""

    seed = 1

    def __init__(self, directory):
        self.directory = directory

    def log_metrics(self, metrics, step):
        """Nothing is recorded."""

    def log_files(self, path):
        """Nothing is recorded."""


def photometry(n=40):
    rng = np.random.default_rng(0)
    rows = []
    for number in range(n):
        days = 5200 + np.sort(rng.uniform(0, 200, 25))
        rows += [
            (f"S{number:02}", "VI"[place % 2], day, rng.normal(16, 0.2), 0.02, "star") for place, day in enumerate(days)
        ]
    return pd.DataFrame(rows, columns=["star", "filter", "HJD", "m", "s", "kind"])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("curves")
    photometry().to_csv(folder / "photometry.csv", index=False)
    source = "datamodule.source"
    columns = {"object_id": "star", "time": "HJD", "time_format": "hjd", "time_zero": 2450000, "magnitude": "m"}
    columns |= {"error": "s", "band": "filter", "bands": "{V: V, I: I}"}
    words = [f"{source}.columns.{key}={value}" for key, value in columns.items()]
    words += [f"{source}.curves.path={folder / 'photometry.csv'}", f"{source}.curves.object_id=star"]
    words += [f"{source}.curves.label=kind", f"{source}.cache=null", "datamodule.classes=[star]"]
    small = ["model.units=5", "model.latent=3", "model.n_estimators=10", "model.draws=2", "trainer.max_epochs=1"]
    config = compose("train", ["datamodule=sequences", "model=live_detector", "model.scaling=train", *small, *words])
    data, model = instantiate(config.datamodule), instantiate(config.model)
    data.draw(0)
    model.fit(data, Run(folder))
    details = BundleDetails("tiny", "1", "", "BSD-3-Clause", "text")
    bundle = write_bundle(folder / "tiny-1.bundle", model, data.samples(), details)
    return folder, data.samples(), model, bundle


def table_of(path):
    return pq.read_table(path).to_pandas().set_index("object_id")


def test_new_light_curves_are_answered_as_those_of_the_training(trained, tmp_path):
    folder, samples, model, bundle = trained
    done = predict(bundle, folder / "photometry.csv", tmp_path / "out.parquet")
    found, expected = table_of(done.predictions).loc[samples.object_id], model.predict(samples)
    np.testing.assert_allclose(found.score, expected["score"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found.fact_chi_squared, expected["chi_squared"], rtol=1e-4)
    assert found.fact_detections.tolist() == samples.facts["detections"].tolist()


def test_light_curves_cut_after_some_days_are_scored_as_they_were_then(trained, tmp_path):
    folder, samples, _, bundle = trained
    done = predict(bundle, folder / "photometry.csv", tmp_path / "out.parquet", overrides=["max_days=100"])
    curves = samples.inputs["light_curve"]
    early = [curve[curve[:, 0] <= 100] for curve in curves]
    lasting = np.array([len(curve) >= 6 for curve in early])
    cut = Ragged.of([curve for curve, kept in zip(early, lasting, strict=True) if kept])
    answers = load(bundle).answers({"light_curve": cut})
    found = table_of(done.predictions)
    np.testing.assert_allclose(found.loc[samples.object_id[lasting]].score, answers["score"], rtol=1e-5)
    assert dict(done.reasons) == ({"fewer than 6 clean detections": int(np.sum(~lasting))} if not lasting.all() else {})


def test_bands_keep_their_numbers_where_one_is_not_seen(trained, tmp_path):
    _, samples, _, bundle = trained
    photometry().query("filter == 'I'").to_csv(tmp_path / "red.csv", index=False)
    done = predict(bundle, tmp_path / "red.csv", tmp_path / "out.parquet")
    red = Ragged.of([curve[curve[:, 1] == 2] for curve in samples.inputs["light_curve"]])
    values = red.values.copy()
    values[:, 0] -= values[red.offsets[:-1], 0][red.owner]  # days since its own first point
    answers = load(bundle).answers({"light_curve": Ragged(values, red.offsets)})
    np.testing.assert_allclose(table_of(done.predictions).loc[samples.object_id].score, answers["score"], rtol=1e-3)


def test_another_unit_is_refused_and_too_few_points_are_listed(trained, tmp_path):
    _, _, _, bundle = trained
    flux = pa.Table.from_pandas(photometry(), preserve_index=False)
    for place, name in ((3, "m"), (4, "s")):
        flux = flux.set_column(place, pa.field(name, pa.float64(), metadata={"unit": "uJy"}), flux[name])
    pq.write_table(flux, tmp_path / "flux.parquet")
    with pytest.raises(AlertlabError, match="in uJy, and the bundle was trained on mag; convert it, or say so"):
        predict(bundle, tmp_path / "flux.parquet", tmp_path / "out.parquet")
    done = predict(bundle, tmp_path / "flux.parquet", tmp_path / "out.parquet", overrides=["columns.unit=uJy"])
    assert len(table_of(done.predictions)) == 40  # as AB magnitudes
    photometry().groupby("star").head(4).to_csv(tmp_path / "few.csv", index=False)
    done = predict(bundle, tmp_path / "few.csv", tmp_path / "out.parquet")
    assert done.reasons == {"fewer than 6 clean detections": 40}
    assert len(table_of(done.predictions)) == 0
    with pytest.raises(AlertlabError, match="40 objects cannot be used"):
        predict(bundle, tmp_path / "few.csv", tmp_path / "strict.parquet", strict=True)
    assert not (tmp_path / "strict.parquet").exists()
