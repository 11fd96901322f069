"""Labels and errors of the stamp datamodule."""

import csv

import pytest
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
    with pytest.raises(AlertlabError, match=r"datamodule\.labels: no file"):
        make(f"datamodule.path={folder}/packets", f"datamodule.labels={tmp_path}/nothing.csv")


def test_a_label_table_without_its_column_names_it(folder, tmp_path):
    (tmp_path / "labels.csv").write_text("candid,kind\n1,SN\n")
    with pytest.raises(AlertlabError, match="has no column label_catalogue, label"):
        make(f"datamodule.path={folder}/packets", f"datamodule.labels={tmp_path}/labels.csv")


def test_labels_of_other_alerts_are_noticed(folder, tmp_path):
    labels = relabelled(folder, tmp_path, lambda row: {**row, "candid": str(int(row["candid"]) + 1)})
    data = make(f"datamodule.path={folder}/packets", f"datamodule.labels={labels}")
    with pytest.raises(AlertlabError, match=r"no candid of .* is among the alerts"):
        data.samples()


def test_no_labels_at_all_says_what_was_found(folder):
    data = make(f"datamodule.path={folder}/packets")
    with pytest.raises(AlertlabError, match=r"no labelled alert to learn from.*40 left out with no label"):
        data.samples()


def test_a_leaking_column_is_refused():
    with pytest.raises(AlertlabError, match="drb leaks the label"):
        instantiate(compose("train", ["datamodule.metadata=[fwhm,drb]"]).datamodule)
