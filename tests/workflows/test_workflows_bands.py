"""A bundle of light curves in V and I: what it remembers, what it refuses, and what a training says was lost."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab import runtime
from alertlab.cli import main
from alertlab.config import compose
from alertlab.core.predictions import read_predictions
from alertlab.features import extract
from alertlab.runtime import AlertlabError
from alertlab.workflows.predict.dispatch import predict
from alertlab.workflows.train import train

COLUMNS = {"object_id": "star", "time": "day", "magnitude": "m", "error": "s", "band": "filter"}
NAMED = [f"columns.{name}={column}" for name, column in COLUMNS.items()]


@pytest.fixture(scope="module")
def stars(store, tmp_path_factory):
    """A folder with ``photometry.parquet`` and ``stars.csv``: thirty stars that vary and thirty that do not."""
    folder = tmp_path_factory.mktemp("bands")
    store(folder)
    random = np.random.default_rng(6)
    rows = []
    for number in range(60):
        for band, amplitude in (("V", 0.6), ("I", 0.2)):
            day = 58000 + np.sort(random.uniform(0, 300, 20))
            wave = amplitude * np.sin(day / (3 + number / 60)) * (number % 2)
            rows.append(pd.DataFrame({"star": f"s{number:02}", "filter": band, "day": day, "m": 17 + wave, "s": 0.05}))
    frame = pd.concat(rows, ignore_index=True)
    frame["m"] += random.normal(0, 0.05, len(frame))
    frame.loc[7, "m"] = np.nan
    frame.to_parquet(folder / "photometry.parquet", index=False)
    known = pd.DataFrame({"star": [f"s{number:02}" for number in range(60)]})
    known["kind"] = ["quiet", "variable"] * 30
    known.assign(code=[0, 1] * 30, size=random.normal(size=60)).to_csv(folder / "stars.csv", index=False)
    return folder


def config(stars, *more):
    own = ["model=flat_forest", "model.n_estimators=8", "model.n_jobs=1", "model.permutation_repeats=0"]
    own += ["evaluation.resamples=20", "evaluation.formats=[]", "datamodule=light_curves", "bands={V: V, I: I}"]
    own += [f"datamodule.source.columns.{name}={column}" for name, column in COLUMNS.items()]
    own += [f"datamodule.source.curves.path={stars}/photometry.parquet", "datamodule.source.features=all_bands"]
    own += [f"datamodule.source.curves.labels={stars}/stars.csv", "datamodule.source.curves.object_id=star"]
    own += ["datamodule.source.curves.label=kind", "datamodule.classes=[quiet,variable]", "datamodule.source.workers=1"]
    where = [f"tracking.uri=sqlite:///{stars}/mlflow.db", f"output_dir={stars}/outputs"]
    return compose("train", [*own, *where, f"datamodule.source.cache={stars}/cache", *more])


@pytest.fixture(scope="module")
def trained(stars):
    return train(config(stars))


@pytest.fixture(scope="module")
def joined(stars):
    return train(config(stars, f"datamodule.source.join={stars}/stars.csv", "datamodule.source.join_columns=[size]"))


def test_the_manifest_remembers_columns_bands_unit_and_cleaning(trained, joined):
    manifest = json.loads((trained.bundle / "manifest.json").read_text())
    recipe = manifest["inputs"][0]["feature_set"]["recipe"]
    assert manifest["bundle_version"] == 3
    assert recipe["measured"] == {"bands": ["V", "I"], "unit": "mag", "zero_point": None}
    assert {name: recipe["columns"][name] for name in COLUMNS} == COLUMNS
    assert recipe["columns"]["bands"] == [["V", "V"], ["I", "I"]]
    assert recipe["rules"]["min_detections"] == 6
    assert recipe["joined"] == []
    other = json.loads((joined.bundle / "manifest.json").read_text())["inputs"][0]
    assert other["feature_set"]["recipe"]["joined"] == ["size"]
    assert other["columns"][-1]["name"] == "size"


def test_the_file_of_the_training_is_classified_without_further_words(trained, stars, tmp_path):
    result = predict(trained.bundle, stars / "photometry.parquet", tmp_path / "p.parquet")
    ours, known = read_predictions(result.predictions), read_predictions(trained.predictions)
    place = {name: row for row, name in enumerate(ours.object_id.tolist())}
    rows = [place[name] for name in known.object_id.tolist()]
    np.testing.assert_allclose(ours.probability[rows], known.probability, atol=1e-6)
    assert result.dropped == {"magnitude not finite": 1}


@pytest.mark.parametrize(
    ("change", "words", "message"),
    [
        (lambda f: f[f["filter"] == "V"], [], "no measurement in band I, which the bundle was trained on with V, I"),
        (lambda f: f.assign(filter=f["filter"].replace("I", "R")), [], "'R' is unknown; columns.bands knows V, I"),
        (lambda f: f.rename(columns={"m": "mag"}), [], "no column m. Did you mean mag"),
        (lambda f: f, ["columns.unit=uJy"], "in uJy, and the bundle was trained on mag"),
        (lambda f: f.assign(m=f.m * 1000, s=f.s * 1000), ["columns.unit=null"], "fluxes|outside"),
    ],
)
def test_other_light_curves_are_refused_and_nothing_is_written(change, words, message, trained, stars, tmp_path):
    change(pd.read_parquet(stars / "photometry.parquet")).to_parquet(tmp_path / "other.parquet")
    with pytest.raises(AlertlabError, match=message):
        predict(trained.bundle, tmp_path / "other.parquet", tmp_path / "p.parquet", overrides=words)
    assert {path.name for path in tmp_path.iterdir()} == {"other.parquet"}


def test_a_file_that_says_another_unit_is_refused(trained, stars, tmp_path):
    table = pa.Table.from_pandas(pd.read_parquet(stars / "photometry.parquet").eval("m = m * 1000\ns = s * 1000"))
    for name in ("m", "s"):
        place = table.schema.get_field_index(name)
        table = table.cast(table.schema.set(place, table.schema.field(name).with_metadata({"unit": "mmag"})))
    pq.write_table(table, tmp_path / "other.parquet")
    with pytest.raises(AlertlabError, match=r"in mmag, and the bundle was trained on mag; convert it"):
        predict(trained.bundle, tmp_path / "other.parquet", tmp_path / "p.parquet")


def test_what_differs_in_another_file_is_said(trained, stars, tmp_path):
    frame = pd.read_parquet(stars / "photometry.parquet").rename(columns={"m": "mag", "filter": "band"})
    frame.replace({"band": {"V": "Bessell V", "I": "Cousins I"}}).to_parquet(tmp_path / "other.parquet")
    words = ["columns.magnitude=mag", "columns.band=band", "bands={Bessell V: V, Cousins I: I}"]
    other = predict(trained.bundle, tmp_path / "other.parquet", tmp_path / "p.parquet", overrides=words)
    same = predict(trained.bundle, stars / "photometry.parquet", tmp_path / "q.parquet")
    assert pq.read_table(other.predictions).equals(pq.read_table(same.predictions))


def test_joined_columns_are_asked_for(joined, stars, tmp_path):
    with pytest.raises(AlertlabError, match=r"join: the bundle takes size beside the features; .*join=TABLE"):
        predict(joined.bundle, stars / "photometry.parquet", tmp_path / "p.parquet")
    words = [f"join={stars}/stars.csv"]
    result = predict(joined.bundle, stars / "photometry.parquet", tmp_path / "p.parquet", overrides=words)
    ours, known = read_predictions(result.predictions), read_predictions(joined.predictions)
    known = known.take(known.part != "out_of_bag")
    place = {name: row for row, name in enumerate(ours.object_id.tolist())}
    np.testing.assert_allclose(
        ours.probability[[place[name] for name in known.object_id.tolist()]], known.probability, atol=1e-6
    )


def test_a_training_says_what_was_lost_and_which_joined_column_tells_the_label(stars, capsys):
    more = [f"datamodule.source.join={stars}/stars.csv", "datamodule.source.features=[alerce152]"]
    train(config(stars, *more, "bands={V: g, I: r}", "datamodule.source.min_detections=40"))
    said = capsys.readouterr().err
    assert "dropped 1 magnitude not finite" in said
    assert "1 of 60 objects left out (1 with fewer than 40 clean detections)" in said
    assert "features unknown for every object: positive_fraction_1" in said
    assert "joined column code alone tells the class" in said
    assert "'datamodule.source.join_columns=[size]'" in said


def test_a_prediction_says_which_features_are_unknown(trained, stars, tmp_path, capsys):
    frame = pd.read_parquet(stars / "photometry.parquet")
    frame.groupby(["star", "filter"]).tail(4).to_parquet(tmp_path / "short.parquet")
    assert (
        main(["predict", str(trained.bundle), str(tmp_path / "short.parquet"), "--out", str(tmp_path / "p.parquet")])
        == 0
    )
    said = capsys.readouterr().out
    assert "features unknown for every object: Amplitude_V" in said


def test_tables_of_features_in_memory_are_held_to_the_bundle(trained, stars):
    bundle = runtime.load(trained.bundle)
    frame = pd.read_parquet(stars / "photometry.parquet")
    columns = {**COLUMNS, "bands": {"V": "V", "I": "I"}}
    table = extract(frame, "all_bands", columns=columns)
    expected = bundle.predict(bundle.table(table)).probability
    for each in (table.to_pandas(), {name: table[name].to_numpy() for name in table.column_names}):
        np.testing.assert_array_equal(bundle.predict(bundle.table(each)).probability, expected)
    other = extract(frame, ["all_bands", "brightness"], columns=columns)
    with pytest.raises(AlertlabError, match="holds other features than all_bands 1"):
        bundle.table(other)
    with pytest.raises(AlertlabError, match="no column V-I_mean"):
        bundle.table(extract(frame, "all_bands", columns={**COLUMNS, "bands": {"I": "I", "V": "V"}}))
    place = table.schema.get_field_index("Std_V")
    flux = table.cast(table.schema.set(place, table.schema.field("Std_V").with_metadata({"unit": "uJy"})))
    with pytest.raises(AlertlabError, match="column Std_V is in uJy, and the bundle takes mag"):
        bundle.table(flux)
