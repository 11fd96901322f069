"""``python -m alertlab.runtime predict`` of every task: to .npz, to .csv and as text."""

import csv

import numpy as np
import pytest
from alertlab import runtime
from alertlab.runtime import Ragged
from alertlab.runtime.__main__ import main
from tasks_by_hand import NAMES, ragged, reference, rows_of, write

COLUMNS = {
    "detection": ["score", "percentile", "flagged"],
    "detection by class": ["score", "percentile", "nearest", "score_star", "score_galaxy"],
    "regression": ["value_bright", "value_faint", "deviation_bright", "deviation_faint"],
    "forecast": ["horizon", "band", "value", "deviation"],
    "generation": ["mean", "std", "minimum", "maximum"],
}


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles")
    return {name: write(folder / f"{name.replace(' ', '_')}.bundle", name) for name in NAMES}


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


def saved(rows, path):
    """The rows as the command takes them."""
    ends, arrays = {"values": "", "offsets": ".offsets", "shapes": ".shapes"}, {}
    for name, values in ragged(rows).items():
        parts = vars(values) if isinstance(values, Ragged) else {"values": values}
        arrays |= {f"{name}{ends[part]}": each for part, each in parts.items() if each is not None}
    np.savez(path, **arrays)
    return path


@pytest.fixture
def asked(bundles, name, tmp_path):
    """Rows of a task, the file of them, and the bundle."""
    rows = rows_of(name, 7, seed=8)
    return rows, saved(rows, tmp_path / "rows.npz"), bundles[name]


def test_the_check_and_the_description_are_of_the_task(bundles, name, capsys):
    assert main(["check", str(bundles[name])]) == 0
    assert main(["info", str(bundles[name])]) == 0
    told = capsys.readouterr().out
    assert "ok: 6 golden rows" in told
    assert f"task: {name.removesuffix(' by class')}\n" in told


def test_an_npz_holds_what_python_returns(asked, name, tmp_path):
    rows, file, bundle = asked
    out = tmp_path / "answers.npz"
    assert main(["predict", str(bundle), str(file), "--out", str(out)]) == 0
    with np.load(out) as answers:
        for each, values in reference(name, rows).items():
            flat = np.concatenate([np.reshape(row, (-1,)) for row in values])
            key = "by_class" if each == "score_by_class" else each
            np.testing.assert_allclose(answers[key].ravel(), flat, rtol=2e-5, atol=2e-5)
        if name == "forecast":
            assert answers["value.offsets"].tolist() == np.cumsum([0, *map(len, rows["query"])]).tolist()


def test_a_csv_has_a_line_a_row_or_one_for_each_time_that_is_asked_for(asked, name, tmp_path):
    rows, file, bundle = asked
    out = tmp_path / "answers.csv"
    assert main(["predict", str(bundle), str(file), "--out", str(out)]) == 0
    with out.open() as lines:
        found = list(csv.DictReader(lines))
    assert list(found[0]) == ["row", *COLUMNS[name]]
    counts = list(map(len, rows["query"])) if name == "forecast" else [1] * 7
    assert [int(line["row"]) for line in found] == np.repeat(np.arange(7), counts).tolist()
    main_answer = np.concatenate([np.ravel(row) for row in reference(name, rows)[runtime.load(bundle).task.main]])
    if name == "regression":
        main_answer = main_answer[::2]
    if name != "generation":
        told = [float(line[COLUMNS[name][2 if name == "forecast" else 0]]) for line in found]
        np.testing.assert_allclose(told, main_answer, rtol=2e-5, atol=2e-5)


def test_text_says_which_row_a_line_is_of_where_a_row_has_several(asked, name, capsys):
    rows, file, bundle = asked
    assert main(["predict", str(bundle), str(file)]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    if name == "forecast":
        counts = list(map(len, rows["query"]))
        assert [int(line[0]) for line in lines] == np.repeat(np.arange(7), counts).tolist()
        assert {line[2] for line in lines} <= {"g", "r"}
    else:
        assert len(lines) == 7
        assert {len(line) for line in lines} == {len(COLUMNS[name])}


def test_a_csv_of_features_gives_any_task_that_takes_them(bundles, name, tmp_path, capsys):
    rows = rows_of(name, 4)
    if "features" not in rows:
        (tmp_path / "rows.csv").write_text("a,b,c\n1,2,3\n")
        assert main(["predict", str(bundles[name]), str(tmp_path / "rows.csv")]) == 1
        assert "a CSV file holds one table of features" in capsys.readouterr().err
        return
    lines = [["name", "c", "a", "b", "object_id"]]
    lines += [["x", *row[[2, 0, 1]].tolist(), f"object {n}"] for n, row in enumerate(rows["features"])]
    with (tmp_path / "rows.csv").open("w", newline="") as file:
        csv.writer(file).writerows(lines)
    assert main(["predict", str(bundles[name]), str(tmp_path / "rows.csv")]) == 0
    told = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in told] == [f"object {n}" for n in range(4)]
    first = reference(name, rows)[runtime.load(bundles[name]).task.main]
    np.testing.assert_allclose([float(line[1]) for line in told], np.reshape(first, (4, -1))[:, 0], rtol=1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"query.offsets": np.array([0.0, 1.0])}, "no whole numbers"),
        ({"query.offsets": np.array([0, 99])}, "do not part"),
        ({"query.offsets": np.int64(3)}, "no whole numbers"),
        ({"query": np.float32(3)}, "do not part"),
        ({"query.shapes": np.array([[1, 2, 3]])}, "shapes"),
        ({"query": np.array(["a"]), "query.offsets": np.array([0, 1])}, "input query"),
    ],
)
def test_a_damaged_file_of_rows_is_one_line(bundles, tmp_path, capsys, change, message):
    file = saved(rows_of("forecast", 3), tmp_path / "rows.npz")
    with np.load(file) as arrays:
        damaged = dict(arrays) | change
    np.savez(file, **damaged)
    assert main(["predict", str(bundles["forecast"]), str(file)]) == 1
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
