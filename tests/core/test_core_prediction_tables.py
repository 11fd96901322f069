"""Tables of scores, values and forecasts that other programs wrote, in every format: recognised and read."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.core.predictions import read_predictions
from alertlab.runtime import AlertlabError, Bands, Quantity
from astropy.table import Table

IDENTITY = {"sample_id": [1, 2, 3], "object_id": ["008", "b", "c"]}
FRAMES = {
    "detection": {"score": [0.5, 2.0, 1.0]},
    "regression": {"value_smooth": [0.1, 0.2, 0.3], "value_disc": [0.9, 0.8, 0.7]},
    "forecast": {"horizon": [1.0, 2.0, 3.0], "value": [18.0, 19.0, 20.0], "deviation": [0.1, 0.2, 0.3]},
}
FURTHER = {
    "detection": {
        "target": ["star", None, "oddity"],
        "outlier": [False, None, True],
        "percentile": [10.0, np.nan, 99.0],
        "score_star": [0.5, 2.0, 1.0],
        "score_galaxy": [1.5, 1.0, 3.0],
    },
    "regression": {"truth_smooth": [0.0, np.nan, 1.0], "deviation_disc": [0.1, 0.2, 0.3]},
    "forecast": {"truth": [18.5, np.nan, 20.0], "band": ["g", "r", "g"], "time": [59001.0, 59002.0, 59003.0]},
}
MORE = {"part": ["test", "validation", "test"], "repeat": [0, 0, 1], "fact_detections": [3.0, np.nan, 5.0]}
FORMATS = ["p.parquet", "p.csv", "p.csv.gz", "p.fits", "p.vot", "p.ecsv"]


def frame(task, *columns):
    return pd.DataFrame(IDENTITY | {name: values for more in columns for name, values in more.items()})


def write(given, path):
    name = path.name
    if name.endswith("parquet"):
        given.to_parquet(path)
    elif "csv" in name and "ecsv" not in name:
        given.to_csv(path, index=False)
    else:
        Table.from_pandas(given).write(path, **({"format": "votable"} if name.endswith("vot") else {}))
    return read_predictions(path)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("task", FRAMES)
def test_the_least_that_a_table_must_have_tells_its_task(task, name, tmp_path):
    told = write(frame(task, FRAMES[task]), tmp_path / name)
    assert told.task == task
    assert (told.sample_id.tolist(), told.object_id.tolist()) == ([1, 2, 3], ["008", "b", "c"])
    assert (told.part.tolist(), told.repeat.tolist()) == (["test"] * 3, [0] * 3)
    assert told.facts == {}
    assert told.embedding is None
    assert not told.labelled.any()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("task", FRAMES)
def test_parts_repeats_facts_and_truths_are_read_where_there_are_any(task, name, tmp_path):
    further = dict(FURTHER[task])
    if task == "detection" and not name.endswith(("parquet", "csv", "csv.gz")):
        further["outlier"] = [0.0, np.nan, 1.0]  # FITS and VOTable have no third truth value
        further["target"] = ["star", "", "oddity"]
    told = write(frame(task, FRAMES[task], further, MORE), tmp_path / name)
    assert told.part.tolist() == MORE["part"]
    assert told.repeat.tolist() == MORE["repeat"]
    np.testing.assert_array_equal(told.facts["detections"], MORE["fact_detections"])
    assert told.labelled.tolist() == [True, False, True]
    if task == "detection":
        assert told.kind.tolist() == ["star", "", "oddity"]
        assert told.outlier.tolist() == [0, -1, 1]
        np.testing.assert_array_equal(told.percentile, further["percentile"])
        assert told.known == ("star", "galaxy")
        assert told.nearest.tolist() == ["star", "galaxy", "star"]
    elif task == "regression":
        np.testing.assert_array_equal(told.truth, [[0, np.nan], [np.nan, np.nan], [1, np.nan]])
        np.testing.assert_array_equal(told.value, np.column_stack(list(FRAMES[task].values())))
        np.testing.assert_array_equal(told.deviation, [[np.nan, 0.1], [np.nan, 0.2], [np.nan, 0.3]])
    else:
        assert told.band.tolist() == ["g", "r", "g"]
        assert told.bands == Bands(("g", "r"), "")
        assert told.time.tolist() == further["time"]
        np.testing.assert_array_equal(told.truth, further["truth"])


def test_without_times_and_bands_a_forecast_goes_by_its_horizons_in_one_band(tmp_path):
    told = write(frame("forecast", FRAMES["forecast"]), tmp_path / "p.csv")
    assert told.time.tolist() == [1, 2, 3]
    assert told.bands == Bands(("value",), "")


def test_names_of_quantities_are_those_of_the_columns_in_their_order(tmp_path):
    told = write(frame("regression", FRAMES["regression"]), tmp_path / "p.csv")
    assert told.quantities.quantities == (Quantity("smooth"), Quantity("disc"))


REFUSED = {
    "no score": ("detection", {"score": [0.5, np.nan, 1.0]}, "row 1 holds a score that is not finite"),
    "neither": ("detection", {"outlier": [0, 2, 1]}, "column outlier, row 1: is neither true nor false"),
    "text": ("detection", {"score": ["0.5", "high", "1"]}, "column score, row 1: 'high' is .*string, not a number"),
    "value": ("regression", {"value_disc": [0.1, np.inf, 0.2]}, "row 1 holds a value that is not finite"),
    "deviation": ("regression", {"deviation_disc": [0.1, 0.2, -0.3]}, "row 2 holds .* a negative deviation"),
    "truth": (
        "regression",
        {"truth_smooth": ["1", "2", "x"]},
        "column truth_smooth, row 2: 'x' is .*string, not a num",
    ),
    "zero": ("forecast", {"deviation": [0.1, 0.0, 0.2]}, "row 1 holds .* a deviation not above 0"),
    "band": ("forecast", {"band": ["g", None, "r"]}, "column band, row 1: holds no value"),
    "horizon": ("forecast", {"horizon": ["1", "soon", "2"]}, "column horizon, row 1: 'soon' is .*string, not a number"),
    "nothing": ("forecast", {"deviation": None}, "no column deviation; a table of forecasts needs it"),
    "object": ("detection", {"object_id": ["a", None, "c"]}, "column object_id, row 1: holds no value"),
    "sample": ("regression", {"sample_id": None}, "no column sample_id; a predictions table needs them"),
    "twice": ("detection", {"sample_id": [1, 2, 1]}, "sample 1 of object c stands twice in part test of repeat 0"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_with_file_column_and_row(case, tmp_path):
    task, change, message = REFUSED[case]
    given = frame(task, FRAMES[task]).assign(**{name: values for name, values in change.items() if values is not None})
    given = given.drop(columns=[name for name, values in change.items() if values is None])
    with pytest.raises(AlertlabError, match=rf"p\.parquet: .*{message}") as refused:
        write(given, tmp_path / "p.parquet")
    assert "\n" not in str(refused.value)


def test_metadata_that_name_what_is_not_there_or_is_none_are_refused(tmp_path):
    table = pa.Table.from_pandas(frame("regression", FRAMES["regression"]), preserve_index=False)
    quantity = '{"name": "%s", "unit": "", "minimum": null, "maximum": null, "group": "", "description": ""}'
    for answers, message in (
        ('{"quantities": [' + quantity % "edge" + "]}", "no column value_edge, which its metadata name"),
        ("{", "alertlab.answers in its metadata is not what a regression has"),
        ('{"quantities": []}', "is not what a regression has .*name at least one"),
        ("[" * 100_000, "is not what a regression has"),
    ):
        said = {b"alertlab.task": b"regression", b"alertlab.answers": answers.encode()}
        pq.write_table(table.replace_schema_metadata(said), tmp_path / "p.parquet")
        with pytest.raises(AlertlabError, match=message):
            read_predictions(tmp_path / "p.parquet")
    pq.write_table(table.replace_schema_metadata({b"alertlab.task": b"astrology"}), tmp_path / "p.parquet")
    with pytest.raises(AlertlabError, match=r"predictions of a astrology, known: classification, .*; upgrade alertlab"):
        read_predictions(tmp_path / "p.parquet")
