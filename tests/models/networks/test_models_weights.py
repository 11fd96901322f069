"""A network that begins with another's weights."""

import numpy as np
import pytest
import torch
from alertlab.models.networks.weights import FILE, save_weights, take_weights
from alertlab.runtime import AlertlabError
from safetensors.torch import load_file
from torch import nn

CLASSES = ("AGN", "SN")


def network(classes=2, width=4):
    return nn.Sequential(nn.Linear(3, width), nn.BatchNorm1d(width), nn.Linear(width, classes))


def same(one, other):
    return {name: torch.equal(one.state_dict()[name], other.state_dict()[name]) for name in one.state_dict()}


@pytest.fixture
def file(tmp_path):
    torch.manual_seed(1)
    trained = network()
    trained(torch.randn(8, 3))  # statistics of the normalisation
    return trained, save_weights(trained, CLASSES, tmp_path)


def test_the_file_is_plain_safetensors(file):
    trained, path = file
    assert path.name == FILE
    for name, value in load_file(path).items():
        np.testing.assert_array_equal(value, trained.state_dict()[name])


def test_a_whole_start_takes_every_weight(file):
    trained, path = file
    take_weights(fresh := network(), path, CLASSES, last_layer=True)
    assert all(same(fresh, trained).values())
    assert all(parameter.requires_grad for parameter in fresh.parameters())


def test_without_the_last_layer_other_classes_are_learned(file):
    trained, path = file
    fresh = network(classes=5)
    before = fresh[2].weight.clone()
    take_weights(fresh, path, ("a", "b", "c", "d", "e"), last_layer=False)
    assert torch.equal(fresh[0].weight, trained[0].weight)
    assert torch.equal(fresh[1].running_mean, trained[1].running_mean)
    assert torch.equal(fresh[2].weight, before)


def test_other_classes_or_shapes_are_told_with_the_remedy(file, tmp_path):
    _, path = file
    with pytest.raises(
        AlertlabError, match=r"tells AGN, SN apart, the data have SN, AGN; model\.init_last_layer=false"
    ):
        take_weights(network(), path, CLASSES[::-1], last_layer=True)
    with pytest.raises(AlertlabError, match=r"0\.weight is \(4, 3\) in .* and \(6, 3\) here"):
        take_weights(network(width=6), path, CLASSES, last_layer=True)
    (tmp_path / "other").write_text("hello")
    with pytest.raises(AlertlabError, match="other holds no weights of alertlab"):
        take_weights(network(), tmp_path / "other", CLASSES, last_layer=True)
