import json
import statistics
from dataclasses import replace

import numpy as np
import pytest
from alertlab.core.predictions import concatenate
from alertlab.core.samples import UNLABELLED
from alertlab.evaluation import evaluate
from alertlab.evaluation.metrics.spread import mean_and_std
from alertlab.runtime.errors import AlertlabError
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

THREE = ("AGN", "SN", "VS")


def test_mean_and_std_are_those_of_the_repeats(make_noisy):
    predictions = make_noisy(repeats=5)
    of = [predictions.take(predictions.repeat == number) for number in range(5)]
    accuracy = [accuracy_score(each.target, each.prediction) for each in of]
    evaluation = evaluate(predictions)
    assert evaluation.mean["accuracy"] == pytest.approx(statistics.mean(accuracy))
    assert evaluation.std["accuracy"] == pytest.approx(statistics.stdev(accuracy))


def test_a_metric_missing_from_a_repeat_is_averaged_over_the_others(make_table):
    first = make_table([0, 1, 2], np.eye(3)[[0, 1, 0]], THREE, repeat=0)
    second = make_table([0, 1, 2], np.eye(3)[[0, 0, 0]], THREE, repeat=1)
    third = make_table([0, 0, 2], np.eye(3)[[0, 0, 2]], THREE, repeat=2)  # without SN
    evaluation = evaluate(concatenate([first, second, third]))
    assert evaluation.mean["recall/SN"] == pytest.approx(0.5)
    assert evaluation.std["recall/SN"] == pytest.approx(statistics.stdev([1, 0]))
    assert evaluation.mean["support/SN"] == pytest.approx(2 / 3)
    assert evaluation.fraction_mean[1, 1] == pytest.approx(0.5)
    assert evaluation.absent == ()


def test_mean_and_std_agree_with_numpy_where_values_are_missing():
    values = np.random.default_rng(0).normal(size=(5, 4))
    values[0, 1] = values[:3, 2] = np.nan
    mean, std = mean_and_std(values)
    assert mean == pytest.approx(np.nanmean(values, axis=0))
    assert std == pytest.approx(np.nanstd(values, axis=0, ddof=1))


def test_confusion_agrees_with_scikit_learn(make_noisy):
    predictions = make_noisy()
    evaluation = evaluate(predictions)
    columns = (predictions.target, predictions.prediction)
    assert np.array_equal(evaluation.counts[0], confusion_matrix(*columns))
    assert evaluation.fraction_mean == pytest.approx(confusion_matrix(*columns, normalize="true"))
    assert np.isnan(evaluation.fraction_std).all()


def test_an_absent_class_is_listed_and_its_row_has_no_fraction(make_noisy):
    evaluation = evaluate(make_noisy(only=[0, 1, 3], repeats=2))
    assert evaluation.absent == ("VS", "bogus")
    assert np.isnan(evaluation.fraction_mean[[2, 4]]).all()
    assert evaluation.fraction_mean[[0, 1, 3]].sum(axis=1) == pytest.approx(1)


def test_only_labelled_rows_of_the_part_count(make_table):
    eye = np.eye(3)
    test = make_table([0, 1, UNLABELLED], eye, THREE, objects=["a", "a", "b"])
    other = make_table([0, 1, 2], eye[[2, 2, 1]], THREE, part="validation")
    repeat = evaluate(concatenate([test, other])).repeats[0]
    assert (repeat.samples, repeat.objects, repeat.counts.sum()) == (2, 1, 2)
    assert repeat.metrics["accuracy"] == 1


def test_intervals_are_for_a_single_repeat(make_noisy):
    single, several = evaluate(make_noisy()), evaluate(make_noisy(repeats=2))
    assert set(single.intervals) == {"accuracy", "balanced_accuracy", "macro_precision", "macro_recall", "macro_f1"}
    for name, (low, high) in single.intervals.items():
        assert low < single.mean[name] < high
    assert single.std == {}
    assert several.intervals == {}


def test_a_part_without_labels_is_an_error_that_names_the_others(make_table):
    labelled = make_table([0, 1], np.eye(3)[:2], THREE, part="validation")
    new = make_table([UNLABELLED], np.eye(3)[:1], THREE, part="new")
    with pytest.raises(AlertlabError, match=r"'test' holds no labelled row.*new \(0 labelled of 1 .*validation \(2 "):
        evaluate(concatenate([labelled, new]))


def test_probabilities_that_do_not_sum_to_one_are_refused(make_table):
    with pytest.raises(AlertlabError, match=r"sample 1 sum to 1\.3, not to one"):
        evaluate(make_table([0, 1], [[1, 0, 0], [0.4, 0.9, 0]], THREE))


@pytest.mark.parametrize("repeats", [1, 3])
def test_json_is_strict_and_complete(make_noisy, repeats):
    evaluation = evaluate(make_noisy(only=[0, 1], repeats=repeats))
    content = json.loads(json.dumps(evaluation.to_json(), allow_nan=False))
    assert content["absent"] == ["VS", "asteroid", "bogus"]
    assert content["mean"] == evaluation.mean
    assert len(content["repeats"]) == repeats
    for repeat in content["repeats"]:
        assert np.sum(repeat["confusion_counts"]) == sum(repeat["reliability"]["count"]) == repeat["samples"] == 400
        assert repeat["metrics"]["accuracy"] == pytest.approx(np.trace(repeat["confusion_counts"]) / 400)


def test_the_top_level_is_an_evaluation_of_the_branches(light_curves, two_levels):
    top = two_levels.top
    number = {name: index for index, of in enumerate(light_curves.branches.values()) for name in of}
    branch = np.array([number[name] for name in light_curves.classes])
    target, decided = branch[light_curves.target], light_curves.top().prediction
    each = [f1_score(target[of], decided[of], average="macro") for of in of_repeats(light_curves)]
    assert top.classes == ("Transient", "Stochastic", "Periodic")
    assert top.mean["macro_f1"] == pytest.approx(np.mean(each))
    assert top.std["macro_f1"] == pytest.approx(np.std(each, ddof=1))
    assert np.array_equal(top.counts.sum(axis=0), confusion_matrix(target, decided))
    assert (list(two_levels.levels), evaluate(replace(light_curves, branches={})).top) == (["top/", ""], None)


def of_repeats(predictions):
    return [predictions.repeat == number for number in np.unique(predictions.repeat)]


def test_percentiles_of_the_confusion_matrix_are_numpys(light_curves, two_levels):
    fraction = [
        confusion_matrix(light_curves.target[of], light_curves.prediction[of], normalize="true", labels=range(15))
        for of in of_repeats(light_curves)
    ]
    assert two_levels.fraction_percentiles == pytest.approx(np.percentile(fraction, [5, 50, 95], axis=0))


def test_a_class_absent_from_some_repeats_has_the_percentiles_of_the_others(make_table):
    first = make_table([0, 1, 2, 2], np.eye(3)[[0, 1, 0, 2]], THREE, repeat=0)
    second = make_table([0, 0, 0, 0], np.eye(3)[[0, 0, 0, 0]], THREE, repeat=1)
    third = make_table([0, 0, 2, 2], np.eye(3)[[0, 0, 0, 0]], THREE, repeat=2)
    percentiles = evaluate(concatenate([first, second, third])).fraction_percentiles
    assert percentiles[:, 2, 2] == pytest.approx(np.percentile([0.5, 0], [5, 50, 95]))
    assert percentiles[:, 1, 1].tolist() == [1, 1, 1]
    assert np.isfinite(percentiles).all()
    absent = evaluate(concatenate([second, replace(second, repeat=np.ones(4, int))])).fraction_percentiles
    assert np.isnan(absent[:, 1:]).all()


def test_classes_are_shown_branch_by_branch_each_in_taxonomy_order(make_noisy):
    predictions = make_noisy(classes=("AGN", "SNIa", "RRL", "QSO"))
    branches = {"Transient": ("SNIa",), "Stochastic": ("QSO", "AGN"), "Periodic": ("RRL",)}
    evaluation = evaluate(replace(predictions, branches=branches), resamples=1)
    assert [evaluation.classes[index] for index in evaluation.order] == ["SNIa", "AGN", "QSO", "RRL"]
    assert evaluation.breaks == (1, 3)


def test_json_holds_both_levels(two_levels):
    content = json.loads(json.dumps(two_levels.to_json(), allow_nan=False))
    assert content["top"]["mean"] == two_levels.top.mean
    assert content["top"]["classes"] == list(content["branches"]) == ["Transient", "Stochastic", "Periodic"]
    assert np.sum(content["top"]["repeats"][0]["confusion_counts"]) == 300
