"""Whatever a light curve holds: no exception, no warning, nothing infinite, and a reason for every NaN."""

import numpy as np
import pandas as pd
import pytest
from alertlab.features import extract
from alertlab.features.explain import explain
from alertlab.features.lightcurves import light_curves
from alertlab.features.runs.batch import extract_batch
from alertlab.features.sets import FeatureSet, all_features, feature_set
from alertlab.features.tables.clean import Rules
from alertlab.runtime.errors import AlertlabError
from curves_by_hand import batch

pytestmark = pytest.mark.filterwarnings("error")
EVERY = FeatureSet("every", "1", all_features())
N = 40


def curve(n=N, bands=2, span=1000.0, **columns):
    """Time, magnitude, error and band of n points; columns that are given replace their own."""
    random = np.random.default_rng(n)
    made = {
        "time": 58000 + np.sort(random.uniform(0, span, n)),
        "magnitude": random.normal(18, 0.3, n),
        "error": random.uniform(0.01, 0.1, n),
        "band": np.arange(n) % bands + 1,
    }
    return made | {name: np.broadcast_to(values, n) for name, values in columns.items()}


NIGHTS = 58000 + np.arange(N, dtype=float)
CHOICE = np.random.default_rng(1).choice([0, 1], N)
CURVES = {
    "one point": curve(1),
    "two points": curve(2),
    "two points of one band": curve(2, bands=1),
    "one band": curve(bands=1),
    "the other band": curve(bands=1, band=2),
    "five points": curve(5, bands=1),
    "six points": curve(6, bands=1),
    "eleven points": curve(11, bands=1),
    "equal magnitudes": curve(magnitude=18.0),
    "equal magnitudes that binary numbers round": curve(bands=1, magnitude=18.3),
    "one magnitude differs": curve(bands=1, magnitude=np.where(np.arange(N) == 7, 18.5, 18.3)),
    "two magnitudes": curve(bands=1, magnitude=18 + 0.5 * CHOICE),
    "equal times": curve(time=58000.0),
    "equal times and magnitudes": curve(time=58000.0, magnitude=18.3),
    "every time twice": curve(time=np.repeat(NIGHTS[: N // 2], 2), bands=1),
    "two times": curve(time=np.repeat([58000.0, 58001.0], N // 2)),
    "errors of 1e-8": curve(error=1e-8),
    "errors of 0.999": curve(error=0.999),
    "errors of 1e-8 and of 0.999": curve(error=np.where(CHOICE, 1e-8, 0.999)),
    "errors whose squares are nothing": curve(error=1e-170),
    "magnitudes of 5": curve(magnitude=5 + 0.1 * CHOICE + np.linspace(0, 1e-3, N)),
    "magnitudes of 30": curve(magnitude=30 + 0.1 * CHOICE + np.linspace(0, 1e-3, N)),
    "magnitudes of 5 and of 30": curve(magnitude=5 + 25.0 * CHOICE),
    "magnitudes around 0": curve(bands=1, magnitude=np.tile([-1.0, 1.0], N // 2)),
    "magnitudes of 1e200": curve(magnitude=1e200 * np.linspace(1, 2, N)),
    "ten minutes": curve(span=0.007),
    "ten seconds": curve(span=1e-4),
    "thirty years": curve(span=30 * 365.25),
    "thirty years of many points": curve(800, span=30 * 365.25),
    "every night at one time": curve(time=NIGHTS),
    "every night at one time in one band": curve(bands=1, time=NIGHTS),
    "every half night": curve(bands=1, time=58000 + np.arange(N) / 2),
    "Julian dates": curve(time=2458000.5 + np.sort(np.random.default_rng(2).uniform(0, 900, N))),
    "times before zero": curve(time=-50000 + np.sort(np.random.default_rng(2).uniform(0, 900, N))),
    "a line": curve(bands=1, time=NIGHTS, magnitude=18 + 0.25 * np.arange(N)),
    "a sinusoid": curve(bands=1, magnitude=18 + 0.3 * np.sin(curve()["time"])),
    "3,000 points": curve(3000),
    "3,000 points of one night": curve(3000, bands=1, span=0.3),
}


@pytest.mark.parametrize("name", CURVES)
def test_any_light_curve_has_features_and_reasons_for_those_that_are_nan(name):
    curves = batch(**CURVES[name])
    values = extract_batch(curves, EVERY)[0]
    assert not np.isinf(values).any()
    reasons = explain(curves, EVERY, "a")
    assert [each for each, _ in reasons] == [each for each, one in zip(EVERY.names, values, strict=True) if one != one]
    assert all(reason for _, reason in reasons)
    if name != "magnitudes of 1e200":  # their squares are no numbers
        assert not [each for each, reason in reasons if "no finite value here" in reason]


IMPOSSIBLE = {"magnitudes of 1e200": "columns.unit", "Julian dates": "columns.time_format=jd"}


@pytest.mark.parametrize("name", [name for name in CURVES if name not in IMPOSSIBLE])
def test_any_light_curve_goes_through_the_cleaning_and_gives_a_row(name):
    rows = pd.DataFrame(CURVES[name]).assign(object_id="a")
    table = extract(rows, "alerce174", rules=Rules(min_detections=1))
    values = table.to_pandas().iloc[0, 3:].to_numpy(dtype=float)
    assert table.num_rows == 1
    assert not np.isinf(values).any()
    clean = extract_batch(batch(**CURVES[name], optional=None, limits=None), feature_set("alerce174"))[0]
    gaps = rows.sort_values("time").groupby("band")["time"].diff()
    if not (gaps < 2 / 86400).any():  # nothing is dropped
        np.testing.assert_array_equal(values, clean)


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_an_impossible_light_curve_is_refused_with_what_to_declare(name):
    with pytest.raises(AlertlabError, match=IMPOSSIBLE[name]):
        extract(pd.DataFrame(CURVES[name]).assign(object_id="a"))


def test_twenty_thousand_points_return():
    values = extract_batch(batch(**curve(20000, span=3000.0)), EVERY)
    assert np.isfinite(values).sum() > 100


def reasons_of(name):
    return dict(explain(batch(**CURVES[name]), EVERY, "a"))


@pytest.mark.parametrize(
    ("name", "feature", "reason"),
    [
        ("one point", "Skew_1", "1 of 6 detections that it needs"),
        ("two points", "Multiband_period", "2 of 11 detections that it needs"),
        ("one band", "Mean_2", "no detection in band r"),
        ("the other band", "Mean_1", "no detection in band g"),
        ("one band", "g-r_mean", "without both bands"),
        ("one band", "W1-W2", "needs W1 and W2, which the light curve does not have"),
        ("equal magnitudes", "AndersonDarling_1", "where all magnitudes are equal"),
        ("equal magnitudes", "Multiband_period", "not all equal"),
        ("equal magnitudes", "Psi_eta_2", "where all magnitudes are equal"),
        ("equal magnitudes", "GP_DRW_tau_1", "where the errors explain all variance"),
        ("equal times", "MaxSlope_2", "where two times are equal"),
        ("equal times", "LinearTrend_2", "for one time only"),
        ("ten minutes", "Multiband_period", "where no power is a peak"),
        ("ten minutes", "Harmonics_mag_1_1", "where no period was found"),
        ("six points", "SPM_chi_1", "below 7 points"),
        ("eleven points", "Harmonics_chi_1", "below 16 points"),
        ("thirty years", "MHPS_low_1", "without a point that has 4 points"),
        ("thirty years", "PPE", "within 3000 d"),
        ("equal times", "MHPS_ratio_1", "MHPS_ratio where MHPS_high is 0"),
        ("magnitudes around 0", "PercentAmplitude_1", "where the median is 0"),
        ("magnitudes around 0", "Meanvariance_1", "where the mean is 0"),
    ],
)
def test_a_nan_has_its_reason(name, feature, reason):
    assert reason in reasons_of(name)[feature]


def test_a_survey_without_limits_or_positions_is_told_so():
    curves = batch(**curve(), optional=None, limits=None)
    reasons = dict(explain(curves, EVERY, "a"))
    assert reasons["n_non_det_before_fid_1"] == "needs limit_time and limit, which the light curve does not have"
    assert reasons["gal_b"] == "needs ra and dec, which the light curve does not have"
    assert reasons["positive_fraction_2"] == "needs positive, which the light curve does not have"


def test_an_object_that_is_not_there_is_named():
    with pytest.raises(AlertlabError, match="z: no such object among 1 light curves that passed the cleaning"):
        explain(batch(**curve()), EVERY, "z")


@pytest.mark.parametrize(
    ("column", "value"), [("time", np.nan), ("magnitude", np.inf), ("error", 0.0), ("error", -1.0), ("error", np.inf)]
)
def test_a_light_curve_that_was_not_cleaned_is_refused_with_its_name(column, value):
    made = curve()
    made[column] = np.where(np.arange(N) == 3, value, made[column])
    with pytest.raises(AlertlabError, match=rf"a: {column} is {value}; clean the light curves first"):
        batch(**made)


def test_no_light_curves_are_no_rows():
    assert extract_batch(light_curves([], [], [], [], []), EVERY).shape == (0, len(EVERY.features))
