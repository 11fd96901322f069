"""The stamp classifier's network and loss, against the published table and by hand."""

import numpy as np
import pytest
import torch
from alertlab.config import compose, instantiate
from alertlab.models.networks.loss import entropy_regularised_cross_entropy
from alertlab.models.stamps.stamp_network import StampNetwork
from alertlab.runtime import AlertlabError
from scipy.stats import entropy

PUBLISHED = {"crop": 21, "padding": 3, "filters": (32, 32, 64, 64, 64), "dense": 64, "dropout": 0.5}


@pytest.mark.parametrize(("kernel", "metadata"), [(3, 26), (5, 23)])  # the paper's table; the deployed model
def test_every_weight_has_the_published_shape(kernel, metadata):
    network = StampNetwork(classes=5, metadata=metadata, kernel_size=kernel, **PUBLISHED)
    shapes = [tuple(weight.shape) for name, weight in network.named_parameters() if "weight" in name]
    k = kernel
    assert shapes == [
        (32, 3, 4, 4),
        (32, 32, k, k),
        (64, 32, k, k),
        (64, 64, k, k),
        (64, 64, k, k),
        (64, 2304),  # dense 2304 -> 64, torch stores (out, in)
        (metadata,),  # batch normalisation
        (64, 64 + metadata),
        (64, 64),
        (5, 64),
    ]


def test_layers_come_in_the_published_order():
    network = StampNetwork(classes=5, metadata=23, kernel_size=5, **PUBLISHED)
    shape, seen = torch.zeros(1, 3, 21, 21), []
    for layer in network.convolve:
        shape = layer(shape)
        seen.append((type(layer).__name__, tuple(shape.shape[1:])))
    assert [each for each in seen if each[0] not in {"ReLU"}] == [
        ("ZeroPad2d", (3, 27, 27)),
        ("Conv2d", (32, 24, 24)),
        ("Conv2d", (32, 24, 24)),
        ("MaxPool2d", (32, 12, 12)),
        ("Conv2d", (64, 12, 12)),
        ("Conv2d", (64, 12, 12)),
        ("Conv2d", (64, 12, 12)),
        ("MaxPool2d", (64, 6, 6)),
        ("Flatten", (2304,)),
    ]


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_rotated_sky_gives_the_same_answer(turns):
    network = StampNetwork(classes=5, metadata=4, kernel_size=3, **PUBLISHED).eval()
    generator = torch.Generator().manual_seed(1)
    stamp, metadata = torch.rand(3, 3, 21, 21, generator=generator), torch.rand(3, 4, generator=generator)
    rotated = torch.rot90(stamp, turns, (2, 3))
    torch.testing.assert_close(network(rotated, metadata), network(stamp, metadata), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("layers", "rates"), [(3, [0.5, 0.5, 0.5]), (1, [0, 0, 0.5]), (0, [0, 0, 0])])
def test_dropout_follows_the_last_dense_layers(layers, rates):
    network = StampNetwork(classes=5, metadata=0, kernel_size=3, dropout_layers=layers, **PUBLISHED)
    assert [layer.p for layer in network.modules() if isinstance(layer, torch.nn.Dropout)] == rates


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("model.scaling=noisy", r"model\.scaling: 'noisy' is none of minmax, noise"),
        ("model.dropout_layers=4", r"model\.dropout_layers: 4 is none of 0, 1, 2, 3"),
    ],
)
def test_what_the_classifier_lacks_is_refused(word, message):
    with pytest.raises(AlertlabError, match=message):
        instantiate(compose("train", [word]).model)


def test_metadata_change_the_answer():
    network = StampNetwork(classes=5, metadata=4, kernel_size=3, **PUBLISHED).eval()
    stamp = torch.zeros(1, 3, 21, 21)
    assert not torch.allclose(network(stamp, torch.zeros(1, 4)), network(stamp, torch.ones(1, 4)))


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0])
def test_the_loss_is_cross_entropy_less_beta_times_entropy(beta):
    logits = torch.tensor([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0]])
    probability = torch.softmax(logits, 1).numpy()
    expected = -np.log(probability[[0, 1], [2, 1]]) - beta * entropy(probability, axis=1)
    loss = entropy_regularised_cross_entropy(logits, torch.tensor([2, 1]), beta)
    np.testing.assert_allclose(loss.numpy(), expected, rtol=1e-6)


def test_the_loss_stays_finite_for_certain_predictions():
    logits = torch.tensor([[1000.0, -1000.0]], requires_grad=True)
    loss = entropy_regularised_cross_entropy(logits, torch.tensor([0]), 0.5)
    loss.sum().backward()
    assert torch.isfinite(loss).all()
    assert torch.isfinite(logits.grad).all()
