"""What drives a score, on detectors whose answer is known by arithmetic."""

from dataclasses import replace

import numpy as np
import pytest
from alertlab.core.driven import NONE, explained, falls, windows
from alertlab.core.flux_columns import flux_columns, wavelengths_of, windows_in
from alertlab.runtime import Column
from samples_by_hand import predictions
from sklearn.ensemble import IsolationForest

COLUMNS = (Column("period", "d"), Column("colour", "mag", missing=-999.0), Column("noise"))
USUAL = ((1.0, 2.0, 3.0), (-1.0, 0.0, 1.0), None)


def distance(values):
    """Squared distance to the usual middle; what is unknown is two away."""
    return (np.nan_to_num(values[:, :2] - [2, 0], nan=2.0) ** 2).sum(1)


def test_the_fall_of_a_sum_is_the_term_of_the_column():
    values = np.array([[2, 5, 1], [7, -1, 1], [np.nan, 0, 1]], np.float32)
    assert falls(values, USUAL, distance) == pytest.approx(np.array([[0, 25, 0], [25, 1, 0], [4, 0, 0]]))


def test_many_rows_are_asked_about_some_at_a_time_and_fall_alike():
    values = np.random.default_rng(0).normal(size=(41, 3)).astype(np.float32)
    asked = []
    found = falls(values, USUAL, lambda rows: asked.append(len(rows)) or distance(rows))
    assert found[:, :2] == pytest.approx((values[:, :2] - [2, 0]) ** 2, rel=1e-4, abs=1e-5)
    assert max(asked) < 41 * 2


def test_only_the_highest_scores_say_what_drives_them_the_largest_first():
    values = np.array([[2, 0, 1], [7, -4, 1], [2, np.nan, 1], [2, -999, 1]], np.float32)
    rows = replace(predictions("detection"), score=distance(values))
    told = explained(rows, values, COLUMNS, USUAL, distance, 3).driven_by.tolist()
    assert told[0] == ""
    assert told[1] == "period 7 d (usually 1 to 3); colour -4 mag (usually -1 to 1)"
    assert told[2:] == ["colour unknown (usually -1 to 1)"] * 2


def test_where_no_column_alone_matters_that_is_said():
    values = np.array([[9, 9, 1]] * 4, np.float32)
    either = lambda rows: np.maximum(rows[:, 0], rows[:, 1])  # noqa: E731
    rows = replace(predictions("detection"), score=either(values))
    assert explained(rows, values, COLUMNS, USUAL, either, 1).driven_by.tolist().count(NONE) == 1


def test_a_forest_names_the_column_that_was_made_strange():
    random = np.random.default_rng(0)
    train = random.normal(size=(2000, 12)).astype(np.float32)
    forest = IsolationForest(n_estimators=200, random_state=0).fit(train)
    usual = [tuple(np.quantile(column, (0.05, 0.5, 0.95))) for column in train.T]
    values = random.normal(0, 0.3, (12, 12)).astype(np.float32)
    values[np.arange(12), np.arange(12)] = 8  # row i by column i
    fall = falls(values, usual, lambda rows: -forest.score_samples(rows))
    assert fall.argmax(axis=1).tolist() == list(range(12))


def test_of_a_spectrum_windows_of_pixels_are_made_usual_together():
    """A line over four pixels of the same window lowers the score by all of its squares at once."""
    columns = flux_columns(np.linspace(4000, 5990, 200))
    usual = [(0.9, 1.0, 1.1)] * 200
    values = np.ones((4, 200), np.float32)
    values[2, 100:104] = 3
    score = lambda rows: ((rows - 1) ** 2).sum(axis=1)  # noqa: E731
    rows = replace(predictions("detection"), score=score(values))
    told = str(explained(rows, values, columns, usual, score, 1).driven_by[2])
    assert told.startswith("5000 to 5030 A: 3 (usually 0.9 to 1.1)")
    ((low, high),) = windows_in(told)
    assert low <= 5000 < 5030 <= high
    own = falls(values, usual, score, windows(200))
    assert own[2].max() == pytest.approx(16)
    assert np.count_nonzero(own) == 1


def test_columns_are_those_of_a_spectrum_only_if_all_are():
    columns = flux_columns(np.array([4000.0, 5000.126, 6000.0]))
    assert wavelengths_of(columns).tolist() == [4000.0, 5000.13, 6000.0]
    assert wavelengths_of((*columns, Column("redshift"))) is None
    assert wavelengths_of(columns[:2]) is None
    assert wavelengths_of(COLUMNS) is None
