"""Images changed at random by one warp, against scipy."""

import numpy as np
import pytest
from alertlab.core.contracts import Augmentation
from alertlab.datamodules.loading.augment import augment
from alertlab.datamodules.loading.warp import random_matrices, warp
from alertlab.runtime import AlertlabError
from scipy.ndimage import affine_transform

ALL = Augmentation(flip=True, shift=3, rotate=180, zoom=1.3)


@pytest.fixture
def images():
    return np.random.default_rng(3).normal(size=(6, 2, 15, 12)).astype(np.float32)


def test_each_image_is_what_scipy_makes_of_it_in_one_interpolation(images):
    matrix, move = random_matrices(len(images), ALL, np.random.default_rng(4))
    found = warp(images, matrix, move)
    swap = np.eye(2)[::-1]  # scipy's axes are y, x
    middle = (np.array(images.shape[-2:]) - 1) / 2
    for row, image in enumerate(images):
        turn = swap @ matrix[row] @ swap
        offset = middle + move[row][::-1] - turn @ middle
        for channel, plane in enumerate(image):
            theirs = affine_transform(plane.astype(float), turn, offset, order=1, cval=np.nan, mode="constant")
            inside = np.isfinite(theirs)
            assert inside.sum() > 30
            np.testing.assert_allclose(found[row, channel][inside], theirs[inside], atol=1e-4)


def test_nothing_changed_is_the_image_and_its_unknown_pixels(images):
    images[0, 0, 3, 4], images[1, 1, 0, 0] = np.nan, np.inf
    found = warp(images, np.tile(np.eye(2), (6, 1, 1)), np.zeros((6, 2)))
    np.testing.assert_allclose(found, np.where(np.isfinite(images), images, np.nan), atol=1e-5)


def test_a_quarter_turn_is_that_of_numpy():
    square = np.random.default_rng(5).normal(size=(1, 1, 9, 9)).astype(np.float32)
    turn = np.array([[[0.0, -1.0], [1.0, 0.0]]])
    np.testing.assert_allclose(warp(square, turn, np.zeros((1, 2))), np.rot90(square, -1, (3, 2)), atol=1e-5)


def test_half_are_mirrored_and_turns_and_stretches_are_within_what_is_asked_for():
    matrix, move = random_matrices(
        4000, Augmentation(flip=True, shift=2, rotate=30, zoom=1.5), np.random.default_rng(6)
    )
    area = np.linalg.det(matrix)
    assert np.mean(area < 0) == pytest.approx(0.5, abs=0.03)
    assert 1 / 1.5**2 <= np.abs(area).min() < 0.5
    assert 2 < np.abs(area).max() <= 1.5**2
    angle = np.rad2deg(np.arctan2(matrix[:, 1, 1], -matrix[:, 0, 1])) - 90
    assert -30 <= angle.min() < -29
    assert 29 < angle.max() <= 30
    assert np.abs(move).max() <= 2


def test_without_flips_nothing_is_mirrored():
    matrix, _ = random_matrices(500, Augmentation(rotate=180, zoom=1.2), np.random.default_rng(7))
    assert (np.linalg.det(matrix) > 0).all()


def test_augmentation_of_one_seed_is_one(images):
    one, two = (augment(images, ALL, np.random.default_rng(8)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert one.dtype == np.float32
    assert not np.array_equal(one, images, equal_nan=True)


@pytest.mark.parametrize(("name", "value"), [("zoom", 0.9), ("rotate", -1), ("shift", -1), ("zoom", True)])
def test_changes_that_are_none_are_refused(name, value):
    with pytest.raises(AlertlabError, match=f"model.augmentation.{name}"):
        Augmentation(**{name: value})
