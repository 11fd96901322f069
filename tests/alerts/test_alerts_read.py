"""Reading alerts: nothing is lost, nothing crashes, everything rejected has its reason."""

import io
import shutil
import tarfile
import tracemalloc

import fastavro
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.alerts import Alert, Rejected, read_alerts
from alertlab.alerts.write import encode_packet
from alertlab.runtime import AlertlabError
from alertlab.simulate import simulate_packets


@pytest.fixture(scope="module")
def packets():
    return [packet for packet, _ in simulate_packets(12, seed=3)]


@pytest.fixture
def folder(tmp_path, packets):
    for packet in packets:
        (tmp_path / f"{packet['candid']}.avro").write_bytes(encode_packet(packet))
    return tmp_path


def split(found):
    found = list(found)
    return [x for x in found if isinstance(x, Alert)], [x for x in found if isinstance(x, Rejected)]


def archive_of(folder, path, mode):
    with tarfile.open(path, mode) as tar:
        for file in sorted(folder.glob("*.avro")):
            tar.add(file, file.name)
    return path


@pytest.mark.parametrize(("name", "mode"), [("night.tar", "w"), ("night.tar.gz", "w:gz"), ("night.tgz", "w:gz")])
def test_an_archive_gives_what_the_folder_gives(folder, tmp_path_factory, name, mode):
    path = archive_of(folder, tmp_path_factory.mktemp("archive") / name, mode)
    one, two = split(read_alerts(folder))[0], split(read_alerts(path))[0]
    assert [alert.candid for alert in one] == [alert.candid for alert in two]
    np.testing.assert_array_equal([alert.stamp for alert in one], [alert.stamp for alert in two])


def test_one_packet_gives_one_alert(folder, packets):
    alerts, rejected = split(read_alerts(folder / f"{packets[0]['candid']}.avro"))
    assert not rejected
    assert alerts[0].candid == packets[0]["candid"]
    assert alerts[0].object_id == packets[0]["objectId"]
    assert alerts[0].stamp.shape == (3, 63, 63)


def damaged(packet, **changes):
    return encode_packet({**packet, **changes})


def test_everything_found_is_an_alert_or_has_its_reason(tmp_path, packets):
    good = encode_packet(packets[0])
    jpeg = {"fileName": "x.jpg", "stampData": b"\xff\xd8\xff\xe0"}
    files = {
        "good.avro": (good, None),
        "empty.avro": (b"", "empty file"),
        "text.avro": (b"hello", "not an Avro container"),
        "cut.avro": (good[: len(good) // 2], "container is damaged"),
        "header.avro": (good[:40], "container is damaged"),
        "jpeg.avro": (damaged(packets[1], cutoutTemplate=jpeg), "JPEG"),
        "none.avro": (damaged(packets[2], cutoutDifference=None), "no difference cut-out"),
        "labels.csv": (b"candid,label\n", "not an .avro file"),
    }
    for name, (data, _) in files.items():
        (tmp_path / name).write_bytes(data)
    alerts, rejected = split(read_alerts(tmp_path))
    assert len(alerts) == 1
    reasons = {each.origin.rpartition("/")[2]: each.reason for each in rejected}
    assert set(reasons) == {name for name, (_, reason) in files.items() if reason}
    for name, reason in reasons.items():
        assert files[name][1] in reason


def test_a_rejected_alert_keeps_its_identity(tmp_path, packets):
    (tmp_path / "a.avro").write_bytes(damaged(packets[1], cutoutScience=None))
    (rejected,) = read_alerts(tmp_path)
    assert (rejected.candid, rejected.object_id) == (packets[1]["candid"], packets[1]["objectId"])


def test_an_avro_file_of_something_else_is_rejected(tmp_path):
    schema = {"type": "record", "name": "other", "fields": [{"name": "a", "type": "int"}]}
    buffer = io.BytesIO()
    fastavro.writer(buffer, schema, [{"a": 1}, {"a": 2}])
    (tmp_path / "other.avro").write_bytes(buffer.getvalue())
    _, rejected = split(read_alerts(tmp_path))
    assert [each.reason for each in rejected] == ["not a ZTF alert: no candidate record"] * 2


def test_a_cut_archive_keeps_what_came_before(folder, tmp_path_factory):
    path = archive_of(folder, tmp_path_factory.mktemp("archive") / "night.tar", "w")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    alerts, rejected = split(read_alerts(path))
    assert 0 < len(alerts) < 12
    assert any("damaged" in each.reason or "cut" in each.reason for each in rejected)


def test_memory_does_not_grow_with_the_archive(folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("archive") / "night.tar"
    with tarfile.open(path, "w") as tar:
        for copy in range(12):
            for file in sorted(folder.glob("*.avro")):
                tar.add(file, f"{copy}/{file.name}")
    tracemalloc.start()
    peaks = []
    for number, _ in enumerate(read_alerts(path)):
        if number in (35, 143):
            peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert peaks[1] - peaks[0] < 1e6  # 108 packets of 63x63x3 pixels alone would be 5 MB


def test_a_missing_path_names_a_similar_one(tmp_path):
    (tmp_path / "night.tar.gz").write_bytes(b"")
    with pytest.raises(AlertlabError, match=r"Did you mean .*night\.tar\.gz"):
        read_alerts(tmp_path / "nigth.tar.gz")


def test_an_unknown_kind_of_file_says_what_is_expected(tmp_path):
    (tmp_path / "alerts.fits").write_bytes(b"")
    with pytest.raises(AlertlabError, match=r"expected \.avro"):
        read_alerts(tmp_path / "alerts.fits")


def test_a_table_without_its_columns_names_them(tmp_path):
    pq.write_table(pa.table({"candid": [1]}), tmp_path / "stamps.parquet")
    with pytest.raises(AlertlabError, match="no column objectId"):
        list(read_alerts(tmp_path / "stamps.parquet"))


def test_a_bad_row_of_a_table_is_rejected_and_the_next_is_read(tmp_path):
    pixels = np.ones((63, 63), "<f4").tobytes()
    row = {"candid": 1, "objectId": "ZTF18a", "science": pixels, "template": pixels, "difference": pixels}
    row |= dict.fromkeys(("ny", "nx", "ny_t", "nx_t", "ny_d", "nx_d"), 63)
    rows = [
        row,
        {**row, "candid": 2, "science": pixels[:-4]},
        {**row, "candid": 3, "template": None},
        {**row, "candid": 4},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "stamps.parquet")
    alerts, rejected = split(read_alerts(tmp_path / "stamps.parquet"))
    assert [alert.candid for alert in alerts] == [1, 4]
    assert {each.candid: each.reason for each in rejected} == {
        2: "the science cut-out has 15872 bytes for 63x63 pixels",
        3: "no template cut-out",
    }


def test_real_packets_are_read_and_the_jpeg_ones_rejected(shared_data, tmp_path):
    path = tmp_path / "night.tar.gz"
    shutil.copy(shared_data / "ztf_avro" / "ztf_alerts.tar.gz", path)
    alerts, rejected = split(read_alerts(path))
    assert (len(alerts), len(rejected)) == (414, 9)
    assert all("JPEG" in each.reason for each in rejected)
    assert {alert.stamp.shape for alert in alerts} == {(3, 63, 63)}


def test_real_edge_cut_stamps_are_centred_after_padding(shared_data):
    """The difference peaks at the detection: a stamp padded on the wrong side would have it elsewhere."""
    alerts, _ = split(read_alerts(shared_data / "ztf_stamps" / "ztf_stamps.parquet"))
    cut = [alert for alert in alerts if min(alert.candidate[key] for key in ("ny", "nx")) < 63]
    assert len(cut) == 10
    for alert in cut:
        light = np.nan_to_num(np.abs(alert.stamp[2]))[24:39, 24:39]
        assert np.hypot(*(np.array(np.unravel_index(light.argmax(), light.shape)) - 7)) < 2


def test_columns_of_another_type_are_rejected_row_by_row(tmp_path):
    pixels = np.ones((62, 63), "<f4").tobytes()
    row = {"candid": 1, "objectId": "ZTF18a", "science": pixels, "template": pixels, "difference": pixels}
    row |= dict.fromkeys(("ny", "ny_t", "ny_d"), 62) | dict.fromkeys(("nx", "nx_t", "nx_d"), 63)
    for name, value, reason in [
        ("science", "text", "not bytes"),
        ("nx", 63.0, "not bytes with a shape of integers"),
        ("candid", "1", "no candid"),
        ("objectId", b"ZTF18a", "no objectId"),
        ("ypos", "12.5", "no xpos, ypos"),
    ]:
        pq.write_table(pa.Table.from_pylist([{**row, name: value}]), tmp_path / "stamps.parquet")
        (rejected,) = read_alerts(tmp_path / "stamps.parquet")
        assert reason in rejected.reason


def test_a_table_with_a_damaged_page_keeps_what_came_before(tmp_path):
    pixels = np.random.default_rng(1).normal(size=(63, 63)).astype("<f4").tobytes()
    row = {"objectId": "ZTF18a", "science": pixels, "template": pixels, "difference": pixels}
    row |= dict.fromkeys(("ny", "nx", "ny_t", "nx_t", "ny_d", "nx_d"), 63)
    path = tmp_path / "stamps.parquet"
    rows = [{"candid": candid, **row} for candid in range(1200)]
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=600, compression="gzip", use_dictionary=False)
    data = bytearray(path.read_bytes())
    middle = pq.ParquetFile(path).metadata.row_group(1).column(2).data_page_offset
    data[middle + 100 : middle + 5000] = bytes(4900)
    path.write_bytes(data)
    alerts, rejected = split(read_alerts(path))
    assert 500 < len(alerts) < 1200
    assert "the table is damaged from row" in rejected[-1].reason


def test_a_folder_is_read_in_the_order_of_its_paths_and_links_to_folders_are_not_followed(tmp_path):
    for name in ("b.avro", "a/c.avro", "a.avro", "a-b/x.avro", "a b.avro", ".h/y.avro", ".hidden.avro", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"not a packet")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "link.avro").symlink_to(tmp_path / "b.avro")
    expected = [path for path in sorted(tmp_path.rglob("*")) if not (path.is_dir() or path.name.startswith("."))]
    assert [found.origin for found in read_alerts(tmp_path)] == [str(path) for path in expected]
