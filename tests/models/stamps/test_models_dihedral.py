"""The network of eight orientations and its loss: against the released code's shapes, symmetry and formula."""

import numpy as np
import pytest
import torch
from alertlab.config import compose, instantiate
from alertlab.models.images.dihedral_network import DihedralNetwork
from alertlab.models.networks.loss import focal_loss
from alertlab.models.stamps.dihedral_classifier import ranked_metadata
from alertlab.runtime import operations
from alertlab.runtime.errors import AlertlabError
from scipy.special import softmax
from sklearn.preprocessing import QuantileTransformer

PUBLISHED = {"classes": 5, "channels": 6, "branches": 1, "dense": 31, "dropout": 0.717, "normalise_metadata": True}
MODIFIED = {"layers": (32, 32, "pool", 64, 64, 64, "pool"), "first_kernel": 4, "crop": 23}
FULL = {"layers": (37, "pool", 60, "pool", 29, "pool", 26), "first_kernel": 3, "crop": 63}
SMALL = {"layers": (4, "pool", 5, "pool"), "first_kernel": 4, "crop": 9}


@pytest.mark.parametrize(
    ("variant", "filters", "features"),
    [
        (MODIFIED, [(32, 6, 4, 4), (32, 32, 3, 3), (64, 32, 3, 3), (64, 64, 3, 3), (64, 64, 3, 3)], 64 * 6 * 6),
        (FULL, [(37, 6, 3, 3), (60, 37, 3, 3), (29, 60, 3, 3), (26, 29, 3, 3)], 26 * 8 * 8),
    ],
)
def test_every_weight_has_the_released_shape(variant, filters, features):
    """63 pixels are pooled to 32, 16, 8; 23 pixels to 12, 6."""
    network = DihedralNetwork(metadata=23, **PUBLISHED, **variant)
    shapes = [tuple(weight.shape) for name, weight in network.named_parameters() if "weight" in name]
    assert shapes == [*filters, (23,), (31, features + 23), (5, 31)]


@pytest.mark.parametrize("layers", ["[32,pol]", "[0]", "[1.5]"])
def test_a_layer_that_is_none_is_refused(layers):
    with pytest.raises(AlertlabError, match=r"model\.layers: .* is neither a number of filters nor pool"):
        instantiate(compose("train", ["model=stamp_cnn_dihedral", f"model.layers={layers}"]).model)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("variant", [SMALL, MODIFIED, FULL], ids=["small", "modified", "full"])
def test_all_eight_orientations_of_the_sky_give_the_same_answer(variant, turns, mirrored):
    network = DihedralNetwork(metadata=4, **PUBLISHED, **variant).eval()
    generator = torch.Generator().manual_seed(3)
    stamp = torch.rand(2, 6, variant["crop"], variant["crop"], generator=generator)
    metadata = torch.rand(2, 4, generator=generator)
    seen = torch.rot90(stamp.flip(2) if mirrored else stamp, turns, (2, 3))
    torch.testing.assert_close(network(seen, metadata), network(stamp, metadata), rtol=1e-4, atol=1e-5)


def test_an_answer_does_depend_on_what_is_seen():
    network = DihedralNetwork(metadata=4, **PUBLISHED, **SMALL).eval()
    stamp, metadata = torch.rand(1, 6, 9, 9, generator=torch.Generator().manual_seed(3)), torch.zeros(1, 4)
    assert not torch.allclose(network(stamp, metadata), network(stamp.flip(1), metadata))
    assert not torch.allclose(network(stamp, metadata), network(stamp, metadata + 1))


def test_branches_do_not_see_each_others_levels():
    network = DihedralNetwork(metadata=0, **PUBLISHED | {"channels": 12, "branches": 2}, **SMALL).eval()
    stamp = torch.rand(1, 12, 9, 9, generator=torch.Generator().manual_seed(3))
    other = stamp.clone()
    other[:, 6:] = 0
    before, after = (network.convolve(each).unflatten(1, (2, -1)) for each in (stamp, other))
    torch.testing.assert_close(before[:, 0], after[:, 0])
    assert not torch.allclose(before[:, 1], after[:, 1])


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_the_focal_loss_is_its_published_formula(gamma):
    logits, target = np.array([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0], [9.0, -4.0, 1.0]]), np.array([2, 1, 0])
    right = softmax(logits, axis=1)[np.arange(3), target]
    loss = focal_loss(torch.from_numpy(logits), torch.from_numpy(target), gamma)
    np.testing.assert_allclose(loss.numpy(), -((1 - right) ** gamma) * np.log(right), rtol=1e-9)


def test_a_focal_loss_without_focus_is_cross_entropy():
    logits, target = torch.randn(20, 4, generator=torch.Generator().manual_seed(1)), torch.arange(20) % 4
    expected = torch.nn.functional.cross_entropy(logits, target, reduction="none")
    torch.testing.assert_close(focal_loss(logits, target, 0.0), expected)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_the_focal_loss_can_be_followed_from_certain_predictions(gamma):
    logits = torch.tensor([[1000.0, -1000.0], [-1000.0, 1000.0]], requires_grad=True)
    loss = focal_loss(logits, torch.tensor([0, 0]), gamma)
    loss.sum().backward()
    assert torch.isfinite(loss).all()
    assert torch.isfinite(logits.grad).all()


@pytest.fixture(scope="module")
def samples():
    data = instantiate(compose("train", ["datamodule.source.n=100"]).datamodule)
    return data.samples()


def test_metadata_are_ranked_as_scikit_learn_ranks_clipped_columns(samples):
    spec = ranked_metadata(samples, quantiles=50)
    ours = operations.apply(spec.preprocessing, samples.inputs["metadata"])
    for place, column in enumerate(spec.columns):
        raw = samples.inputs["metadata"][:, place].astype(np.float64)
        unknown = np.isnan(raw) | (raw == column.missing)
        known = np.clip(raw[~unknown], column.minimum, column.maximum)[:, None]
        expected = QuantileTransformer(n_quantiles=min(50, len(known)), subsample=None).fit(known).transform(known)
        np.testing.assert_array_equal(ours[unknown, place], 0)
        np.testing.assert_allclose(ours[~unknown, place], expected[:, 0] + 0.1, atol=0.03 if len(known) < 50 else 1e-6)


def test_the_four_levels_of_a_stamp_have_as_many_pixels_as_a_crop_of_16():
    """63 x 63 pixels are "15 times heavier" (Reyes-Jainaga et al. 2023, abstract)."""
    model = compose("train", ["model=stamp_cnn_multiscale"]).model
    pixels = model.levels * model.crop**2
    assert pixels == 16**2
    assert int(63**2 / pixels) == 15


def test_the_multi_scale_model_gives_each_level_a_branch_of_its_own(samples):
    model = instantiate(compose("train", ["model=stamp_cnn_multiscale"]).model)
    stamp, _ = model.inputs_of(samples)
    prepared = operations.apply(stamp.preprocessing, samples.inputs["stamp"][:2])
    network = model.build(samples)
    assert prepared.shape == (2, 24, 8, 8)  # level by level, three stamps and three masks each
    assert network.convolve[0].groups == 4
    assert network.convolve(torch.from_numpy(prepared)).shape == (2, 4 * 28 * 4 * 4)
