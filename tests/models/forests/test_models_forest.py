"""Forests: against imbalanced-learn and scikit-learn, fitted here with the same arguments."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from alertlab.config import compose, instantiate
from alertlab.models.forests.forest import grow, rows_of
from alertlab.models.forests.out_of_bag import judged_rows, votes
from alertlab.models.tables.features import prepared
from alertlab.runtime import AlertlabError
from alertlab.runtime.decision import decide
from feature_table import BRANCHES, CLASSES, FEATURES, FakeRun, FeatureTable, bundled
from imblearn.ensemble import BalancedRandomForestClassifier
from sklearn.ensemble import RandomForestClassifier

FEW = ["model.n_estimators=20", "model.n_jobs=1", "model.permutation_repeats=0"]
PUBLISHED = {
    "n_estimators": 20,
    "sampling_strategy": "not minority",
    "replacement": False,
    "bootstrap": True,
    "criterion": "gini",
    "max_depth": None,
    "class_weight": None,
    "random_state": 7,
}


@pytest.fixture(autouse=True)
def without_figures(request, monkeypatch):
    """A second a fit, and one test looks at them."""
    if "figure" not in request.node.name:
        monkeypatch.setattr(
            "alertlab.models.forests.forest_model.write_importances", lambda each, names, folder: folder
        )


def fitted(name, data, folder, *overrides):
    model = instantiate(compose("train", [f"model={name}", *FEW, *overrides]).model)
    run = FakeRun(folder)
    model.fit(data, run)
    return model, run


def cleaned(features):
    """As published: infinite is unknown, what is beyond 1e32 is 0, unknown is -999."""
    clean = np.where(np.isinf(features), np.nan, features)
    return np.where(np.isnan(clean), -999, np.where(np.abs(clean) > 1e32, 0, clean)).astype(np.float32)


@pytest.mark.parametrize("weights", ["equal", "classes"])
def test_probabilities_are_products_of_bare_forests(tmp_path, weights):
    data = FeatureTable()
    model, _ = fitted("hierarchical_forest", data, tmp_path, f"model.branch_weights={weights}")
    train, x = data.samples("train"), cleaned(data.samples().inputs["features"])
    label, clean = np.array(CLASSES)[train.target], cleaned(train.inputs["features"])
    branch = np.array([[each in of for of in BRANCHES.values()].index(True) for each in label])
    top = BalancedRandomForestClassifier(**PUBLISHED, max_features="sqrt").fit(clean, branch).predict_proba(x)
    if weights == "classes":  # Bayes' rule with priors 2/6, 1/6 and 3/6 in place of equal ones
        top = top * [2, 1, 3] / (top @ [2, 1, 3])[:, None]
    expected = np.zeros((len(x), len(CLASSES)))
    for number, of in enumerate(BRANCHES.values()):
        rows, within = branch == number, np.ones((len(x), 1))
        if len(of) > 1:
            place = np.array([of.index(each) for each in label[rows]])
            forest = BalancedRandomForestClassifier(**PUBLISHED, max_features="sqrt").fit(clean[rows], place)
            within = forest.predict_proba(x)
        for place, each in enumerate(of):
            expected[:, CLASSES.index(each)] = top[:, number] * within[:, place]
    np.testing.assert_allclose(model.predict(data.samples()), expected, atol=1e-12)
    answer = bundled(model, data, tmp_path).predict(data.samples().inputs)
    assert answer.index.tolist() == decide(expected).tolist()


def test_each_forest_has_its_own_max_features(tmp_path):
    chosen = {"default": "sqrt", "Periodic": 0.2, "top": None}
    model = instantiate(compose("train", ["model=hierarchical_forest", *FEW]).model, max_features=chosen)
    model.fit(FeatureTable(), FakeRun(tmp_path))
    forests = {forest.name: forest.grown for forest in model.forests}
    assert forests["Stochastic"] is None  # of one class
    found = {name: forest.max_features for name, forest in forests.items() if forest}
    assert found == {"top": None, "Transient": "sqrt", "Periodic": 0.2}


def test_the_number_of_threads_changes_no_bit(tmp_path):
    data = FeatureTable()
    answers = [
        fitted("hierarchical_forest", data, tmp_path, f"model.n_jobs={jobs}", "model.max_depth=4")[0].predict(
            data.samples()
        )
        for jobs in (1, 3)
    ]
    np.testing.assert_array_equal(*answers)


@pytest.mark.parametrize("without", [("E",), ("RRL", "E", "LPV"), ("SNII",)], ids=str)
@pytest.mark.parametrize("name", ["hierarchical_forest", "flat_forest"])
def test_a_class_that_training_lacks_is_never_said(tmp_path, name, without):
    data = FeatureTable(without=without)
    model, _ = fitted(name, data, tmp_path)
    probability = model.predict(data.samples())
    np.testing.assert_allclose(probability.sum(axis=1), 1)
    assert not probability[:, [CLASSES.index(each) for each in without]].any()
    bundle = bundled(model, data, tmp_path)
    np.testing.assert_allclose(bundle.predict(data.samples().inputs).probability, probability, atol=1e-7)


def test_neighbouring_float32_numbers_stay_apart(tmp_path):
    """Thresholds half way between neighbours: rounded to float32, half of them would send a row the other way."""
    steps = np.float32(16) + np.arange(60, dtype=np.float32) * np.spacing(np.float32(16))
    features = np.repeat(steps[:, None], len(FEATURES), axis=1)
    data = FeatureTable(n=60, branches={}).holding(features, np.arange(60) % 2)
    model, _ = fitted("plain_forest", data, tmp_path, "model.bootstrap=false", "model.n_estimators=1")
    assert decide(model.predict(data.samples())).tolist() == data.samples().target.tolist()
    labels = bundled(model, data, tmp_path).predict(data.samples().inputs).index
    assert labels.tolist() == data.samples().target.tolist()


@pytest.mark.parametrize("depth", ["null", "3"])
def test_native_missing_values_take_the_branch_that_scikit_learn_gives_them(tmp_path, depth):
    data = FeatureTable(branches={})
    native = ["model.missing=native", f"model.max_depth={depth}"]
    model, _ = fitted("plain_forest", data, tmp_path, *native)
    x = np.where(np.isfinite(f := data.samples().inputs["features"]), f, np.nan)
    x = np.where(np.abs(x) > 1e32, 0, x).astype(np.float32)
    train = data.samples("train")
    bare = RandomForestClassifier(20, random_state=7, max_depth=None if depth == "null" else 3)
    bare.fit(x[data.part == "train"], train.target)
    holes = [x, np.full((1, len(FEATURES)), np.nan)]
    for column in range(len(FEATURES)):
        holes.append(x.copy())
        holes[-1][:, column] = np.nan
    rows = np.concatenate(holes).astype(np.float32)
    expected = bare.predict_proba(rows)
    bundle = bundled(model, data, tmp_path)
    np.testing.assert_allclose(bundle.predict({"features": rows}).probability, expected, atol=1e-7)
    assert decide(bundle.predict({"features": rows}).probability).tolist() == decide(expected).tolist()


def test_out_of_bag_votes_are_those_of_scikit_learn():
    data = FeatureTable()
    x, y = cleaned(data.samples().inputs["features"]), data.samples().target
    forest = grow("all", x, y, len(CLASSES), {"n_estimators": 60, "random_state": 3, "bootstrap": True}, lambda n: None)
    judged = judged_rows(forest, x, y, per_class=10**6, seed=0)
    bare = RandomForestClassifier(60, random_state=3, oob_score=True).fit(x, y)
    by_class = np.argsort(y, kind="stable")  # rows are judged class by class
    np.testing.assert_allclose(votes(forest.grown, judged), bare.oob_decision_function_[by_class])


@pytest.mark.parametrize("bootstrap", [True, False])
def test_a_tree_of_a_balanced_forest_knows_the_rows_it_was_grown_on(bootstrap):
    data = FeatureTable()
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(240, 5)).astype(np.float32), data.samples().target  # noise: by heart or not at all
    arguments = {"n_estimators": 5, "random_state": 3, "bootstrap": bootstrap}
    arguments |= {"sampling_strategy": "not minority", "replacement": False}
    grown = grow("all", x, y, len(CLASSES), arguments, lambda n: None).grown
    for place, tree in enumerate(grown.estimators_):
        rows = rows_of(grown, place, len(y))
        assert (tree.predict(x[rows]) == y[rows]).all()
        counts = np.bincount(y[rows], minlength=len(CLASSES))
        assert counts.sum() == len(CLASSES) * np.bincount(y).min()
        others = np.setdiff1d(np.arange(len(y)), rows)
        assert (tree.predict(x[others]) == y[others]).mean() < 0.5


def test_importances_are_a_table_and_a_figure_that_find_the_one_feature_that_matters(tmp_path):
    data = FeatureTable()
    rng = np.random.default_rng(0)
    features = rng.normal(size=(240, len(FEATURES)))
    features[:, 2] = data.everything.target + 0.1 * rng.normal(size=240)
    data.holding(features, data.everything.target)
    model, run = fitted(
        "hierarchical_forest", data, tmp_path, "model.permutation_repeats=2", "model.permutation_rows=20"
    )
    (folder,) = run.files
    assert sorted(path.name for path in folder.iterdir()) == [f"importances.{form}" for form in ("csv", "pdf", "png")]
    with (folder / "importances.csv").open() as file:
        table = list(csv.DictReader(file))
    assert {row["forest"] for row in table} == {"combined", "top", "Transient", "Periodic"}
    for forest in model.forests:
        rows = {row["feature"]: row for row in table if row["forest"] == forest.name}
        if forest.grown is None:
            continue
        impurity = [float(rows[name]["impurity"]) for name in FEATURES]
        np.testing.assert_allclose(impurity, forest.grown.feature_importances_, rtol=1e-4)
        permutation = {name: float(row["permutation"]) for name, row in rows.items()}
        assert max(permutation, key=permutation.get) == FEATURES[2]
        assert permutation[FEATURES[2]] > 0.2  # of the probability of the true class
        assert all(abs(value) < 0.12 for name, value in permutation.items() if name != FEATURES[2])


def test_out_of_bag_scores_of_every_forest_are_metrics(tmp_path):
    _, run = fitted("hierarchical_forest", FeatureTable(), tmp_path)
    (scores,) = run.epochs
    assert set(scores) == {"epoch", *(f"oob_balanced_accuracy/{name}" for name in ("top", "Transient", "Periodic"))}
    assert 0.5 < scores["oob_balanced_accuracy/Periodic"] < 1


def test_without_bootstrap_nothing_is_claimed_of_unseen_rows(tmp_path, capsys):
    _, run = fitted("plain_forest", FeatureTable(), tmp_path, "model.bootstrap=false")
    assert not run.epochs
    assert "no out-of-bag score" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("model.missing=zero", "model.missing: 'zero' is neither a number, such as -999, nor native"),
        ("model.class_weight=balanced", "model.class_weight: 'balanced' is neither"),
        ("model.n_estimators=0", "model.n_estimators: 0 is not"),
        ("model.n_jobs=0", "model.n_jobs: 0 is no number of threads"),
        ("model.criterion=luck", "model: The 'criterion' parameter"),
        ("~model.max_features.default", "model.max_features: a mapping needs default"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(tmp_path, override, message):
    with pytest.raises(AlertlabError, match=message) as caught:
        fitted("hierarchical_forest", FeatureTable(), tmp_path, override)
    assert "\n" not in str(caught.value)


def test_what_unseen_trees_say_is_what_scikit_learn_says_out_of_bag(tmp_path):
    """One forest of scikit-learn that counts its own out-of-bag votes, and the same grown here."""
    data = FeatureTable(n=300, branches={})
    overrides = ["model.missing=-999", "model.max_features=sqrt", "model.n_estimators=40"]
    model, _ = fitted("plain_forest", data, tmp_path, *overrides)
    arguments = model.forests[0].grown.get_params() | {"oob_score": True, "warm_start": False}
    train = data.samples("train")
    theirs = RandomForestClassifier(**arguments).fit(prepared(model.input, train), train.target)
    samples, told = model.out_of_bag(data)
    rows = np.flatnonzero(np.isfinite(theirs.oob_decision_function_).all(1))
    assert samples.object_id.tolist() == train.object_id[rows].tolist()
    np.testing.assert_allclose(told[:, theirs.classes_], theirs.oob_decision_function_[rows], atol=1e-12)


def test_no_tree_speaks_of_an_object_of_which_it_has_seen_another_row(tmp_path):
    """Every object stands twice, with equal features: a tree that knows one of them would know the other."""
    data = FeatureTable(n=120, branches={})
    twice = np.repeat(np.arange(120), 2)
    data.everything = replace(data.everything.take(twice), sample_id=np.arange(240))
    data.part = np.full(240, "train")
    model, _ = fitted("plain_forest", data, tmp_path)
    samples, told = model.out_of_bag(data)
    forest = model.forests[0].grown
    names = data.everything.object_id
    speaking = [set(names) - set(names[rows_of(forest, place, 240)]) for place in range(20)]
    features = prepared(model.input, samples)
    for row in range(10):
        trees = [place for place in range(20) if samples.object_id[row] in speaking[place]]
        each = [forest.estimators_[place].predict_proba(features[[row]])[0] for place in trees]
        np.testing.assert_allclose(told[row, model.forests[0].present], np.mean(each, axis=0), atol=1e-12)
