"""Tables of features: where they come from, what is kept, what is refused."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from alertlab.config import compose, instantiate
from alertlab.core.samples import number_of
from alertlab.features import extract
from alertlab.runtime import AlertlabError
from tables_by_hand import long_table, ready, write_bts, write_light_curves, write_macho


def build(name, *overrides):
    half = ["datamodule.split.test=0.5"]
    return instantiate(compose("train", [f"datamodule={name}", *half, *overrides]).datamodule)


@pytest.fixture
def curves(tmp_path):
    own = [f"datamodule.source.cache={tmp_path / 'cache'}", "datamodule.source.workers=1"]
    return lambda *more: build("light_curves", *write_light_curves(tmp_path), *own, *more)


def test_features_are_those_of_extract(curves, tmp_path):
    samples = curves().samples()
    table = extract(pd.read_parquet(tmp_path / "alerce.parquet"))
    names = [column.name for column in samples.columns["features"]]
    expected = table.select(names).to_pandas().to_numpy(dtype=np.float32)
    np.testing.assert_array_equal(samples.inputs["features"], expected)
    assert samples.object_id.tolist() == table["object_id"].to_pylist()
    assert samples.feature_set.sha256.encode() == table.schema.metadata[b"alertlab.features.sha256"]
    assert samples.facts["detections"].tolist() == table["detections"].to_pylist()
    assert len(set(samples.sample_id.tolist())) == len(samples)


def test_features_are_computed_once(curves, monkeypatch):
    first = curves().samples().digest()
    monkeypatch.setattr("alertlab.datamodules.tables.light_curves.extract_file", None)
    assert curves().samples().digest() == first


def test_another_cleaning_is_another_table(curves):
    assert curves("datamodule.source.max_error=0.04").source.rules != curves().source.rules
    with pytest.raises(AlertlabError, match="no labelled object to learn from"):
        curves("datamodule.source.max_error=0.04").samples()


def test_cut_light_curves_are_those_of_the_test_part_as_they_were_then(curves, tmp_path):
    data = curves("datamodule.cut_days=[60]", "datamodule.source.min_detections=3")
    data.draw(0)
    assert data.further_parts == ("test_60d",)
    cut = data.samples("test_60d")
    assert set(cut.object_id) <= set(data.samples("test").object_id)
    rows = pd.read_parquet(tmp_path / "alerce.parquet")
    for name, count in zip(cut.object_id, cut.facts["detections"], strict=True):
        time = rows.time[rows.oid == name]
        assert count == (time <= time.min() + 60).sum()


def test_ready_features_cannot_be_cut(tmp_path):
    data = build("macho", *write_macho(tmp_path), "datamodule.cut_days=[16]")
    data.draw(0)
    with pytest.raises(AlertlabError, match=r"datamodule.cut_days: .*macho.csv.gz holds features"):
        data.samples("test_16d")


def test_what_is_not_learned_from_is_listed_with_its_reason(tmp_path):
    table = long_table(["SN Ia", "SN Ib", "SN II", "SLSN-I", "TDE"], 3)
    table.loc[table.oid == "ZTF0000", "kind"] = None
    table = table[(table.oid != "ZTF0001") | (table.index % 2 == 0)]  # four points are left
    names = {"kind": "bts_type", "time": "mjd", "magnitude": "mag", "error": "magerr"}
    table.assign(passband=table.band.map({1: "g", 2: "R"})).drop(columns="band").rename(columns=names).to_parquet(
        tmp_path / "bts.parquet"
    )
    path = f"datamodule.source.curves.path={tmp_path / 'bts.parquet'}"
    data = build("bts", path, f"datamodule.source.cache={tmp_path / 'cache'}", "datamodule.source.workers=1")
    assert len(data.samples()) == 10
    assert data.write_rejected(tmp_path / "rejected.parquet") == 5
    reasons = {row["object_id"]: row["reason"] for row in pq.read_table(tmp_path / "rejected.parquet").to_pylist()}
    assert reasons["ZTF0000"] == "no label"
    assert reasons["ZTF0001"] == "fewer than 6 clean detections"
    assert reasons["ZTF0004"] == "datamodule.label_map leaves out TDE"


def test_a_label_outside_the_classes_names_the_remedy(tmp_path):
    overrides = write_bts(tmp_path)
    data = build("bts", *overrides, "datamodule.label_map={SN Ia:SNIax}", f"datamodule.source.cache={tmp_path}")
    with pytest.raises(AlertlabError, match=r"bts.parquet: label 'SN Ia' is outside datamodule.classes .*label_map"):
        data.samples()


def test_an_object_with_two_labels_is_refused(tmp_path):
    overrides = write_light_curves(tmp_path)
    path = tmp_path / "alerce.parquet"
    table = pd.read_parquet(path)
    table.loc[0, "class"] = "E"
    table.to_parquet(path)
    with pytest.raises(AlertlabError, match="object ZTF0000 is labelled"):
        build("light_curves", *overrides, f"datamodule.source.cache={tmp_path}").samples()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop(columns="class"), "datamodule.source.label: .* has no column class"),
        (lambda table: table.assign(g="red"), r"column g holds .*leave_out=\[g\]"),
        (lambda table: table.assign(object_id="same"), "object same is in 12 rows"),
        (lambda table: table.assign(object_id=None), "t.parquet: row 0 has no name of its object"),
    ],
)
def test_a_ready_table_that_cannot_be_used_says_why(change, message, tmp_path):
    table = ready(["RRL", "E"]).rename(columns={"name": "object_id", "kind": "class"})
    change(table).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(AlertlabError, match=message):
        build(
            "feature_table", f"datamodule.source.path={tmp_path / 't.parquet'}", "datamodule.classes=[RRL,E]"
        ).samples()


def test_columns_that_tell_too_much_are_left_out(tmp_path):
    table = ready(["RRL", "E"]).rename(columns={"name": "object_id", "kind": "class"}).assign(redshift=1.0)
    table.to_parquet(tmp_path / "t.parquet")
    path = f"datamodule.source.path={tmp_path / 't.parquet'}"
    data = build("feature_table", path, "datamodule.classes=[RRL,E]", "datamodule.source.leave_out=[redshift]")
    assert [column.name for column in data.samples().columns["features"]] == ["Amplitude", "Period", "g-r"]


def test_the_number_of_an_object_is_the_same_everywhere():
    assert number_of("ZTF18abcdefg") == number_of("ZTF18abcdefg") != number_of("ZTF18abcdefh")
    assert 0 <= number_of("") < 1 << 63
