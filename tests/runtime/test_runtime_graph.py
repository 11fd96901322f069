"""The look into the protobuf, against onnx's own description of it."""

import contextlib
import time

import numpy as np
import onnx
import pytest
from alertlab.runtime import BundleError
from alertlab.runtime.graph import FOLLOWED, inspect
from bundle_by_hand import tiny_graph
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper

MESSAGES = {
    "model": onnx.ModelProto,
    "graph": onnx.GraphProto,
    "node": onnx.NodeProto,
    "attribute": onnx.AttributeProto,
    "sparse": onnx.SparseTensorProto,
    "function": onnx.FunctionProto,
    "training": onnx.TrainingInfoProto,
    "tensor": onnx.TensorProto,
    "opset": onnx.OperatorSetIdProto,
    "import": onnx.OperatorSetIdProto,
}


def leads_somewhere(descriptor, seen=()):
    """Whether a message of onnx.proto can hold a tensor, a node or an operator set."""
    if descriptor.name in ("TensorProto", "NodeProto", "OperatorSetIdProto"):
        return True
    inner = [field.message_type for field in descriptor.fields if field.message_type]
    return any(leads_somewhere(each, (*seen, descriptor.name)) for each in inner if each.name not in seen)


@pytest.mark.parametrize("message", MESSAGES)
def test_every_field_that_can_lead_to_a_tensor_is_followed(message):
    fields = MESSAGES[message].DESCRIPTOR.fields
    expected = {
        field.number: field.message_type.name
        for field in fields
        if field.message_type and leads_somewhere(field.message_type)
    }
    assert {number: MESSAGES[to].DESCRIPTOR.name for number, to in FOLLOWED[message].items()} == expected


def test_versions_agree_with_onnx():
    model = tiny_graph()
    model.opset_import.append(helper.make_opsetid("ai.onnx.ml", 3))
    versions = inspect(model.SerializeToString())
    assert (versions.opset, versions.ml_opset, versions.ir_version) == (18, 3, model.ir_version)


@pytest.mark.parametrize("tag", [b"\x70\x01", b"\xf0\x00\x01", b"\x70\x81\x00", b"\x6a\x00"])
def test_external_data_is_found_however_it_is_spelt(tag):
    """protobuf allows longer spellings of the same number."""
    tensor = b"\x10\x01" + tag
    graph = b"\x2a" + bytes([len(tensor)]) + tensor
    model = tiny_graph().SerializeToString() + b"\x3a" + bytes([len(graph)]) + graph  # a second graph is merged
    assert onnx.load_from_string(model).graph.initializer[-1].data_type == 1
    with pytest.raises(BundleError, match="external data"):
        inspect(model)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 400))
def test_damage_is_an_error_and_never_a_crash(junk, at):
    content = tiny_graph().SerializeToString()
    with contextlib.suppress(BundleError):  # anything else fails the test
        inspect(content[:at] + junk + content[at + len(junk) :])


def test_a_forest_of_a_million_numbers_takes_well_under_a_second():
    node = helper.make_node("TreeEnsembleRegressor", ["x"], ["y"], domain="ai.onnx.ml")
    node.attribute.append(helper.make_attribute("nodes_nodeids", np.arange(1_000_000).tolist()))
    model = helper.make_model(helper.make_graph([node], "g", [], []), opset_imports=[helper.make_opsetid("", 18)])
    content = model.SerializeToString()
    start = time.process_time()
    inspect(content)
    assert time.process_time() - start < 0.5
