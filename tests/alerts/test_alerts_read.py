"""Reading alerts: nothing is lost, nothing crashes, everything rejected has its reason."""

import io
import json
import shutil
import tarfile
import tracemalloc
from datetime import datetime
from decimal import Decimal

import fastavro
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.alerts import BANDS, Alert, Rejected, read_alerts
from alertlab.alerts.metadata import metadata_features
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


def test_a_table_with_two_columns_of_one_name_is_refused(tmp_path, edge_cut):
    table = pa.table({name: [value] for name, value in edge_cut.items()} | {"fwhm": [2.5]})
    pq.write_table(table.append_column("fwhm", pa.array([3.5])), tmp_path / "stamps.parquet")
    with pytest.raises(AlertlabError, match="column fwhm stands twice"):
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


@pytest.fixture
def edge_cut():
    """A row of a stamp table, cut by the lower edge of the chip."""
    pixels = np.ones((62, 63), "<f4").tobytes()
    row = {"candid": 1, "objectId": "ZTF18a", "xpos": 1500.0, "ypos": 31.0} | dict.fromkeys(BANDS, pixels)
    return row | dict.fromkeys(("ny", "ny_t", "ny_d"), 62) | dict.fromkeys(("nx", "nx_t", "nx_d"), 63)


def one_row(path, row):
    pq.write_table(pa.Table.from_pylist([row]), path / "stamps.parquet")
    (found,) = read_alerts(path / "stamps.parquet")
    return found


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("science", "text", "not bytes"),
        ("nx", 63.5, "not bytes with a shape of integers"),
        ("candid", "one", "no candid"),
        ("candid", True, "no candid"),
        ("candid", float(697251920715010005), "has lost digits"),
        ("candid", "6.97251920715E+17", "has lost digits"),
        ("objectId", b"ZTF\xff", "no objectId"),
        ("objectId", " ", "no objectId"),
        ("objectId", "None", "no objectId"),
        ("objectId", True, "no objectId"),
    ],
)
def test_columns_of_a_type_that_says_nothing_are_rejected_row_by_row(tmp_path, edge_cut, name, value, reason):
    assert reason in one_row(tmp_path, edge_cut | {name: value}).reason


@pytest.mark.parametrize("value", ["697251920715010005", b"697251920715010005", Decimal(697251920715010005)])
def test_a_candid_of_another_type_keeps_its_digits(tmp_path, edge_cut, value):
    assert one_row(tmp_path, edge_cut | {"candid": value}).candid == 697251920715010005


@pytest.mark.parametrize(
    ("value", "name"),
    [(" ZTF18a ", "ZTF18a"), (b"ZTF18a", "ZTF18a"), (12, "12"), (12.0, "12"), (Decimal(12), "12"), ("007", "007")],
)
def test_a_name_is_text_whatever_its_column(tmp_path, edge_cut, value, name):
    assert one_row(tmp_path, edge_cut | {"objectId": value}).object_id == name


def test_names_of_categories_and_shapes_with_a_point_are_read(tmp_path, edge_cut):
    frame = pd.DataFrame([edge_cut | {"nx": 63.0}, edge_cut | {"candid": 2, "nx": None, "science": None}])
    frame["objectId"] = frame["objectId"].astype("category")
    frame.to_parquet(tmp_path / "stamps.parquet")
    alerts, rejected = split(read_alerts(tmp_path / "stamps.parquet"))
    assert [alert.object_id for alert in alerts] == ["ZTF18a"]
    assert [each.reason for each in rejected] == ["no science cut-out"]


@pytest.mark.parametrize("column", ["fwhm", "xpos", "ra", "sgscore1"])
@pytest.mark.parametrize("value", ["2.5", b"2.5", datetime(2020, 1, 1), [2.5]], ids=lambda value: type(value).__name__)
def test_a_column_of_metadata_that_is_no_number_stops_the_run_and_is_named(tmp_path, edge_cut, column, value):
    pq.write_table(pa.Table.from_pylist([edge_cut, edge_cut | {column: value}][1:] * 2), tmp_path / "stamps.parquet")
    with pytest.raises(AlertlabError, match=rf"stamps\.parquet: column {column} is .*not numbers.*row 0.*2.*convert"):
        list(read_alerts(tmp_path / "stamps.parquet"))


def test_a_column_of_text_without_any_is_unknown(tmp_path, edge_cut):
    pq.write_table(
        pa.table({name: [value] for name, value in edge_cut.items()} | {"fwhm": [""]}), tmp_path / "s.parquet"
    )
    (alert,) = read_alerts(tmp_path / "s.parquet")
    assert np.isnan(metadata_features([alert.candidate], ["fwhm"])).all()


def test_decimal_metadata_are_those_of_the_same_real_numbers(tmp_path, edge_cut):
    real = edge_cut | {"fwhm": 2.25, "ndethist": 7.0, "isdiffpos": 1.0, "ra": 10.5, "dec": -3.25}
    exact = {name: Decimal(str(value)) if isinstance(value, float) else value for name, value in real.items()}
    names = ["fwhm", "ndethist", "isdiffpos", "ra", "dec", "gal_lat"]
    tables = [metadata_features([one_row(tmp_path, row).candidate], names) for row in (real, exact)]
    assert np.isfinite(tables[0]).all()
    np.testing.assert_array_equal(*tables)
    assert json.loads(json.dumps(dict(one_row(tmp_path, exact).candidate)))["fwhm"] == 2.25  # as a cache keeps it


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
