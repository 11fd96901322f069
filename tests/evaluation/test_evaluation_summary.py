import json
import statistics

import numpy as np
import pytest
from alertlab.core.predictions import concatenate
from alertlab.core.samples import UNLABELLED
from alertlab.evaluation import evaluate
from alertlab.evaluation.spread import mean_and_std
from alertlab.runtime.errors import AlertlabError
from sklearn.metrics import accuracy_score, confusion_matrix

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
