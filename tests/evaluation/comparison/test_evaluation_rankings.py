"""Ranks of several runs, held to scipy, scikit-posthocs and Demšar's worked example."""

import numpy as np
import pytest
import scikit_posthocs
from alertlab.evaluation.comparison.pairing import paired, rows_of_run
from alertlab.evaluation.comparison.rankings import folds_of, ranking, rankings
from alertlab.evaluation.comparison.rankings_figure import rankings_figure
from scipy import stats

DEMSAR = np.array(  # ranks of four trees by AUC on fourteen sets
    [
        [4, 3, 2, 1], [1, 2, 3, 4], [4, 1, 2, 3], [4, 1, 3, 2], [4, 2, 3, 1], [1, 2.5, 4, 2.5], [3, 2, 4, 1],
        [2.5, 2.5, 4, 1], [4, 3, 2, 1], [2.5, 2.5, 2.5, 2.5], [4, 2.5, 1, 2.5], [3, 2, 4, 1],
        [4, 1, 2, 3], [3, 1, 4, 2],
    ]
)  # fmt: skip


def test_demsars_worked_example():
    """Demšar (2006), table 6 and section 3.2.2: mean ranks, chi-squared 9.28, critical difference 1.25."""
    of = ranking("log_loss", "sets", DEMSAR, 0.05)  # of ranks, too, less is better
    assert of.mean_rank == pytest.approx([3.143, 2.000, 2.893, 1.964], abs=5e-4)
    assert of.critical == pytest.approx(1.25, abs=5e-3)
    assert of.chi2 == pytest.approx(stats.friedmanchisquare(*DEMSAR.T).statistic)
    assert of.chi2 * (1 - 78 / 840) == pytest.approx(9.28, abs=5e-3)  # his is not corrected for ties
    assert of.nemenyi == pytest.approx(scikit_posthocs.posthoc_nemenyi_friedman(DEMSAR).to_numpy())


def test_less_is_better_of_a_loss():
    of = ranking("log_loss", "folds", np.array([[0.1, 0.2, 0.3]] * 5), 0.05)
    assert of.mean_rank.tolist() == [1, 2, 3]


def test_runs_that_are_one_do_not_differ():
    of = ranking("accuracy", "folds", np.full((6, 3), 0.5), 0.05)
    assert (of.p, of.mean_rank.tolist(), of.nemenyi.min()) == (1, [2, 2, 2], 1)


def test_of_one_repeat_blocks_are_folds_that_share_no_object(make_noisy):
    rows = make_noisy(n=300)
    fold = folds_of(rows, 10, 0)
    assert np.bincount(fold).tolist() == [30] * 10
    by_class = np.array([np.bincount(fold[rows.target == k], minlength=10) for k in range(5)])
    assert np.ptp(by_class, axis=1).max() <= 1
    runs = [rows_of_run(name, rows) for name in "ABC"]
    found = rankings(paired(runs), 0.05)
    assert found["macro_f1"].values.shape == (10, 3)
    assert "ECE" not in found
    assert rankings(paired(runs[:2]), 0.05) == {}


def test_of_enough_repeats_blocks_are_the_repeats_and_the_diagram_names_every_run(make_noisy):
    rows = make_noisy(n=60, repeats=5)
    of = rankings(paired([rows_of_run(name, rows) for name in ("A", "B", "a run of long name")]), 0.05)["macro_f1"]
    assert (of.blocks, of.values.shape) == ("repeats", (5, 3))
    texts = [text.get_text() for text in rankings_figure(of, ("A", "B", "a run of long name"), 0.05).axes[0].texts]
    assert all(any(name in text for text in texts) for name in ("A", "B", "a run of long name"))
