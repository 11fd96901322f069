"""A feature table by name: CSV and columns."""

import csv
import json
from decimal import Decimal

import numpy as np
import onnx
import pandas as pd
import pyarrow as pa
import pytest
from alertlab import runtime
from alertlab.runtime import AlertlabError
from alertlab.runtime.__main__ import main
from alertlab.runtime.describe import describe
from alertlab.runtime.table import read_csv
from bundle_by_hand import CLASSES, FROM_METADATA, raw_inputs, seal
from onnx import TensorProto, helper, numpy_helper

FEATURE_SET = {"name": "alerce152", "version": "1", "sha256": "ab" * 32}
NAMES = ["magpsf", "fwhm", "sgscore1", "ndethist"]


@pytest.fixture
def folder(tiny, manifest):
    """The tiny bundle without its stamps: a table alone, with branches."""
    nodes = [
        helper.make_node("MatMul", ["metadata", "from_metadata"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probability"], axis=-1),
    ]
    graph = helper.make_graph(
        nodes,
        "table",
        [helper.make_tensor_value_info("metadata", TensorProto.FLOAT, ["n", 4])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["n", 3])],
        [numpy_helper.from_array(FROM_METADATA, "from_metadata")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), tiny / "model.onnx")
    manifest["inputs"] = [manifest["inputs"][1] | {"feature_set": FEATURE_SET}]
    manifest["outputs"][0]["taxonomy"] = {"real": ["AGN", "SN"], "not": ["bogus"]}
    manifest["task"] = "hierarchical-classification"
    return seal(tiny, manifest)


@pytest.fixture
def rows():
    return raw_inputs(12)["metadata"]


def write(path, rows, order=(3, 1, 0, 2), extra=True):
    with path.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow([*(NAMES[place] for place in order), *(["comment", "object_id"] if extra else [])])
        for number, row in enumerate(rows):
            cells = ["" if np.isnan(row[place]) else repr(float(row[place])) for place in order]
            lines.writerow([*cells, *(["a, b", f"ZTF{number}"] if extra else [])])
    return path


def test_a_csv_in_any_order_gives_what_an_array_gives(folder, rows, tmp_path, capsys):
    expected = runtime.load(folder).predict({"metadata": rows})
    assert main(["predict", str(folder), str(write(tmp_path / "t.csv", rows))]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [line[:2] for line in lines] == [[f"ZTF{n}", label] for n, label in enumerate(expected.label.tolist())]
    out = tmp_path / "answer.csv"
    assert main(["predict", str(folder), str(tmp_path / "t.csv"), "--out", str(out)]) == 0
    with out.open() as file:
        answer = list(csv.DictReader(file))
    found = np.float32([[line[f"probability_{name}"] for name in CLASSES] for line in answer])
    np.testing.assert_array_equal(found, expected.probability)
    assert [line["row"] for line in answer] == [f"ZTF{n}" for n in range(12)]


def test_columns_by_name_give_the_same(folder, rows):
    bundle = runtime.load(folder)
    columns = {"object_id": ["x"] * 12, **{NAMES[place]: rows[:, place] for place in (2, 0, 3, 1)}}
    answer = bundle.predict(bundle.table(columns))
    np.testing.assert_array_equal(answer.probability, bundle.predict({"metadata": rows}).probability)
    with pytest.raises(AlertlabError, match="no column fwhm, ndethist, of the 4 that input metadata takes"):
        bundle.table({"magpsf": [1], "sgscore1": [1]})
    with pytest.raises(AlertlabError, match="column fwhm holds something else than numbers"):
        bundle.table({name: ["wide" if name == "fwhm" else 1] for name in NAMES})


FRAME = pd.DataFrame({"magpsf": [18.5, 19.25], "fwhm": [2.0, np.nan], "sgscore1": [1, 0], "ndethist": [3, 4]})
GAPS = FRAME.assign(
    magpsf=[Decimal("18.5"), Decimal("19.25")],
    fwhm=pd.array([2, None], dtype="Int64"),
    sgscore1=pd.array([True, False], dtype="boolean"),
    ndethist=pd.array([3, 4], dtype="category"),
)


@pytest.mark.parametrize(
    "table",
    [
        FRAME,
        GAPS,
        FRAME.astype(object).where(FRAME.notna(), pd.NA),
        FRAME.to_dict("list"),
        FRAME.to_records(index=False),
        pa.Table.from_pandas(FRAME),
        pa.Table.from_pandas(GAPS),
        {**FRAME, "fwhm": np.ma.masked_values([2.0, -999.0], -999.0)},
    ],
    ids=["frame", "nullable", "objects", "dict", "records", "arrow", "arrow decimal", "masked"],
)
def test_whatever_has_columns_by_name_is_a_table(folder, table):
    bundle = runtime.load(folder)
    np.testing.assert_array_equal(bundle.table(table)["metadata"], [[18.5, 2, 1, 3], [19.25, np.nan, 0, 4]])


@pytest.mark.parametrize(
    "fwhm",
    [
        ["2", "3"],
        [b"2", b"3"],
        [[1], [2]],
        np.array(["2020-01-01", "2020-01-02"], "datetime64[D]"),
        [1j, 2],
        [10**400, 2],
    ],
)
def test_a_column_of_something_else_than_numbers_is_named(folder, fwhm):
    with pytest.raises(AlertlabError, match=r"table: column fwhm (holds something else|has shape)"):
        runtime.load(folder).table({**FRAME, "fwhm": fwhm})


def test_what_has_no_columns_by_name_is_no_table(folder):
    with pytest.raises(AlertlabError, match="table: list has no columns by name"):
        runtime.load(folder).table([1, 2])


HEADER = "object_id,magpsf,fwhm,sgscore1,ndethist\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}a,1,2,3,4\n b ,5,6,7,8\n",
        f"\ufeff{HEADER}a,1,2,3,4\nb,5,6,7,8\n",
        f"{HEADER}a,1,2,3,4\nb,5,6,7,8\n".replace("\n", "\r"),
        f"{HEADER}a,1,2,3,4\nb,5,6,7,8\n".replace("\n", "\r\n"),
        f'{HEADER}"a","1","2",3,4\n"b",+5,6.0,7e0,8\n',
        f"# ALeRCE\n\n{HEADER}a,1,2,3,4\n,,,,\n  ,,,,\n# end of night 1\nb,5,6,7,8\n,,,,\n",
    ],
    ids=["spaces", "byte-order mark", "old Mac", "Windows", "quotes", "empty rows and comments"],
)
def test_a_csv_of_any_program_gives_its_rows_and_no_others(folder, tmp_path, capsys, text):
    (tmp_path / "t.csv").write_bytes(text.encode())
    expected = runtime.load(folder).predict({"metadata": np.float32([[1, 2, 3, 4], [5, 6, 7, 8]])})
    assert main(["predict", str(folder), str(tmp_path / "t.csv")]) == 0
    lines = [line.split("\t")[:2] for line in capsys.readouterr().out.splitlines()]
    assert lines == [["a", expected.label[0]], ["b", expected.label[1]]]


@pytest.mark.parametrize("word", ["", "nan", "NaN", "NULL", "None", "n/a", "NA", "<NA>", "--"])
def test_what_is_unknown_in_a_csv_is_nan_however_it_is_written(folder, tmp_path, word):
    spec = runtime.load(folder).inputs[0]
    (tmp_path / "t.csv").write_text(f"{HEADER}a,1, {word} ,3,1e400\n")
    values, names = read_csv(tmp_path / "t.csv", spec)
    np.testing.assert_array_equal(values, [[1, np.nan, 3, np.inf]])
    assert names == ["a"]


@pytest.mark.parametrize("cell", ["1_000", "0x1A", "\u0661\u0662", "1,5", "1 2", "1\0", "--1", "true"])
def test_what_python_alone_takes_for_a_number_is_none(folder, tmp_path, capsys, cell):
    (tmp_path / "t.csv").write_text(f'{HEADER}a,1,2,3,4\nb,1,"{cell}",3,4\n', encoding="utf-8")
    assert main(["predict", str(folder), str(tmp_path / "t.csv")]) == 1
    assert f"t.csv: line 3, column fwhm: {cell!r} is no number" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{HEADER},1,2,3,4\n", "line 2, column object_id: '' names no row"),
        (f"{HEADER}a,1,2,3,4\nNone,1,2,3,4\n", "line 3, column object_id: 'None' names no row"),
        (f"{HEADER}a\0b,1,2,3,4\n", "line 2, column object_id: 'a\\x00b' names no row"),
        ("object_id,object_id,magpsf,fwhm,sgscore1,ndethist\n", "column object_id stands twice"),
        ("magpsf,fwhm\n1,2\n", "no column sgscore1, ndethist"),
        ("", "no column magpsf, fwhm, sgscore1, ndethist"),
        ("magpsf,fwhm,sgscore1,ndethist\n1,2,3,4\n1,wide,3,4\n", "line 3, column fwhm: 'wide' is no number"),
        ("magpsf,fwhm,sgscore1,ndethist\n1,2,3\n", "line 2 has 3 cells, the header 4"),
        ("magpsf,fwhm,sgscore1,ndethist,fwhm\n1,2,3,4,5\n", "column fwhm stands twice"),
        ('magpsf,fwhm,sgscore1,ndethist\n1,2,3,"4\n', "not a CSV file"),
        ("\xff\xfe", "not a CSV file"),
    ],
)
def test_a_wrong_csv_is_one_line_that_says_where(folder, tmp_path, capsys, text, message):
    (tmp_path / "t.csv").write_bytes(text.encode("latin-1"))
    assert main(["predict", str(folder), str(tmp_path / "t.csv")]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_csv_cannot_hold_stamps(tiny, tmp_path, capsys):
    (tmp_path / "t.csv").write_text("magpsf\n1\n")
    assert main(["predict", str(tiny), str(tmp_path / "t.csv")]) == 1
    assert "the bundle takes stamp, metadata: give an .npz" in capsys.readouterr().err


def test_no_rows_give_no_answers(folder, tmp_path, capsys):
    assert main(["predict", str(folder), str(write(tmp_path / "t.csv", []))]) == 0
    assert capsys.readouterr().out.strip() == ""


def test_the_feature_set_and_the_branches_are_said(folder):
    bundle = runtime.load(folder)
    assert bundle.inputs[0].feature_set == runtime.FeatureSetId("alerce152", "1", "ab" * 32)
    said = describe(bundle)
    assert said["features of metadata"].startswith("alerce152 1 (sha256 abab")
    assert said["branch real"] == "AGN, SN"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sha256": "x"}, "feature_set.sha256: expected 64 hexadecimal digits"),
        ({"name": ""}, "feature_set.name: expected text that is not empty"),
        ({"more": 1}, "feature_set.more: unknown key"),
    ],
)
def test_a_wrong_feature_set_is_refused_by_its_key(folder, change, message):
    content = json.loads((folder / "manifest.json").read_text())
    content["inputs"][0]["feature_set"] |= change
    (folder / "manifest.json").write_text(json.dumps(content))
    with pytest.raises(AlertlabError, match=message):
        runtime.load(folder)


def test_branches_that_miss_a_class_are_refused(folder):
    content = json.loads((folder / "manifest.json").read_text())
    content["outputs"][0]["taxonomy"] = {"real": ["AGN", "SN"]}
    (folder / "manifest.json").write_text(json.dumps(content))
    with pytest.raises(AlertlabError, match="taxonomy does not hold each of its classes once"):
        runtime.load(folder)
