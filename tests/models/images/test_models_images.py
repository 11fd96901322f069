"""Networks of images, against the paper, scipy and loops over questions."""

import numpy as np
import pytest
import torch
from alertlab.config import compose, instantiate
from alertlab.models.images.dieleman import DielemanNetwork, turned
from alertlab.models.images.dihedral_network import DihedralNetwork
from alertlab.models.images.residual import ResidualNetwork
from alertlab.models.images.vote_tree import VoteTree, squared_error
from alertlab.runtime import AlertlabError, BundleError, Quantities, Quantity
from feature_table import FakeRun
from image_rows import ImageRows, quantities
from scipy.ndimage import rotate
from torch import nn

PUBLISHED = {
    "view": 69,
    "patch": 45,
    "filters": [32, 64, 128, 128],
    "kernels": [6, 5, 3, 3],
    "pooled": [True, True, False, True],
    "maxout": [2048, 2048],
    "dropout": 0.5,
}
TREE = [  # first and last column of each question of Galaxy Zoo 2, and the column of the answer it is asked after
    ((0, 3), None),
    ((3, 5), 1),
    ((5, 7), 4),
    ((7, 9), 4),
    ((9, 13), 4),
    ((13, 15), None),
    ((15, 18), 0),
    ((18, 25), 13),
    ((25, 28), 3),
    ((28, 31), 7),
    ((31, 37), 7),
]


def network(**changes):
    with torch.device("meta"):
        return DielemanNetwork(channels=3, side=69, outputs=37, **PUBLISHED | changes)


def test_the_published_network_has_as_many_parameters_as_published():
    found = network()
    assert sum(each.numel() for each in found.parameters()) == 42_377_125
    dense = sum(each.numel() for each in found.decide.parameters())
    assert (dense, 42_377_125 - dense) == (42_027_045, 350_080)


def small(side=15, **changes):
    sizes = {"view": 13, "patch": 9, "filters": [3, 4], "kernels": [3, 2], "pooled": [True, False], "maxout": [5]}
    torch.manual_seed(0)
    return DielemanNetwork(channels=2, side=side, outputs=3, dropout=0.0, **sizes | changes).eval()


def seen(net, image):
    """The patches that the convolutions see, (16, n, channels, patch, patch)."""
    kept = []
    net.describe.register_forward_pre_hook(lambda _, inputs: kept.append(inputs[0]))
    net(image)
    return kept[0].unflatten(0, (16, -1))


def test_the_middle_of_the_image_is_in_the_same_corner_of_every_patch():
    image = torch.zeros(1, 2, 15, 15)
    image[:, :, 7, 7] = 1.0
    patches = seen(small(), image)
    for patch in patches[:, 0, 0]:
        brightest = np.unravel_index(int(patch.argmax()), patch.shape)
        assert brightest == (6, 6)  # of 9: the middle of 13 pixels


def test_a_turned_view_is_that_of_scipy_within_the_image():
    image = np.random.default_rng(1).normal(size=(31, 31))
    places, weights = turned(31, 19, 45.0)
    ours = (torch.from_numpy(image).flatten()[places] * weights).sum(0).reshape(19, 19).numpy()
    theirs = rotate(image, 45, reshape=False, order=1)[6:25, 6:25]
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_sixteen_views_are_eight_turns_and_their_mirror_images():
    image = torch.rand(1, 2, 15, 15)
    patches = seen(small(), image)[:, 0]
    plain = image[0, :, 1:14, 1:14]
    for turn in range(4):
        torch.testing.assert_close(patches[turn], torch.rot90(plain, turn, (1, 2))[:, :9, :9])
        torch.testing.assert_close(patches[8 + turn], torch.rot90(plain.flip(2), turn, (1, 2))[:, :9, :9])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"model.patch": 3}, "too few for these kernels"),
        ({"model.patch": 80}, "more than the 69 of a view"),
        ({"model.kernels": "[3]"}, "give as many"),
        ({"model.task": "detection"}, "none of classification, regression"),
        ({"model.scaling": "log"}, "none of none, unit"),
        ({"model.dropout": 1}, "model.dropout"),
    ],
)
def test_sizes_that_do_not_fit_are_refused_with_their_key(changes, told):
    words = [f"{key}={value}" for key, value in changes.items()]
    with pytest.raises(AlertlabError, match=told):
        instantiate(compose("train", ["model=dieleman_cnn", *words]).model)


def galaxy_zoo():
    """The 37 answers of Galaxy Zoo 2 in Kaggle's order."""
    answers = []
    for question, ((first, last), whole) in enumerate(TREE):
        asked = {"group": f"Class{question + 1}", "whole": "" if whole is None else f"a{whole}"}
        answers += [Quantity(f"a{column}", minimum=0.0, maximum=1.0, **asked) for column in range(first, last)]
    return Quantities(tuple(answers))


def test_votes_keep_to_the_tree_of_galaxy_zoo_as_a_loop_over_its_questions_does():
    """Each divided by its sum, then times the answer that it follows from (section 4.2 of the paper)."""
    z = np.random.default_rng(2).normal(size=(20, 37))
    expected = np.maximum(z, 0)
    for (first, last), _ in TREE:
        expected[:, first:last] /= expected[:, first:last].sum(1, keepdims=True) + 1e-12
    for (first, last), whole in TREE:  # in the order of the released code
        if whole is not None and (first, last) in {(3, 5)}:
            expected[:, first:last] *= expected[:, whole : whole + 1]
    for (first, last), whole in TREE:
        if whole is not None and (first, last) != (3, 5) and whole not in (7,):
            expected[:, first:last] *= expected[:, whole : whole + 1]
    for (first, last), whole in TREE:
        if whole == 7:
            expected[:, first:last] *= expected[:, whole : whole + 1]
    rule = VoteTree(galaxy_zoo(), torch.zeros(37), torch.ones(37)).double()
    np.testing.assert_allclose(rule(torch.from_numpy(z)), expected, atol=1e-9)


def test_a_quantity_of_no_question_is_in_its_unit():
    rule = VoteTree(quantities(), torch.full((8,), 3.0), torch.full((8,), 2.0))
    found = rule(torch.ones(4, 8))
    np.testing.assert_allclose(found[:, 7], 5.0)
    np.testing.assert_allclose(found[:, :3].sum(1), 1.0, atol=1e-6)


def test_cells_that_are_not_known_do_not_count_in_the_loss():
    value = torch.tensor([[1.0, 5.0], [2.0, 2.0]], requires_grad=True)
    target = torch.tensor([[0.0, torch.nan], [torch.nan, torch.nan]])
    loss = squared_error(value, target, torch.tensor([2.0, 1.0]))
    np.testing.assert_allclose(loss.detach(), [0.25, 0.0])
    loss.sum().backward()
    assert torch.isfinite(value.grad).all()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([Quantity("a", group="g", whole="z")], "which is no quantity"),
        ([Quantity("a", group="g", whole="a")], "each a part of the other"),
        ([Quantity("a", group="g", whole="b"), Quantity("b", group="h", whole="a")], "each a part of the other"),
        ([Quantity("a", group="g"), Quantity("b", group="g", whole="c"), Quantity("c")], "give one whole"),
    ],
)
def test_questions_that_follow_from_themselves_are_refused(given, told):
    with pytest.raises(BundleError, match=told):
        Quantities(tuple(given))


@pytest.mark.parametrize("views", [4, 8])
def test_an_orientation_that_is_pooled_changes_nothing(views):
    torch.manual_seed(1)
    sizes = {"layers": [4, "pool", 6], "first_kernel": 4, "branches": 1, "dense": 5, "dropout": 0.0}
    net = DihedralNetwork(3, 5, 12, 0, **sizes, normalise_metadata=False, views=views).eval()
    image = torch.rand(2, 5, 12, 12)
    torch.testing.assert_close(net(image), net(torch.rot90(image, 1, (2, 3))), atol=1e-5, rtol=0)
    assert torch.allclose(net(image), net(image.flip(3)), atol=1e-5) == (views == 8)


def test_a_residual_block_of_zeros_is_the_image_itself():
    net = ResidualNetwork(3, 2, 4, 3, 1, [4], [1], 3, 0.0).eval()
    block = net.describe[2]
    nn.init.zeros_(block.change[2][1].weight)
    image = torch.rand(2, 4, 9, 9)
    torch.testing.assert_close(block(image), image)


SMALL = {
    "image_cnn": ["model.stem=4", "model.widths=[4]", "model.blocks=[1]"],
    "dihedral_cnn": ["model.layers=[4,pool]", "model.dense=4"],
}


def made(name, *words):
    config = compose("train", [f"model={name}", *SMALL[name], "model.batch_size=16", "trainer.max_epochs=1", *words])
    return instantiate(config.model)


@pytest.mark.parametrize(
    ("name", "words", "refused"),
    [
        ("dihedral_cnn", [], True),
        ("dihedral_cnn", ["model.views=4"], False),
        ("dihedral_cnn", ["model.views=4", "model.augmentation.flip=true"], True),
        ("image_cnn", ["model.augmentation.flip=true"], True),
        ("image_cnn", ["model.augmentation.rotate=180", "model.augmentation.zoom=1.2"], False),
    ],
)
def test_what_mirrors_is_refused_where_a_mirror_makes_one_class_of_another(name, words, refused, tmp_path):
    data = ImageRows(n=40, mirrored=[("narrow", "wide")])
    data.draw(0)
    model = made(name, *words)
    if refused:
        with pytest.raises(AlertlabError, match=r"makes wide of narrow .* \+datamodule.label_map.wide=narrow"):
            model.fit(data, FakeRun(tmp_path))
    else:
        model.fit(data, FakeRun(tmp_path))


def test_images_of_unequal_size_are_cut_to_one_and_need_to_be_told_which(tmp_path):
    data = ImageRows(n=40, ragged=True)
    data.draw(0)
    with pytest.raises(AlertlabError, match=r"model.crop: .* their sizes differ"):
        made("image_cnn").fit(data, FakeRun(tmp_path))
    model = made("image_cnn", "model.crop=12")
    model.fit(data, FakeRun(tmp_path / "run"))
    assert model.inputs[0].preprocessing[0] == {"op": "fit", "size": 12}
    assert model.inputs[0].channels == ("red", "green", "blue")
    assert model.predict(data.samples("test")).shape == (len(data.samples("test")), 2)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["model.crop=20"], "model.crop: 20 is more than the 14x14"),
        (["model.downsample=3"], "model.downsample: 3 does not divide 14"),
        (["model.task=regression"], "model.task: the data have no values"),
    ],
)
def test_what_the_images_do_not_allow_is_said(words, told, tmp_path):
    data = ImageRows(n=40)
    data.draw(0)
    with pytest.raises(AlertlabError, match=told):
        made("image_cnn", *words).fit(data, FakeRun(tmp_path))


BACKBONE = "model.backbone={_target_: small_backbone.tiny, _partial_: true, width: 5}"


def test_a_backbone_is_taken_only_where_it_is_allowed():
    with pytest.raises(AlertlabError, match="--allow small_backbone"):
        compose("train", ["model=backbone_cnn", BACKBONE])


def test_a_backbone_begins_with_the_weights_of_a_file(tmp_path):
    import small_backbone

    theirs = small_backbone.tiny(5)
    torch.save(theirs.state_dict(), tmp_path / "w.pt")
    words = ["model=backbone_cnn", BACKBONE, f"model.weights={tmp_path}/w.pt"]
    model = instantiate(compose("train", words, allowed=["small_backbone"]).model)
    ours = model.network_of(3, 12, 2)
    for name, values in theirs.state_dict().items():
        torch.testing.assert_close(ours.backbone.state_dict()[name], values)
    (tmp_path / "w.pt").write_bytes(b"no weights")
    with pytest.raises(AlertlabError, match="does not hold the weights of the backbone"):
        model.network_of(3, 12, 2)


def test_a_backbone_that_does_not_take_the_images_is_said():
    model = instantiate(compose("train", ["model=backbone_cnn", BACKBONE], allowed=["small_backbone"]).model)
    with pytest.raises(AlertlabError, match="it does not take 4 channels of 12x12 pixels"):
        model.network_of(4, 12, 2)
