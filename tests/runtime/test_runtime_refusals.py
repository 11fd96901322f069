"""Every reason to refuse a bundle, by the message that the user reads."""

import json
import os

import numpy as np
import onnx
import onnxruntime
import pytest
from alertlab import runtime
from alertlab.runtime import BundleError
from bundle_by_hand import raw_inputs, reference, tiny_graph
from onnx import TensorProto, helper

FILES = ["model.onnx", "golden.npz", "README.md", "LICENSE", "evaluation.json"]


def refused(path, message):
    with pytest.raises(BundleError, match=message):
        runtime.load(path)


@pytest.mark.parametrize("name", FILES)
def test_a_changed_byte_is_refused(tiny, name):
    content = bytearray((tiny / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tiny / name).write_bytes(content)
    refused(tiny, f"{name}: sha256 differs")


@pytest.mark.parametrize("name", FILES)
def test_another_size_is_refused_even_without_hashing(tiny, name):
    (tiny / name).write_bytes((tiny / name).read_bytes() + b"\n")
    with pytest.raises(BundleError, match=rf"{name}: \d+ bytes, the manifest says \d+"):
        runtime.load(tiny, verify=False)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(tiny, name):
    (tiny / name).unlink()
    refused(tiny, f"{name}: missing")


def test_an_extra_file_is_refused(tiny):
    (tiny / "weights.bin").write_bytes(b"1")
    refused(tiny, "weights.bin: the manifest does not list it")


@pytest.mark.parametrize("name", ["LICENSE", "model.onnx", "manifest.json"])
def test_a_link_is_refused_though_its_content_is_right(tiny, tmp_path, name):
    (tiny / name).rename(tmp_path / name)
    (tiny / name).symlink_to(tmp_path / name)
    refused(tiny, f"{name}: a symbolic link")


def test_a_linked_folder_inside_is_refused(tiny, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tiny / "LICENSE").unlink()
    (tiny / "LICENSE").symlink_to(tmp_path / "elsewhere")
    refused(tiny, "LICENSE: a symbolic link")


def test_a_dangling_link_is_refused(tiny):
    (tiny / "extra").symlink_to("/nowhere")
    refused(tiny, "extra: a symbolic link")


def test_a_link_to_the_bundle_itself_is_fine(tiny, tmp_path):
    (tmp_path / "latest").symlink_to(tiny)
    assert runtime.load(tmp_path / "latest").self_test().label_flips == 0


def test_a_folder_inside_is_refused(tiny):
    (tiny / "sub").mkdir()
    refused(tiny, "sub: not a plain file")


def test_a_pipe_is_refused_and_not_waited_for(tiny):
    os.mkfifo(tiny / "pipe")
    refused(tiny, "pipe: not a plain file")


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "sub/x", "a\\b", "", "..", ".hidden", "c:x", "x\n", "é"])
def test_a_path_in_files_is_refused(tiny, name):
    manifest = json.loads((tiny / "manifest.json").read_text())
    manifest["files"][name] = {"sha256": "0" * 64, "bytes": 1}
    (tiny / "manifest.json").write_text(json.dumps(manifest))
    refused(tiny, "manifest.json: files: expected a plain file name")


def test_no_manifest_is_no_bundle(tiny, tmp_path):
    (tiny / "manifest.json").unlink()
    refused(tiny, r"no manifest.json, so this is not a bundle")
    refused(tmp_path / "nothing", "nothing: no such bundle")


def test_a_manifest_beyond_all_measure_is_not_read(tiny):
    with (tiny / "manifest.json").open("r+b") as file:
        file.truncate(1 << 30)
    refused(tiny, "manifest.json: 1073741824 bytes, at most")


def test_a_golden_file_that_is_another_models_is_found(tiny, reseal):
    inputs = raw_inputs()
    arrays = {f"input.{name}": array for name, array in inputs.items()}
    expected = reference(**inputs)
    expected[3] += [0.02, -0.01, -0.01]
    np.savez(tiny / "golden.npz", **arrays, **{"output.probability": expected})
    with pytest.raises(BundleError, match=r"golden.npz: probabilities differ by up to 0.02 .* of 12 labels flip"):
        runtime.load(reseal()).self_test()


def test_a_flipped_label_is_found_within_the_tolerance(tiny, manifest, reseal):
    manifest["parity"] |= {"atol": 2.0}
    arrays = {f"input.{name}": array for name, array in raw_inputs().items()}
    np.savez(tiny / "golden.npz", **arrays, **{"output.probability": np.roll(reference(**raw_inputs()), 1, axis=1)})
    with pytest.raises(BundleError, match="12 of 12 labels flip"):
        runtime.load(reseal()).self_test()


@pytest.mark.parametrize(
    "save",
    [
        lambda path: path.write_bytes(b"nothing"),
        lambda path: np.savez_compressed(path, **{"output.probability": np.zeros((10**6, 3))}),
        lambda path: np.savez(path, **{"input.stamp": np.array([{}], dtype=object)}),
        lambda path: np.savez(path, **{"input.stamp": np.zeros(3)}),
    ],
    ids=["no zip", "compressed", "pickle", "other names"],
)
def test_a_golden_file_that_is_no_plain_npz_is_refused(tiny, reseal, save):
    save(tiny / "golden.npz")
    with pytest.raises(BundleError, match=r"golden.npz: cannot be read"):
        runtime.load(reseal()).self_test()


def test_fewer_golden_rows_than_promised_are_refused(tiny, manifest, reseal):
    manifest["parity"]["n_rows"] = 300
    with pytest.raises(BundleError, match=r"golden.npz: 12 rows, the manifest says 300"):
        runtime.load(reseal()).self_test()


def external(model):
    tensor = model.graph.initializer[1]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="LICENSE")


def memory_address(model):
    external(model)
    model.graph.initializer[1].external_data[0].value = "*/_ORT_MEM_ADDR_/*"


def external_in_a_branch(model):
    tensor = TensorProto(name="t", data_type=1, dims=[1], data_location=TensorProto.EXTERNAL)
    branch = helper.make_graph([helper.make_node("Constant", [], ["t"], value=tensor)], "branch", [], [])
    model.graph.node.append(helper.make_node("If", ["c"], ["d"], then_branch=branch, else_branch=branch))


def foreign_domain(model):
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))


def foreign_node(model):
    model.graph.node.append(helper.make_node("Gelu", ["a"], ["unused"], domain="com.microsoft"))


def foreign_function(model):
    node = helper.make_node("Relu", ["x"], ["y"])
    model.functions.append(helper.make_function("evil", "f", ["x"], ["y"], [node], [helper.make_opsetid("", 18)]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (external, "model.onnx: a tensor has external data"),
        (memory_address, "model.onnx: a tensor has external data"),
        (external_in_a_branch, "model.onnx: a tensor has external data"),
        (foreign_domain, "model.onnx: operator domain 'com.microsoft', allowed: ai.onnx, ai.onnx.ml"),
        (foreign_node, "model.onnx: operator domain 'com.microsoft'"),
        (foreign_function, "model.onnx: operator domain 'evil'"),
    ],
)
def test_a_graph_that_reaches_outside_is_refused(tiny, reseal, change, message):
    model = tiny_graph()
    change(model)
    (tiny / "model.onnx").write_bytes(model.SerializeToString())
    refused(reseal(), message)


def test_a_newer_opset_is_refused_with_its_number(tiny, manifest, reseal):
    onnx.save(tiny_graph(opset=99), tiny / "model.onnx")
    manifest["onnx"]["opset"] = 99
    refused(reseal(), r"model.onnx: onnxruntime .* cannot run it \(opset 99\): .*upgrade")


def test_versions_other_than_declared_are_refused(tiny, manifest, reseal):
    manifest["onnx"]["opset"] = 17
    refused(reseal(), "model.onnx: holds .*opset=18.*the manifest says .*opset=17")


def test_an_old_onnxruntime_is_refused(tiny, monkeypatch):
    monkeypatch.setattr(onnxruntime, "__version__", "1.9.2")
    refused(tiny, "onnxruntime 1.9.2 is too old, bundles need 1.24: pip install -U onnxruntime")


@pytest.mark.parametrize(
    "content", [b"", b"no protobuf", b"\x0b" * 40, b"\x7a\xff\xff\xff\xff\x0f", b"\x08" + b"\xff" * 20]
)
def test_bytes_that_are_no_graph_are_refused(tiny, reseal, content):
    (tiny / "model.onnx").write_bytes(content)
    refused(reseal(), "model.onnx: not an ONNX model")


def test_a_fixed_batch_size_is_refused(tiny, reseal):
    onnx.save(tiny_graph(batch=16), tiny / "model.onnx")
    refused(reseal(), "model.onnx: stamp has a fixed batch size of 16")


@pytest.mark.parametrize(
    ("operations", "message"),
    [
        ([{"op": "crop", "size": 4}], r"stamp has shape .*expected \['batch', 3, 4, 4\]"),
        ([{"op": "crop", "size": 9}], "crop: size 9 does not fit the image, 5x5 pixels"),
        ([{"op": "crop", "size": -1}], "crop: size -1 does not fit"),
        ([{"op": "crop", "size": 2.5}], "input stamp: preprocessing: slice indices"),
        ([{"op": "crop", "width": 3}], "input stamp: preprocessing: .*unexpected keyword argument 'width'"),
        ([{"op": "system", "command": "ls"}], "input stamp: unknown operation 'system', known: fit, crop, "),
        ([{"size": 3}], "input stamp: unknown operation None"),
        ([{"op": ["crop"], "size": 3}], "input stamp: unknown operation"),
        ([{"op": "standardize", "mean": [0, 0], "scale": [1, 1]}], "input stamp: preprocessing: operands could not"),
        ([{"op": "standardize", "mean": [0], "scale": [0]}], r"standardize: scale \[0\], expected numbers above 0"),
        (["crop"], r"inputs\[0\].preprocessing\[0\]: expected an object"),
    ],
)
def test_preprocessing_that_cannot_work_is_refused_at_load(tiny, manifest, reseal, operations, message):
    manifest["inputs"][0]["preprocessing"] = operations
    refused(reseal(), message)


def test_a_parameter_that_only_fails_on_rows_is_still_one_line(tiny, manifest, reseal):
    manifest["inputs"][1]["preprocessing"][-1]["value"] = "zero"
    bundle = runtime.load(reseal())
    with pytest.raises(BundleError, match="input metadata: preprocessing: could not convert"):
        bundle.predict(raw_inputs(3))
