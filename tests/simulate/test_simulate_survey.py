import csv

import numpy as np
import pyarrow.parquet as pq
import pytest
from alertlab.alerts import Rejected, read_alerts
from alertlab.runtime.errors import AlertlabError
from alertlab.simulate import write_survey
from alertlab.simulate.light_curves import BRANCHES
from alertlab.workflows.simulate import simulate

N = 30


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    folder = tmp_path_factory.mktemp("survey") / "out"
    summary = write_survey(folder, N, seed=3, difficulty=0.5)
    return folder, summary


def read(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def alerts(survey):
    found = list(read_alerts(survey[0] / "packets"))
    assert not [each for each in found if isinstance(each, Rejected)]
    return {each.object_id: each for each in found}


def test_every_light_curve_begins_with_its_packet(survey, alerts):
    table = pq.read_table(survey[0] / "detections.parquet").to_pandas().sort_values("time")
    first = table.groupby("oid").first()
    assert len(first) == N
    for name, row in first.iterrows():
        candidate = alerts[name].candidate
        assert candidate["jd"] - 2400000.5 == pytest.approx(row.time, abs=1e-8)
        assert candidate["fid"] == row.band
        assert candidate["magpsf"] == pytest.approx(row.magpsf, abs=1e-5)  # a float in the packet
        assert candidate["sigmapsf"] == pytest.approx(row.sigmapsf, abs=1e-5)
        assert (candidate["ra"], candidate["dec"]) == pytest.approx((row.ra, row.dec))
        assert candidate["isdiffpos"] == ("t" if row.isdiffpos > 0 else "f")
        assert candidate["sgscore1"] == pytest.approx(row.sgscore1, abs=1e-6)


def test_the_difference_image_shows_the_light_that_the_light_curve_states(survey, alerts):
    excess = []
    table = pq.read_table(survey[0] / "detections.parquet").to_pandas().groupby("oid").first()
    for name in table.index:
        image, candidate = alerts[name].stamp[2], alerts[name].candidate
        if image.shape != (63, 63) or candidate["sigmapsf"] > 0.15:
            continue
        aperture = np.nansum(image[24:39, 24:39][np.hypot(*(np.indices((15, 15)) - 7)) <= 7])
        excess.append(-2.5 * np.log10(max(aperture, 1)) + candidate["magzpsci"] - candidate["magpsf"])
    assert len(excess) > 8
    assert abs(np.median(excess)) < 0.15


def test_classes_of_stamp_and_light_curve_agree(survey):
    stamps = {row["objectId"]: row["label"] for row in read(survey[0] / "labels.csv")}
    curves = {row["oid"]: row["class"] for row in read(survey[0] / "light_curve_labels.csv")}
    expected = dict.fromkeys(BRANCHES["Transient"], "SN") | dict.fromkeys(("QSO", "AGN", "Blazar"), "AGN")
    assert {name: expected.get(label, "VS") for name, label in curves.items()}.items() <= stamps.items()
    alone = [label for name, label in stamps.items() if name not in curves]
    assert sorted(set(alone)) == ["asteroid", "bogus"]
    assert len(alone) == 2 * (N // 5)
    assert survey[1]["packets"] == N + len(alone)


def test_the_same_seed_writes_the_same_bytes(survey, tmp_path):
    write_survey(tmp_path / "again", 6, seed=3, difficulty=0.5)
    for packet in (tmp_path / "again/packets").iterdir():
        assert packet.read_bytes() == (survey[0] / "packets" / packet.name).read_bytes()
    labels = read(tmp_path / "again/light_curve_labels.csv")
    assert labels == read(survey[0] / "light_curve_labels.csv")[:6]


def test_a_folder_of_light_curves_is_written_whole_and_never_over_another(tmp_path):
    summary = simulate("lightcurves", tmp_path / "out", 20, 1, difficulty=0.5, balance="equal")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "detections.parquet",
        "labels.csv",
        "non_detections.parquet",
    ]
    assert summary["objects"] == len(read(tmp_path / "out/labels.csv")) == 20
    assert summary["detections"] == pq.read_metadata(tmp_path / "out/detections.parquet").num_rows
    with pytest.raises(AlertlabError, match="not an empty folder"):
        simulate("lightcurves", tmp_path / "out", 20, 1, difficulty=0.5, balance="equal")
    with pytest.raises(AlertlabError, match=r"simulate.balance"):
        simulate("lightcurves", tmp_path / "new", 20, 1, difficulty=0.5, balance="odd")
    assert not (tmp_path / "new").exists()


def test_progress_counts_to_the_end():
    from alertlab.simulate import SimulatedLightCurves

    steps = []
    SimulatedLightCurves(5, seed=1).objects(lambda done, total: steps.append((done, total)))
    assert steps == [(k, 5) for k in range(1, 6)]
