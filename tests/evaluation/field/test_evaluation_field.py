"""What the field asks of a classifier: PLAsTiCC's loss, Brier by class, ranks, what is kept, and how early it knows."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from alertlab.core.predictions import concatenate
from alertlab.evaluation import Evaluator, evaluate
from alertlab.evaluation.field.early import distance, early
from alertlab.evaluation.field.kept import FRACTIONS, kept_curves
from alertlab.evaluation.metrics.field import weighted_log_loss
from alertlab.runtime.errors import AlertlabError
from scipy.optimize import linprog
from scipy.stats import wasserstein_distance_nd
from sklearn.metrics import brier_score_loss, log_loss, precision_score


def test_the_weighted_log_loss_is_that_of_the_challenge_class_by_class(make_noisy):
    rows = make_noisy()
    weight = {"SN": 2.0, "bogus": 2.0}
    classes = [rows.target == index for index in range(5)]
    each = [log_loss(rows.target[own], rows.probability[own], labels=range(5)) for own in classes]
    expected = np.average(each, weights=[weight.get(name, 1) for name in rows.classes])
    assert evaluate(rows, class_weights=weight, resamples=1).mean["weighted_log_loss"] == pytest.approx(expected)
    assert evaluate(rows, resamples=1).mean["weighted_log_loss"] == pytest.approx(np.mean(each))


def test_a_rare_class_weighs_as_much_as_a_common_one_and_a_zero_is_clipped():
    # 99 rows of A at 0.5 and one of B at 0: (-ln 0.5 - ln 1e-15) / 2
    probability = np.array([[0.5, 0.5]] * 99 + [[1.0, 0.0]])
    found = weighted_log_loss(np.array([0] * 99 + [1]), probability)
    assert found == pytest.approx((np.log(2) - np.log(1e-15)) / 2)


def test_brier_by_class_agrees_with_scikit_learn(make_noisy):
    rows = make_noisy()
    found = evaluate(rows, resamples=1).mean
    for index, name in enumerate(rows.classes):
        expected = brier_score_loss(rows.target == index, rows.probability[:, index])
        assert found[f"brier/{name}"] == pytest.approx(expected)


def test_recall_and_purity_at_rank_are_those_of_the_sorted_rows(make_noisy):
    rows = make_noisy()
    evaluation = evaluate(rows, resamples=1, ranks=(10, 50, 100_000))
    for index, name in enumerate(rows.classes):
        first = np.argsort(-rows.probability[:, index])[:50]
        right = (rows.target[first] == index).sum()
        assert evaluation.mean[f"purity_at_50/{name}"] == pytest.approx(right / 50)
        assert evaluation.mean[f"recall_at_50/{name}"] == pytest.approx(right / (rows.target == index).sum())
        assert f"purity_at_100000/{name}" not in evaluation.mean
    (table,) = [each for each in evaluation.tables() if each.name == "by_rank"]
    assert table.rows[0][-1] == "-"


def test_purity_of_what_is_kept_is_the_precision_of_its_threshold(make_noisy):
    rows = make_noisy(n=1000)
    curves = kept_curves(rows)
    place = FRACTIONS.index(0.2)
    for index in range(5):
        threshold = curves["threshold"][index, place]
        kept = rows.probability[:, index] >= threshold
        assert kept.sum() == 200
        assert curves["purity"][index, place] == pytest.approx(precision_score(rows.target == index, kept))
    np.testing.assert_allclose(curves["completeness"][:, -1], 1)


def test_of_a_night_the_fraction_kept_is_that_of_the_night(make_noisy):
    rows = make_noisy(n=1000)
    weight = np.random.default_rng(0).exponential(1, 1000)
    curves = kept_curves(rows, weight / weight.sum())
    order = np.argsort(-rows.probability[:, 1])
    inside = np.cumsum(weight[order]) <= 0.5 * weight.sum()
    own = (rows.target[order] == 1) * weight[order]
    expected = own[inside].sum() / weight[order][inside].sum()
    assert curves["purity"][1, FRACTIONS.index(0.5)] == pytest.approx(expected, abs=0.01)


def test_the_distance_of_probabilities_is_wassersteins_of_scipy():
    random = np.random.default_rng(0)
    first, second = random.dirichlet(np.ones(4), (2, 5))
    corners = np.eye(4) / np.sqrt(2)  # all 1 apart
    for one, other, found in zip(first, second, distance(first, second), strict=True):
        assert found == pytest.approx(wasserstein_distance_nd(corners, corners, one, other), abs=1e-9)


def test_the_distance_by_branches_is_the_least_cost_of_moving_probability():
    branch = np.array([0, 0, 1, 1, 1])
    cost = np.where(branch[:, None] == branch, 0.5, 1.0) * (1 - np.eye(5))
    first, second = np.random.default_rng(1).dirichlet(np.ones(5), (2, 6))
    rows = np.kron(np.eye(5), np.ones(5))
    columns = np.kron(np.ones(5), np.eye(5))
    for one, other, found in zip(first, second, distance(first, second, branch), strict=True):
        least = linprog(cost.ravel(), A_eq=np.vstack([rows, columns]), b_eq=np.concatenate([one, other])).fun
        assert found == pytest.approx(least, abs=1e-9)


@pytest.fixture
def cut(make_table):
    """Three objects of A, A, B at 2 and 8 days and whole; the third has too few detections at 2 days."""
    two, eight, whole = (
        [[0.4, 0.6], [0.9, 0.1]],
        [[0.7, 0.3], [0.8, 0.2], [0.6, 0.4]],
        [[0.9, 0.1], [0.3, 0.7], [0.2, 0.8]],
    )
    names = ["ZTF0", "ZTF1", "ZTF2"]
    parts = [
        make_table([0, 0], two, ("A", "B"), names[:2], "test_2d"),
        make_table([0, 0, 1], eight, ("A", "B"), names, "test_8d"),
        make_table([0, 0, 1], whole, ("A", "B"), names),
    ]
    return concatenate(parts)


def test_time_to_classification_worked_by_hand(cut):
    found = early(cut, "test")
    assert found.days == (2.0, 8.0, np.inf)
    np.testing.assert_array_equal(found.objects[0], [2, 3, 3])
    # at 2 days B, A of A, A: one of two is right; at 8 days A, A, A; whole A, B, B
    np.testing.assert_allclose(found.mean["accuracy"][0], [1 / 2, 2 / 3, 2 / 3])
    np.testing.assert_allclose(found.mean["settled"][0], [0, 1 / 3, 2 / 3])  # ZTF1 was right twice and then is not
    np.testing.assert_allclose(found.mean["changed"][0][1:], [1 / 2, 2 / 3])
    np.testing.assert_allclose(found.mean["moved"][0][1:], [(0.3 + 0.1) / 2, (0.2 + 0.5 + 0.4) / 3])
    np.testing.assert_allclose(found.mean["to_end"][0], [(0.5 + 0.6) / 2, (0.2 + 0.5 + 0.4) / 3, 0], atol=1e-12)
    assert np.isnan(found.mean["moved"][0][0])
    assert found.median.tolist() == [
        np.inf,
        8.0,
        np.inf,
    ]  # A: one of two at 8 days


def test_its_files_are_written_where_there_are_cut_light_curves(cut, make_noisy, tmp_path):
    evaluation = Evaluator(formats=["png"], resamples=5)(cut, tmp_path / "cut")
    assert (tmp_path / "cut" / "time_to_classification.png").is_file()
    rows = list(csv.DictReader(io.StringIO((tmp_path / "cut" / "time_to_classification.csv").read_text())))
    assert [row["days"] for row in rows if row["class"] == "all"] == ["2.0", "8.0", "all"]
    assert "time to classification" in [table.title for table in evaluation.tables()]
    Evaluator(formats=[], resamples=5)(make_noisy(), tmp_path / "whole")
    assert not (tmp_path / "whole" / "time_to_classification.csv").exists()


def test_ranks_have_their_files(make_noisy, tmp_path):
    rows = make_noisy(repeats=2)
    Evaluator(formats=["png"], ranks=[10], priors=dict.fromkeys(rows.classes, 1))(rows, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert {"by_rank.tex", "purity_by_kept.csv", "purity_by_kept.png"} <= names
    rows = list(csv.DictReader(io.StringIO((tmp_path / "purity_by_kept.csv").read_text())))
    assert {row["mix"] for row in rows} == {"test", "priors"}
    assert all(row["purity_std"] for row in rows)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"ranks": [0]}, r"ranks: \[0\] are not distinct whole numbers"),
        ({"class_distance": "euclid"}, "class_distance: 'euclid' is not discrete or branches"),
        ({"class_weights": {"TDE": 2}}, "class_weights: TDE is no class of the predictions"),
    ],
)
def test_a_value_that_cannot_be_is_refused(values, message, make_noisy):
    with pytest.raises(AlertlabError, match=message):
        Evaluator(formats=[], **values).evaluate(make_noisy())


def test_repeats_have_deviations(cut):
    twice = concatenate([cut, replace(cut, repeat=cut.repeat + 1, probability=cut.probability[:, ::-1])])
    assert np.isfinite(early(twice, "test").std["accuracy"][0]).all()
