"""Detection at a rate of false alarms, its dependence on facts, and scores against time: held to scipy and counting."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from alertlab.core.predictions import ScorePredictions, concatenate
from alertlab.evaluation import DetectionEvaluator
from alertlab.evaluation.detection import judged
from alertlab.evaluation.detection.against import rates_by_fact, since_event
from alertlab.evaluation.detection.alarms import alarm_scores, dependence, thresholds, wilson
from alertlab.evaluation.detection.summary import ALL
from alertlab.runtime.errors import AlertlabError
from matplotlib.backends.backend_agg import FigureCanvasAgg
from scipy.stats import norm, spearmanr
from sklearn.metrics import average_precision_score, roc_auc_score


def scored(n=2000, part="test", repeats=1, seed=0, shift=2.0):
    """A detector of steps: inliers are normal, outliers too but for a shift in proportion to their amplitude."""
    random = np.random.default_rng([seed, len(part)])
    m = n * repeats
    outlier = (random.random(m) < (0.3 if part.startswith("test") else 0)).astype(np.int64)
    amplitude = np.where(outlier, random.uniform(0, 2, m), np.nan)
    score = random.normal(0, 1, m) + np.where(outlier, shift * np.nan_to_num(amplitude), 0)
    kind = np.where(outlier, np.where(random.random(m) < 0.5, "step", "flare"), "steady")
    sample = np.tile(np.arange(n), repeats)
    detections = random.integers(50, 200, m).astype(float)
    facts = {"amplitude": amplitude, "detections": detections, "days": np.full(m, 900.0)}
    facts["change_time"] = np.where(outlier, 300.0, np.nan)
    names = np.array([f"o{each}" for each in sample])
    identity = (sample, names, np.full(m, part), np.repeat(np.arange(repeats), n))
    none = np.full(m, np.nan)
    return ScorePredictions(*identity, score, none, kind, outlier, np.zeros((m, 0)), facts=facts)


@pytest.fixture(scope="module")
def whole():
    cuts = [scored(part=f"test_{days}d", shift=shift) for days, shift in ((100, 0), (310, 1), (400, 1.5))]
    return concatenate([scored(part="validation"), scored(), *cuts])


def test_the_threshold_is_the_quantile_of_the_inliers_of_validation(whole):
    own = (whole.part == "validation") & (whole.outlier == 0)
    assert thresholds(whole, 0.01) == {0: pytest.approx(np.quantile(whole.score[own], 0.99))}
    several = concatenate([scored(part="validation", repeats=3), scored(repeats=3)])
    assert set(thresholds(several, 0.05)) == {0, 1, 2}
    moved = replace(whole, score=np.where(whole.part == "test", whole.score + 100, whole.score))
    assert thresholds(moved, 0.01) == thresholds(whole, 0.01)  # the test part decides nothing


def test_rates_are_those_of_the_law_that_the_scores_follow(whole):
    """The threshold is the normal quantile 2.33; an outlier of amplitude a is above it with 1 - Phi(2.33 - 2 a)."""
    test = whole.take(whole.part == "test")
    found = alarm_scores(test, None, thresholds(whole, 0.01))
    assert found["false_alarms"] == pytest.approx(0.01, abs=0.008)
    grid = np.linspace(0, 2, 400)
    assert found["detection_rate"] == pytest.approx(norm.sf(norm.isf(0.01) - 2 * grid).mean(), abs=0.05)
    above = thresholds(whole, 0.01)[0]
    for name in ("step", "flare"):
        own = test.score[test.kind == name]
        assert found[f"detection_rate/{name}"] == pytest.approx((own > above).mean())


def test_a_weight_is_how_often_a_row_counts(whole):
    test = whole.take(whole.part == "test").take(np.arange(200))
    weight = np.random.default_rng(0).integers(0, 3, len(test))
    above = thresholds(whole, 0.1)
    again = test.take(np.repeat(np.arange(len(test)), weight))
    assert alarm_scores(test, weight, above) == pytest.approx(alarm_scores(again, None, above))
    facts = ("detections",)
    assert dependence(test, weight, facts) == pytest.approx(dependence(again, None, facts))


def test_purity_of_the_top_hundredth_is_counted(whole):
    test = whole.take(whole.part == "test")
    first = np.argsort(-test.score)[: len(test) // 100]
    assert alarm_scores(test, None, {})["purity_at_1_percent"] == pytest.approx(test.outlier[first].mean())
    assert "detection_rate" not in alarm_scores(test, None, {})  # without a threshold


def test_dependence_on_a_fact_is_scipys_rho_among_inliers(whole):
    test = whole.take(whole.part == "test")
    leaning = replace(test, score=test.score + 0.01 * test.facts["detections"])
    inlier = test.outlier == 0
    expected = spearmanr(leaning.score[inlier], test.facts["detections"][inlier]).statistic
    assert dependence(leaning, None, ("detections",)) == {"spearman/detections": pytest.approx(expected)}
    assert expected > 0.3
    assert dependence(test, None, ("days",)) == {}  # the same throughout
    assert abs(dependence(test, None, ("detections",))["spearman/detections"]) < 0.06


def test_rates_in_bins_of_a_fact_are_counted_and_have_wilsons_interval(whole):
    test = whole.take(whole.part == "test")
    above = thresholds(whole, 0.01)
    curve = rates_by_fact(test, test.facts["amplitude"], above, 0.9)
    assert set(curve.mean) == {ALL, "step", "flare"}
    edges = np.quantile(test.facts["amplitude"][test.outlier == 1], np.linspace(0, 1, 7))
    for place in range(6):
        own = (test.facts["amplitude"] >= edges[place]) & (test.facts["amplitude"] < edges[place + 1] + 1e-12)
        alarm = test.score[own] > above[0]
        assert curve.mean[ALL][place] == pytest.approx(alarm.mean(), abs=0.011)
    steps = test.take((test.kind == "step") & (test.facts["amplitude"] < edges[1]))
    hits = int((steps.score > above[0]).sum())
    assert tuple(curve.intervals["step"][0]) == wilson(hits, len(steps), 0.9)
    assert np.all(np.diff(curve.mean[ALL]) > -0.05)
    assert rates_by_fact(test, test.facts["days"], above, 0.9) is None  # all the same


def test_an_interval_has_a_width_where_all_are_found():
    low, high = wilson(20, 20, 0.9)
    z2 = norm.ppf(0.95) ** 2
    assert (low, high) == (pytest.approx(20 / (20 + z2)), pytest.approx(1))


def test_days_since_an_event_are_those_of_the_cut_and_each_object_counts_once_a_bin(whole):
    days, rows = since_event(whole, "test", "change_time")
    assert set(np.unique(days)) == {-200, 10, 100, 600}
    cuts = [scored(part=f"test_{each}d") for each in (301, 305, 310)]
    days, rows = since_event(concatenate([scored(), *cuts]), "test", "change_time")
    assert set(np.unique(days)) == {10, 600}  # of three light curves that end within 0 to 16 days the latest
    assert np.unique(np.stack([rows.sample_id, days]), axis=1).shape[1] == len(rows)
    assert since_event(scored(), "test", "change_time") is None  # none was cut
    assert since_event(whole, "test", "no such") is None


def test_scores_by_days_are_those_of_each_cut(whole, tmp_path):
    evaluator = DetectionEvaluator(resamples=20, rates_by=["amplitude", "absent"], event="change_time", formats=["png"])
    evaluation = evaluator(whole, tmp_path)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "scores_by_days.csv").read_text())))
    assert [row["days"] for row in rows] == ["100", "310", "400", "all"]
    above = thresholds(whole, 0.01)[0]
    for row, part in zip(rows, ("test_100d", "test_310d", "test_400d", "test"), strict=True):
        of = whole.take(whole.part == part)
        assert float(row["auroc_mean"]) == pytest.approx(roc_auc_score(of.outlier, of.score))
        assert float(row["average_precision_mean"]) == pytest.approx(average_precision_score(of.outlier, of.score))
        assert float(row["detection_rate_mean"]) == pytest.approx((of.score[of.outlier == 1] > above).mean())
        assert float(row["false_alarms_mean"]) == pytest.approx((of.score[of.outlier == 0] > above).mean())
        assert float(row["auroc_low"]) <= float(row["auroc_mean"]) <= float(row["auroc_high"])
    since = list(csv.DictReader(io.StringIO((tmp_path / "scores_by_days_since.csv").read_text())))
    assert [row["days_since"] for row in since] == ["below -64", "0 to 16", "64 to 128", "from 256"]
    assert float(since[0]["detection_rate_mean"]) < 0.05 < float(since[2]["detection_rate_mean"])
    assert since[0]["auroc_mean"] == ""  # steady ones have no event
    made = {path.name for path in tmp_path.glob("*_by_*.png")}
    assert {"rates_by_amplitude.png", "scores_by_days.png", "scores_by_days_since.png"} <= made
    assert not (tmp_path / "rates_by_absent.csv").exists()
    saved = json.loads((tmp_path / "evaluation.json").read_text())
    assert saved["mean"]["detection_rate"] == pytest.approx(float(rows[3]["detection_rate_mean"]))
    assert [table["name"] for table in saved["tables"]] == ["by_kind", "by_rank", "by_fact", "strangest"]
    assert evaluation.intervals["detection_rate"][0] < saved["mean"]["detection_rate"]


def test_figures_are_readable_and_stand_in_the_report(whole):
    evaluation = DetectionEvaluator(resamples=5, rates_by=["amplitude"], event="change_time").evaluate(whole)
    sections = judged.sections(evaluation, whole.take(whole.part == "test"))
    ((pictures, _),) = sections[-1].pictures
    assert [picture.alt for picture in pictures] == ["Rates by amplitude", "Scores by days", "Scores by days since"]
    for picture in pictures:
        FigureCanvasAgg(picture.figure).draw()
        words = [text for axes in picture.figure.axes for text in (*axes.texts, *axes.get_xticklabels())]
        assert min(text.get_fontsize() for text in words) >= 6


def test_several_repeats_have_their_spread():
    several = concatenate([scored(part="validation", repeats=3), scored(repeats=3)])
    evaluation = DetectionEvaluator(resamples=5, rates_by=["amplitude"]).evaluate(several)
    assert evaluation.std["detection_rate"] > 0
    assert evaluation.std["spearman/detections"] > 0
    assert np.isfinite(evaluation.against["rates_by_amplitude"].curve.std[ALL]).all()


def test_a_rate_that_is_none_is_refused():
    with pytest.raises(AlertlabError, match=r"evaluation.false_alarm_rate: 1.0"):
        DetectionEvaluator(false_alarm_rate=1.0)
