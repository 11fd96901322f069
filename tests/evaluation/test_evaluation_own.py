"""Functions of one's own that judge a predictions table appear wherever alertlab's metrics do."""

import csv
import sys
from types import ModuleType

import numpy as np
import pytest
from alertlab.evaluation import Evaluator, RegressionEvaluator
from alertlab.runtime.errors import AlertlabError
from sklearn.metrics import cohen_kappa_score, matthews_corrcoef


def matthews(rows):
    """Matthews' correlation coefficient."""
    return matthews_corrcoef(rows.target, rows.prediction)


def kappa(rows, weight=None):
    """Cohen's kappa."""
    return cohen_kappa_score(rows.target, rows.prediction, sample_weight=weight)


def bright(rows):
    """Two numbers, of which one is undefined."""
    return {"share right": np.mean(rows.target == rows.prediction), "none": float("nan")}


def words(rows):
    return "good"


def broken(rows):
    raise ValueError("no class 7")


def accuracy(rows):
    return 1.0


@pytest.fixture(scope="module", autouse=True)
def mylab():
    """The functions above as a module ``my_metrics``."""
    module = ModuleType("my_metrics")
    for each in (matthews, kappa, bright, words, broken, accuracy):
        setattr(module, each.__name__, each)
    sys.modules["my_metrics"] = module
    yield
    del sys.modules["my_metrics"]


def test_a_metric_of_ones_own_has_its_value_and_a_bootstrap_interval(make_noisy, tmp_path):
    rows = make_noisy()
    evaluation = Evaluator(formats=[], resamples=50, metrics=["my_metrics.matthews", "my_metrics.bright"])(
        rows, tmp_path
    )
    expected = matthews_corrcoef(rows.target, rows.prediction)
    assert evaluation.mean["matthews"] == pytest.approx(expected)
    low, high = evaluation.intervals["matthews"]
    assert low < expected < high
    shown = dict(evaluation.results())
    assert "[" in shown["matthews"]
    assert shown["bright/share right"].startswith(shown["accuracy"][:5])
    assert "bright/none" not in evaluation.mean
    with (tmp_path / "metrics.csv").open() as file:
        written = {row["metric"]: row for row in csv.DictReader(file)}
    assert float(written["matthews"]["mean"]) == pytest.approx(expected)


def test_of_repeats_it_has_a_deviation(make_noisy):
    rows = make_noisy(repeats=3)
    evaluation = Evaluator(formats=[], metrics=["my_metrics.kappa"]).evaluate(rows)
    each = [rows.take(rows.repeat == repeat) for repeat in range(3)]
    expected = [cohen_kappa_score(of.target, of.prediction) for of in each]
    assert evaluation.mean["kappa"] == pytest.approx(np.mean(expected))
    assert evaluation.std["kappa"] == pytest.approx(np.std(expected, ddof=1))


def test_a_function_that_takes_weights_is_given_them_and_another_resampled_rows(make_noisy):
    from alertlab.evaluation.own import own_metrics

    rows, often = make_noisy(), np.random.default_rng(0).integers(0, 3, 400)
    taking, resampled = own_metrics(["my_metrics.kappa", "my_metrics.matthews"])
    assert taking.weighted
    assert not resampled.weighted
    assert taking.scores(rows, often)["kappa"] == pytest.approx(
        cohen_kappa_score(rows.target, rows.prediction, sample_weight=often)
    )
    assert resampled.scores(rows, often)["matthews"] == pytest.approx(
        matthews_corrcoef(rows.target, rows.prediction, sample_weight=often)
    )
    assert resampled.scores(rows, often / 3) == {}  # no row counts a third of a time


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("my_metrics.words", r"my_metrics.words returned 'good', not a number"),
        ("my_metrics.broken", r"my_metrics.broken raised ValueError: no class 7 on 400 rows"),
        ("my_metrics.accuracy", r"my_metrics.accuracy has the name of a metric of alertlab's"),
        ("my_metrics.absent", r"my_metrics.absent cannot be imported"),
    ],
)
def test_a_metric_that_is_none_is_named(name, message, make_noisy):
    with pytest.raises(AlertlabError, match=message):
        Evaluator(formats=[], metrics=[name]).evaluate(make_noisy())


def test_every_task_takes_them():
    assert RegressionEvaluator(metrics=["my_metrics.matthews"]).metrics[0].path == "my_metrics.matthews"
