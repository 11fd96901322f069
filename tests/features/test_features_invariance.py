"""What must not change when rows are shuffled, objects added, time or brightness shifted, bands swapped."""

import numpy as np
import pytest
from alertlab.features.lightcurves import light_curves
from alertlab.features.runs.batch import extract_batch
from alertlab.features.sets import FeatureSet, all_features, feature_set
from hypothesis import given, settings
from hypothesis import strategies as st

SET = feature_set("alerce174")
EVERY = FeatureSet("every", "1", all_features())
SHIFTS = (2400000.5, -53000.0, -58000.0, 1234 + 581 / 1024, 307 / 1024)  # days, which TICK divides
TICK = 1 / 1024  # days: so many fit in a double of 2.4 million that a shift of such times does not round them
few = settings(max_examples=20, deadline=None, derandomize=True)


@st.composite
def rows(draw, most=60):
    """Detections and limits of one object: times within 1,000 d of MJD 58000, magnitudes from 16 to 20."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, span, scatter = (
        draw(st.integers(1, most)),
        draw(st.sampled_from([1.0, 80.0, 1000.0])),
        draw(st.floats(0.01, 0.5)),
    )
    time = 58000 + np.sort(random.uniform(0, span, n))
    wave = 0.5 * draw(st.booleans()) * np.sin(2 * np.pi * time / random.uniform(0.1, 30))
    magnitude = np.clip(18 + random.normal(0, scatter, n) + wave, 16.0, 19.9)
    columns = {
        "time": time,
        "magnitude": magnitude,
        "error": random.uniform(0.01, 0.2, n),
        "band": random.integers(1, 3, n) if draw(st.booleans()) else np.ones(n, dtype=int),
        "positive": random.choice([-1.0, 1.0], n),
        "rb": random.uniform(0.6, 1, n),
        "ra": 150 + random.normal(0, 1e-4, n),
        "dec": 2 + random.normal(0, 1e-4, n),
        "sgscore1": np.full(n, 0.7),
    }
    limits = (random.uniform(57900, 58100, 6), random.integers(1, 3, 6), random.uniform(19, 21, 6))
    return columns, limits


def batch(*objects):
    """Objects a, b, ... as one batch."""
    names = np.repeat([chr(97 + k) for k in range(len(objects))], [len(columns["time"]) for columns, _ in objects])
    joined = {name: np.concatenate([columns[name] for columns, _ in objects]) for name in objects[0][0]}
    limits = [np.concatenate(each) for each in zip(*(limits for _, limits in objects), strict=True)]
    limit_names = np.repeat([chr(97 + k) for k in range(len(objects))], 6)
    needed = [joined.pop(name) for name in ("time", "magnitude", "error", "band")]
    return light_curves(names, *needed, optional=joined, limits=(limit_names, *limits))


def changed(one, **change):
    """The object with other columns; ``limit_time`` and ``limit_band`` are those of its limits."""
    columns, limits = one
    time, band = change.pop("limit_time", limits[0]), change.pop("limit_band", limits[1])
    return columns | change, (time, band, limits[2])


def features(one, names=SET):
    return dict(zip(names.names, extract_batch(batch(one), names)[0].tolist(), strict=True))


@few
@given(rows(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_to_the_last_bit(one, random):
    columns, limits = one
    order, other = list(range(len(columns["time"]))), list(range(6))
    random.shuffle(order)
    random.shuffle(other)
    mixed = {name: values[order] for name, values in columns.items()}, tuple(values[other] for values in limits)
    np.testing.assert_array_equal(extract_batch(batch(mixed), EVERY), extract_batch(batch(one), EVERY))


@few
@given(rows(), rows(), rows())
def test_an_objects_features_do_not_depend_on_the_others_to_the_last_bit(first, second, third):
    together = extract_batch(batch(first, second, third), EVERY)
    for number, one in enumerate((first, second, third)):
        np.testing.assert_array_equal(together[number], extract_batch(batch(one), EVERY)[0])


def compare(found, expected, close, free):
    """Equal to the last bit, but for the features that begin with a name in ``close``, or in ``free``."""
    for name, value in expected.items():
        if name.startswith(free):
            continue
        if name.startswith(close):
            assert found[name] == pytest.approx(value, rel=1e-6, abs=1e-9, nan_ok=True), name
        else:
            np.testing.assert_array_equal(found[name], value, err_msg=name)


def close_harmonics(found, expected, n):
    """Amplitudes and phases of a fit with as many points as coefficients and more; a phase is on a circle."""
    for band in (1, 2):
        if not n[band] >= 25 or np.isnan(expected[f"Harmonics_mse_{band}"]):
            continue
        amplitudes = [expected[f"Harmonics_mag_{k}_{band}"] for k in range(1, 8)]
        if max(amplitudes) > 10:
            continue  # the phases leave a gap, over which the series is free
        assert [found[f"Harmonics_mag_{k}_{band}"] for k in range(1, 8)] == pytest.approx(amplitudes, abs=1e-5)
        for k in range(2, 8):
            apart = found[f"Harmonics_phase_{k}_{band}"] - expected[f"Harmonics_phase_{k}_{band}"]
            if min(amplitudes[0], amplitudes[k - 1]) > 1e-2:
                assert abs((apart + np.pi) % (2 * np.pi) - np.pi) < 1e-3


def counts(one):
    return {band: int(np.sum(one[0]["band"] == band)) for band in (1, 2)}


def later(one, days):
    """The object seen that much later."""
    return changed(one, time=one[0]["time"] + days, limit_time=one[1][0] + days)


@few
@given(rows(), st.sampled_from(SHIFTS))
def test_a_shift_of_time_changes_only_what_tells_the_time(one, days):
    one = changed(one, time=np.round(one[0]["time"] / TICK) * TICK, limit_time=np.round(one[1][0] / TICK) * TICK)
    found, expected = features(later(one, days), EVERY), features(one, EVERY)
    for band in (1, 2):
        name = f"last_mjd_before_fid_{band}"
        np.testing.assert_array_equal(found.pop(name), expected.pop(name) + days)
    # the published filters see times in steps of 1/256 d: days and half days, as of JD and MJD, leave them as they are
    compare(found, expected, close=(), free=() if (days * 256).is_integer() else ("MHPS",))


def test_julian_dates_rounded_by_their_size_change_no_feature_by_more_than_rounding():
    random = np.random.default_rng(4)
    n = 60
    time, band = 58300 + np.sort(random.uniform(0, 200, n)), np.arange(n) % 2 + 1
    magnitude = 17 + 0.4 * np.sin(2 * np.pi * time / 0.6) + 0.02 * random.normal(size=n)
    one = {"time": time, "magnitude": magnitude, "error": np.full(n, 0.03), "band": band}
    # two limits are of the images of the first detections, which do not lie before them, however they are rounded
    limits = np.r_[time[:2], time[0] - 30, time[0] - 20, time[30] + 0.1, time[31] + 0.1], np.tile([1, 2], 3)
    one = one, (*limits, np.full(6, 20.0))
    for days in (2400000.5, 1 / 3, 1234.567891):
        found, expected = features(later(one, days)), features(one)
        compare(found, expected, close=tuple(expected), free=("last_mjd",) if days > 1e6 else ("last_mjd", "MHPS"))
    drift = changed(one, limit_time=limits[0] - 1e-9)
    compare(features(drift), features(one), close=("last_mjd",), free=())


# Of a supernova the flux is fitted, with a floor of 0.01 mJy under its errors
BRIGHTNESS = ("Mean", "mean_mag", "min_mag", "first_mag", "PercentAmplitude", "ExcessVar", "dmag_", "SPM")


@few
@given(rows())
def test_an_offset_in_magnitude_changes_only_what_tells_the_brightness(one):
    # 4 mag from between 16 and 20, which doubles hold with as many digits: no rounding either
    fainter = changed(one, magnitude=one[0]["magnitude"] + 4)
    found, expected = features(fainter), features(one)
    compare(found, expected, close=("MHPS", "g-r_mean"), free=(*BRIGHTNESS, "Harmonics"))
    close_harmonics(found, expected, counts(one))


def test_what_tells_the_brightness_changes_with_an_offset():
    random = np.random.default_rng(1)
    n = 40
    time, magnitude = 58000 + np.sort(random.uniform(0, 100, n)), random.normal(18, 0.3, n)
    columns = {"time": time, "magnitude": magnitude, "error": np.full(n, 0.05), "band": np.arange(n) % 2 + 1}
    one = columns, (np.full(6, 57000.0), np.array([1, 2] * 3), np.full(6, 20.0))
    found, expected = features(changed(one, magnitude=magnitude + 4)), features(one)
    for name in ("Mean", "Meanvariance", "PercentAmplitude", "ExcessVar", "mean_mag", "min_mag", "first_mag", "SPM_A"):
        for band in (1, 2):
            assert found[f"{name}_{band}"] != pytest.approx(expected[f"{name}_{band}"], rel=1e-3), name
    for name in ("Mean", "mean_mag", "min_mag", "first_mag"):
        assert found[f"{name}_1"] - expected[f"{name}_1"] == pytest.approx(4)
    assert found["PercentAmplitude_1"] < expected["PercentAmplitude_1"]


@few
@given(rows())
def test_swapping_the_bands_swaps_their_columns_and_turns_the_colours(one):
    other = changed(one, band=3 - one[0]["band"], limit_band=3 - one[1][1])
    found, expected = features(other), features(one)
    for each in SET.features:
        name, value = each.name, expected[each.name]
        if each.bands:
            twin = name[:-1] + {"1": "2", "2": "1"}[name[-1]]
            np.testing.assert_array_equal(found[twin], value, err_msg=name)
        elif name.startswith("g-r"):
            assert found[name] == pytest.approx(-value, nan_ok=True)
        else:
            assert found[name] == pytest.approx(value, rel=1e-9, nan_ok=True), name


@few
@given(rows())
def test_errors_scaled_alike_leave_the_period_and_weighted_shapes(one):
    found, expected = features(changed(one, error=one[0]["error"] * 2)), features(one)
    for name in ("Multiband_period", "PPE", "StetsonK_1", "Beyond1Std_1", "Power_rate_2"):
        assert found[name] == pytest.approx(expected[name], rel=1e-9, nan_ok=True), name


@few
@given(rows())
def test_no_feature_is_infinite(one):
    assert not np.isinf(extract_batch(batch(one), EVERY)).any()
