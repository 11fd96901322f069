"""Which layers of a network learn when it begins with another's weights."""

import pytest
import torch
from alertlab.config import compose, instantiate
from alertlab.models.networks.freezing import Freezing, layers_of
from alertlab.runtime import AlertlabError
from feature_table import FakeRun, FeatureModule
from safetensors.torch import load_file
from torch import nn

SMALL = ["model=tabular_network", "model.dense=[8,6]", "model.normalisation=batch", "model.batch_size=64"]


def trained(folder, words):
    """Weights that a training leaves, by name, and its validation losses."""
    folder.mkdir()
    config = compose("train", [*SMALL, *words])
    data = FeatureModule(leave_out=())
    data.draw(0)
    instantiate(config.model).fit(data, run := FakeRun(folder))
    return load_file(folder / "weights.safetensors"), [epoch["validation_loss"] for epoch in run.epochs]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("source") / "run"
    weights, _ = trained(folder, ["trainer.max_epochs=6"])
    return weights, f"model.init_from={folder / 'weights.safetensors'}"


def changed(before, after):
    """Layers whose values are not bit for bit the same; ``describe.0`` is the first, ``decide`` the last."""
    return {".".join(name.split(".")[:2]) for name in before if not torch.equal(before[name], after[name])}


@pytest.mark.parametrize(
    ("words", "learning"),
    [
        (["model.freeze=none"], {"describe.0", "describe.1", "decide.weight", "decide.bias"}),
        (["model.freeze=last"], {"decide.weight", "decide.bias"}),
        (["model.freeze=gradual", "model.thaw_every=1"], {"describe.1", "decide.weight", "decide.bias"}),
        (["model.freeze=gradual", "model.thaw_every=2"], {"decide.weight", "decide.bias"}),
    ],
)
def test_frozen_layers_stay_bit_for_bit_and_the_others_learn(source, tmp_path, words, learning):
    """Two epochs, of which the second is the best: it goes on with what its source was learning."""
    before, start = source
    after, losses = trained(tmp_path / "run", ["trainer.max_epochs=2", "model.learning_rate=3.0e-3", start, *words])
    assert losses[1] < losses[0]
    assert changed(before, after) == learning


def test_a_normalisation_belongs_to_the_layer_before_it():
    network = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.PReLU(), nn.Linear(4, 2))
    first = ["0.weight", "0.bias", "1.weight", "1.bias", "2.weight"]
    assert layers_of(network) == [first, ["3.weight", "3.bias"]]


def test_gradual_lets_one_more_layer_learn_after_every_few_epochs():
    network = nn.Sequential(*(nn.Linear(2, 2) for _ in range(3)))
    learning = []
    for epoch in range(8):
        Freezing("gradual", 3).at(network, epoch)
        learning.append([layer.weight.requires_grad for layer in network].count(True))
    assert learning == [1, 1, 1, 2, 2, 2, 3, 3]
    assert network[0].weight.requires_grad


def test_what_cannot_be_frozen_is_told_with_the_remedy(source, tmp_path):
    with pytest.raises(AlertlabError, match=r"model\.freeze: True is none of none, last, gradual"):
        Freezing(True)
    with pytest.raises(AlertlabError, match=r"model\.thaw_every: 0 is no whole number of 1 or more"):
        Freezing("gradual", 0)
    with pytest.raises(AlertlabError, match=r"model\.freeze: last freezes .* give model\.init_from=RUN_ID"):
        trained(tmp_path / "random", ["model.freeze=last"])
    with pytest.raises(AlertlabError, match=r"model\.freeze: gradual trains in one process; give trainer=cpu"):
        trained(tmp_path / "two", ["model.freeze=gradual", source[1], "trainer=ddp"])
