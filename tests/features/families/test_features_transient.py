"""Light curves of a known law give its numbers back; the Gaussian process is that of the textbook."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from alertlab.features.families.transient import transient_shape
from alertlab.features.maths.flux_process import expected, factor, nightly, uncertainty
from scipy.linalg import solve
from sklearn.gaussian_process.kernels import Matern

NAMES = [text.name for text in transient_shape.texts]
WIDTH = {1: 18.0, 2: 24.0}  # days
TOP = {1: 17.0, 2: 17.3}


def law(day, band):
    """Magnitudes of a Gaussian in flux: a parabola, whose numbers follow by hand."""
    return TOP[band] + 1.25 * np.log10(np.e) * (day / WIDTH[band]) ** 2


def features(first=-30.0, last=60.0, *, bands=(1, 2), start=58000.0, step=1.0, seed=None, offset=0.0):
    """Of the law, seen every day, in order of band and time; with noise of a seed."""
    day = np.arange(first, last + 0.5, step)
    time = np.tile(day, len(bands)) + start
    band = np.repeat(bands, day.size)
    magnitude = np.concatenate([law(day, b) for b in bands]) + offset
    if seed is not None:
        magnitude += np.random.default_rng(seed).normal(0, 0.05, magnitude.size)
    found = transient_shape.compute(time, magnitude, np.full(time.size, 0.01), band)
    return dict(zip(NAMES, found.tolist(), strict=True))


def test_peaks_widths_and_fading_are_those_of_the_law():
    found = features()
    close = partial(pytest.approx, abs=0.03)
    assert [found["peak_mag_g"], found["peak_mag_r"]] == close([17.0, 17.3])
    assert found["peak_lag"] == pytest.approx(0, abs=1)
    for name, band in (("g", 1), ("r", 2)):
        for phase in (-10, -5, 7, 15, 22, 30):
            assert found[f"fade_{name}_at_{phase}"] == close(law(phase, band) - law(0, band)), (name, phase)
        for level in (80, 50, 25):
            days = WIDTH[band] * np.sqrt(-2 * np.log(level / 100))
            for side in ("rise", "fall"):
                if not (side == "rise" and days > 30):
                    assert found[f"{side}_{level}_{name}"] == pytest.approx(days, abs=0.7), (side, name, level)
    assert np.isnan(found["rise_25_r"])  # 40 days before the peak, ten before the first night


def test_colours_are_those_of_the_law():
    found = features()
    colour = {phase: law(phase, 1) - law(phase, 2) for phase in (-10, -5, 0, 7, 15, 22, 30, 45)}
    for phase, expected_colour in colour.items():
        assert found[f"g-r_at_{phase}"] == pytest.approx(expected_colour, abs=0.06), phase
    assert found["reddening_15"] == pytest.approx(colour[15] - colour[0], abs=0.04)
    assert found["reddening_30"] == pytest.approx(colour[30] - colour[0], abs=0.04)
    assert found["reddening_45"] == pytest.approx(colour[45] - colour[30], abs=0.08)
    assert found["bump_r"] == pytest.approx(law(22, 2) - (law(7, 2) + law(45, 2)) / 2, abs=0.05)
    assert found["reddest"] == np.nanmax([found[f"g-r_at_{phase}"] for phase in (0, 7, 15, 22, 30, 45, 60)])


def test_what_was_not_seen_is_nan():
    early = features(last=12.0)
    assert not np.isnan([early["g-r_at_7"], early["fade_g_at_15"], early["rise_50_g"]]).any()
    assert np.isnan([early["g-r_at_22"], early["fade_r_at_30"], early["bump_r"], early["fall_25_r"]]).all()
    late = features(first=5.0)
    assert np.isnan([late["rise_80_g"], late["fade_g_at_-10"]]).all()
    one_band = features(bands=(2,))
    assert one_band["peak_mag_r"] == pytest.approx(17.3, abs=0.03)
    assert np.isnan([value for name, value in one_band.items() if "g" in name.split("_") or "g-r" in name]).all()


def test_time_and_brightness_shift_nothing_but_the_peak_magnitudes():
    one, other = features(seed=3, step=2.5), features(seed=3, step=2.5, start=59024.0, offset=2.0)
    for name, value in one.items():
        shift = 2.0 if name.startswith("peak_mag") else 0.0
        assert other[name] == pytest.approx(value + shift, rel=1e-6, abs=1e-7, nan_ok=True), name


def test_the_process_is_the_posterior_of_scikit_learns_kernel():
    random = np.random.default_rng(5)
    time, band = random.uniform(0, 80, 40), np.repeat([0, 1, 2, 3], 10)
    flux, error = random.uniform(0.2, 1, 40), random.uniform(0.02, 0.1, 40)
    grid = np.linspace(-10, 100, 12)
    between = 0.9 ** np.abs(np.arange(4) - np.arange(4)[:, None])
    matern = Matern(length_scale=25.0, nu=1.5)
    prior = 0.25 * matern(time[:, None]) * between[band][:, band] + np.diag(error**2)
    lower = factor(time, error, band)
    mean = expected(grid, time, flux, band, lower, 4)
    for row in range(4):
        shared = 0.25 * matern(grid[:, None], time[:, None]) * between[row][band]
        np.testing.assert_allclose(mean[row], shared @ solve(prior, flux), rtol=1e-8, atol=1e-10)
        spread = np.sqrt(0.25 - np.sum(shared * solve(prior, shared.T).T, axis=1))
        found = [uncertainty(when, row, time, band, lower) for when in grid]
        np.testing.assert_allclose(found, spread, rtol=1e-7)


def test_detections_of_a_night_are_averaged_with_their_weights():
    time, magnitude = np.array([0.1, 0.2, 3.0, 0.15]), np.array([18.0, 18.5, 19.0, 18.2])
    error, band = np.array([0.02, 0.08, 0.1, 0.05]), np.array([1, 1, 1, 2])
    single = 10 ** (-0.4 * (magnitude - 18))
    sigma = single * error * np.log(10) / 2.5
    when, flux, spread, of = nightly(time, single, sigma, band)
    night = np.average(single[:2], weights=sigma[:2] ** -2)
    assert of.tolist() == [1, 1, 2]
    assert flux == pytest.approx([night, *single[2:]])
    assert spread == pytest.approx([np.sum(sigma[:2] ** -2.0) ** -0.5, *sigma[2:]], rel=1e-6)
    assert when == pytest.approx([np.average(time[:2], weights=sigma[:2] ** -2), 3.0, 0.15])


def test_type_ia_supernovae_fade_and_redden_as_they_do(shared_data):
    """Of type Ia g fades by about 0.7 to 1.1 mag in 15 days (Phillips 1993, for B); type IIP has a plateau."""
    columns, kinds = ["oid", "mjd", "mag", "magerr", "passband", "bts_type"], ["SN Ia", "SN IIP"]
    rows = pd.read_parquet(shared_data / "ztf_bts" / "ztf_bts_lightcurves.parquet", columns=columns)
    rows = rows[(rows["magerr"] < 1) & rows["bts_type"].isin(kinds)]
    rows = rows.assign(band=np.where(rows["passband"] == "g", 1, 2)).sort_values(["oid", "band", "mjd"])
    fade, colour = {}, {}
    for kind, some in rows.groupby("bts_type"):
        arrays = []
        for _, one in list(some.groupby("oid"))[:60]:
            numbers = one[["mjd", "mag", "magerr"]].to_numpy(dtype=float).T.copy()
            arrays.append(transient_shape.compute(*numbers, one["band"].to_numpy(dtype=np.int64)))
        medians = np.nanmedian(arrays, axis=0)
        fade[kind], colour[kind] = medians[NAMES.index("fade_g_at_15")], medians[NAMES.index("g-r_at_30")]
    assert 0.7 < fade["SN Ia"] < 1.1
    assert fade["SN IIP"] < 0.5
    assert colour["SN Ia"] - colour["SN IIP"] > 0.3
