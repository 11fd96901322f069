"""ROC and precision-recall curves, held to scikit-learn's."""

import csv
import io

import numpy as np
import pytest
from alertlab.evaluation.classification.figures import ranking_figure
from alertlab.evaluation.classification.ranking_curves import GRID, PRECISION, ROC, curves_csv, ranking_curves
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve


def of(curves, kind, name):
    (found,) = (each for each in curves if (each.kind, each.name) == (kind, name))
    return found


def test_a_curve_of_one_repeat_is_scikit_learns(make_noisy):
    rows = make_noisy(n=3000)
    own, score = rows.target == 1, rows.probability[:, 1]
    curves = ranking_curves(rows, 20, 0.9)
    wrong, found, _ = roc_curve(own, score, drop_intermediate=False)
    places = np.unique(wrong)
    upper = [found[wrong == place].max() for place in places]
    assert of(curves, ROC, "SN").mean == pytest.approx(np.interp(GRID[ROC], places, upper))
    assert np.trapezoid(of(curves, ROC, "SN").mean, GRID[ROC]) == pytest.approx(roc_auc_score(own, score), abs=3e-3)
    precision, recall, _ = precision_recall_curve(own, score)
    theirs = [precision[np.flatnonzero(recall >= place - 1e-9)[-1]] for place in GRID[PRECISION]]
    assert of(curves, PRECISION, "SN").mean == pytest.approx(theirs)
    assert of(curves, PRECISION, "SN").mean.mean() == pytest.approx(average_precision_score(own, score), abs=1e-2)


def test_bands_are_the_deviation_over_repeats_or_the_bootstrap_of_one(make_noisy):
    five = make_noisy(repeats=5)
    alone = [ranking_curves(five.take(five.repeat == number), 20, 0.9) for number in range(5)]
    several = of(ranking_curves(five, 20, 0.9), ROC, "VS")
    each = np.stack([of(curves, ROC, "VS").mean for curves in alone])
    assert several.mean == pytest.approx(each.mean(axis=0))
    assert several.high == pytest.approx(np.clip(each.mean(axis=0) + each.std(axis=0, ddof=1), 0, 1))
    one = of(alone[0], PRECISION, "VS")
    assert (one.low <= one.high).all()
    assert np.mean((one.low <= one.mean) & (one.mean <= one.high)) > 0.9
    wider = of(ranking_curves(five.take(five.repeat == 0), 200, 0.99), PRECISION, "VS")
    assert (wider.high - wider.low).mean() > (one.high - one.low).mean()


def test_objects_are_drawn_whole(make_noisy, make_table):
    """Rows that stand twice, of one object, tell no more than once."""
    once = make_noisy(n=200)
    twice = make_table(
        np.repeat(once.target, 2), np.repeat(once.probability, 2, axis=0), objects=np.repeat(once.object_id, 2)
    )
    first, second = (of(ranking_curves(rows, 200, 0.9), ROC, "SN") for rows in (once, twice))
    assert (first.high - first.low).mean() == pytest.approx((second.high - second.low).mean(), rel=0.05)


def test_classes_without_a_row_have_no_curve_and_the_csv_holds_each_point(make_noisy):
    curves = ranking_curves(make_noisy(only=[0, 1]), 20, 0.9)
    assert {each.name for each in curves} == {"AGN", "SN"}
    rows = list(csv.DictReader(io.StringIO(curves_csv(curves, PRECISION))))
    assert len(rows) == 2 * len(GRID[PRECISION])
    assert float(rows[99]["precision"]) == pytest.approx(of(curves, PRECISION, "AGN").mean[99])
    assert [axes.get_title() for axes in ranking_figure(curves, ROC).axes] == ["AGN", "SN"]
