"""Moments of images whose moments are known."""

import numpy as np
import pytest
from alertlab.runtime import BundleError
from alertlab.runtime.moments import moment_names, moments

RADII = [2, 5, 20]
NAMES = moment_names(["science"], RADII)


def gaussian(sx, sy, angle=0.0, x0=0.0, y0=0.0, side=41):
    y, x = np.indices((side, side)) - (side - 1) / 2
    x, y = x - x0, y - y0
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return np.exp(-(u**2 / sx**2 + v**2 / sy**2) / 2)


def measured(image):
    return dict(zip(NAMES, moments(image[None, None], RADII)[0], strict=True))


@pytest.mark.parametrize("angle", [0, 0.4, np.pi / 2])
def test_a_gaussian_has_its_own_size_and_elongation_however_it_is_turned(angle):
    told = measured(gaussian(3, 2, angle))
    assert told["science_size"] == pytest.approx(np.sqrt(9 + 4), rel=1e-3)
    assert told["science_elongation"] == pytest.approx((9 - 4) / (9 + 4), rel=1e-3)
    assert told["science_distance"] == pytest.approx(0, abs=1e-9)
    assert told["science_asymmetry"] == pytest.approx(0, abs=1e-9)
    assert told["science_brightest"] == pytest.approx(1)


def test_a_source_off_the_centre_says_how_far():
    assert measured(gaussian(2, 2, x0=3, y0=-4))["science_distance"] == pytest.approx(5, rel=1e-3)


def test_pixels_of_unit_noise_sum_to_a_signal_to_noise():
    noise = np.random.default_rng(0).normal(size=(4000, 1, 15, 15))
    of = moments(noise, RADII)[:, :3]
    np.testing.assert_allclose(of.std(axis=0), 1, atol=0.05)
    flat = measured(np.full((41, 41), 2.0))  # a disc of N pixels of 2: 2 N / sqrt(N)
    assert flat["science_within_2"] == pytest.approx(2 * np.sqrt(13))  # pixels whose centres lie within 2


def test_channels_stand_one_after_the_other_under_their_names():
    images = np.stack([gaussian(2, 2), 3 * gaussian(4, 4)])[None]
    names, row = moment_names(["science", "template"], RADII), moments(images, RADII)[0]
    assert len(names) == len(row)
    told = dict(zip(names, row, strict=True))
    assert told["template_brightest"] == pytest.approx(3)
    assert told["science_size"] < told["template_size"]


def test_unknown_pixels_are_counted_and_nothing_has_no_size():
    image = np.zeros((41, 41))
    image[:10] = np.nan
    told = measured(image)
    assert told["science_unknown"] == pytest.approx(10 / 41)
    assert np.isnan([told["science_size"], told["science_elongation"], told["science_distance"]]).all()


def test_a_source_beside_its_negative_is_wholly_lopsided():
    x = np.indices((41, 41))[1] - 20.0
    assert measured(x * gaussian(3, 3))["science_asymmetry"] == pytest.approx(1)


@pytest.mark.parametrize("radii", [[], [0, 1], [2, 2], [3, 1]])
def test_radii_must_rise(radii):
    with pytest.raises(BundleError, match="moments: radii"):
        moments(np.zeros((1, 1, 5, 5)), radii)
