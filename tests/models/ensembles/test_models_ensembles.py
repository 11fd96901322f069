"""Classifiers joined: weights, a regression, and their graphs as one."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
from alertlab import runtime
from alertlab.models.ensembles.combination import FLOOR, Weighted
from alertlab.models.ensembles.fit import chosen, fit_stack, fit_weights, log_loss, row_weights
from alertlab.models.ensembles.merged_graph import Part, merge, shared_inputs
from alertlab.runtime import AlertlabError
from alertlab.runtime.schema import parse
from bundle_by_hand import raw_inputs, reference, seal, tiny_graph, tiny_manifest
from onnx import TensorProto, helper
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss as scikit_log_loss
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

RNG = np.random.default_rng(5)
CLASSES = ("a", "b", "c")


@pytest.fixture(scope="module")
def told():
    """What three classifiers say of 300 rows: a good one, a fair one, and one that guesses."""
    target = RNG.integers(0, 3, 300)
    logits = RNG.normal(size=(3, 300, 3)) + np.array([2.0, 1.0, 0.0])[:, None, None] * np.eye(3)[target]
    odds = np.exp(logits)
    return odds / odds.sum(axis=2, keepdims=True), target, np.array([f"object {row // 2}" for row in range(300)])


def test_the_weights_are_those_of_expectation_maximisation(told):
    """Of a mixture with given components, whose fixed point is the maximum likelihood (Dempster et al. 1977)."""
    probability, target, _ = told
    of_truth = probability[:, np.arange(300), target]
    weights = np.full(3, 1 / 3)
    for _ in range(20_000):
        shares = weights[:, None] * of_truth
        weights = (shares / shares.sum(axis=0)).mean(axis=1)
    np.testing.assert_allclose(fit_weights(probability, target, np.ones(300)).weights, weights, atol=1e-4)


def test_no_weight_is_negative_and_together_they_are_one(told):
    probability, target, _ = told
    worse = np.stack([probability[0], np.full((300, 3), 1 / 3), 1 - probability[0]])
    weights = fit_weights(worse / worse.sum(axis=2, keepdims=True), target, np.ones(300)).weights
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1)
    assert weights[2] == pytest.approx(0, abs=1e-6)


def test_the_ensemble_by_weights_is_never_worse_on_validation_than_its_best_member_or_the_mean(told):
    probability, target, _ = told
    mixed = fit_weights(probability, target, np.ones(300))(probability)
    others = [*probability, probability.mean(axis=0)]
    assert scikit_log_loss(target, mixed) <= min(scikit_log_loss(target, each) for each in others) + 1e-9


def test_balanced_rows_weigh_as_scikit_learn_weighs_them():
    from sklearn.utils.class_weight import compute_sample_weight

    target = np.array([0, 0, 0, 1, 2, 2])
    np.testing.assert_allclose(row_weights(target, "balanced"), compute_sample_weight("balanced", target))
    assert log_loss(np.full((6, 3), 1 / 3), target, np.ones(6)) == pytest.approx(np.log(3))


@pytest.mark.parametrize("k", [2, 3])
def test_a_stack_answers_as_scikit_learns_regression_of_the_same_strength(told, k):
    probability, target, objects = told
    probability, target = probability[:, :, :k] / probability[:, :, :k].sum(axis=2, keepdims=True), target % k
    stack, _ = fit_stack(probability, target, np.ones(300), objects, CLASSES[:k])
    rows = np.concatenate(np.log(np.maximum(probability, FLOOR)), axis=1)
    theirs = LogisticRegression(C=stack.inverse_strength, max_iter=2000, tol=1e-6).fit(rows, target)
    np.testing.assert_allclose(stack(probability), theirs.predict_proba(rows), atol=1e-6)


def test_a_stack_of_guesses_is_regularised_to_guessing(told):
    _, target, objects = told
    guesses = RNG.dirichlet(np.ones(3), (2, 300))
    stack, _ = fit_stack(guesses, target, row_weights(target, "balanced"), objects, CLASSES)
    assert stack.inverse_strength < 0.1
    assert np.abs(stack(guesses) - 1 / 3).max() < 0.2


def test_what_weights_say_of_a_validation_row_does_not_know_its_truth(told):
    probability, target, objects = told
    _, before = chosen("weighted", probability, target, objects, CLASSES, None)
    own = objects == objects[10]
    _, after = chosen("weighted", probability, np.where(own, (target + 1) % 3, target), objects, CLASSES, None)
    np.testing.assert_array_equal(after[own], before[own])
    assert np.abs(after - before)[~own].max() > 1e-6


def test_what_a_stack_says_of_a_validation_row_is_that_of_folds_of_objects(told):
    probability, target, objects = told
    stack, answers = fit_stack(probability, target, np.ones(300), objects, CLASSES)
    rows = np.concatenate(np.log(np.maximum(probability, FLOOR)), axis=1)
    model = LogisticRegression(C=stack.inverse_strength, max_iter=2000, tol=1e-6)
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    theirs = cross_val_predict(model, rows, target, groups=objects, cv=folds, method="predict_proba")
    np.testing.assert_allclose(answers, theirs, atol=1e-6)


@pytest.mark.parametrize(("by", "rows"), [("weighted", 0), ("stacked", 0), ("stacked", 3)])
def test_too_little_validation_says_what_to_do(told, by, rows):
    probability, target, objects = told
    with pytest.raises(AlertlabError, match=r"take .*mean"):
        chosen(by, probability[:, :rows], target[:rows], objects[:rows], CLASSES, "balanced")


@pytest.mark.parametrize("by", ["mean", "weighted", "stacked"])
def test_the_nodes_answer_as_the_arrays(told, by):
    probability, target, objects = told
    combination, _ = chosen(by, probability, target, objects, CLASSES, "balanced")
    names = ["m0", "m1", "m2"]
    nodes, constants = combination.nodes(names)
    graph = helper.make_graph(
        nodes,
        "joined",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 3]) for name in names],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["n", 3])],
        [onnx.numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    narrow = dict(zip(names, probability.astype(np.float32), strict=True))
    (answer,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, narrow)
    np.testing.assert_allclose(answer, combination(probability), atol=1e-6)


def part(folder, name, manifest, opset=18):
    folder.mkdir()
    onnx.save(tiny_graph(opset=opset), folder / "model.onnx")
    (folder / "golden.npz").write_bytes(b"")
    return Part(name, parse((seal(folder, manifest) / "manifest.json").read_bytes()), "0" * 64, folder / "model.onnx")


def answers(exported, path, inputs):
    """By numpy and onnxruntime, as the runtime does."""
    feed = {s.name: runtime.session.prepare(s, inputs[s.source or s.name]) for s in exported.inputs}
    return onnxruntime.InferenceSession(path).run(["probability"], feed)[0]


def test_members_that_prepare_one_input_in_two_ways_take_it_once(tmp_path):
    """A network of stamps scaled by their extremes, and one of another operator set that leaves them as they are."""
    other = tiny_manifest()
    other["inputs"][0]["preprocessing"] = [{"op": "crop", "size": 3}, {"op": "nan_to_num", "value": 0.0}]
    other["onnx"]["opset"] = 20
    parts = [part(tmp_path / "a", "a", tiny_manifest()), part(tmp_path / "b", "b", other, opset=20)]
    exported = merge(parts, Weighted(np.array([0.25, 0.75])), tmp_path / "both.onnx")
    assert [(spec.name, spec.source) for spec in exported.inputs] == [
        ("stamp", ""), ("metadata", ""), ("stamp_2", "stamp"),
    ]  # fmt: skip
    inputs = raw_inputs()
    alone = [
        answers(merge([each], Weighted(np.ones(1)), tmp_path / "one.onnx"), tmp_path / "one.onnx", inputs)
        for each in parts
    ]
    np.testing.assert_allclose(alone[0], reference(**inputs), atol=1e-5)
    assert np.abs(alone[0] - alone[1]).max() > 0.1
    both = answers(exported, tmp_path / "both.onnx", inputs)
    np.testing.assert_allclose(both, 0.25 * alone[0] + 0.75 * alone[1], atol=1e-6)


def test_members_that_take_other_columns_by_one_name_are_refused(tmp_path):
    other = tiny_manifest()
    other["inputs"][1]["columns"][0]["name"] = "magap"
    parts = [part(tmp_path / "a", "first", tiny_manifest()), part(tmp_path / "b", "second", other)]
    with pytest.raises(AlertlabError, match=r"second: takes other values as metadata than first \(column magap"):
        shared_inputs(parts)


def test_a_manifest_whose_input_has_a_strange_source_is_refused():
    manifest = tiny_manifest() | {"bundle_version": 2, "files": {}}
    manifest["inputs"].append(manifest["inputs"][1] | {"name": "metadata_2", "source": "metadata"})
    assert [spec.name for spec in parse(json.dumps(manifest).encode()).raw] == ["stamp", "metadata"]
    manifest["inputs"][2]["source"] = "stamp"
    with pytest.raises(runtime.BundleError, match="metadata_2 takes the values of stamp"):
        parse(json.dumps(manifest).encode())
    manifest["inputs"][2]["source"] = "metadata"
    with pytest.raises(runtime.BundleError, match="bundle_version 1"):
        parse(json.dumps(manifest | {"bundle_version": 1}).encode())
