"""Percentile scaling, masks and pyramids against loops over pixels."""

import numpy as np
import pytest
from alertlab.runtime import BundleError
from alertlab.runtime.operations import (
    append_mask,
    apply,
    arsinh,
    block_mean,
    crop,
    linear,
    noise_scale,
    percentile_scale,
    pyramid,
)
from scipy.stats import median_abs_deviation

SCALE = {"op": "percentile_scale", "percentile": 99, "limit": 2}
BIG = float(np.finfo(np.float32).max)


@pytest.fixture
def images():
    """Ordinary stamps, one cut by the chip's edge, one with scattered bad pixels."""
    images = np.random.default_rng(5).normal(100, 300, (4, 2, 13, 13)).astype(np.float32)
    images[1, :, :, 9:] = np.nan
    images[2, 0, 3, 3], images[2, 0, 4, 4], images[2, 1, 5, 5] = np.inf, -np.inf, np.nan
    return images


def scaled_by_hand(image):
    known = image[np.isfinite(image)].astype(np.float64)
    low, high = np.abs(known).min(), np.percentile(np.abs(known), 99)
    scaled = np.full(image.shape, np.nan)
    for place in np.ndindex(image.shape):
        if np.isfinite(image[place]):
            scaled[place] = min(max((image[place] - low) / (high - low + 1e-8), -2), 2)
    return scaled


def test_percentile_scaling_is_the_published_formula(images):
    scaled = percentile_scale(images, 99, 2)
    for place in np.ndindex(4, 2):
        np.testing.assert_allclose(scaled[place], scaled_by_hand(images[place]), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (7, 0), (-7, -2), (np.nan, np.nan), (np.inf, np.nan)])
@pytest.mark.filterwarnings("error")
def test_a_constant_channel_stays_bounded(value, expected):
    """c - |c| is 0 or far below the tiny denominator's limit; nothing known stays unknown."""
    np.testing.assert_array_equal(
        apply([SCALE], np.full((1, 1, 3, 3), value, np.float32)), np.full((1, 1, 3, 3), expected)
    )


def test_percentile_scaling_bears_the_whole_range_of_float32():
    scaled = percentile_scale(np.array([-BIG, 0, BIG], np.float32).reshape(1, 1, 1, 3), 100, 2)
    np.testing.assert_allclose(scaled.ravel(), [-1, 0, 1])


def test_noise_is_the_unit_and_the_median_its_zero(images):
    scaled = noise_scale(images)
    for place in np.ndindex(4, 2):
        known = images[place][np.isfinite(images[place])].astype(np.float64)
        expected = (images[place] - np.median(known)) / median_abs_deviation(known, scale="normal")
        expected[~np.isfinite(images[place])] = np.nan
        np.testing.assert_allclose(scaled[place], expected, rtol=1e-4, atol=1e-5)  # of float32 deviations


def test_one_hot_pixel_moves_no_other(images):
    hot = images.copy()
    hot[0, 0, 0, 0] = hot[0, 0].max() + 1e6
    others = np.ones((13, 13), bool)
    others[0, 0] = False
    was, now = noise_scale(images)[0, 0][others], noise_scale(hot)[0, 0][others]
    assert np.abs(now - was).max() < 0.2


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [0, 7, np.nan, np.inf])
def test_a_channel_without_noise_has_no_unit(value):
    assert np.isnan(apply([{"op": "noise_scale"}, {"op": "arsinh"}], np.full((2, 1, 3, 3), value, np.float32))).all()


def test_noise_scaling_bears_the_whole_range_of_float32():
    ends = noise_scale(np.array([-BIG, 0, BIG], np.float32).reshape(1, 1, 1, 3))
    np.testing.assert_allclose(ends.ravel(), [-1 / 1.4826, 0, 1 / 1.4826], rtol=1e-6)


def test_arsinh_is_a_logarithm_that_goes_through_zero():
    values = np.array([-50.0, -1e-3, 0, 0.3, 2, 1e6])
    np.testing.assert_allclose(np.sinh(arsinh(values)), values, rtol=1e-9)


def test_masks_follow_the_images_they_mark(images):
    masked = append_mask(images)
    np.testing.assert_array_equal(masked[:, :2], images)
    np.testing.assert_array_equal(masked[:, 2:], ~np.isfinite(images))


@pytest.mark.parametrize(("side", "size"), [(63, 23), (63, 63), (21, 21), (6, 2)])
def test_one_level_is_the_crop(side, size):
    image = np.random.default_rng(1).normal(size=(2, 3, side, side))
    np.testing.assert_array_equal(pyramid(image, size, 1), crop(image, size))


@pytest.mark.parametrize(
    ("height", "width", "size", "levels"), [(63, 63, 8, 4), (13, 13, 3, 3), (12, 15, 3, 2), (9, 8, 4, 2)]
)
def test_a_block_is_the_mean_of_the_known_pixels_it_covers(height, width, size, levels):
    """Each field is centred, half a pixel to the lower right where it cannot be."""
    generator = np.random.default_rng(2)
    images = generator.normal(size=(2, 3, height, width)).astype(np.float32)
    images[generator.random(images.shape) < 0.4] = np.nan
    result = pyramid(images, size, levels).reshape(2, levels, 3, size, size)
    for level in range(levels):
        block = 2**level
        top, left = -((size * block - height) // 2), -((size * block - width) // 2)
        for y, x in np.ndindex(size, size):
            rows = slice(max(top + y * block, 0), top + (y + 1) * block)
            columns = slice(max(left + x * block, 0), left + (x + 1) * block)
            for image, channel in np.ndindex(2, 3):
                pixels = images[image, channel, rows, columns].astype(np.float64)
                known = pixels[np.isfinite(pixels)]
                expected = known.mean() if known.size else np.nan
                np.testing.assert_allclose(result[image, level, channel, y, x], expected, rtol=1e-12)


def test_a_mask_becomes_the_share_of_unknown_pixels():
    image = np.ones((1, 1, 4, 4), np.float32)
    image[0, 0, 0, :3] = np.nan
    values, share = apply([{"op": "append_mask"}, {"op": "pyramid", "size": 2, "levels": 2}], image)[0, 2:]
    np.testing.assert_array_equal(values, [[1, 1], [1, 1]])
    np.testing.assert_array_equal(share, [[0.5, 0.25], [0, 0]])


@pytest.mark.parametrize(
    ("size", "levels", "message"),
    [
        (16, 4, "4 levels of size 16 do not fit the image, 63x63 pixels"),
        (0, 1, "expected 1 to 16"),
        (8, 0, "expected 1 to 16"),
        (8, 10**9, "expected 1 to 16"),
    ],
)
def test_a_pyramid_without_pixels_is_refused(size, levels, message):
    with pytest.raises(BundleError, match=message):
        pyramid(np.zeros((1, 3, 63, 63)), size, levels)


STEPS = [SCALE, {"op": "append_mask"}, {"op": "pyramid", "size": 4, "levels": 2}, {"op": "nan_to_num", "value": 0.0}]


def test_a_stamp_is_prepared_alike_in_any_batch(images):
    together = apply(STEPS, images)
    for row in range(4):
        np.testing.assert_array_equal(apply(STEPS, images[row : row + 1])[0], together[row])
    assert np.isfinite(together).all()


def test_no_stamps_stay_no_stamps():
    assert apply(STEPS, np.empty((0, 3, 13, 13), np.float32)).shape == (0, 12, 4, 4)


def test_preparing_leaves_the_stamps_as_they_are(images):
    before = images.copy()
    apply(STEPS, images)
    np.testing.assert_array_equal(images, before)


def test_a_block_is_the_mean_of_its_known_pixels(images):
    images = images[..., :12, :9]
    images[3, 1, :3, :3] = np.nan
    found = block_mean(images, 3)
    assert found.shape == (4, 2, 4, 3)
    for place in np.ndindex(found.shape):
        row, channel, y, x = place
        block = images[row, channel, 3 * y : 3 * y + 3, 3 * x : 3 * x + 3]
        known = block[np.isfinite(block)].astype(np.float64)
        assert found[place] == pytest.approx(known.mean() if known.size else np.nan, rel=1e-6, nan_ok=True)


def test_the_field_of_the_galaxy_challenge_is_a_third_of_its_crop():
    image = np.arange(424 * 424, dtype=np.float32).reshape(1, 1, 424, 424)
    found = apply([{"op": "crop", "size": 207}, {"op": "block_mean", "factor": 3}], image)
    assert found.shape == (1, 1, 69, 69)
    assert found[0, 0, 34, 34] == pytest.approx(image[0, 0, 210:213, 210:213].mean())  # 108 + 3 * 34 pixels in


@pytest.mark.parametrize("factor", [0, 2, 14])
def test_blocks_that_do_not_divide_the_image_are_refused(images, factor):
    with pytest.raises(BundleError, match=f"block_mean: factor {factor} does not divide the image, 13x13 pixels"):
        block_mean(images, factor)


def test_bytes_become_shares_of_one():
    found = apply([{"op": "linear", "minimum": 0, "maximum": 255}], np.array([[0, 51, 255, np.nan, 510]], np.float32))
    np.testing.assert_allclose(found, [[0, 0.2, 1, np.nan, 2]], rtol=1e-7)
    with pytest.raises(BundleError, match="linear: minimum 1, maximum 1"):
        linear(np.zeros((1, 1)), 1, 1)
