"""Judging forecasts, held to scipy and scikit-learn."""

from dataclasses import replace

import numpy as np
import pytest
from alertlab.core.predictions import ForecastPredictions, read_predictions
from alertlab.evaluation import ForecastEvaluator
from alertlab.evaluation.forecast import judged
from alertlab.evaluation.forecast.summary import evaluate
from alertlab.runtime.errors import AlertlabError
from alertlab.runtime.tasks.forecast import Bands
from every_task import check_comparison, check_config, check_files, check_report, check_weights, identity, rows_of
from scipy.stats import norm
from sklearn.metrics import mean_squared_error

BANDS = Bands(("g", "r"), "mag")
POINTS = 12  # of a sample


def forecast(repeats=1, n=40, seed=0, off=1.0):
    """Two samples of each object, twelve points each; deviations grow with the horizon and are ``off`` too small."""
    times = np.random.default_rng(1)
    horizon = np.tile(10 ** times.uniform(-0.5, 2.4, n * POINTS), repeats)
    band = np.tile(times.choice(BANDS.bands, n * POINTS), repeats)
    truth = np.tile(times.normal(19, 1, n * POINTS), repeats)
    deviation = 0.05 + 0.1 * np.log10(1 + horizon)
    value = truth + np.random.default_rng(seed).normal(0, 1, len(truth)) * deviation
    rows = [np.repeat(each, POINTS) for each in identity(n, repeats, each=2)]
    return ForecastPredictions(*rows, horizon, band, value, deviation / off, truth, horizon, BANDS)


def test_scores_are_those_of_scipy_and_scikit_learn_overall_by_horizon_and_by_band():
    rows = forecast()
    found = evaluate(rows, resamples=5).mean
    between = {"": rows.horizon > 0, "/below 1 d": rows.horizon < 1, "/g": rows.band == "g"}
    between |= {"/1-3 d": (rows.horizon >= 1) & (rows.horizon < 3), "/100-300 d": rows.horizon >= 100}
    for end, of in between.items():
        own = rows.take(of)
        pull = (own.truth - own.value) / own.deviation
        expected = {
            "rmse": mean_squared_error(own.truth, own.value) ** 0.5,
            "reduced_chi2": np.mean(pull**2),
            "log_likelihood": norm.logpdf(own.truth, own.value, own.deviation).mean(),
            "coverage_1_sigma": np.mean(np.abs(pull) <= 1),
            "coverage_2_sigma": np.mean(np.abs(pull) <= 2),
        }
        assert {name: found[name + end] for name in expected} == pytest.approx(expected)


def test_deviations_count_the_error_that_a_truth_was_measured_with():
    exact = forecast(n=400)
    error = np.random.default_rng(5).uniform(0.05, 0.5, len(exact))
    noisy = exact.truth + np.random.default_rng(6).normal(size=len(error)) * error
    rows = replace(exact, truth=noisy, truth_error=error)
    found = evaluate(rows, resamples=5).mean
    both = np.hypot(rows.deviation, error)
    assert found["reduced_chi2"] == pytest.approx(np.mean(((noisy - rows.value) / both) ** 2))
    assert found["reduced_chi2"] == pytest.approx(1, abs=0.1)
    assert found["log_likelihood"] == pytest.approx(norm.logpdf(noisy, rows.value, both).mean())
    assert found["noise_chi2"] == pytest.approx(np.mean(((noisy - rows.value) / error) ** 2))
    assert "noise_chi2" not in evaluate(exact, resamples=5).mean


def test_errors_of_truths_are_kept_in_the_table(tmp_path):
    rows = replace(forecast(), truth_error=np.linspace(0, 1, len(forecast())))
    again = read_predictions(rows.write(tmp_path / "predictions.parquet"))
    np.testing.assert_array_equal(again.truth_error, rows.truth_error)
    assert again.take(np.arange(3)).truth_error.tolist() == rows.truth_error[:3].tolist()


def test_bins_without_rows_are_left_out_and_no_row_is():
    rows = forecast()
    evaluation = evaluate(rows, resamples=5)
    assert evaluation.horizons == ("below 1 d", "1-3 d", "3-10 d", "10-30 d", "30-100 d", "100-300 d")
    assert sum(evaluation.mean[f"support/{name}"] for name in evaluation.horizons) == len(rows)
    assert sum(evaluation.mean[f"support/{name}"] for name in ("g", "r")) == len(rows)
    assert evaluate(rows, horizons=[50], resamples=5).horizons == ("below 50 d", "from 50 d")


def test_deviations_half_as_large_as_they_should_be_are_found_out():
    honest, vain = (evaluate(forecast(n=400, off=off), resamples=5).mean for off in (1, 2))
    assert honest["reduced_chi2"] == pytest.approx(1, abs=0.1)
    assert honest["coverage_1_sigma"] == pytest.approx(0.683, abs=0.03)
    assert vain["reduced_chi2"] == pytest.approx(4 * honest["reduced_chi2"])
    assert vain["log_likelihood"] < honest["log_likelihood"]


def test_points_without_a_truth_are_not_judged():
    rows = forecast()
    hidden = replace(rows, truth=np.where(rows.band == "g", np.nan, rows.truth))
    assert evaluate(hidden, resamples=5).mean["rmse"] == pytest.approx(evaluate(rows, resamples=5).mean["rmse/r"])


def test_the_unit_of_resampling_is_the_object():
    rows = forecast()
    once = evaluate(rows, resamples=50).intervals
    again = rows.take(np.repeat(np.arange(len(rows)), 9))  # ninefold rows of the same objects tell nothing more
    assert evaluate(again, resamples=50).intervals == {name: pytest.approx(of) for name, of in once.items()}
    counted = evaluate(rows, resamples=5).repeats[0]
    assert (counted.samples, counted.objects) == (40, 20)
    check_weights(rows)


@pytest.mark.parametrize("repeats", [1, 3])
def test_files_and_report_are_those_of_a_paper(tmp_path, repeats):
    rows = forecast(repeats)
    tables = {f"by_{name}.{form}" for name in ("horizon", "band") for form in ("csv", "tex")}
    evaluation = check_files(ForecastEvaluator, rows, tmp_path, tables, {"horizons", "examples"})
    check_report(evaluation, rows, {"horizons", "bands", "examples"})
    row = rows_of((tmp_path / "by_horizon.csv").read_text())["3-10 d"]
    assert float(row["log_likelihood_mean"]) == pytest.approx(evaluation.mean["log_likelihood/3-10 d"])
    assert bool(row["rmse_std"]) == (repeats > 1)
    assert evaluation.std.keys() == (evaluation.mean.keys() if repeats > 1 else set())


def test_runs_are_compared_overall_by_horizon_and_by_band():
    found = check_comparison(forecast(3), forecast(3, seed=5, off=2))
    assert found["reduced_chi2"].mean < 0
    assert {"rmse", "log_likelihood", "rmse/1-3 d", "reduced_chi2/g"} <= set(found)


def test_bands_are_matched_by_name_and_others_refused():
    rows = forecast()
    turned = replace(rows, bands=Bands(("r", "g"), "mag"))
    assert judged.scores(judged.aligned(rows, turned)) == judged.scores(rows)
    assert judged.differ(rows, replace(rows, truth=rows.truth + (rows.band == "g"))) == np.sum(rows.band == "g")
    with pytest.raises(AlertlabError, match="other bands, g, r and g, i"):
        judged.aligned(rows, replace(rows, bands=Bands(("g", "i"), "mag")))
    with pytest.raises(AlertlabError, match="other units, mag and mJy"):
        judged.aligned(rows, replace(rows, bands=Bands(("g", "r"), "mJy")))


def test_horizons_that_do_not_rise_are_refused_and_the_config_is_complete():
    with pytest.raises(AlertlabError, match=r"evaluation.horizons: \[3, 1\] are not rising"):
        ForecastEvaluator(horizons=[3, 1])
    check_config("forecast", ForecastEvaluator)
