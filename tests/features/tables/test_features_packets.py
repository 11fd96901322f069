"""Packets of an object together are its light curve."""

import io
import warnings
from collections import Counter

import fastavro
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from alertlab.alerts.history import History, read_histories
from alertlab.alerts.schema import CANDIDATE, PRV_CANDIDATE, alert_schema, field_types
from alertlab.cli import main
from alertlab.door.place import look
from alertlab.features.tables.assemble import assemble
from alertlab.features.tables.bounds import Bounds
from alertlab.features.tables.clean import Rules
from alertlab.features.tables.columns import Columns
from alertlab.features.tables.packets import corrected, packet_tables, tables
from alertlab.features.tables.read import read_light_curves

EMPTY = {"string": "", "double": 0.0, "float": 0.0, "int": 0, "long": 0}


def row(fields, **values):
    kinds = field_types(fields)
    return {name: None if kind.endswith("?") else EMPTY[kind] for name, kind in kinds.items()} | values


def seen(fields, day, **values):
    position = {"ra": 10.0, "dec": 20.0, "rb": 0.9, "distnr": 5.0, "magnr": 17.0, "isdiffpos": "t"}
    about = {"jd": 2459000.5 + day, "pid": 1000 + day, "candid": 2000 + day, "fid": 1}
    return row(fields, **about, magpsf=18.0 + day, sigmapsf=0.1, **position | values)


def write_packet(path, newest, history):
    candidate = seen(CANDIDATE, newest)
    packet = {"schemavsn": "3.3", "publisher": "", "objectId": "ZTF1", "candid": 2000 + newest}
    packet |= {"candidate": candidate, "prv_candidates": history}
    packet |= {"cutoutScience": None, "cutoutTemplate": None, "cutoutDifference": None}
    buffer = io.BytesIO()
    fastavro.writer(buffer, fastavro.parse_schema(alert_schema()), [packet])
    path.write_bytes(buffer.getvalue())


@pytest.fixture
def folder(tmp_path):
    """Two packets of one object: each with a history, of which day 1 and the limit of day 2 are in both."""
    limit = row(PRV_CANDIDATE, jd=2459002.5, pid=1002, fid=2, diffmaglim=20.5)
    (tmp_path / "night").mkdir()
    write_packet(tmp_path / "night" / "a.avro", 3, [seen(PRV_CANDIDATE, 0), seen(PRV_CANDIDATE, 1), limit])
    write_packet(tmp_path / "night" / "b.avro", 4, [seen(PRV_CANDIDATE, 1), limit, seen(PRV_CANDIDATE, 3)])
    return tmp_path / "night"


def test_the_union_of_the_histories_is_the_light_curve(folder):
    ((detections, limits, refused),) = packet_tables(folder)
    found = assemble(detections, limits, Rules(min_detections=1))
    assert not refused
    assert not found.reasons  # what packets repeat is not dropped, it is the same
    assert found.curves.detections["time"] == pytest.approx([59000, 59001, 59003, 59004])
    assert found.curves.detections["magnitude"] == pytest.approx([18, 19, 21, 22])
    assert found.curves.limits.time == pytest.approx([59002])
    assert found.curves.limits.magnitude == pytest.approx([20.5])
    assert found.curves.limits.band.tolist() == [2]


def test_corrected_magnitudes_are_those_of_the_summed_fluxes():
    bright, faint = 17.0, 18.0
    flux = 10 ** (-0.4 * np.array([bright, faint]))
    magnitude, error = corrected(*(np.array([each]) for each in (faint, 0.1, -1.0, bright)))
    assert 10 ** (-0.4 * magnitude[0]) == pytest.approx(flux[0] - flux[1])
    assert error[0] == pytest.approx(0.1 * flux[1] / (flux[0] - flux[1]))
    magnitude, _ = corrected(*(np.array([each]) for each in (bright, 0.1, -1.0, faint)))
    assert magnitude[0] == np.inf  # less than nothing is left
    magnitude, _ = corrected(*(np.array([each]) for each in (bright, 0.1, 1.0, -999.0)))
    assert np.isnan(magnitude[0])  # no source in the template


@pytest.mark.parametrize(
    ("distance", "which"), [(1.3, "corrected_magnitude"), (1.5, "difference"), (-999.0, "difference")]
)
def test_a_source_in_the_template_makes_an_object_corrected(tmp_path, distance, which):
    write_packet(tmp_path / "a.avro", 3, [seen(PRV_CANDIDATE, 0, distnr=distance), seen(PRV_CANDIDATE, 1)])
    detections, limits = tables(list(read_histories(tmp_path / "a.avro")))
    expected = pd.DataFrame(detections.to_pydict()).sort_values("time")[which]
    found = assemble(detections, limits, Rules(min_detections=1))
    assert found.curves.detections["magnitude"] == pytest.approx(expected.to_numpy())


def test_a_folder_of_packets_needs_no_names_of_columns(folder, tmp_path, capsys):
    out = tmp_path / "f.parquet"
    assert (
        main(["features", str(folder), "--out", str(out), "min_detections=4", "workers=1", "features=alerce174"]) == 0
    )
    (found,) = pq.read_table(out).to_pylist()
    assert found["object_id"] == "ZTF1"
    assert found["n_det_1"] == 4
    other = str(tmp_path / "g.parquet")
    assert main(["features", str(folder), "--out", other, "--non-detections", str(out)]) == 1
    assert "packets have their own upper limits" in capsys.readouterr().err


def test_a_damaged_packet_is_counted(folder):
    (folder / "c.avro").write_bytes(b"Obj\x01 nothing")
    ((_, _, refused),) = packet_tables(folder)
    assert list(refused.values()) == [1]


def packet(*previous, **newest):
    """What a packet says; fields of any type."""
    return History("ZTF1", seen(CANDIDATE, 9) | newest, previous, "packet")


@pytest.mark.parametrize("numbered", [True, False], ids=["by its number, 0 too", "by its time"])
def test_an_image_counts_once_by_its_number_or_else_by_its_time(numbered):
    days = range(4)
    numbers = list(days) if numbered else [None] * 4
    rows = [seen(PRV_CANDIDATE, day) | {"candid": number} for day, number in zip(days, numbers, strict=True)]
    for day, number in zip(days, numbers, strict=True):
        rows.append(row(PRV_CANDIDATE, jd=2459000.6 + day, fid=1, diffmaglim=20.5, pid=number))
    detections, limits = tables([packet(*rows), packet(*rows[::-1])])
    found = assemble(detections, limits, Rules(min_detections=1))
    assert found.curves.detections["time"] == pytest.approx([59000, 59001, 59002, 59003, 59009])
    assert found.curves.limits.time == pytest.approx([59000.1, 59001.1, 59002.1, 59003.1])


@pytest.mark.parametrize(
    ("values", "sign"),
    [(("t", "1", 1, 1.0, True, b"t"), 1), (("f", "0", 0, 0.0, -1, -1.0, False), -1), ((None, "x"), np.nan)],
)
def test_the_sign_of_a_difference_is_read_in_every_type(values, sign):
    detections, _ = tables([packet(isdiffpos=value) for value in values])
    np.testing.assert_array_equal(detections["positive"], [sign] * len(values))


@pytest.mark.parametrize("value", [-999.0, 1e38, -1e38, "text", None])
def test_absurd_values_of_a_packet_give_no_warning(value):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        absurd = dict.fromkeys(("jd", "magpsf", "sigmapsf", "magnr", "distnr", "ra", "sgscore1"), value)
        detections, _ = tables([packet(absurd | {"magpsf": 18.0 if value is None else value})])
    assert detections.num_rows == 2


def test_bands_are_read_in_every_type():
    detections, _ = tables([packet(fid=band) for band in (2, 2.0, "2", " r ", "r", np.int16(2))])
    assert detections["band"].to_pylist() == [2] * 6


def test_what_is_impossible_in_a_packet_is_counted_as_in_a_table(folder):
    history = [seen(PRV_CANDIDATE, day) for day in range(3)]
    history[1] |= {"magpsf": 99.0}
    history[2] |= {"jd": 58300.0}  # no Julian date
    write_packet(folder / "c.avro", 5, history)
    chunks = list(read_light_curves(look(folder), None, Columns(), Bounds()))
    refused = sum((chunk.refused for chunk in chunks), start=Counter())
    assert refused == {"difference is a sentinel (99)": 1, "time outside -100000 to 100000": 1}
    times = [day for chunk in chunks for day in chunk.detections["time"].to_pylist()]
    assert sorted(set(times)) == pytest.approx([59000, 59001, 59003, 59004, 59005])
