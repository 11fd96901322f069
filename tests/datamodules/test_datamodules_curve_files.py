"""Labels of light curves, from any table, joined by names that are spelt in many ways; and what a training is told."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.datamodules import CurveFiles, LightCurveFeatures
from alertlab.runtime.errors import AlertlabError
from astropy.table import Table

NAMES = ["007", "ZTF18b", "c"]
LABELS = {"007": "0", "ZTF18b": "1", "c": None}


@pytest.fixture
def detections(tmp_path):
    """Three objects, of which c has two detections."""
    random = np.random.default_rng(1)
    name = np.repeat(NAMES, [8, 9, 2])
    frame = pd.DataFrame({"object_id": name, "time": 58000 + np.arange(19.0), "band": 1, "error": 0.1})
    frame = frame.assign(magnitude=random.normal(18, 1, 19), label=[LABELS[each] for each in name])
    frame.to_parquet(tmp_path / "detections.parquet")
    return frame


def files(tmp_path, labels=None, label="label"):
    path = str(tmp_path / "detections.parquet")
    return CurveFiles(path, None, labels and str(tmp_path / labels), "object_id", label, "curves")


def source(curves, cache=None):
    return LightCurveFeatures(curves, {}, "alerce152", 0.55, 1.0, 6, cache, workers=1)


LABEL_TABLES = {
    "labels.csv": lambda frame, path: frame.to_csv(path, index=False),
    "labels.parquet": lambda frame, path: frame.to_parquet(path),
    "labels.fits": lambda frame, path: Table(
        {"object_id": np.array([f"{each}  " for each in NAMES], "S9"), "label": np.array(["0", "1", ""], "S4")}
    ).write(path),
    "labels/1.vot": lambda frame, path: Table({"object_id": NAMES[:2], "label": np.array([0, 1])}).write(
        path, format="votable"
    ),
}


@pytest.mark.parametrize("name", LABEL_TABLES)
def test_labels_of_any_table_are_text_and_join_by_the_name_as_it_is_written(detections, tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    labels = pd.DataFrame({"object_id": NAMES, "label": [0, 1, None]}).astype({"label": "Int64"})
    LABEL_TABLES[name](labels, tmp_path / name)
    found = files(tmp_path, name.partition("/")[0]).labels(tmp_path)
    assert {each: found.get(each) for each in NAMES} == LABELS


def test_detections_may_have_the_labels_themselves_in_a_folder_of_tables_too(detections, tmp_path):
    expected = {each: label for each, label in LABELS.items() if label}
    assert files(tmp_path).labels(tmp_path) == expected
    (tmp_path / "many").mkdir()
    detections[::2].to_csv(tmp_path / "many" / "1.csv", index=False)
    detections[1::2].to_parquet(tmp_path / "many" / "2.parquet")
    assert files(tmp_path, "many").labels(tmp_path) == expected


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"object_id": ["007", "007"], "label": ["A", "B"]}, "object 007 is labelled A and B"),
        ({"object_id": ["007"], "labels": ["A"]}, "has no column label. Did you mean labels.*curves.labels=FILE"),
        ({"object_id": ["7", "8"], "label": ["A", "B"]}, "no label is of any light curve: labels are of 7 .* of 007"),
    ],
)
def test_labels_that_do_not_fit_are_told_with_names(detections, tmp_path, labels, message):
    pq.write_table(pa.table(labels), tmp_path / "labels.parquet")
    with pytest.raises(AlertlabError, match=message):
        source(files(tmp_path, "labels.parquet")).rows(None)


def test_a_training_is_told_what_is_not_in_its_features_also_where_they_are_kept(detections, tmp_path, capsys):
    for _ in range(2):
        rows = source(files(tmp_path), str(tmp_path / "cache")).rows(None)
        said = capsys.readouterr().err
        unknown = int(np.isnan(rows.values).all(axis=0).sum())
        assert "1 of 3 objects left out (1 with fewer than 6 clean detections)" in said
        assert f"{unknown} of 152 features unknown for every object" in said
        assert "cut" not in said
    source(files(tmp_path), str(tmp_path / "cache")).rows(16)
    assert "alerce152 features, cut 16 days after the first detection: " in capsys.readouterr().err


def test_a_training_names_its_own_keys_where_columns_are_missing(detections, tmp_path):
    detections.rename(columns={"time": "hjd"}).to_parquet(tmp_path / "detections.parquet")
    with pytest.raises(AlertlabError, match=r"Name it with datamodule\.source\.columns\.time=COLUMN"):
        source(files(tmp_path)).rows(None)
