"""Counts, limits, colours and positions of light curves worked out by hand, and by astropy."""

import numpy as np
import pytest
from alertlab.features.lightcurves import light_curves
from alertlab.features.runs.batch import extract_batch
from alertlab.features.sets import Feature, FeatureSet, Scope, all_features
from astropy.coordinates import SkyCoord
from curves_by_hand import batch

EVERY = FeatureSet("every", "1", all_features())


def found(curves):
    return dict(zip(EVERY.names, extract_batch(curves, EVERY)[0].tolist(), strict=True))


def test_detections_are_counted_and_measured_by_band():
    time = np.array([5.0, 1.0, 3.0, 2.0, 9.0])
    magnitude = np.array([18.0, 17.0, 16.5, 20.0, 19.5])
    positive = np.array([1.0, -1.0, 1.0, 1.0, -1.0])
    result = found(batch(time, magnitude, np.full(5, 0.1), [1, 1, 1, 2, 2], optional={"positive": positive}))
    expected = {"delta_mag_fid_1": 1.5, "delta_mjd_fid_1": 4, "first_mag_1": 17, "mean_mag_1": 51.5 / 3}
    expected |= {"min_mag_1": 16.5, "n_det_1": 3, "n_neg_1": 1, "n_pos_1": 2, "positive_fraction_1": 2 / 3}
    expected |= {"first_mag_2": 20, "delta_mag_fid_2": 0.5, "n_det_2": 2, "positive_fraction_2": 0.5}
    assert {name: result[name] for name in expected} == pytest.approx(expected)


def test_signs_that_are_not_known_are_not_counted_as_fainter():
    result = found(batch([1.0, 2.0], [18.0, 18.0], [0.1, 0.1], [1, 1], optional={"positive": [1.0, np.nan]}))
    assert np.isnan([result[f"{name}_1"] for name in ("n_det", "n_pos", "n_neg", "positive_fraction")]).all()


def test_limits_are_split_at_the_first_detection_of_their_own_band():
    time, band = [10.0, 20.0, 5.0], [1, 1, 2]
    limits = (["a"] * 6, [4.0, 8.0, 6.0, 10.0, 15.0, 4.5], [1, 1, 1, 1, 1, 2], [20.0, 19.5, 21.0, 20.6, 20.2, 18.0])
    result = found(batch(time, [18.0, 17.0, 16.0], [0.1] * 3, band, limits=limits))
    expected = {
        "n_non_det_before_fid_1": 3,
        "max_diffmaglim_before_fid_1": 21.0,
        "median_diffmaglim_before_fid_1": 20.0,
        "last_diffmaglim_before_fid_1": 19.5,
        "last_mjd_before_fid_1": 8.0,
        "dmag_non_det_fid_1": 3.0,
        "dmag_first_det_fid_1": 1.5,
        "n_non_det_after_fid_1": 2,  # one at the time of the first detection
        "max_diffmaglim_after_fid_1": 20.6,
        "median_diffmaglim_after_fid_1": 20.4,
        "n_non_det_before_fid_2": 1,
        "n_non_det_after_fid_2": 0,
    }
    assert {name: result[name] for name in expected} == pytest.approx(expected)
    assert np.isnan(result["max_diffmaglim_after_fid_2"])


def test_no_limits_are_not_the_same_as_a_survey_without_limits():
    rows = ([1.0, 2.0], [18.0, 18.0], [0.1, 0.1], [1, 1])
    assert found(batch(*rows, limits=([], [], [], [])))["n_non_det_before_fid_1"] == 0
    assert np.isnan(found(batch(*rows, limits=None))["n_non_det_before_fid_1"])


def test_colours_are_of_the_brightest_and_of_the_mean():
    time, band = np.arange(4.0), [1, 1, 2, 2]
    magnitude, difference = [17.0, 18.0, 16.0, 18.0], [19.0, 20.0, 19.5, 20.5]
    optional = {"difference": difference, "difference_error": [0.1] * 4}
    context = {"W1": {"a": 14.0}, "W2": {"a": 13.0}, "W3": {"a": 11.5}}
    result = found(batch(time, magnitude, [0.1] * 4, band, optional=optional, context=context))
    expected = {"g-r_max": -0.5, "g-r_mean": -0.5, "g-r_max_corr": 1.0, "g-r_mean_corr": 0.5, "W1-W2": 1.0}
    expected |= {"W2-W3": 1.5, "g-W2": 4.5, "g-W3": 6.0, "r-W2": 4.0, "r-W3": 5.5}
    assert {name: result[name] for name in expected} == pytest.approx(expected)


def test_colours_of_magnitudes_that_were_not_corrected_are_given_once():
    result = found(batch([1.0, 2.0], [18.0, 17.5], [0.1, 0.1], [1, 2]))
    assert result["g-r_max"] == result["g-r_mean"] == 0.5
    assert np.isnan([result["g-r_max_corr"], result["g-r_mean_corr"]]).all()


def test_allwise_is_taken_for_its_own_object():
    curves = light_curves(
        ["b", "a"], [1.0, 1.0], [18.0, 17.0], [0.1, 0.1], [1, 1], context={"W1": {"b": 15.0}, "W2": {"b": 14.0}}
    )
    values = extract_batch(curves, EVERY)[:, EVERY.names.index("W1-W2")]
    np.testing.assert_array_equal(values, [np.nan, 1.0])


@pytest.mark.parametrize(("ra", "dec"), [(10.0, 40.0), (266.4, -28.9), (359.9999, 5.0), (0.0001, -5.0), (192.86, 27.1)])
def test_galactic_coordinates_are_astropys(ra, dec):
    offset = np.array([-3.0, -1.0, 0.0, 1.0, 3.0]) / 3600
    optional = {"ra": (ra + offset) % 360, "dec": dec + offset}
    result = found(batch(np.arange(5.0), np.full(5, 18.0), np.full(5, 0.1), [1, 2, 1, 2, 1], optional=optional))
    sky = SkyCoord(ra, dec, unit="deg").galactic
    assert result["gal_b"] == pytest.approx(sky.b.deg, abs=1e-4)
    assert result["gal_l"] == pytest.approx(sky.l.deg, abs=1e-4)


def test_scores_are_medians_over_all_bands():
    optional = {"rb": [0.6, 0.9, 0.7], "sgscore1": [0.5, 0.5, 0.9]}
    result = found(batch(np.arange(3.0), [18.0] * 3, [0.1] * 3, [1, 2, 2], optional=optional))
    assert (result["rb"], result["sgscore1"]) == (0.7, 0.5)


def test_delta_period_is_the_distance_to_the_period_of_the_band():
    random = np.random.default_rng(1)
    time, band = np.sort(random.uniform(0, 300, 60)), np.arange(60) % 2 + 1
    result = found(batch(time, 18 + 0.3 * np.sin(2 * np.pi * time / 3.3), np.full(60, 0.05), band))
    assert result["delta_period_1"] == abs(result["Multiband_period"] - result["Period_band_1"])
    assert result["Period_band_1"] == pytest.approx(3.3, rel=2e-3)


def test_a_kernel_runs_once_for_all_its_features():
    calls = []
    kernel = next(each.kernel for each in all_features() if each.name == "Harmonics_mag_1_1")
    counting = type(kernel)(**{**vars(kernel), "compute": lambda *given: calls.append(1) or kernel.compute(*given)})
    scope = Scope(("g", "r"))
    chosen = [Feature(f"h{k}", counting.texts[k], counting, k, scope, ("g",)) for k in (3, 0, 14)]
    chosen = FeatureSet("one", "1", tuple(chosen))
    random = np.random.default_rng(2)
    extract_batch(batch(np.arange(30.0) * 1.1, random.normal(18, 0.2, 30), np.full(30, 0.05), [1] * 30), chosen)
    assert len(calls) == 1
