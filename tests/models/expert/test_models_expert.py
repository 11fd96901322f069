"""The forests that learn from a person: their graph repeats coniferest, and what cannot be is told."""

import sys

import numpy as np
import pytest
from alertlab import runtime
from alertlab.bundle import BundleDetails, write_bundle
from alertlab.config import compose, instantiate
from alertlab.core.samples import Samples
from alertlab.models import AADForest, PineForest
from alertlab.runtime import AlertlabError, Column
from alertlab.workflows.hunt.candidates import read_candidates
from coniferest.aadforest import AADForest as TheirAAD
from coniferest.pineforest import PineForest as TheirPine
from feature_table import FakeRun, FeatureTable, bundled

FORESTS = ("aad_forest", "pine_forest")
SMALL = ["forest.n_trees=20", "forest.n_subsamples=64", "forest.n_jobs=1"]
MAPS = ("reciprocal", "linear", "exponential", "const")


def made(name, *overrides):
    return instantiate(compose("hunt", [f"forest={name}", *SMALL, *overrides]).forest)


def taught(forest, table, n=40):
    forest.fit(table, FakeRun(None))
    rows = np.arange(n)
    forest.learn(forest.features[rows], rows % 3 == 0)
    return forest


def no_flip(ours, theirs):
    """Whether no two rows stand in another order than theirs, but for ties."""
    order = np.argsort(theirs, kind="stable")
    return bool(np.all(np.diff(ours[order]) >= 0))


@pytest.mark.parametrize("name", FORESTS)
def test_the_bundle_ranks_every_row_as_coniferest_does(name, tmp_path):
    table = FeatureTable(n=600)
    forest = taught(made(name), table)
    bundle = bundled(forest, table, tmp_path)
    everything = table.samples().inputs["features"]
    score = bundle.predict({"features": everything}).score
    theirs = -forest.forest.score_samples(forest.prepare(everything))
    np.testing.assert_allclose(score, theirs, rtol=1e-6)
    assert no_flip(score, theirs)


@pytest.mark.parametrize("name", FORESTS)
def test_no_real_row_changes_its_rank(name, shared_data, tmp_path):
    """MACHO: 6,060 rows, 43 infinite values, columns over eleven orders of magnitude."""
    read = read_candidates(shared_data / "feature_tables" / "MACHO_FATS_features.csv.gz", "MACHO_Id", ["Class"], [])
    forest = instantiate(compose("hunt", [f"forest={name}", "forest.n_jobs=1"]).forest)
    forest.begin(read.samples, 5)
    for n in (10, 20):
        rows = np.arange(n) * 50
        forest.learn(forest.features[rows], rows % 150 == 0)
    details = BundleDetails("macho", "1", "", "BSD-3-Clause", "text")
    bundle = runtime.load(write_bundle(tmp_path / "macho-1.bundle", forest, read.samples, details))
    score = bundle.predict({"features": read.samples.inputs["features"]}).score
    theirs = -forest.forest.score_samples(forest.features)
    assert no_flip(score, theirs)
    np.testing.assert_allclose(score, theirs, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("map_value", MAPS)
def test_every_value_of_a_leaf_is_exported(map_value, tmp_path):
    table = FeatureTable(n=300)
    forest = taught(made("aad_forest", f"forest.map_value={map_value}"), table)
    score = bundled(forest, table, tmp_path).predict({"features": table.samples().inputs["features"]}).score
    theirs = -forest.forest.score_samples(forest.prepare(table.samples().inputs["features"]))
    np.testing.assert_allclose(score, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("aad_forest", TheirAAD(n_trees=20, n_subsamples=64, n_jobs=1, random_seed=7)),
        ("pine_forest", TheirPine(n_trees=20, n_subsamples=64, n_jobs=1, random_seed=7)),
    ],
)
def test_defaults_are_those_of_coniferest(name, theirs):
    table = FeatureTable(n=300)
    forest = taught(made(name), table)
    rows = np.arange(40)
    theirs.fit(forest.features)
    theirs.fit_known(forest.features, forest.features[rows], np.where(rows % 3 == 0, -1, 1))
    np.testing.assert_array_equal(forest.score(forest.features), -theirs.score_samples(forest.features))


@pytest.mark.parametrize("name", FORESTS)
def test_unknown_features_are_the_median_infinite_ones_unknown_and_absurd_ones_zero(name):
    values = np.array([[1, 5], [2, np.nan], [3, np.inf], [np.nan, 1e35], [10, 7]], np.float32)
    samples = Samples(
        {"features": values},
        None,
        np.arange(5),
        np.array(list("abcde")),
        None,
        {"features": (Column("x"), Column("y"))},
    )
    forest = made(name)
    forest.begin(samples, 1)
    np.testing.assert_array_equal(forest.features, [[1, 5], [2, 5], [3, 5], [2.5, 0], [10, 7]])


def test_what_drives_an_object_is_the_column_in_which_it_stands_out():
    table = FeatureTable(n=600)
    forest = made("pine_forest")
    forest.fit(table, FakeRun(None))
    row = forest.median.astype(np.float32)
    row[2] = 50 * np.abs(forest.features[:, 2]).max()
    assert np.argmax(forest.drivers(row)) == 2


def test_without_the_extra_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "coniferest.aadforest", None)
    with pytest.raises(AlertlabError, match=r"coniferest.*pip install 'alertlab\[hunt\]'"):
        made("aad_forest").fit(FeatureTable(n=60), FakeRun(None))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda **of: AADForest(**of | {"budget": 1.5}), r"forest\.budget: 1\.5"),
        (lambda **of: AADForest(**of | {"map_value": "square"}), r"forest\.map_value: 'square' is not among"),
        (lambda **of: AADForest(**of | {"C_a": -1}), r"forest\.C_a: -1"),
        (lambda **of: AADForest(**of | {"n_trees": 0}), r"forest\.n_trees: 0"),
        (lambda **of: AADForest(**of | {"n_jobs": 0}), r"forest\.n_jobs: 0"),
    ],
)
def test_what_cannot_be_is_told_with_its_key(build, message):
    of = {"n_trees": 5, "n_subsamples": 16, "max_depth": None, "n_jobs": 1, "budget": "auto"}
    with pytest.raises(AlertlabError, match=message):
        build(**of, C_a=1.0, C_n=1.0, prior_influence=0.0, map_value="linear")


def test_a_no_may_weigh_less_than_a_yes():
    """Weights below one count: coniferest would cut them to whole numbers, were its labels such."""
    table, scores = FeatureTable(n=300), []
    for ratio in (0.1, 1.0):
        forest = made("pine_forest", f"forest.weight_ratio={ratio}", "forest.n_spare_trees=50")
        scores.append(taught(forest, table).score(forest.features))
    assert not np.array_equal(*scores)
    assert PineForest(
        n_trees=5, n_subsamples=16, max_depth=None, n_jobs=1, n_spare_trees=5, weight_ratio=0, regenerate_trees=True
    )


def test_answers_that_contradict_each_other_leave_the_scores_as_they_were(capsys):
    """Equal rows, wanted and not: coniferest's weights would be 0 / 0."""
    values = np.zeros((2, 2), np.float32)
    columns = {"features": (Column("x"), Column("y"))}
    forest = made("aad_forest")
    forest.begin(Samples({"features": values}, None, np.arange(2), np.array(["a", "b"]), None, columns), 1)
    before = forest.score(values)
    forest.learn(values, np.array([True, False]))
    np.testing.assert_array_equal(forest.score(values), before)
    assert "contradict" in capsys.readouterr().err
