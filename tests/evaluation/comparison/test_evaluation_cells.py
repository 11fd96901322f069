"""Cells of two confusion matrices, held to scikit-learn, to McNemar's exact test and to what chance gives."""

from dataclasses import replace

import numpy as np
import pytest
from alertlab.evaluation.comparison.cells import cells
from comparing import compare
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix

CLASSES = ("SNIa", "SNII", "RRL")


def compared(first, second, permutations=4000):
    comparison = compare(first, second, 10, 0.9)
    return cells(comparison, comparison.pairs[0], permutations)


def decided(rows, decisions):
    """The same rows, decided so."""
    return replace(rows, probability=0.1 + 0.7 * np.eye(len(rows.classes))[decisions])


def test_fractions_are_those_of_scikit_learn_means_over_repeats(make_noisy):
    first = make_noisy(n=90, classes=CLASSES, repeats=3)
    second = decided(first, np.roll(first.prediction, 1))
    found = compared(first, second, 10)
    for rows, matrix in ((first, found.first), (second, found.second)):
        each = [rows.take(rows.repeat == number) for number in range(3)]
        expected = [confusion_matrix(of.target, of.prediction, labels=range(3), normalize="true") for of in each]
        assert matrix == pytest.approx(np.mean(expected, axis=0), abs=1e-12)


def test_of_two_classes_and_one_row_an_object_a_cell_is_mcnemars_exact_test(make_noisy):
    rows = make_noisy(n=80, classes=("SN", "AGN"), repeats=1)
    target = np.zeros(80, np.int64)  # one true class alone, so that both cells are one comparison
    rows = replace(rows, target=target)
    right = np.zeros(80, np.int64)
    first, second = right.copy(), right.copy()
    first[:4], second[4:18] = 1, 1
    found = compared(decided(rows, first), decided(rows, second), 20000)
    assert found.p[0] == pytest.approx([binomtest(4, 18).pvalue] * 2, abs=0.006)
    assert np.isnan(found.p[1]).all()


def test_equal_runs_differ_nowhere(make_noisy):
    first = make_noisy(n=60, classes=CLASSES, repeats=1)
    assert (compared(first, first).p == 1).all()


def test_of_runs_that_differ_by_chance_alone_any_cell_is_marked_as_often_as_the_level_says(make_noisy):
    rows = make_noisy(n=150, classes=CLASSES, repeats=1)
    random, marked = np.random.default_rng(0), 0
    for _ in range(200):
        drawn = [np.where(random.random(150) < 0.7, rows.target, random.integers(3, size=150)) for _ in range(2)]
        marked += compared(*(decided(rows, each) for each in drawn), 199).p.min() < 0.1
    assert binomtest(marked, 200, 0.1).pvalue > 0.001
