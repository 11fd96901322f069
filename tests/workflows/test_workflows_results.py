"""Final results as MLflow has them."""

from dataclasses import replace

import numpy as np
import pytest
from alertlab.core.predictions import Predictions
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
    return Predictions(np.arange(n), names, np.full(n, "test"), repeat, target, probability, CLASSES, BRANCHES)


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


def test_the_terminal_shows_the_top_level_first(predictions, capsys):
    show_evaluation(evaluate(predictions.take(predictions.target != 2)))
    text = capsys.readouterr().out
    assert text.index("top/macro_f1") < text.index("│ macro_f1")
    assert "absent from test: top/Periodic\nabsent from test: RRL\n" in text
