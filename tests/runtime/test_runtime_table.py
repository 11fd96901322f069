"""A feature table by name: CSV and columns."""

import csv
import json

import numpy as np
import onnx
import pytest
from alertlab import runtime
from alertlab.runtime import AlertlabError
from alertlab.runtime.__main__ import main
from alertlab.runtime.describe import describe
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


@pytest.mark.parametrize(
    ("text", "message"),
    [
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
