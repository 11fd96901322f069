from dataclasses import replace

import numpy as np
import pytest
from alertlab.core.predictions import ClassPredictions
from alertlab.evaluation import evaluate

STAMPS = ("AGN", "SN", "VS", "asteroid", "bogus")


def table(target, probability, classes=STAMPS, objects=None, part="test", repeat=0):
    """ClassPredictions from lists; one object a row unless said otherwise."""
    target = np.array(target, dtype=np.int64)
    n = len(target)
    objects = [f"ZTF{row}" for row in range(n)] if objects is None else objects
    return ClassPredictions(
        np.arange(n),
        np.array(objects, dtype=np.str_),
        np.broadcast_to(part, n).astype(np.str_),
        np.broadcast_to(repeat, n).astype(np.int64),
        target,
        np.array(probability, dtype=np.float64).reshape(n, len(classes)),
        classes,
    )


def noisy(seed=0, n=400, classes=STAMPS, repeats=1, only=None):
    """ClassPredictions of a mediocre classifier; true classes are among ``only``."""
    random = np.random.default_rng(seed)
    k = len(classes)
    target = random.choice(np.arange(k) if only is None else only, n * repeats)
    logit = random.normal(0, 1, (n * repeats, k))
    logit[np.arange(n * repeats), target] += 1.5
    probability = np.exp(logit) / np.exp(logit).sum(axis=1, keepdims=True)
    return table(target, probability, classes, repeat=np.repeat(np.arange(repeats), n))


FIFTEEN = ("SNIa", "SNIbc", "SNII", "SLSN", "QSO", "AGN", "Blazar", "YSO", "CV/Nova", "LPV", "E", "DSCT", "RRL", "CEP")
FIFTEEN += ("Periodic-Other",)
BRANCHES = {"Transient": FIFTEEN[:4], "Stochastic": FIFTEEN[4:9], "Periodic": FIFTEEN[9:]}


@pytest.fixture(scope="session")
def light_curves():
    """Seven repeats of fifteen classes in three branches, some classes of few samples."""
    made = noisy(n=300, classes=FIFTEEN, repeats=7)
    return replace(made, branches=BRANCHES)


@pytest.fixture(scope="session")
def two_levels(light_curves):
    """Their evaluation."""
    return evaluate(light_curves)


@pytest.fixture(scope="session")
def make_table():
    return table


@pytest.fixture(scope="session")
def make_noisy():
    return noisy


@pytest.fixture(scope="session")
def single():
    """Evaluation of one repeat."""
    return evaluate(noisy())


@pytest.fixture(scope="session")
def several():
    """Evaluation of five repeats."""
    return evaluate(noisy(repeats=5))


@pytest.fixture(scope="session")
def gaps():
    """Evaluation of one repeat without VS, asteroid and bogus."""
    return evaluate(noisy(only=[0, 1]))
