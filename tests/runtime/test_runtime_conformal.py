"""Sets of classes against MAPIE, crepes and the coverage that they promise."""

import numpy as np
import pytest
from alertlab.runtime import AlertlabError
from alertlab.runtime.conformal import STEPS, Scores, scores_of, sets_of, strangeness
from scipy.stats import binom

CLASSES = ("AGN", "SN", "VS", "asteroid")


def drawn(n, seed, k=4, shares=(0.4, 0.3, 0.2, 0.1)):
    """Probabilities of a mediocre classifier, and the classes."""
    rng = np.random.default_rng(seed)
    target = rng.choice(k, n, p=shares)
    logit = rng.normal(0, 1.5, (n, k))
    logit[np.arange(n), target] += 1.5
    told = np.exp(logit) / np.exp(logit).sum(1, keepdims=True)
    told = np.round(told, 6)
    return told, target


def own(target):
    return np.arange(len(target)).astype(str)


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9, 0.95])
def test_marginal_sets_are_those_of_mapie(coverage):
    from mapie.classification import SplitConformalClassifier
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Said(ClassifierMixin, BaseEstimator):
        classes_ = np.arange(4)

        def fit(self, features, target):
            return self

        def __sklearn_is_fitted__(self):
            return True

        def predict(self, features):
            return features.argmax(1)

        def predict_proba(self, features):
            return features

    told, target = drawn(333, 0)
    new, _ = drawn(200, 1)
    theirs = SplitConformalClassifier(Said(), confidence_level=coverage, conformity_score="lac", prefit=True)
    theirs.conformalize(told, target)
    _, sets = theirs.predict_set(new)
    ours = sets_of(told, target, own(target), CLASSES, "validation").limits(coverage, CLASSES).members(new)
    np.testing.assert_array_equal(ours, sets[:, :, 0])


@pytest.mark.parametrize("by_class", [False, True])
@pytest.mark.parametrize(
    "coverage", [0.801, 0.902, 0.951]
)  # of which crepes takes one more where (n + 1) of it is whole
def test_sets_are_those_of_crepes(coverage, by_class):
    from crepes import ConformalClassifier

    told, target = drawn(333, 0)
    new, _ = drawn(200, 1)
    theirs = ConformalClassifier()
    score = 1 - told[np.arange(333), target]
    theirs.fit(score, bins=target) if by_class else theirs.fit(score)
    each = [np.full(200, index) if by_class else None for index in range(4)]  # as its wrapper of classifiers has it
    columns = [
        theirs.predict_set(1 - new[:, [index]], bins=bins, confidence=coverage, smoothing=False)
        for index, bins in enumerate(each)
    ]
    sets = np.hstack(columns)
    ours = sets_of(told, target, own(target), CLASSES, "validation").limits(coverage, CLASSES, by_class).members(new)
    np.testing.assert_array_equal(ours, sets)


@pytest.mark.parametrize("by_class", [False, True])
def test_the_true_class_is_in_as_many_sets_as_promised(by_class):
    """Over draws of held-out objects and new ones: the mean coverage is the promise, above it by 1/(n + 1) at most."""
    coverage, draws, n = 0.9, 400, 100
    hits = np.zeros((draws, 4))
    rows = np.zeros((draws, 4))
    for draw in range(draws):
        told, target = drawn(n, 2 * draw, shares=(0.4, 0.3, 0.2, 0.1))
        new, truth = drawn(100, 2 * draw + 1)
        members = sets_of(told, target, own(target), CLASSES, "v").limits(coverage, CLASSES, by_class).members(new)
        covered = members[np.arange(100), truth]
        hits[draw], rows[draw] = np.bincount(truth, covered, 4), np.bincount(truth, minlength=4)
    error = 3 * np.sqrt(0.09 / (draws * 100)) * 2  # new rows of a draw share its limit
    assert coverage - error < hits.sum() / rows.sum() < coverage + 1 / n + error + by_class * 0.05
    if by_class:
        for index, each in enumerate(hits.sum(0) / rows.sum(0)):
            assert each > coverage - 3 * np.sqrt(0.09 / rows[:, index].sum()) * 2


def test_an_object_of_many_rows_counts_once():
    """Half of the objects have ten rows of high scores, the others one of a low one; new ones are covered."""
    rng = np.random.default_rng(0)

    def objects(n):
        many = rng.random(n) < 0.5
        owner = np.repeat(np.arange(n), np.where(many, 10, 1))
        level = np.where(many, 0.6, 0.2) + rng.uniform(-0.2, 0.2, n)
        return np.clip(level[owner] + rng.uniform(-0.1, 0.1, len(owner)), 0, 1), owner

    found = []
    for _ in range(300):
        score, owner = objects(60)
        limit = scores_of(np.round(score, 6), owner.astype(str)).limit(0.8)
        new, whose = objects(60)
        found.append(np.mean(np.bincount(whose, new <= limit) / np.bincount(whose)))
    assert 0.8 - 0.01 < np.mean(found) < 0.8 + 1 / 60 + 0.01


def test_one_row_an_object_has_the_finite_sample_rank():
    scores = scores_of(np.arange(1, 20) / 100, np.arange(19).astype(str))
    for coverage in (0.5, 0.85, 0.9, 0.95):
        assert scores.limit(coverage) == np.arange(1, 20)[int(np.ceil(round(20 * coverage, 9))) - 1] / 100
    assert scores.limit(0.96) == 1  # the 20th smallest of 19
    assert not scores.reaches(0.96)


def test_a_class_of_few_objects_is_in_every_set_and_is_named():
    told, target = drawn(100, 0, shares=(0.5, 0.46, 0.0, 0.04))
    limits = sets_of(told, target, own(target), CLASSES, "validation").limits(0.9, CLASSES, by_class=True)
    assert limits.few == ("VS", "asteroid")
    assert limits.members(drawn(50, 1)[0])[:, 2:].all()


def test_a_long_table_is_thinned_and_never_covers_less():
    rng = np.random.default_rng(0)
    score = rng.random(20_000)
    kept = scores_of(score, np.arange(20_000).astype(str))
    whole = np.sort(score)
    assert len(kept.score) <= STEPS
    for coverage in rng.uniform(0.01, 0.99, 200):
        exact = whole[int(np.ceil(20_001 * coverage)) - 1]
        assert exact <= kept.limit(coverage) <= np.quantile(score, min(coverage + 0.002, 1))


def test_rounding_of_another_program_changes_no_set():
    told, target = drawn(300, 0)
    limits = sets_of(told, target, own(target), CLASSES, "validation").limits(0.9, CLASSES)
    np.testing.assert_array_equal(limits.members(told), limits.members(told.astype(np.float32)))
    assert np.mean(strangeness(told.astype(np.float32)) == strangeness(told)) == 1


@pytest.mark.parametrize("coverage", [0, 1, 90])
def test_a_coverage_that_is_none_is_refused(coverage):
    told, target = drawn(50, 0)
    with pytest.raises(AlertlabError, match=rf"coverage: {coverage} is not between 0 and 1; 0\.9 is usual"):
        sets_of(told, target, own(target), CLASSES, "validation").limits(coverage, CLASSES)


def test_nothing_to_go_by_leaves_nothing_out():
    assert scores_of(np.zeros(0), np.zeros(0, np.str_)) == Scores((), (), 0)
    assert Scores((), (), 0).limit(0.5) == 1


def test_coverage_on_new_rows_is_binomial():
    """Given the limit, covered rows are a binomial of a coverage that is itself Beta(n + 1 - l, l) (Vovk 2012)."""
    told, target = drawn(2000, 0)
    limits = sets_of(told, target, own(target), CLASSES, "validation").limits(0.9, CLASSES)
    new, truth = drawn(5000, 1)
    covered = int(limits.members(new)[np.arange(5000), truth].sum())
    low, high = binom.ppf([0.0005, 0.9995], 5000, 0.9)
    spread = 3 * 5000 * np.sqrt(0.09 / 2000)
    assert low - spread < covered < high + spread
