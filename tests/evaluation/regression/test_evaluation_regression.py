"""Judging named values, held to scikit-learn and to the Gaussian of scipy."""

from dataclasses import replace

import numpy as np
import pytest
from alertlab.core.predictions import ValuePredictions
from alertlab.evaluation import RegressionEvaluator
from alertlab.evaluation.regression import judged
from alertlab.evaluation.regression.summary import evaluate
from alertlab.runtime.errors import AlertlabError
from alertlab.runtime.tasks.regression import Quantities, Quantity
from every_task import (
    check_comparison,
    check_config,
    check_files,
    check_report,
    check_weights,
    identity,
    rows_of,
    with_train,
)
from scipy.stats import chi2, norm
from sklearn.metrics import mean_absolute_error, mean_squared_error

VOTES = Quantities(
    (
        Quantity("smooth", "", 0, 1, "t01"),
        Quantity("featured", "", 0, 1, "t01"),
        Quantity("artifact", "", 0, 1, "t01"),
        Quantity("bar", "", 0, 1),
    )
)


def valued(repeats=1, n=200, seed=0, part="test", noise=0.1):
    """Votes with known deviations; a tenth of the truths are unknown."""
    random = np.random.default_rng(seed)
    truth = np.tile(np.random.default_rng(1).beta(1, 2, (n, 4)), (repeats, 1))
    value = truth + random.normal(0, noise, truth.shape)
    hidden = np.tile(np.random.default_rng(2).random((n, 4)) < 0.1, (repeats, 1))
    truth = np.where(hidden, np.nan, truth)
    return ValuePredictions(*identity(n, repeats, part), truth, value, np.full(truth.shape, noise), VOTES)


def test_errors_are_those_of_scikit_learn_cell_by_cell():
    rows = valued()
    found = evaluate(rows, resamples=5).mean
    known = np.isfinite(rows.truth)
    assert found["rmse"] == pytest.approx(mean_squared_error(rows.truth[known], rows.value[known]) ** 0.5)
    assert found["mae"] == pytest.approx(mean_absolute_error(rows.truth[known], rows.value[known]))
    assert found["bias"] == pytest.approx(np.mean(rows.value[known] - rows.truth[known]))
    for place, name in enumerate(VOTES.names):
        own = known[:, place]
        truth, value = rows.truth[own, place], rows.value[own, place]
        assert found[f"rmse/{name}"] == pytest.approx(mean_squared_error(truth, value) ** 0.5)
        assert found[f"support/{name}"] == own.sum()


def test_honest_deviations_have_the_coverage_of_a_gaussian_and_a_chi_squared_of_one():
    rows = valued(n=5000)
    found = evaluate(rows, resamples=5).mean
    cells = np.isfinite(rows.truth).sum()
    for sigma in (1, 2):
        assert found[f"coverage_{sigma}_sigma"] == pytest.approx(norm.cdf(sigma) - norm.cdf(-sigma), abs=0.01)
    low, high = chi2(cells).ppf([0.001, 0.999]) / cells
    assert low < found["reduced_chi2"] < high
    narrow = evaluate(replace(rows, deviation=rows.deviation / 2), resamples=5).mean
    assert narrow["reduced_chi2"] == pytest.approx(4 * found["reduced_chi2"])
    assert narrow["coverage_2_sigma"] == pytest.approx(found["coverage_1_sigma"])


def test_without_deviations_nothing_is_said_of_them():
    rows = valued()
    found = evaluate(replace(rows, deviation=np.full(rows.truth.shape, np.nan)), resamples=5)
    assert not [name for name in found.mean if "sigma" in name or "chi2" in name]
    assert "chi-squared" not in found.tables()[0].header


def test_the_baseline_answers_the_mean_of_the_training_part_and_says_so_where_there_is_none():
    test, train = valued(2), valued(2, n=500, seed=3, part="train")
    with_mean = evaluate(with_train(test, train))
    rows, mean = test.take(test.repeat == 0), np.nanmean(train.truth[train.repeat == 0], axis=0)
    for place, name in enumerate(VOTES.names):
        expected = np.sqrt(np.nanmean((rows.truth[:, place] - mean[place]) ** 2))
        assert with_mean.repeats[0].metrics[f"rmse_of_mean/{name}"] == pytest.approx(expected)
    assert len(with_mean.warnings()) == 1  # of its two repeats
    alone = evaluate(test)
    assert "hold no part train" in alone.warnings()[1]
    spread = np.sqrt(np.nanmean((rows.truth - np.nanmean(rows.truth, axis=0)) ** 2))
    assert alone.repeats[0].metrics["rmse_of_mean"] == pytest.approx(spread)


def test_agreement_is_the_share_of_rows_with_the_same_largest_vote():
    rows = valued()
    known = np.isfinite(rows.truth[:, :3]).all(axis=1)
    right = rows.truth[known, :3].argmax(axis=1) == rows.value[known, :3].argmax(axis=1)
    found = evaluate(rows, resamples=50)
    assert found.mean["agreement/t01"] == pytest.approx(right.mean())
    low, high = found.intervals["agreement/t01"]
    assert low < right.mean() < high


def test_a_row_that_counts_twice_is_two_rows():
    check_weights(valued())


def test_quantities_of_other_units_are_not_to_be_added_and_the_reader_is_told():
    units = replace(VOTES, quantities=(*VOTES.quantities[:3], Quantity("redshift", "km/s")))
    warnings = evaluate(replace(valued(), quantities=units), resamples=5).warnings()
    assert any("mix quantities of units none, km/s" in warning for warning in warnings)


@pytest.mark.parametrize("repeats", [1, 3])
def test_files_and_report_are_those_of_a_paper(tmp_path, repeats):
    rows = valued(repeats)
    tables = {f"by_{name}.{form}" for name in ("quantity", "group") for form in ("csv", "tex")}
    evaluation = check_files(RegressionEvaluator, rows, tmp_path, tables, {"values", "residuals"})
    html = check_report(evaluation, rows, {"quantities", "values", "residuals"})
    worst = np.nanargmax(np.nanmean(((rows.value - rows.truth) / np.nanstd(rows.truth, axis=0)) ** 2, axis=1))
    assert f"<th>{rows.object_id[worst]}</th>" in html
    row = rows_of((tmp_path / "by_quantity.csv").read_text())["bar"]
    assert float(row["rmse_mean"]) == pytest.approx(evaluation.mean["rmse/bar"])
    assert bool(row["rmse_std"]) == (repeats > 1)
    assert bool(row["rmse_low"]) == (repeats == 1)


def test_a_quantity_without_any_truth_is_named_and_the_rest_is_judged(tmp_path):
    rows = valued()
    rows = replace(rows, truth=np.where(np.arange(4) == 3, np.nan, rows.truth))
    evaluation = RegressionEvaluator(formats=["png"], resamples=5)(rows, tmp_path)
    assert "no truth is known in test of bar" in evaluation.warnings()
    assert dict(zip(evaluation.tables()[0].header, evaluation.tables()[0].rows[3], strict=True))["RMSE"] == "-"


def test_runs_are_compared_and_the_better_one_is_told():
    found = check_comparison(valued(3), valued(3, seed=5, noise=0.2))
    assert found["rmse"].mean < 0
    assert {"rmse", "mae", "reduced_chi2", "rmse/bar", "agreement/t01"} <= set(found)


def test_quantities_are_matched_by_name_and_others_refused():
    rows, order = valued(), [2, 0, 3, 1]
    columns = {name: getattr(rows, name)[:, order] for name in ("truth", "value", "deviation")}
    turned = replace(rows, quantities=Quantities(tuple(VOTES.quantities[place] for place in order)), **columns)
    aligned = judged.aligned(rows, turned)
    assert aligned.quantities == VOTES
    assert np.array_equal(aligned.value, rows.value)
    assert judged.differ(rows, aligned) == 0
    assert judged.differ(rows, replace(rows, truth=rows.truth + (np.arange(len(rows)) == 7)[:, None])) == 1
    other = Quantities((*VOTES.quantities[:3], Quantity("ring")))
    with pytest.raises(AlertlabError, match=r"other quantities, smooth, featured, artifact, bar and .*ring"):
        judged.aligned(rows, replace(rows, quantities=other))
    first, second = (Quantities((*VOTES.quantities[:3], Quantity("bar", unit))) for unit in ("mag", "mJy"))
    with pytest.raises(AlertlabError, match="bar in other units, mag and mJy"):
        judged.aligned(replace(rows, quantities=first), replace(rows, quantities=second))


def test_the_config_is_complete():
    check_config("regression", RegressionEvaluator)
