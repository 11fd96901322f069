"""Writing a bundle: what comes out, and what is refused."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import onnx
import pytest
from alertlab import runtime
from alertlab.bundle import pack, write_bundle
from alertlab.bundle.encode import encode_manifest
from alertlab.runtime import BundleError, OutputSpec
from alertlab.runtime.schema import parse
from numpy_model import DETAILS, INPUTS, NumpyModel, insert, linear, make_samples, node
from onnx import TensorProto, helper


@pytest.fixture
def path(tmp_path):
    return tmp_path / "out" / "linear-1.0.0.bundle"


@pytest.fixture
def written(path):
    return write_bundle(path, NumpyModel(), make_samples(), DETAILS)


def test_a_bundle_holds_the_files_of_the_specification(written):
    names = {"manifest.json", "model.onnx", "golden.npz", "evaluation.json", "README.md", "config.yaml", "LICENSE"}
    assert {file.name for file in written.iterdir()} == names
    assert [file.name for file in written.parent.iterdir()] == [written.name]


def test_it_answers_as_the_model_does_for_rows_it_never_saw(written):
    unseen = make_samples(200, seed=9)
    bundle = runtime.load(written)
    np.testing.assert_allclose(bundle.predict(unseen.inputs).probability, NumpyModel().predict(unseen), atol=1e-6)
    assert bundle.inputs[1].columns == INPUTS[1].columns
    assert bundle.classes == ("AGN", "SN", "bogus")


def test_the_manifest_states_what_was_measured(written):
    manifest = json.loads((written / "manifest.json").read_text())
    bundle = runtime.load(written)
    inputs, expected = bundle.golden()
    error = np.abs(bundle.predict(inputs).probability - expected).max()
    assert manifest["parity"]["max_abs_error"] == pytest.approx(error)
    assert manifest["parity"]["n_rows"] == len(expected)
    assert manifest["onnx"] == {"opset": 18, "ml_opset": None, "ir_version": 10}
    assert manifest["training"]["seed"] == 3
    for name, file in manifest["files"].items():
        assert file["sha256"] == hashlib.sha256((written / name).read_bytes()).hexdigest()


def test_the_manifest_is_canonical_and_reads_back_as_it_was(written):
    content = (written / "manifest.json").read_bytes()
    assert content == (json.dumps(json.loads(content), sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()
    assert encode_manifest(parse(content)) == content


def test_equal_models_give_equal_bytes(written, tmp_path):
    noisy = linear()
    noisy.producer_name, noisy.doc_string, noisy.graph.name = "torch", "made in /home/me", "main_graph"
    noisy.metadata_props.add(key="cwd", value="/home/me")
    noisy.graph.node[0].metadata_props.add(key="pkg.torch.onnx.stack_trace", value='File "/home/me/model.py", line 3')
    noisy.graph.node[1].attribute[0].doc_string = "/home/me"
    noisy.graph.initializer[0].doc_string = noisy.graph.input[0].doc_string = "/home/me"
    noisy.opset_import.append(helper.make_opsetid("pkg.onnxscript.torch_lib", 1))
    other = write_bundle(tmp_path / written.name, NumpyModel(noisy), make_samples(), DETAILS)
    for file in written.iterdir():
        assert file.read_bytes() == (other / file.name).read_bytes()
        assert b"/home/me" not in file.read_bytes()


def test_functions_are_inlined(path):
    model = linear()
    body = [node("Softmax", ["x"], ["y"], axis=-1)]
    model.functions.append(
        helper.make_function("pkg.local", "Decide", ["x"], ["y"], body, [helper.make_opsetid("", 18)])
    )
    model.opset_import.append(helper.make_opsetid("pkg.local", 1))
    del model.graph.node[-1]
    model.graph.node.append(node("Decide", ["logits"], ["probability"], domain="pkg.local"))
    write_bundle(path, NumpyModel(model), make_samples(), DETAILS)
    assert not onnx.load(path / "model.onnx").functions


def test_nan_never_reaches_json(written):
    def fail(literal):
        raise AssertionError(literal)

    evaluation = json.loads((written / "evaluation.json").read_text(), parse_constant=fail)
    assert evaluation["mean"]["log_loss"] is None


def test_an_older_bundle_is_replaced_but_nothing_else(written, tmp_path):
    write_bundle(written, NumpyModel(), make_samples(), replace(DETAILS, version="1.0.1"))
    assert runtime.load(written).manifest.version == "1.0.1"
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("all my work")
    with pytest.raises(BundleError, match="exists and is not a bundle; it is left as it is"):
        write_bundle(tmp_path / "thesis", NumpyModel(), make_samples(), DETAILS)
    assert (tmp_path / "thesis" / "chapter.tex").exists()


def fixed_inside():
    """Declares a free batch, but reshapes to sixteen rows."""
    reshape = node("Reshape", ["logits", "shape"], ["changed"])
    return insert(linear(), [reshape], [("shape", np.array([16, 3]))])


def batch_mean():
    """Subtracts the mean of whatever else is in the batch."""
    nodes = [node("ReduceMean", ["logits", "zero"], ["mean"]), node("Sub", ["logits", "mean"], ["changed"])]
    return insert(linear(), nodes, [("zero", np.array([0]))])


def other_weights():
    return insert(linear(), [node("Mul", ["logits", "two"], ["changed"])], [("two", np.array([2], np.float32))])


def float64_output():
    model = insert(linear(), [node("Cast", ["logits"], ["changed"], to=TensorProto.DOUBLE)])
    model.graph.output[0].type.tensor_type.elem_type = TensorProto.DOUBLE
    return model


def external():
    model = linear()
    tensor = model.graph.initializer[1]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="weights.bin")
    return model


def broken():
    model = linear()
    model.graph.node[2].input[0] = "nowhere"
    return model


def custom():
    model = linear()
    model.graph.node[3].op_type, model.graph.node[3].domain = "FastSoftmax", "com.acme"
    model.opset_import.append(helper.make_opsetid("com.acme", 1))
    return model


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (fixed_inside(), "model.onnx: failed on a batch of|has a fixed batch size of 16"),
        (linear(16), "model.onnx: stamp has a fixed batch size of 16"),
        (batch_mean(), "probabilities differ by up to"),
        (other_weights(), r"golden.npz: probabilities differ by up to 0\.\d+"),
        (float64_output(), r"model.onnx: probability is tensor\(double\), expected tensor\(float\)"),
        (external(), "model.onnx: the export put weights into external data"),
        (broken(), "model.onnx: onnx refuses it: .*nowhere"),
        (custom(), "model.onnx: operator domain 'com.acme', allowed"),
    ],
)
def test_a_bad_graph_is_refused_and_nothing_is_left(path, graph, message):
    with pytest.raises(BundleError, match=message):
        write_bundle(path, NumpyModel(graph), make_samples(), DETAILS)
    assert not list(path.parent.iterdir())


def test_answers_that_hang_on_the_batch_are_refused_even_if_golden_rows_agree(path):
    """A model that is the same mistake in numpy: only the batch sizes tell."""

    class OnTheWhole(NumpyModel):
        def predict(self, samples):
            logits = np.log(super().predict(samples))
            logits -= logits.mean(axis=0)
            return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)

    with pytest.raises(BundleError, match=r"in batches of 1: .*the batch axis must be free"):
        write_bundle(path, OnTheWhole(batch_mean()), make_samples(), DETAILS)


def test_no_graph_is_refused(path):
    class Silent(NumpyModel):
        def export(self, path):
            path.write_bytes(b"\xff\xff")
            return super().export(path.with_name("elsewhere.onnx"))

    with pytest.raises(BundleError, match=r"model.onnx: the export wrote no ONNX graph"):
        write_bundle(path, Silent(), make_samples(), DETAILS)


class Wrong(NumpyModel):
    answer = staticmethod(lambda probability: probability)

    def predict(self, samples):
        return self.answer(super().predict(samples))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda probability: probability[:, :2], r"predict gave shape \(\d+, 2\)"),
        (lambda probability: np.log(probability), "no probabilities"),
        (lambda probability: probability * 2, "no probabilities"),
        (lambda probability: probability * np.nan, "no probabilities"),
    ],
)
def test_answers_that_are_no_probabilities_are_refused(path, answer, message):
    model = Wrong()
    model.answer = answer
    with pytest.raises(BundleError, match=message):
        write_bundle(path, model, make_samples(), DETAILS)


def test_what_does_not_belong_together_is_refused(path):
    samples = make_samples()
    with pytest.raises(BundleError, match="the samples have no input metadata"):
        write_bundle(path, NumpyModel(), replace(samples, inputs={"stamp": samples.inputs["stamp"]}), DETAILS)
    swapped = (OutputSpec("probability", (3,), ("SN", "AGN", "bogus")),)
    with pytest.raises(BundleError, match=r"the model's classes .* are not the samples'"):
        write_bundle(path, NumpyModel(outputs=swapped), samples, DETAILS)
    with pytest.raises(BundleError, match="no samples"):
        write_bundle(path, NumpyModel(), samples.take(np.array([], int)), DETAILS)
    with pytest.raises(BundleError, match=r"manifest.json: name: expected a plain file name, got \"a/b\""):
        write_bundle(path, NumpyModel(), samples, replace(DETAILS, name="a/b"))


def test_a_parameter_that_is_nan_is_named(path):
    scaling = {"op": "standardize", "mean": [0.0, float("nan")], "scale": [1.0, 1.0]}
    inputs = (INPUTS[0], replace(INPUTS[1], preprocessing=(scaling,)))
    with pytest.raises(BundleError, match=r"input metadata: standardize.mean is not finite"):
        write_bundle(path, NumpyModel(inputs=inputs), make_samples(), DETAILS)


def test_a_packed_bundle_is_the_same_bundle(written, tmp_path):
    first, second = pack(written, tmp_path / "a.zip"), pack(written, tmp_path / "b.zip")
    assert first.read_bytes() == second.read_bytes()
    assert runtime.load(first).sha256 == runtime.load(written).sha256
    assert runtime.load(first).self_test() == runtime.load(written).self_test()


def test_a_damaged_bundle_is_not_packed(written, tmp_path):
    (written / "LICENSE").write_text("Do as I like.\n")
    with pytest.raises(BundleError, match="LICENSE: "):
        pack(written, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()
