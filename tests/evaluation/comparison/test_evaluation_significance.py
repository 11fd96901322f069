"""Tests of significance, held to statsmodels, scipy and published examples."""

import numpy as np
import pytest
from alertlab.evaluation.comparison.significance import corrected_t, holm, mcnemar, permutation_p
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.multitest import multipletests


def test_holms_correction_is_that_of_statsmodels_and_leaves_out_what_is_unknown():
    p = np.random.default_rng(0).uniform(size=30) ** 3
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])
    some = holm([0.01, float("nan"), 0.04])
    assert some[1] != some[1]
    assert [some[0], some[2]] == pytest.approx([0.02, 0.04])


@pytest.mark.parametrize(("only", "exact"), [((7, 2), True), ((59, 31), False)])
def test_mcnemar_is_that_of_statsmodels_exact_where_discordant_objects_are_few(only, exact):
    first = np.repeat([True, True, False, False], [100, only[0], only[1], 20])
    second = np.repeat([True, False, True, False], [100, only[0], only[1], 20])
    found = mcnemar(first, second)
    expected = statsmodels_mcnemar([[100, only[0]], [only[1], 20]], exact=exact, correction=False)
    assert (found.first_only, found.second_only, found.exact) == (*only, exact)
    assert found.p == pytest.approx(expected.pvalue)


def test_mcnemar_of_agrestis_approval_ratings():
    """Agresti (1990, table 10.1): 794, 150, 86, 570; z = 4.17 (z**2 = 17.36)."""
    first = np.repeat([True, True, False, False], [794, 150, 86, 570])
    second = np.repeat([True, False, True, False], [794, 150, 86, 570])
    assert mcnemar(first, second).p == pytest.approx(stats.chi2.sf((150 - 86) ** 2 / (150 + 86), 1))
    assert mcnemar(first, second).p == pytest.approx(2 * stats.norm.sf(4.166), rel=1e-2)


def test_runs_that_decide_alike_do_not_differ():
    right = np.array([True, False, True])
    assert mcnemar(right, right).p == 1


def test_a_permutation_p_value_is_that_of_scipy():
    difference = np.random.default_rng(3).normal(0.3, 1, 40)
    signs = np.random.default_rng(4).choice([-1, 1], size=(9999, 40))
    ours = permutation_p(difference.mean(), (signs * difference).mean(axis=1))
    scipys = stats.permutation_test(
        (difference,), np.mean, permutation_type="samples", n_resamples=9999, rng=np.random.default_rng(5)
    )
    assert ours == pytest.approx(scipys.pvalue, abs=0.03)


def test_the_corrected_t_without_shared_training_rows_is_students():
    difference = np.random.default_rng(1).normal(0.01, 0.02, 10)
    error, p = corrected_t(difference, 0.0)
    assert p == pytest.approx(stats.ttest_1samp(difference, 0).pvalue)
    assert error == pytest.approx(stats.sem(difference))
    assert corrected_t(difference, 0.25)[1] > p
