"""Final results as MLflow has them."""

from dataclasses import replace

import numpy as np
import pytest
from alertlab.core.predictions import ClassPredictions
from alertlab.evaluation import evaluate
from alertlab.workflows.results import named_metrics
from alertlab.workflows.show import show_evaluation
from sklearn.metrics import precision_score

CLASSES, BRANCHES = ("SNIa", "SNII", "RRL"), {"Transient": ("SNIa", "SNII"), "Periodic": ("RRL",)}


@pytest.fixture
def predictions():
    """Two repeats of three classes in two branches."""
    random, n = np.random.default_rng(0), 120
    target = random.integers(0, 3, n)
    probability = random.dirichlet(np.ones(3), n)
    probability[np.arange(n), target] += 0.5
    probability /= probability.sum(axis=1, keepdims=True)
    names = np.array([f"ZTF{row}" for row in range(n)])
    repeat = np.arange(n) % 2
    return ClassPredictions(np.arange(n), names, np.full(n, "test"), repeat, target, probability, CLASSES, BRANCHES)


def test_both_levels_have_their_names(predictions):
    metrics = named_metrics(evaluate(predictions))
    top = predictions.top()
    halves = [top.take(top.repeat == repeat) for repeat in (0, 1)]
    each = [precision_score(of.target, of.prediction, average="macro") for of in halves]
    assert metrics["test/top/macro_precision"] == pytest.approx(np.mean(each))
    assert metrics["test/top/macro_precision_std"] == pytest.approx(np.std(each, ddof=1))
    assert {"test/macro_precision", "test/recall/SNIa", "test/top/recall/Transient"} <= set(metrics)
    cells = [metrics[f"test/top/confusion/Transient/{name}"] for name in BRANCHES]
    assert sum(cells) == pytest.approx(1)


def test_a_flat_task_has_no_top_level(predictions):
    metrics = named_metrics(evaluate(replace(predictions, branches={})))
    assert not [name for name in metrics if "top" in name]


@pytest.mark.parametrize("classes", [("F", "1O/2O", "F/1O", "2O"), ("EB*", "EB?", "EB_x2a_", "EB")])
def test_every_cell_of_the_matrix_has_a_name_of_its_own(predictions, classes):
    random = np.random.default_rng(1)
    target = np.arange(120) // 2 % 4
    probability = random.dirichlet(np.ones(4), 120)
    evaluation = evaluate(replace(predictions, target=target, probability=probability, classes=classes, branches={}))
    metrics = named_metrics(evaluation)
    cells = [value for name, value in metrics.items() if "/confusion/" in name and not name.endswith("_std")]
    assert sorted(cells) == sorted(evaluation.fraction_mean.ravel())
    assert len([name for name in metrics if name.startswith("test/recall/")]) == 8  # with deviations


def test_a_class_that_ends_as_deviations_do_is_none(predictions):
    evaluation = evaluate(replace(predictions, classes=("SN", "SN_std", "RRL"), branches={}))
    metrics = named_metrics(evaluation)
    assert metrics["test/recall/SN_std"] == pytest.approx(evaluation.std["recall/SN"])
    assert metrics["test/recall/SN_x5f_std"] == pytest.approx(evaluation.mean["recall/SN_std"])


def test_the_terminal_shows_the_top_level_first(predictions, capsys):
    show_evaluation(evaluate(predictions.take(predictions.target != 2)))
    text = capsys.readouterr().out
    assert text.index("top/macro_f1") < text.index("│ macro_f1")
    assert "absent from test, and from every average: top/Periodic, RRL\n" in text
