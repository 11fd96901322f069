"""Bundles of every task from models by hand: what is proven, and what no bundle is written of."""

import json
from dataclasses import dataclass, field

import numpy as np
import onnx
import pytest
from alertlab import runtime
from alertlab.bundle import write_bundle
from alertlab.bundle.golden import golden_rows, has_nan
from alertlab.core.export import Exported
from alertlab.core.predictions import Told
from alertlab.core.samples import Samples
from alertlab.core.taxonomy import Taxonomy
from alertlab.runtime import AlertlabError, BundleError, OutputSpec, Ragged
from alertlab.runtime.schema import parse
from numpy_model import DETAILS
from tasks_by_hand import KNOWN, NAMES, graph, manifest, ragged, reference, rows_of


def declared(name):
    """What a bundle of this task declares, read from its manifest by hand."""
    return parse(json.dumps({"files": {}} | manifest(name)).encode())


@dataclass
class ByHand:
    """``predict`` in loops and float64, ``change`` applied to it; ``export`` writes the graph by hand."""

    name: str
    change: object = dict
    outputs: tuple = ()
    graph: object = None
    asked: list = field(default_factory=list)

    @property
    def task(self):
        return self.name.removesuffix(" by class")

    def predict(self, samples):
        rows = {
            name: [values[row] for row in range(len(samples))] if isinstance(values, Ragged) else values
            for name, values in samples.inputs.items()
        }
        self.asked.append(len(samples))
        told = reference(self.name, rows)
        several = Ragged.of if self.name == "forecast" else np.array
        return self.change({name: several(values) for name, values in told.items()})

    def export(self, path):
        onnx.save(self.graph or graph(self.name), path)
        return Exported(declared(self.name).inputs, self.outputs or declared(self.name).outputs)


def samples_of(name, n=80, labelled=True):
    inputs = ragged(rows_of(name, n, seed=9))
    answers = declared(name).answers
    if name.startswith("detection"):
        target, names = np.arange(n) % 2 if labelled else np.full(n, -1), Taxonomy(KNOWN)
    else:
        target, names = None, answers
    return Samples(inputs, target, np.arange(n)[::-1].copy(), np.array([f"o{row}" for row in range(n)]), names)


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


def test_a_bundle_of_every_task_repeats_its_model(name, tmp_path):
    model, samples = ByHand(name), samples_of(name)
    bundle = runtime.load(write_bundle(tmp_path / "a.bundle", model, samples, DETAILS))
    assert bundle.manifest.bundle_version == 2
    assert bundle.manifest.task == model.task
    expected = declared(name)
    assert (bundle.manifest.inputs, bundle.manifest.outputs) == (expected.inputs, expected.outputs)
    if name.startswith("detection"):
        score = model.predict(samples.take(golden_rows(samples)))["score"]
        assert bundle.manifest.answers.quantiles == pytest.approx(np.percentile(score, np.arange(101)))
    else:
        assert bundle.manifest.answers == expected.answers
    assert bundle.self_test().label_flips == 0
    assert (tmp_path / "a.bundle" / "README.md").read_text().count(bundle.task.limits[0]) == 1


def test_without_classes_64_rows_prove_a_bundle_and_32_of_each_class_with(name):
    samples = samples_of(name)
    rows = golden_rows(samples)
    assert len(rows) == (32 if name.startswith("detection") else 64)
    assert np.all(np.diff(samples.sample_id[rows]) > 0)
    assert len(golden_rows(samples_of(name, labelled=False))) == 64


def test_half_of_the_golden_rows_have_a_gap_where_there_are_any():
    samples = samples_of("forecast", 200)
    curves = samples.inputs["light_curve"]
    holey = np.flatnonzero(curves.lengths)[:40]
    for row in holey:
        curves.values[curves.offsets[row]] = np.nan
    assert has_nan(samples).tolist() == [row in holey for row in range(200)]
    assert has_nan(samples.take(golden_rows(samples))).sum() == 32


def test_sequences_without_any_point_have_no_gap():
    empty = Ragged(np.zeros((0, 2), np.float32), np.zeros(4, np.int64))
    samples = Samples({"light_curve": empty}, None, np.arange(3), np.array(list("abc")), None)
    assert has_nan(samples).tolist() == [False] * 3


def without(key):
    return lambda told: {name: values for name, values in told.items() if name != key}


def changed(key, change):
    return lambda told: told | {key: change(told[key])}


def of_values(change):
    return lambda values: Ragged(change(values.values), values.offsets)


def holed(values):
    values = values.copy()
    values.reshape(-1)[0] = np.nan
    return values


WRONG = {
    "undeclared": ("regression", lambda told: told | {"error": told["value"]}, "predict gave error, which export does"),
    "no main": ("regression", without("value"), "predict gave deviation, embedding, and no value"),
    "no score": ("detection", without("score"), "predict gave embedding, and no score"),
    "nothing": ("regression", lambda told: {}, "predict gave nothing, and no value"),
    "no deviation": ("forecast", without("deviation"), "predict gave value, hidden, and no deviation"),
    "values alone": ("forecast", lambda told: told["value"], "predict gave value, and no deviation"),
    "shape": (
        "regression",
        changed("value", lambda each: each[:, :1]),
        r"shape \(64, 1\) of value, expected \(64, 2\)",
    ),
    "rows": ("regression", changed("deviation", lambda each: each[:3]), r"shape \(3, 2\) of deviation"),
    "dense": ("forecast", changed("value", lambda each: each.padded()), "gave value as ndarray, declared as"),
    "ragged": ("regression", changed("value", lambda each: Ragged.of(list(each))), "gave value as Ragged, declared as"),
    "lengths": (
        "forecast",
        changed("value", lambda each: each.take(np.arange(len(each))[::-1])),
        "forecasts of shape|forecasts differ",
    ),
    "negative": ("regression", changed("deviation", np.negative), "predict gave negative deviations"),
    "negative ahead": ("forecast", changed("deviation", of_values(np.negative)), "predict gave negative deviations"),
    "no number": ("regression", changed("value", holed), "predict gave rows that are not finite"),
    "no number beside": ("regression", changed("deviation", holed), "predict gave rows that are not finite"),
    "no number ahead": ("forecast", changed("value", of_values(holed)), "predict gave rows that are not finite"),
    "no score at all": ("detection", changed("score", holed), "predict gave rows that are not finite"),
    "no field": ("generation", changed("field", holed), "predict gave rows that are not finite"),
    "another": ("regression", changed("value", lambda each: each + 0.01), r"values differ by up to 0\.01"),
    "another field": ("generation", changed("field", np.negative), "fields differ by up to"),
    "another embedding": ("detection", changed("embedding", lambda each: each * 2), "scores differ by up to"),
    "another class": (
        "detection by class",
        changed("score_by_class", lambda each: each[:, ::-1]),
        "of 32 nearest classes flip",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_answers_that_are_none_leave_no_bundle(case, tmp_path):
    name, change, message = WRONG[case]
    with pytest.raises(AlertlabError, match=message) as refused:
        write_bundle(tmp_path / "a.bundle", ByHand(name, change), samples_of(name), DETAILS)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_other_classes_than_those_that_training_saw_are_refused(tmp_path):
    name = "detection by class"
    for told in (Told(("star",), {}, declared(name).answers), Told(("galaxy", "star"), {}, declared(name).answers)):
        with pytest.raises(BundleError, match=r"the model's classes \('star', 'galaxy'\) are not the samples'"):
            write_bundle(tmp_path / "a.bundle", ByHand(name), samples_of(name), DETAILS, told)


def test_an_output_that_the_graph_has_not_is_refused(tmp_path):
    outputs = (*declared("regression").outputs, OutputSpec("further", (2,)))
    with pytest.raises(BundleError, match=r"model\.onnx: outputs .*, the manifest says .*further"):
        write_bundle(tmp_path / "a.bundle", ByHand("regression", outputs=outputs), samples_of("regression"), DETAILS)


def test_a_graph_whose_answer_hangs_on_the_batch_is_refused(tmp_path):
    """Padding that counts: each mean is over as many points as the longest of its batch has."""
    wrong = graph("forecast")
    wrong.graph.node[3].input[0] = "everywhere"
    wrong.graph.node.insert(3, onnx.helper.make_node("Exp", ["zero"], ["everywhere"]))
    wrong.graph.node.insert(3, onnx.helper.make_node("Sub", ["present", "present"], ["zero"]))
    with pytest.raises(BundleError, match="forecasts differ by up to"):
        write_bundle(tmp_path / "a.bundle", ByHand("forecast", graph=wrong), samples_of("forecast"), DETAILS)
    assert list(tmp_path.iterdir()) == []


def test_training_again_writes_the_same_bytes(name, tmp_path):
    paths = [write_bundle(tmp_path / f"{n}.bundle", ByHand(name), samples_of(name), DETAILS) for n in range(2)]
    first, second = ({file.name: file.read_bytes() for file in path.iterdir()} for path in paths)
    different = {file for file in first if first[file] != second[file]}
    assert different <= {"README.md", "manifest.json"}  # which name the folder
    assert runtime.load(paths[0]).manifest.files["golden.npz"] == runtime.load(paths[1]).manifest.files["golden.npz"]
