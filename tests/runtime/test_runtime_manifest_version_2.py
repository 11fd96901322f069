"""Version 2 of the manifest: every task, inputs of any length and size, and what contradicts them."""

import contextlib
import json
from copy import deepcopy

import numpy as np
import pytest
from alertlab import runtime
from alertlab.bundle.encode import encode_manifest
from alertlab.runtime import Bands, BundleError, Grid, Quantities, Quantity
from alertlab.runtime.describe import describe
from alertlab.runtime.schema import parse
from alertlab.runtime.tasks import task_named
from alertlab.runtime.tasks.detection import Reference, Threshold
from bundle_by_hand import tiny_manifest
from tasks_by_hand import KNOWN, NAMES, QUANTILES, QUANTITIES, entry, manifest, output, write
from test_runtime_manifest import places, put

FILE = {"sha256": "0" * 64, "bytes": 3}


def read(content):
    return parse(json.dumps({"files": {"model.onnx": FILE}} | content).encode())


@pytest.mark.parametrize("name", NAMES)
def test_a_manifest_that_is_written_is_read_back(name):
    given = read(manifest(name))
    content = encode_manifest(given)
    assert parse(content) == given
    assert encode_manifest(parse(content)) == content
    assert json.loads(content)["answers"] == json.loads(json.dumps(manifest(name)["answers"]))


def test_answers_arrive_as_declared():
    usual = ((-1.0, 0.5, 2.0), None, (0.0, 0.0, 0.0))
    assert read(manifest("detection")).answers == Reference(tuple(QUANTILES), Threshold(2.0, 0.05, 40), usual)
    assert read(manifest("forecast")).answers == Bands(("g", "r"), "mag")
    assert read(manifest("generation")).answers == Grid(("channel", "y", "x"), ("density",), "", 1.5, "Mpc")
    quantities = tuple(Quantity(name, "mag", maximum=30.0) for name in ("bright", "faint"))
    assert read(manifest("regression")).answers == Quantities(quantities)


def test_a_detector_written_before_there_were_thresholds_loads_without_one():
    older = manifest("detection") | {"answers": {"quantiles": QUANTILES}}
    assert read(older).answers == Reference(tuple(QUANTILES), None, ())
    assert "none" in task_named("detection").describe(read(older))["threshold"]


def test_axes_of_any_length_are_words_in_inputs_and_outputs():
    forecast = read(manifest("forecast"))
    assert [spec.shape for spec in forecast.inputs] == [("light_curve_length", 2), ("query_length", 2)]
    assert [spec.free for spec in forecast.inputs] == [("light_curve_length",), ("query_length",)]
    assert [spec.shape for spec in forecast.outputs] == [("query_length",), ("query_length",), ("query_length", 2)]
    assert read(manifest("generation")).inputs[0].free == ("y", "x")


def test_classes_with_inputs_of_one_size_need_no_more_than_version_1():
    assert read(tiny_manifest()).bundle_version == 1
    assert b'"answers"' not in encode_manifest(read(tiny_manifest()))
    assert json.loads(encode_manifest(read(tiny_manifest())))["bundle_version"] == 1


FIT = {"op": "fit", "size": 3}


def of_classes(**changes):
    """A classifier's manifest whose first input is changed."""
    content = tiny_manifest() | {"bundle_version": 2}
    content["inputs"][0] |= changes
    return content


@pytest.mark.parametrize(
    "content",
    [
        *(manifest(name) for name in NAMES),
        of_classes(shape=["batch", 3, "y", "x"], preprocessing=[FIT]),
        of_classes(preprocessing=[FIT]),
    ],
    ids=[*NAMES, "free axes", "a new operation"],
)
def test_what_version_1_has_not_is_written_as_2_and_refused_as_1(content):
    assert read(content).bundle_version == json.loads(encode_manifest(read(content)))["bundle_version"] == 2
    with pytest.raises(BundleError, match=r"manifest.json: bundle_version 1 has no such task, inputs or operations"):
        read(content | {"bundle_version": 1})


def changed(name, path, value):
    content = deepcopy(manifest(name))
    *parents, last = path
    inner = content
    for step in parents:
        inner = inner[step]
    inner[last] = value
    return content


OTHERS = [output("score_by_class", ["n", 2], KNOWN), output("probability", ["n", 2], ["SN", "AGN"])]
WRONG = {
    "one quantile": ("detection", ["answers", "quantiles"], [1.0], "answers.quantiles: expected two numbers"),
    "falling": ("detection", ["answers", "quantiles"], [1.0, 0.0], "answers.quantiles: .* in rising order"),
    "no number": ("detection", ["answers", "quantiles", 1], "x", r"answers.quantiles\[1\]: expected a number"),
    "no answers": ("detection", ["answers"], {}, "answers.quantiles: missing"),
    "further": ("detection", ["answers", "mean"], 1, "answers.mean: unknown key, known: quantiles"),
    "rate": ("detection", ["answers", "threshold", "false_alarm_rate"], 1.0, "expected a number between 0 and 1"),
    "rows": (
        "detection",
        ["answers", "threshold", "rows"],
        0,
        "answers.threshold.rows: expected a whole number from 1",
    ),
    "usual": ("detection", ["answers", "usual"], [None], "answers.usual: expected one for each column"),
    "range": ("detection", ["answers", "usual", 0], [2.0, 1.0, 3.0], r"answers.usual\[0\]: expected three numbers in"),
    "no range": ("detection", ["answers", "usual", 0], 3, r"answers.usual\[0\]: expected a list"),
    "score": ("detection", ["outputs", 0, "shape"], ["batch", 1], r"outputs: score must have the shape \[batch\]"),
    "nameless": ("detection by class", ["outputs", 1, "classes"], [], "score_by_class must list its classes"),
    "others": ("detection by class", ["outputs"], [output("score", ["n"]), *OTHERS], "and no other output others"),
    "twice": ("regression", ["answers", "quantities"], [QUANTITIES[0]] * 2, "quantities: bright named twice"),
    "none": ("regression", ["answers", "quantities"], [], "quantities: name at least one"),
    "limit": (
        "regression",
        ["answers", "quantities", 1, "minimum"],
        "0",
        r"answers.quantities\[1\].minimum: expected a number",
    ),
    "three": ("regression", ["outputs", 1, "shape"], ["batch", 3], r"outputs: deviation has shape \(3,\), for \(2,\)"),
    "no value": ("regression", ["outputs", 0, "name"], "flux", "outputs: none is named 'value', which regression"),
    "a band": ("forecast", ["answers", "bands", 1], "", r"answers.bands\[1\]: expected text that is not empty"),
    "number": ("forecast", ["answers", "bands", 1], 3, r"answers.bands\[1\]: expected printable text, got 3"),
    "no band": ("forecast", ["answers", "bands"], [], "answers.bands: expected one name or more"),
    "two of one": ("forecast", ["answers", "bands"], ["g", "g"], "answers.bands: .* none of them twice"),
    "no query": ("forecast", ["inputs", 1, "name"], "asked", "inputs: a forecast needs a sequence named 'query'"),
    "columns": (
        "forecast",
        ["inputs", 1, "columns", 1, "name"],
        "colour",
        "the columns of query must begin with horizon, band",
    ),
    "as long as": (
        "forecast",
        ["outputs", 0, "shape"],
        ["batch", "light_curve_length"],
        r"value must have the shape \[batch, query_length\]",
    ),
    "unknown axis": (
        "forecast",
        ["outputs", 2, "shape"],
        ["batch", "length"],
        "outputs: hidden is as long as length, which no input sequence is",
    ),
    "second axis": (
        "forecast",
        ["outputs", 2, "shape"],
        ["batch", 2, "query_length"],
        "outputs: hidden: .* the first alone may be a word",
    ),
    "of an image": (
        "generation",
        ["outputs"],
        [output("field", ["n", 2, 1, 4, 4]), output("map", ["n", "y"])],
        "map is as long as y, which no input sequence is",
    ),
    "one name": (
        "forecast",
        ["inputs", 1, "shape"],
        ["batch", "light_curve_length", 2],
        "an axis of any length is named twice in light_curve_length, light_curve_length",
    ),
    "channels": ("generation", ["answers", "channels"], ["a", "b"], "answers: 2 channels for field of shape"),
    "axes": ("generation", ["answers", "axes"], ["y", "x"], r"field has shape \(2, 1, 4, 4\), for draws of axes"),
    "spacing": ("generation", ["answers", "spacing"], "far", "answers.spacing: expected a number"),
    "no fit": (
        "generation",
        ["inputs", 0, "preprocessing"],
        [{"op": "minmax"}, FIT],
        "input coarse: images of any size need fit as their first operation",
    ),
    "of two axes": (
        "generation",
        ["inputs", 0],
        entry("coarse", "image", ["y", "x"], ["y", "x"], steps=[FIT]),
        "input coarse: images of any size have three axes",
    ),
    "channel": (
        "generation",
        ["inputs", 0],
        entry("coarse", "image", ["c", "y", "x"], ["c", "y", "x"], steps=[FIT]),
        "input coarse: shape .*; no image has such an axis of any length",
    ),
    "free table": (
        "detection",
        ["inputs", 0],
        entry("features", "features", ["wide"], ["column"], []),
        "input features: 0 columns for shape",
    ),
    "free columns": (
        "detection",
        ["inputs", 0],
        entry("features", "sequence", ["long", "wide"], ["point", "column"]),
        "no sequence has such an axis of any length",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_contradicts_the_task_is_refused_by_its_key(case):
    name, path, value, message = WRONG[case]
    with pytest.raises(BundleError, match=message) as refused:
        read(changed(name, path, value))
    assert "\n" not in str(refused.value)


def test_a_channel_of_no_axis_is_refused():
    content = changed("generation", ["answers"], manifest("generation")["answers"] | {"axes": []})
    content["outputs"] = [output("field", ["n", 2])]
    with pytest.raises(BundleError, match="answers: 1 channels for field"):
        read(content)


def test_a_forecast_in_one_band_needs_no_number_of_it():
    for columns in (["horizon"], ["horizon", "band"], ["horizon", "airmass"]):
        content = manifest("forecast")
        shape = ["query_length", len(columns)]
        query = entry("query", "sequence", shape, ["point", "column"], columns)
        content |= {"inputs": [query], "answers": {"bands": ["r"], "unit": "mag"}}
        content["outputs"] = [output(name, ["n", "q"]) for name in ("value", "deviation")]
        assert read(content).answers.bands == ("r",)


def test_a_number_that_is_no_number_is_not_written():
    given = read(manifest("detection"))
    object.__setattr__(given, "answers", Reference((0.0, float(np.nan))))
    with pytest.raises(BundleError, match=r"answers.quantiles\[1\]: expected a number, got null"):
        parse(encode_manifest(given))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of absurd parameters
@pytest.mark.parametrize("name", NAMES)
def test_no_value_anywhere_makes_more_than_an_error_of_ours(name, tmp_path):
    folder = write(tmp_path / "odd.bundle", name)
    content = (folder / "manifest.json").read_text()
    odd = [None, True, -1, 3.5, 1e308, "", "x", [], {}, [[]], [None], {"a": 1}, 2**62, "é\x00"]
    for number, place in enumerate(places(json.loads(content))[1:]):
        for value in odd[number % 7 :: 7]:
            given = json.loads(content)
            put(given, place, value)
            (folder / "manifest.json").write_text(json.dumps(given))
            with contextlib.suppress(BundleError):
                bundle = runtime.load(folder)
                bundle.self_test()
                bundle.task.lines(bundle.manifest, bundle.predict(bundle.golden()[0]))
                describe(bundle)
