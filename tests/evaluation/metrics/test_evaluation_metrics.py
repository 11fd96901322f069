import math
import warnings

import numpy as np
import pytest
import torch
from alertlab.core.samples import UNLABELLED
from alertlab.evaluation.classification.metrics import classification_metrics
from alertlab.evaluation.metrics.confusion import confusion_counts
from alertlab.evaluation.metrics.scores import overall_scores
from alertlab.runtime.errors import AlertlabError
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu
from sklearn import metrics as sk
from torchmetrics.classification import MulticlassCalibrationError

THREE = ("AGN", "SN", "VS")


def test_overall_metrics_agree_with_scikit_learn(make_noisy):
    predictions = make_noisy()
    target, decided, probability = predictions.target, predictions.prediction, predictions.probability
    expected = {
        "accuracy": sk.accuracy_score(target, decided),
        "balanced_accuracy": sk.balanced_accuracy_score(target, decided),
        "macro_precision": sk.precision_score(target, decided, average="macro"),
        "macro_recall": sk.recall_score(target, decided, average="macro"),
        "macro_f1": sk.f1_score(target, decided, average="macro"),
        "macro_roc_auc": sk.roc_auc_score(target, probability, multi_class="ovr", average="macro"),
        "macro_average_precision": sk.average_precision_score(target, probability, average="macro"),
        "log_loss": sk.log_loss(target, probability),
    }
    measured = classification_metrics(predictions)
    assert {name: measured[name] for name in expected} == pytest.approx(expected)


def test_class_metrics_agree_with_scikit_learn(make_noisy):
    predictions = make_noisy()
    measured = classification_metrics(predictions)
    scores = sk.precision_recall_fscore_support(predictions.target, predictions.prediction)
    for name, expected in zip(("precision", "recall", "f1", "support"), scores, strict=True):
        assert [measured[f"{name}/{each}"] for each in predictions.classes] == pytest.approx(list(expected))


def test_roc_auc_is_the_mann_whitney_statistic(make_noisy):
    predictions = make_noisy()
    own = predictions.target == 1
    score = predictions.probability[:, 1]
    statistic = mannwhitneyu(score[own], score[~own]).statistic
    expected = statistic / (own.sum() * (~own).sum())
    assert classification_metrics(predictions)["roc_auc/SN"] == pytest.approx(expected)


def test_average_precision_of_a_ranking_worked_by_hand(make_table):
    # SN scores 0.9 (right), 0.8 (wrong), 0.7 (right): precisions at the two hits are 1 and 2/3
    predictions = make_table([1, 0, 1], [[0.1, 0.9], [0.2, 0.8], [0.3, 0.7]], ("AGN", "SN"))
    assert classification_metrics(predictions)["average_precision/SN"] == pytest.approx((1 + 2 / 3) / 2)


@pytest.mark.parametrize("bins", [1, 10, 15])
def test_calibration_error_agrees_with_torchmetrics(make_noisy, bins):
    predictions = make_noisy(seed=3)
    other = MulticlassCalibrationError(num_classes=5, n_bins=bins, norm="l1")
    expected = other(torch.tensor(predictions.probability), torch.tensor(predictions.target)).item()
    assert classification_metrics(predictions, bins)["expected_calibration_error"] == pytest.approx(expected, abs=1e-6)


def test_calibration_error_worked_by_hand(make_table):
    # (0.5, 1]: three samples, confidence 0.8, accuracy 1/3; (0, 0.5]: one sample, confidence 0.5, right
    probability = [[0.7, 0.3], [0.8, 0.2], [0.9, 0.1], [0.5, 0.5]]
    measured = classification_metrics(make_table([0, 1, 1, 0], probability, ("AGN", "SN")), bins=2)
    assert measured["expected_calibration_error"] == pytest.approx(0.75 * (0.8 - 1 / 3) + 0.25 * 0.5)


def test_certainty_that_is_right_is_calibrated(make_table):
    assert classification_metrics(make_table([0, 1, 2], np.eye(3), THREE))["expected_calibration_error"] == 0


def test_uniform_probabilities_lose_the_logarithm_of_the_number_of_classes(make_table):
    assert classification_metrics(make_table([0, 1], np.full((2, 3), 1 / 3), THREE))["log_loss"] == pytest.approx(
        math.log(3)
    )


@settings(deadline=None)
@given(rows=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=25))
def test_macro_averages_are_those_of_the_present_classes_for_any_table(rows):
    target, decided = (np.array(column) for column in zip(*rows, strict=True))
    measured = overall_scores(confusion_counts(target, decided, 5))
    present = np.unique(target)
    expected = sk.precision_recall_fscore_support(target, decided, labels=present, average="macro", zero_division=0)
    assert [measured[f"macro_{name}"] for name in ("precision", "recall", "f1")] == pytest.approx(list(expected[:3]))


def test_an_absent_class_has_no_metric_but_its_support(make_noisy):
    measured = classification_metrics(make_noisy(only=[0, 1, 3]))
    assert [name for name in measured if name.endswith("/VS")] == ["support/VS"]
    assert measured["support/VS"] == 0
    assert all(math.isfinite(value) for value in measured.values())


def test_an_absent_class_is_left_out_of_macro_averages(make_noisy):
    predictions = make_noisy(only=[0, 1, 3])
    measured = classification_metrics(predictions)
    for score in ("precision", "recall", "f1", "roc_auc", "average_precision"):
        each = [measured[f"{score}/{name}"] for name in ("AGN", "SN", "asteroid")]
        assert measured[f"macro_{score}"] == pytest.approx(sum(each) / 3)


def test_a_class_never_predicted_has_precision_zero(make_table):
    measured = classification_metrics(make_table([0, 1], [[1, 0, 0], [1, 0, 0]], THREE))
    assert measured["precision/SN"] == measured["recall/SN"] == measured["f1/SN"] == 0
    assert measured["macro_precision"] == pytest.approx((0.5 + 0) / 2)


def test_a_tie_goes_to_the_first_class(make_table):
    measured = classification_metrics(make_table([0, 1], [[0.5, 0.5], [0.5 - 1e-9, 0.5 + 1e-9]], ("AGN", "SN")))
    assert (measured["recall/AGN"], measured["recall/SN"]) == (1, 0)


def test_unlabelled_rows_change_nothing(make_noisy, make_table):
    predictions = make_noisy(n=50)
    target = np.concatenate([predictions.target, np.full(50, UNLABELLED)])
    doubled = make_table(target, np.concatenate([predictions.probability] * 2))
    assert classification_metrics(doubled) == classification_metrics(predictions)


def test_a_single_row_has_no_roc_auc(make_table):
    measured = classification_metrics(make_table([1], [[0.2, 0.7, 0.1]], THREE))
    assert measured["accuracy"] == measured["macro_f1"] == measured["average_precision/SN"] == 1
    assert measured["log_loss"] == pytest.approx(-math.log(0.7))
    assert measured["expected_calibration_error"] == pytest.approx(0.3)
    assert not [name for name in measured if "roc_auc" in name]


def test_nothing_labelled_is_an_error_that_says_so(make_table):
    with pytest.raises(AlertlabError, match="no labelled row"):
        classification_metrics(make_table([UNLABELLED], [[1, 0, 0]], THREE))


def test_no_warning_for_a_float32_softmax_or_an_absent_class(make_noisy, make_table):
    predictions = make_noisy(only=[0, 1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        classification_metrics(make_table(predictions.target, predictions.probability.astype(np.float32)))
