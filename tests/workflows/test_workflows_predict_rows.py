"""Predicting rows that lie ready, with a bundle of each task: arrays, and tables in every format."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.core.predictions import read_predictions
from alertlab.core.samples import number_of
from alertlab.runtime import AlertlabError, Ragged
from alertlab.workflows.predict import rows as predict_rows
from alertlab.workflows.predict.dispatch import predict
from astropy.table import Table
from tasks_by_hand import NAMES, ragged, reference, rows_of, write

N = 12
OBJECTS = [f"object {row}" for row in range(N)]
SAMPLES = [10**15 + row for row in range(N)]


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles")
    return {name: write(folder / f"{name.replace(' ', '_')}.bundle", name) for name in NAMES}


@pytest.fixture(autouse=True)
def few_at_a_time(monkeypatch):
    monkeypatch.setattr(predict_rows, "BATCH", 5)


def saved(path, rows, **further):
    ends, arrays = {"values": "", "offsets": ".offsets", "shapes": ".shapes"}, {}
    for name, values in ragged(rows).items():
        parts = vars(values) if isinstance(values, Ragged) else {"values": values}
        arrays |= {f"{name}{ends[part]}": each for part, each in parts.items() if each is not None}
    np.savez(path, **arrays, **further)
    return path


def table(path, columns, **further):
    frame = pd.DataFrame(columns | further)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        Table.from_pandas(frame).write(path)
    return path


def columns_of(rows):
    return dict(zip("abc", rows["features"].T, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_arrays_give_a_predictions_table_of_the_task_with_their_names(bundles, name, tmp_path):
    rows = rows_of(name, N, seed=11)
    given = saved(tmp_path / "rows.npz", rows, object_id=np.array(OBJECTS), sample_id=np.array(SAMPLES))
    result = predict(bundles[name], given, tmp_path / "p.parquet")
    told, expected = read_predictions(result.predictions), reference(name, rows)
    counts = list(map(len, rows["query"])) if name == "forecast" else [1] * N
    assert told.sample_id.tolist() == np.repeat(SAMPLES, counts).tolist()
    assert told.object_id.tolist() == np.repeat(OBJECTS, counts).tolist()
    assert set(told.part) == {"new"}
    main = {"regression": "value", "forecast": "value", "generation": "field"}.get(name, "score")
    flat = np.concatenate([np.ravel(row) for row in expected[main]])
    np.testing.assert_allclose(getattr(told, main).ravel(), flat, rtol=2e-5, atol=2e-5)
    assert sum(result.classified.values()) == sum(counts)
    if name == "detection by class":
        assert result.classified.keys() <= {"star", "galaxy"}
    if "embedding" in expected:
        np.testing.assert_allclose(told.embedding, expected["embedding"], rtol=2e-5, atol=2e-5)


def test_rows_without_names_are_numbered(bundles, tmp_path):
    given = saved(tmp_path / "rows.npz", rows_of("regression", N))
    told = read_predictions(predict(bundles["regression"], given, tmp_path / "p.parquet").predictions)
    assert told.sample_id.tolist() == list(range(N))
    assert told.object_id.tolist() == [str(row) for row in range(N)]


def test_an_object_without_a_number_has_that_of_its_name(bundles, tmp_path):
    given = saved(tmp_path / "rows.npz", rows_of("regression", N), object_id=np.array(OBJECTS))
    told = read_predictions(predict(bundles["regression"], given, tmp_path / "p.parquet").predictions)
    assert told.sample_id.tolist() == [number_of(name) for name in OBJECTS]


@pytest.mark.parametrize("name", ["rows.parquet", "rows.csv", "rows.fits", "rows.ecsv"])
def test_a_table_of_any_format_gives_what_arrays_give(bundles, name, tmp_path):
    rows = rows_of("regression", N, seed=12)
    further = {"note": ["x"] * N, "object_id": OBJECTS, "sample_id": SAMPLES}
    path = table(tmp_path / name, dict(reversed(columns_of(rows).items())), **further)
    told = read_predictions(predict(bundles["regression"], path, tmp_path / "p.parquet").predictions)
    np.testing.assert_allclose(told.value, reference("regression", rows)["value"], rtol=2e-5, atol=2e-5)
    assert (told.object_id.tolist(), told.sample_id.tolist()) == (OBJECTS, SAMPLES)


def test_lists_in_a_table_are_sequences(bundles, tmp_path):
    rows = rows_of("forecast", N, seed=13)
    places = {
        "time": ("light_curve", 0),
        "magnitude": ("light_curve", 1),
        "horizon": ("query", 0),
        "query.band": ("query", 1),
    }
    lists = {name: [row[:, place].tolist() for row in rows[of]] for name, (of, place) in places.items()}
    pq.write_table(pa.table(lists | {"object_id": OBJECTS}), tmp_path / "rows.parquet")
    told = read_predictions(predict(bundles["forecast"], tmp_path / "rows.parquet", tmp_path / "p.parquet").predictions)
    flat = np.concatenate(reference("forecast", rows)["value"])
    np.testing.assert_allclose(told.value, flat, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("name", NAMES)
def test_rows_without_a_finite_answer_are_listed_and_strict_stops_at_them(bundles, name, tmp_path):
    rows = rows_of(name, N, seed=14)
    lost = [2, 9]
    for row in lost:
        if name == "forecast":
            rows["light_curve"][row] = np.full((2, 2), 3e38, np.float32)
            rows["query"][row] = np.zeros((1, 2), np.float32)
        else:
            rows["coarse" if name == "generation" else "features"][row][:] = 3e38
    given = saved(tmp_path / "rows.npz", rows, object_id=np.array(OBJECTS))
    with pytest.raises(
        AlertlabError, match=r"rows\.npz: object 2: the bundle gives no finite answer for it \(--strict\)"
    ):
        predict(bundles[name], given, tmp_path / "strict.parquet", strict=True)
    assert [path.name for path in tmp_path.iterdir()] == ["rows.npz"]
    result = predict(bundles[name], given, tmp_path / "p.parquet")
    rejected = pq.read_table(result.rejected).to_pylist()
    assert [row["object_id"] for row in rejected] == [OBJECTS[row] for row in lost]
    assert result.reasons == {"the bundle gives no finite answer for it": 2}
    asked = [row for row in range(N) if row not in lost and (name != "forecast" or len(rows["query"][row]))]
    told = read_predictions(result.predictions)
    assert list(dict.fromkeys(told.object_id.tolist())) == [OBJECTS[row] for row in asked]


@pytest.mark.parametrize("name", ["regression", "generation"])
def test_where_no_row_has_an_answer_the_table_is_empty(bundles, name, tmp_path):
    rows = rows_of(name, 3)
    for row in range(3):
        rows["coarse" if name == "generation" else "features"][row][:] = 3e38
    result = predict(bundles[name], saved(tmp_path / "rows.npz", rows), tmp_path / "p.parquet")
    assert len(read_predictions(result.predictions)) == 0
    assert sum(result.reasons.values()) == 3


REFUSED = {
    "no column": (
        lambda folder, rows: table(folder / "rows.csv", {"a": [1.0], "b": [2.0]}),
        "no column c, of the 3 that",
    ),
    "text": (
        lambda folder, rows: table(folder / "rows.parquet", columns_of(rows) | {"b": ["x"] * N}),
        r"rows\.parquet: column b holds something else than numbers",
    ),
    "a cell": (
        lambda folder, rows: table(folder / "rows.csv", columns_of(rows) | {"b": ["1"] * (N - 1) + ["x"]}),
        r"rows\.csv.*x",
    ),
    "a name": (
        lambda folder, rows: table(folder / "rows.csv", columns_of(rows), object_id=[*OBJECTS[:-1], None]),
        "column object_id, row .*: holds no value",
    ),
    "twice": (
        lambda folder, rows: table(folder / "rows.csv", columns_of(rows), object_id=["a"] * N),
        r"rows\.csv: row 1 has the sample_id, or name, of one before; number each in sample_id",
    ),
    "twice far apart": (
        lambda folder, rows: saved(folder / "rows.npz", rows, sample_id=np.array([*range(N - 1), 3])),
        r"rows\.npz: row 11 has the sample_id",
    ),
    "nothing": (lambda folder, rows: table(folder / "rows.parquet", {name: [] for name in "abc"}), "holds no row"),
    "no rows": (lambda folder, rows: saved(folder / "rows.npz", rows_of("regression", 0)), "holds no row"),
    "fewer names": (
        lambda folder, rows: saved(folder / "rows.npz", rows, object_id=np.array(OBJECTS[:3])),
        "object_id has 3 rows, the inputs 12",
    ),
    "one name": (
        lambda folder, rows: saved(folder / "rows.npz", rows, object_id=np.array("abc")),
        "object_id has 1 rows, the inputs 12",
    ),
    "one number": (
        lambda folder, rows: saved(folder / "rows.npz", rows, sample_id=np.array(7)),
        "sample_id has 1 rows, the inputs 12",
    ),
    "names of two axes": (
        lambda folder, rows: saved(folder / "rows.npz", rows, object_id=np.array([OBJECTS, OBJECTS]).T),
        "column object_id holds",
    ),
    "real numbers": (
        lambda folder, rows: saved(folder / "rows.npz", rows, sample_id=np.arange(N) + 0.5),
        r"column sample_id, row 0: 0\.5 is a real number",
    ),
    "another input": (
        lambda folder, rows: saved(folder / "rows.npz", rows, metadata=np.zeros(N)),
        r"inputs: expected \['features'\], given \['features', 'metadata'\]",
    ),
    "a folder": (lambda folder, rows: table(folder / "rows.csv", columns_of(rows)).parent, "takes features"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_gives_no_rows_is_refused_in_one_line_and_leaves_nothing(bundles, case, tmp_path):
    make, message = REFUSED[case]
    (tmp_path / "in").mkdir()
    given = make(tmp_path / "in", rows_of("regression", N))
    with pytest.raises(AlertlabError, match=message) as refused:
        predict(bundles["regression"], given, tmp_path / "p.parquet")
    assert "\n" not in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_images_cannot_come_from_a_table(bundles, tmp_path):
    given = table(tmp_path / "rows.csv", {"coarse": [1.0]})
    with pytest.raises(AlertlabError, match="input coarse: image, and a table of columns cannot give it"):
        predict(bundles["generation"], given, tmp_path / "p.parquet")
