"""The manifest is read strictly; every error names its key."""

import contextlib
import json

import pytest
from alertlab import runtime
from alertlab.runtime import BundleError, Column, InputSpec, OutputSpec
from alertlab.runtime.schema import parse

FILE = {"sha256": "0" * 64, "bytes": 3}


def text(manifest):
    return json.dumps({"files": {"model.onnx": FILE}} | manifest).encode()


def put(manifest, path, value):
    *parents, last = path
    for step in parents:
        manifest = manifest[step]
    manifest[last] = value


def test_values_arrive_as_declared(manifest):
    read = parse(text(manifest))
    assert read.classes == ("AGN", "SN", "bogus")
    assert read.inputs[0].shape == (3, 5, 5)
    assert read.inputs[1].columns[1] == Column("fwhm", minimum=-2.0, maximum=2.0)
    assert read.files["model.onnx"].bytes == 3


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["name"], 3, "name: expected a plain file name, got 3"),
        (["name"], "a/b", "name: expected a plain file name"),
        (["license"], "", "license: expected text that is not empty"),
        (["description"], "\x1b[2J", "description: expected printable text"),
        (["description"], "\ud800", "description: expected printable text"),
        (["authors"], "me", r"authors: expected a list, got \"me\""),
        (["task"], "astrology", 'task: expected "classification" or "hierarchical-classification" or "detection"'),
        (["onnx", "opset"], True, "onnx.opset: expected a whole number from 0 up, got true"),
        (["onnx", "opset"], 0, "onnx.opset: expected a whole number from 1 up"),
        (["inputs", 0, "shape"], [3, 5, 5], r"inputs\[0\].shape: expected a list that starts with \"batch\""),
        (["inputs", 0, "shape", 1], 3.0, r"inputs\[0\].shape\[1\]: expected a whole number"),
        (["inputs", 0, "shape", 1], 4, "input stamp: 3 channels for shape"),
        (["inputs", 0, "shape", 1], 2**62, "input stamp: shape .* values a row"),
        (["inputs", 0, "dtype"], "float64", r"inputs\[0\].dtype: expected \"float32\""),
        (["inputs", 0, "kind"], "movie", r"inputs\[0\].kind: expected \"image\" or"),
        (["inputs", 0, "axes"], ["y", "x"], "input stamp: 2 axes for shape"),
        (["inputs", 1, "columns", 2, "min"], "0", r"inputs\[1\].columns\[2\].min: expected a number"),
        (["inputs", 1, "columns"], [], "input metadata: 0 columns for shape"),
        (["inputs"], [], "inputs: none is declared"),
        (["outputs", 0, "name"], "score", "outputs: none is named 'probability'"),
        (["outputs", 0, "classes"], ["a", "a", "b"], "output probability: a class is named twice"),
        (["outputs", 0, "classes"], ["a", "b"], "output probability: 2 classes for shape"),
        (["outputs", 0, "taxonomy"], [], r"outputs\[0\].taxonomy: expected an object"),
        (["decision", "tie_rule"], "first", "decision.tie_rule: expected"),
        (["training"], None, "training: expected an object, got null"),
        (["parity", "n_rows"], -1, "parity.n_rows: expected a whole number"),
        (["parity", "atol"], 10**400, "not JSON .* beyond 64 bits"),
        (["files"], {"model.onnx": FILE | {"sha256": "AB"}}, "files.model.onnx.sha256: expected 64 hexadecimal"),
        (["bundle_version"], 4, "bundle_version 4; this alertlab reads versions 1 to 3: upgrade alertlab"),
        (["bundle_version"], True, "bundle_version: expected 1 or 2 or 3, got true"),
        (["bundle_version"], "1", "bundle_version: expected 1"),
        (["speed"], 1, "speed: unknown key, known: bundle_version, "),
        (["decision", "eval"], "x", "decision.eval: unknown key, known: tie_rule"),
    ],
)
def test_a_wrong_value_is_refused_by_its_key(manifest, path, value, message):
    put(manifest, path, value)
    with pytest.raises(BundleError, match=message):
        parse(text(manifest))


def test_a_newer_version_is_reported_before_its_unknown_keys(manifest):
    with pytest.raises(BundleError, match=r"bundle_version 4;.*upgrade"):
        parse(text(manifest | {"bundle_version": 4, "quantum": True}))


@pytest.mark.parametrize("key", ["name", "files", "inputs", "parity"])
def test_a_missing_key_is_named(manifest, key):
    content = json.loads(text(manifest))
    del content[key]
    with pytest.raises(BundleError, match=f"manifest.json: {key}: missing"):
        parse(json.dumps(content).encode())


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1e999}', b'{"a": 1, "a": 2}', b"[" * 10**5],
)
def test_what_is_not_strict_json_is_refused(content):
    with pytest.raises(BundleError, match=r"manifest.json: not JSON"):
        parse(content)


@pytest.mark.parametrize("content", [b"null", b"[]", b"3"])
def test_json_that_is_no_object_is_refused(content):
    with pytest.raises(BundleError, match=r"manifest.json: expected an object"):
        parse(content)


def test_declarations_are_checked_where_they_are_made():
    with pytest.raises(BundleError, match="input x: kind 'table'"):
        InputSpec("x", "table", (3,), ("column",))
    with pytest.raises(BundleError, match="input features: 0 columns"):
        InputSpec("features", "features", (3,), ("column",))
    with pytest.raises(BundleError, match="output probability: 1 classes"):
        OutputSpec("probability", (2,), ("a",))


def places(value, path=()):
    """Every path into a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of absurd parameters
def test_no_value_anywhere_makes_more_than_an_error_of_ours(tiny):
    content = (tiny / "manifest.json").read_text()
    odd = [None, True, -1, 3.5, 1e308, "", "x", [], {}, [[]], [None], {"a": 1}, 2**62, "é\x00"]
    for number, place in enumerate(places(json.loads(content))[1:]):
        changed = json.loads(content)
        for value in odd[number % 7 :: 7]:
            put(changed, place, value)
            (tiny / "manifest.json").write_text(json.dumps(changed))
            with contextlib.suppress(BundleError):
                runtime.load(tiny).self_test()
