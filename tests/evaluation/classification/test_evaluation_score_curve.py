"""Scores against the number of detections, and against the length of light curves that were cut."""

import csv
import io
import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from alertlab.core.predictions import concatenate
from alertlab.evaluation import Evaluator, evaluate
from alertlab.evaluation.classification.figures import score_curve_figure
from alertlab.evaluation.classification.score_curve import groups_by_days, groups_by_fact, score_curves
from alertlab.evaluation.metrics.intervals import bootstrap_intervals
from alertlab.runtime.errors import AlertlabError
from matplotlib.backends.backend_agg import FigureCanvasAgg
from sklearn.metrics import f1_score, precision_score, recall_score

FOUR = ("SNIa", "SNII", "RRL", "E")
BRANCHES = {"Transient": ("SNIa", "SNII"), "Periodic": ("RRL", "E")}


@pytest.fixture
def predictions(make_noisy):
    """Three repeats of four classes in two branches; SNIa have few detections."""
    made = make_noisy(n=200, classes=FOUR, repeats=3)
    detections = np.random.default_rng(1).integers(6, 60, len(made)).astype(float)
    detections[made.target == 0] = 6 + np.arange((made.target == 0).sum()) % 9
    return replace(made, branches=BRANCHES, facts={"detections": detections})


def cut(predictions, days, every=2):
    rows = predictions.take(np.arange(len(predictions)) % every == 0)
    return replace(rows, part=np.full(len(rows), f"test_{days}d"))


def test_bins_of_detections_end_at_powers_of_two(predictions):
    groups = groups_by_fact(predictions, "test", "detections")
    assert [group.label for group in groups] == ["6-7", "8-15", "16-31", "32-63"]
    detections = predictions.facts["detections"]
    for group, low, high in zip(groups, (6, 8, 16, 32), (7, 15, 31, 63), strict=True):
        assert len(group.rows) == ((low <= detections) & (detections <= high)).sum()


def test_scores_of_a_bin_are_scikit_learns_over_the_classes_that_it_holds(predictions):
    top, leaf = score_curves(groups_by_fact(predictions, "test", "detections"), 10, 0.9)
    assert (top.level, leaf.level) == ("top", "leaf")
    assert leaf.classes[1:].tolist() == [4, 3, 3]  # no SNIa has more than 14 detections
    few = (predictions.facts["detections"] >= 16) & (predictions.facts["detections"] < 32)
    for curve, of in ((leaf, predictions), (top, predictions.top())):
        for name, score in (("precision", precision_score), ("recall", recall_score), ("f1", f1_score)):
            each = []
            for repeat in range(3):
                rows = of.take(few & (of.repeat == repeat))
                present = np.unique(rows.target)
                each.append(score(rows.target, rows.prediction, labels=present, average="macro", zero_division=0))
            assert curve.mean[f"macro_{name}"][2] == pytest.approx(np.mean(each))
            assert curve.std[f"macro_{name}"][2] == pytest.approx(np.std(each, ddof=1))
    assert leaf.samples[2] == pytest.approx(few.sum() / 3)


def test_a_single_repeat_has_the_bootstrap_over_its_objects(predictions):
    once = predictions.take(predictions.repeat == 0)
    (leaf,) = score_curves(groups_by_fact(replace(once, branches={}), "test", "detections"), 50, 0.9)
    rows = once.take((once.facts["detections"] >= 8) & (once.facts["detections"] < 16))
    expected = bootstrap_intervals(rows.target, rows.prediction, rows.object_id, 4, 50, 0.9)
    assert tuple(leaf.intervals["macro_f1"][1]) == expected["macro_f1"]
    assert np.isnan(leaf.std["macro_f1"]).all()


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0, 0, 1, 3, np.nan], ["0", "1", "2-3", "unknown"]),
        ([8, 8, 8, 8, 8], ["8-15"]),
        ([0.2, 1.5, 3, 3, 3], ["0.2 to 1", "1 to 2", "2 to 4"]),
        ([np.nan] * 5, ["unknown"]),
    ],
)
def test_every_sample_is_in_one_bin_whatever_the_fact(make_table, values, labels):
    rows = np.tile([0, 1, 0, 1, 0], 10)
    table = replace(make_table(rows, np.eye(2)[rows], ("AGN", "SN")), facts={"x": np.tile(values, 10)})
    groups = groups_by_fact(table, "test", "x")
    assert [group.label for group in groups] == labels
    assert sorted(number for group in groups for number in group.rows.sample_id) == list(range(50))


@pytest.mark.parametrize(
    ("of_each", "labels"),
    [
        ({1: 10, 2: 9, 4: 3, 8: 10}, ["1", "2-7", "8-15"]),
        ({1: 10, 2: 10, 8: 9}, ["1", "2-15"]),  # the last joins the one before
        ({1: 3, 64: 10}, ["1-127"]),
        ({1: 10, 64: 10}, ["1", "2-3", "4-7", "8-15", "16-31", "32-63", "64-127"]),  # none says nothing, as before
        ({1: 4, 8: 5}, ["1-15"]),
    ],
)
@pytest.mark.parametrize("repeats", [1, 3])
@pytest.mark.parametrize("alerts", [1, 4])
def test_bins_of_fewer_than_ten_objects_are_joined(make_table, of_each, labels, repeats, alerts):
    values = np.tile(np.repeat(list(of_each), list(of_each.values())), alerts)
    names = np.tile([f"ZTF{number}" for number in range(len(values) // alerts)], alerts)
    n = len(values)
    table = make_table([0] * n * repeats, np.tile([1.0, 0.0], (n * repeats, 1)), ("AGN", "SN"), np.tile(names, repeats))
    table = replace(table, repeat=np.repeat(np.arange(repeats), n), facts={"x": np.tile(values, repeats).astype(float)})
    assert [group.label for group in groups_by_fact(table, "test", "x")] == labels


def test_a_fact_that_can_be_negative_is_binned_at_its_octiles(make_noisy):
    table = make_noisy(n=800)
    table = replace(table, facts={"latitude": np.random.default_rng(0).normal(0, 30, 800)})
    groups = groups_by_fact(table, "test", "latitude")
    assert [len(group.rows) for group in groups] == [100] * 8


def test_days_are_those_of_the_parts_and_the_uncut_test_comes_last(predictions):
    parts = [cut(predictions, 128), cut(predictions, 16, every=4), predictions]
    others = [
        replace(predictions, part=np.full(len(predictions), name)) for name in ("train", "test_long", "mytest_8d")
    ]
    groups = groups_by_days(concatenate([*parts, *others]), "test")
    assert [(group.label, len(group.rows)) for group in groups] == [("16", 150), ("128", 300), ("all", 600)]
    _, leaf = score_curves(groups, 10, 0.9)
    assert leaf.mean["macro_f1"][2] == pytest.approx(evaluate(predictions).mean["macro_f1"])
    assert leaf.objects.tolist() == [50, 100, 200]


def test_a_cut_of_no_days_is_refused(predictions):
    with pytest.raises(AlertlabError, match="part test_0d was cut 0 days"):
        groups_by_days(concatenate([predictions, cut(predictions, 0)]), "test")


def test_everything_else_ignores_the_parts_of_cut_light_curves(predictions):
    assert evaluate(concatenate([predictions, cut(predictions, 16)])).to_json() == evaluate(predictions).to_json()


def test_files_hold_a_row_a_level_and_bin(predictions, tmp_path):
    facts = {**predictions.facts, "days": predictions.facts["detections"], "a/../b": predictions.facts["detections"]}
    table = concatenate([replace(predictions, facts=facts), cut(predictions, 16)])
    Evaluator(formats=["png"])(table, tmp_path)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "scores_by_detections.csv").read_text())))
    assert [(row["level"], row["detections"]) for row in rows[3:6]] == [
        ("top", "32-63"),
        ("leaf", "6-7"),
        ("leaf", "8-15"),
    ]
    assert float(rows[4]["macro_recall_mean"]) <= 1
    days = list(csv.DictReader(io.StringIO((tmp_path / "scores_by_days.csv").read_text())))
    assert [row["days"] for row in days] == ["16", "all"] * 2
    whole = json.loads((tmp_path / "evaluation.json").read_text())
    assert float(days[3]["macro_f1_mean"]) == pytest.approx(whole["mean"]["macro_f1"])
    assert float(days[1]["macro_f1_mean"]) == pytest.approx(whole["top"]["mean"]["macro_f1"])
    made = {path.stem for path in tmp_path.glob("scores_by_*.png")}
    assert made == {"scores_by_detections", "scores_by_days", "scores_by_fact_days", "scores_by_a____b"}


def test_facts_whose_names_differ_in_a_sign_have_files_of_their_own(predictions, tmp_path):
    facts = {"a/b": predictions.facts["detections"], "a b": predictions.facts["detections"] + 1}
    Evaluator(formats=[])(replace(predictions, facts=facts), tmp_path)
    headers = {path.read_text().partition("\n")[0].split(",")[1] for path in tmp_path.glob("scores_by_*.csv")}
    assert headers == set(facts)


@pytest.mark.parametrize("logarithmic", [True, False])
def test_a_curve_is_drawn_with_its_bars_and_readable_text(predictions, logarithmic):
    parts = [cut(predictions, 2**number) for number in range(4, 11)]
    by_days = groups_by_days(concatenate([predictions, *parts]), "test")
    groups = by_days if logarithmic else groups_by_fact(predictions, "test", "detections")
    figure = score_curve_figure(score_curves(groups, 10, 0.9), "x", logarithmic)
    FigureCanvasAgg(figure).draw()
    assert len(figure.axes) == 3
    words = [text for axes in figure.axes for text in (*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels())]
    assert min(text.get_fontsize() for text in words) >= 6
    labels = [text.get_window_extent() for text in figure.axes[-1].get_xticklabels()]
    assert all(left.x1 <= right.x0 for left, right in pairwise(labels))
    assert figure.axes[0].get_xscale() == ("log" if logarithmic else "linear")
