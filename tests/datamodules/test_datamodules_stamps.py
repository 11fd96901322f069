"""Labels and errors of the stamp datamodule."""

import csv
import shutil
import tarfile
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from alertlab.alerts import BANDS, LabelRule, read_alerts
from alertlab.config import compose, instantiate
from alertlab.runtime import AlertlabError
from alertlab.simulate import write_dataset


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "simulated"
    write_dataset(path, 40, seed=2)
    return path


def make(*overrides):
    return instantiate(compose("train", ["datamodule=ztf_stamps", *overrides]).datamodule)


def relabelled(folder, tmp_path, change):
    with (folder / "labels.csv").open() as file:
        rows = [change(row) for row in csv.DictReader(file)]
    path = tmp_path / "labels.csv"
    with path.open("w") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_the_real_stamps_have_the_labels_of_their_readme(shared_data):
    data = make(f"datamodule.path={shared_data}/ztf_stamps/ztf_stamps.parquet")
    assert data.samples().counts() == {"AGN": 86, "SN": 174, "VS": 154, "asteroid": 279, "bogus": 165}
    assert dict(data.left_out) == {"other_transient": 32, "no label": 376}


def test_packets_and_a_label_table_give_samples(shared_data):
    avro = shared_data / "ztf_avro"
    data = make(f"datamodule.path={avro}/ztf_alerts.tar.gz", f"datamodule.labels={avro}/labels.csv")
    assert data.samples().counts() == {"AGN": 4, "SN": 9, "VS": 34, "asteroid": 120, "bogus": 41}
    assert len(data.rejected) == 9


def test_a_label_outside_the_taxonomy_is_named_with_its_remedy(folder, tmp_path):
    labels = relabelled(folder, tmp_path, lambda row: {**row, "label_catalogue": "TDE"})
    data = make(f"datamodule.path={folder}/packets", f"datamodule.labels={labels}")
    with pytest.raises(AlertlabError, match=r"label 'TDE' is outside.*datamodule\.label_map=\{TDE: CLASS\}"):
        data.samples()


def test_an_archive_without_an_alert_is_the_fault_not_its_labels(folder, tmp_path):
    with tarfile.open(tmp_path / "outer.tar", "w") as archive:
        archive.add(folder / "labels.csv", "inner.tar")
    data = make(f"datamodule.path={tmp_path}/outer.tar", f"datamodule.labels={folder}/labels.csv")
    with pytest.raises(AlertlabError, match=r"no labelled alert .*1 rejected: not an \.avro file\)$"):
        data.samples()


def test_a_label_map_renames_and_leaves_out(folder, tmp_path):
    labels = relabelled(folder, tmp_path, lambda row: {**row, "label_catalogue": row["label"].replace("VS", "RRL")})
    data = make(
        f"datamodule.path={folder}/packets",
        f"datamodule.labels={labels}",
        "+datamodule.label_map.RRL=VS",
        "+datamodule.label_map.SN=null",
    )
    counts = data.samples().counts()
    assert counts["VS"] == 8
    assert counts["SN"] == 0


def test_missing_paths_are_told_at_once(folder, tmp_path):
    with pytest.raises(AlertlabError, match="no such file or folder"):
        make(f"datamodule.path={tmp_path}/nothing")
    with pytest.raises(AlertlabError, match=r"datamodule\.labels: .*nothing\.csv: no such file"):
        make(f"datamodule.path={folder}/packets", f"datamodule.labels={tmp_path}/nothing.csv")


def test_a_label_table_without_its_column_names_it(folder, tmp_path):
    (tmp_path / "labels.csv").write_text("candid,kind\n1,SN\n")
    with pytest.raises(AlertlabError, match=r"labels\.csv: no column label_catalogue, label"):
        make(f"datamodule.path={folder}/packets", f"datamodule.labels={tmp_path}/labels.csv")


def test_labels_of_other_alerts_are_noticed(folder, tmp_path):
    labels = relabelled(folder, tmp_path, lambda row: {**row, "candid": str(int(row["candid"]) + 1)})
    data = make(f"datamodule.path={folder}/packets", f"datamodule.labels={labels}")
    with pytest.raises(AlertlabError, match=r"no candid of .* is among the alerts .*labels: \d+, alerts: \d+"):
        data.samples()


def test_no_labels_at_all_says_what_was_found(folder):
    data = make(f"datamodule.path={folder}/packets")
    with pytest.raises(AlertlabError, match=r"no labelled alert to learn from.*40 left out with no label"):
        data.samples()


def test_a_leaking_column_and_one_named_twice_are_refused():
    with pytest.raises(AlertlabError, match="fwhm is named twice"):
        instantiate(compose("train", ["datamodule.metadata=[fwhm,ra,fwhm]"]).datamodule)
    with pytest.raises(AlertlabError, match="drb leaks the label"):
        instantiate(compose("train", ["datamodule.metadata=[fwhm,drb]"]).datamodule)


RULES = "datamodule.label_rules=[{_target_: alertlab.alerts.LabelRule, column: label}]"
BINARY = "datamodule.classes=['0','1']"


@pytest.fixture(scope="module")
def candids(folder):
    with (folder / "labels.csv").open() as file:
        return [int(row["candid"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    "labels",
    [
        [0, 1],
        [0.0, 1.0],
        np.array([0, 1], np.int8),
        ["0", "1"],
        [" 0", "1 "],
        [Decimal(0), Decimal(1)],
        pd.Categorical(["0", "1"]),
        pd.Categorical([0, 1]),
    ],
    ids=["integers", "reals", "int8", "text", "blanks", "decimals", "categories of text", "categories of integers"],
)
@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_label_0_is_a_label(folder, candids, tmp_path, labels, kind):
    pair = pd.Series(labels)
    frame = pd.DataFrame({"candid": candids, "label": pair.take([0, 1] * (len(candids) // 2)).reset_index(drop=True)})
    path = tmp_path / f"labels.{kind}"
    frame.to_parquet(path) if kind == "parquet" else frame.to_csv(path, index=False, float_format="%.0f")
    data = make(f"datamodule.path={folder}/packets", f"datamodule.labels={path}", RULES, BINARY)
    assert data.samples().counts() == {"0": 20, "1": 20}


def test_false_is_a_label_and_null_is_none(folder, candids, tmp_path):
    frame = pd.DataFrame({"candid": candids, "label": pd.array([False, True, None, False] * 10, "boolean")})
    frame.to_parquet(tmp_path / "labels.parquet")
    values = [f"datamodule.path={folder}/packets", f"datamodule.labels={tmp_path}/labels.parquet", RULES]
    data = make(*values, "datamodule.classes=['False','True']")
    assert data.samples().counts() == {"False": 20, "True": 10}
    assert dict(data.left_out) == {"no label": 10}


@pytest.mark.parametrize("only", [0, 0.0, "0", " 0", np.int64(0), Decimal("0.0")])
@pytest.mark.parametrize("label", [0, 0.0, "0", b"0", Decimal(0)])
def test_a_label_that_is_believed_is_of_any_type(only, label):
    assert LabelRule("label", [only]).label({"label": label}) == "0"
    assert LabelRule("label", [only]).label({"label": 1}) is None


@pytest.mark.parametrize("nothing", [None, float("nan"), "", "  ", "nan", "None", "NULL", "--"])
def test_no_label_is_no_label_in_every_spelling(nothing):
    assert LabelRule("label").label({"label": nothing}) is None
    assert LabelRule("label").label({}) is None


def test_an_alert_that_lies_in_two_places_counts_once(folder, tmp_path):
    for night in ("night1", "night2"):
        shutil.copytree(folder / "packets", tmp_path / "twice" / night)
    cached = f"datamodule.cache={tmp_path}/cache"
    for cache in ("datamodule.cache=null", cached, cached):  # none, one that is made, one that is read
        data = make(f"datamodule.path={tmp_path}/twice", f"datamodule.labels={folder}/labels.csv", cache)
        once = make(f"datamodule.path={folder}/packets", f"datamodule.labels={folder}/labels.csv")
        assert data.samples().digest() == once.samples().digest()
        assert {each.reason for each in data.rejected} == {f"the same alert as in {tmp_path}/twice/night1"}
        assert len({each.candid for each in data.rejected}) == len(data.rejected) == 40


@pytest.fixture
def table(folder):
    """Four alerts as rows of a stamp table, labelled."""
    rows = []
    for alert, label in zip(read_alerts(folder / "packets"), ["SN", "AGN", "SN", "AGN"], strict=False):
        row = {**alert.candidate, "candid": alert.candid, "objectId": alert.object_id, "label": label}
        row |= {band: image.tobytes() for band, image in zip(BANDS, alert.stamp, strict=True)}
        rows.append(row | dict.fromkeys(("ny", "nx", "ny_t", "nx_t", "ny_d", "nx_d"), 63))
    return rows


def samples(rows, path, *overrides):
    pd.DataFrame(rows).to_parquet(path / "stamps.parquet")
    data = make(f"datamodule.path={path}/stamps.parquet", f"datamodule.cache={path}/cache", RULES, *overrides)
    return data.samples(), data


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"label": "SN"}, "first as AGN, then as SN"),
        ({"jd": 2458000.5}, r"other contents \(time, place or brightness\)"),
        ({"objectId": "ZTF18other"}, r"other contents \(objectId\)"),
        ({"science": bytes(4 * 63 * 63)}, r"other contents \(cut-outs\)"),
    ],
)
@pytest.mark.parametrize("cache", ["kept", "null"])
def test_one_candid_of_two_contents_or_labels_is_refused_by_name(table, tmp_path, change, told, cache):
    candid = table[1]["candid"]
    with pytest.raises(AlertlabError, match=rf"candid {candid} is in .*:row 1 and in .*:row 4.*{told}.*keep"):
        samples([*table, table[1] | change], tmp_path, *(["datamodule.cache=null"] if cache == "null" else []))


def test_one_row_twice_is_one_sample_and_is_counted(table, tmp_path):
    found, data = samples([*table, table[1], table[1] | {"rb": 0.1}, table[1] | {"label": None}], tmp_path)
    assert len(found) == 4
    assert [each.reason for each in data.rejected] == [f"the same alert as in {tmp_path}/stamps.parquet"] * 2
    assert dict(data.left_out) == {"no label": 1}


def test_a_metadata_column_that_no_alert_has_is_told_in_a_line(table, tmp_path, capsys):
    rows = [{**row, "fwhm": None} for row in table]
    found, _ = samples(rows, tmp_path, "datamodule.metadata=[ra,fwhm]")
    assert np.isnan(found.inputs["metadata"][:, 1]).all()
    assert capsys.readouterr().err.splitlines()[-1] == "datamodule.metadata: fwhm is unknown for every alert"


def test_decimal_metadata_come_through_the_cache(table, tmp_path):
    rows = [{**row, "fwhm": Decimal("2.25"), "isdiffpos": Decimal(1)} for row in table]
    names = "datamodule.metadata=[fwhm,isdiffpos]"
    for _ in range(2):
        found, _ = samples(rows, tmp_path, names)
        np.testing.assert_array_equal(found.inputs["metadata"][:], [[2.25, 0]] * 4)


def test_text_metadata_stop_the_training_with_the_column(table, tmp_path):
    rows = [{**row, "fwhm": str(row["fwhm"])} for row in table]
    with pytest.raises(AlertlabError, match=r"stamps\.parquet: column fwhm is .*string, not numbers \(row 0: '"):
        samples(rows, tmp_path, "datamodule.metadata=[fwhm]")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([(1, "SN"), (2, "AGN"), (1, "AGN")], r"row 2: candid 1 is AGN, and SN in a row before"),
        ([("one", "SN")], r"column candid, row 0: one: no candid"),
        ([(697251920715010005.0, "SN")], r"column candid, row 0: .*has lost digits"),
    ],
)
def test_a_label_table_that_contradicts_itself_or_names_no_candid_is_refused(folder, tmp_path, rows, told):
    pd.DataFrame(rows, columns=["candid", "label"]).to_parquet(tmp_path / "labels.parquet")
    with pytest.raises(AlertlabError, match=told):
        make(f"datamodule.path={folder}/packets", f"datamodule.labels={tmp_path}/labels.parquet", RULES)


@pytest.mark.parametrize("kind", [str, lambda candid: f" {candid} ", Decimal, lambda candid: str(candid).encode()])
def test_candids_of_labels_are_read_in_every_type_that_keeps_their_digits(folder, candids, tmp_path, kind):
    twice = [*candids, candids[0]]  # the same label twice is one
    frame = pd.DataFrame({"candid": [*map(kind, twice), None], "label": ["SN"] * len(twice) + ["AGN"]})
    frame.to_parquet(tmp_path / "labels.parquet")
    data = make(f"datamodule.path={folder}/packets", f"datamodule.labels={tmp_path}/labels.parquet", RULES)
    assert data.samples().counts()["SN"] == 40
