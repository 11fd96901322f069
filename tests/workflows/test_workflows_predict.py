"""Classifying alerts with a bundle."""

import shutil
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.alerts.write import write_packets
from alertlab.core.predictions import read_predictions
from alertlab.core.table_file import TableFile
from alertlab.runtime import AlertlabError
from alertlab.simulate import simulate_packets
from alertlab.workflows.predict.dispatch import predict


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    folder = tmp_path_factory.mktemp("night")
    write_packets((packet for packet, _ in simulate_packets(20, seed=9)), folder)
    (folder / "broken.avro").write_bytes(b"Obj\x01 no more")
    return folder


def test_every_alert_is_classified_or_rejected(tiny_run, night, tmp_path):
    result = predict(tiny_run[0].bundle, night, tmp_path / "p.parquet")
    table = read_predictions(tmp_path / "p.parquet")
    assert len(table) == 20
    np.testing.assert_allclose(table.probability.sum(axis=1), 1, atol=1e-6)
    rejected = pq.read_table(tmp_path / "p.rejected.parquet").to_pylist()
    assert len(rejected) == 1
    assert rejected[0]["origin"].endswith("broken.avro")
    assert sum(result.classified.values()) == 20


def test_strict_stops_and_leaves_nothing(tiny_run, night, tmp_path):
    with pytest.raises(AlertlabError, match=r"broken\.avro.*--strict"):
        predict(tiny_run[0].bundle, night, tmp_path / "p.parquet", strict=True)
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_classify_is_an_error_and_leaves_nothing(tiny_run, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(AlertlabError, match="empty: holds neither a table"):
        predict(tiny_run[0].bundle, tmp_path / "empty", tmp_path / "p.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_prediction_needs_no_training_stack(tiny_run, night, tmp_path):
    code = (
        "import sys; from alertlab.cli import main; "
        f"main(['predict', {str(tiny_run[0].bundle)!r}, {str(night)!r}, '--out', {str(tmp_path / 'p.parquet')!r}]); "
        "print(sorted({'torch', 'mlflow', 'hydra', 'sklearn', 'matplotlib'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"


def test_the_run_and_the_bundle_agree_on_every_alert_of_the_run(tiny_run, tmp_path):
    """From packets on disk, through the bundle, to the probabilities of the training stack."""
    result, _ = tiny_run
    write_packets((packet for packet, _ in simulate_packets(150, seed=1)), tmp_path / "packets")
    predict(result.bundle, tmp_path / "packets", tmp_path / "p.parquet")
    ours, trained = read_predictions(tmp_path / "p.parquet"), read_predictions(result.predictions)
    order, reference = np.argsort(ours.sample_id), np.argsort(trained.sample_id)
    np.testing.assert_array_equal(ours.sample_id[order], trained.sample_id[reference])
    np.testing.assert_allclose(ours.probability[order], trained.probability[reference], atol=1e-5)


def test_every_real_packet_is_classified_or_rejected(shared_data, tiny_run, tmp_path):
    result = predict(tiny_run[0].bundle, shared_data / "ztf_avro" / "ztf_alerts.tar.gz", tmp_path / "p.parquet")
    assert sum(result.classified.values()) == 414
    assert result.reasons == {"the cut-out is a JPEG preview, not gzipped FITS": 9}
    probability = read_predictions(result.predictions).probability
    assert np.isfinite(probability).all()
    np.testing.assert_allclose(probability.sum(axis=1), 1, atol=1e-5)


def test_a_table_written_in_parts_is_whole_and_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr("alertlab.core.table_file.ROW_GROUP", 5)
    rows = pa.table({"x": range(23)})
    with TableFile(tmp_path / "t.parquet", rows.schema) as file:
        for start in range(0, 23, 2):
            file.write(rows.slice(start, 2))
    assert pq.read_table(tmp_path / "t.parquet") == rows
    assert pq.read_metadata(tmp_path / "t.parquet").num_row_groups == 5


def test_an_alert_that_lies_in_two_places_is_classified_once_and_listed_once(tiny_run, night, tmp_path):
    for name in ("night1", "night2"):
        shutil.copytree(night, tmp_path / "twice" / name)
    result = predict(tiny_run[0].bundle, tmp_path / "twice", tmp_path / "p.parquet")
    assert len(read_predictions(result.predictions)) == 20
    again = [reason for reason in result.reasons if reason.startswith("the same alert as in")]
    assert [result.reasons[reason] for reason in again] == [20]
    assert again[0].endswith("night1")


def test_labels_beside_the_packets_do_not_make_them_a_folder_of_tables(tiny_run, night, tmp_path):
    shutil.copytree(night, tmp_path / "all" / "packets")
    (tmp_path / "all" / "labels.csv").write_text("candid,label\n1,SN\n")
    result = predict(tiny_run[0].bundle, tmp_path / "all", tmp_path / "p.parquet")
    assert sum(result.classified.values()) == 20
    assert result.reasons["not an .avro file"] == 1
