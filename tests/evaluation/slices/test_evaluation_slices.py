"""A model that is worse for some rows is found so, and one that is not is left alone."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from alertlab.core.predictions import ValuePredictions
from alertlab.evaluation import Evaluator, RegressionEvaluator
from alertlab.evaluation.classification.judged import scores
from alertlab.evaluation.slices.cut import asked_slices, cut
from alertlab.evaluation.slices.judge import judge_slices
from alertlab.runtime.errors import AlertlabError
from alertlab.runtime.tasks.regression import Quantities, Quantity
from statsmodels.stats import proportion

MAGNITUDE = (16.0, 17.0, 18.0, 19.0)


def with_magnitudes(rows, seed=0):
    return replace(rows, facts={"magnitude": np.random.default_rng(seed).uniform(15, 20, len(rows))})


def worse_if_faint(rows, seed=5):
    """Of magnitude 19 and fainter the answers are shuffled."""
    faint = np.flatnonzero(rows.facts["magnitude"] >= 19)
    probability = rows.probability.copy()
    probability[faint] = probability[np.random.default_rng(seed).permutation(faint)]
    return replace(rows, probability=probability)


def judged(rows, asked=None, metric="macro_recall", resamples=100):
    asked = {"magnitude": MAGNITUDE} if asked is None else asked
    return judge_slices(rows, asked, scores, metric, lambda name: not name.endswith("loss"), resamples, 0.90)


def test_faint_objects_that_are_judged_worse_come_first_and_are_sure(make_noisy):
    rows = worse_if_faint(with_magnitudes(make_noisy(n=1000)))
    worst, *others = judged(rows).worst()
    assert worst.slice == "from 19"
    assert worst.p_holm < 1e-4
    assert worst.low < worst.value < worst.high < worst.rest
    assert min(row.p_holm for row in others) > worst.p_holm
    assert worst.objects == (rows.facts["magnitude"] >= 19).sum()


def test_of_a_loss_the_largest_is_the_worst(make_noisy):
    rows = worse_if_faint(with_magnitudes(make_noisy(n=1000)))
    worst = judged(rows, metric="log_loss").worst()[0]
    assert worst.slice == "from 19"
    assert worst.value > worst.rest


def test_another_mix_of_classes_alone_makes_no_slice_worse(make_noisy):
    rows = make_noisy(n=4000, classes=("SN", "VS"))
    hard = rows.target == 0
    probability = rows.probability.copy()
    probability[hard] = 0.5 * probability[hard] + 0.5 * probability[hard][:, ::-1]
    probability[hard, 1] += 0.08
    probability /= probability.sum(axis=1, keepdims=True)
    random = np.random.default_rng(0)
    magnitude = np.where(random.random(4000) < np.where(hard, 0.8, 0.2), 19.5, 17.5)  # supernovae are faint
    rows = replace(rows, probability=probability, facts={"magnitude": magnitude})
    found = {row.slice: row for row in judged(rows, {"magnitude": (18.0,)}, "accuracy").worst()}
    faint = found["from 18"]
    plain = (rows.prediction == rows.target)[magnitude < 18].mean()
    assert plain - faint.value > 0.1  # what it looks like
    assert abs(faint.difference) < 3 * faint.error  # what it is
    assert faint.p_holm > 0.01


def test_the_p_value_of_one_class_is_that_of_two_proportions(make_noisy):
    rows = with_magnitudes(make_noisy(n=3000, only=[1]))
    found = {row.slice: row for row in judged(rows, metric="accuracy", resamples=100).worst()}
    faint = rows.facts["magnitude"] >= 19
    right = rows.prediction == rows.target
    counts = right[faint].sum(), faint.sum(), right[~faint].sum(), (~faint).sum()
    expected = proportion.test_proportions_2indep(*counts, method="wald").pvalue
    assert found["from 19"].difference == pytest.approx(right[faint].mean() - right[~faint].mean())
    assert found["from 19"].p == pytest.approx(expected, abs=0.08)


def test_holm_multiplies_the_smallest_p_by_the_number_of_slices(make_noisy):
    rows = judged(with_magnitudes(make_noisy(n=600))).worst()
    p = sorted(rows, key=lambda row: row.p)
    worked, largest = [], 0.0
    for place, row in enumerate(p):
        largest = max(largest, min(1.0, (len(p) - place) * row.p))
        worked.append(largest)
    assert [row.p_holm for row in p] == pytest.approx(worked)


def test_of_random_slices_one_in_twenty_seems_to_differ(make_noisy):
    rows = make_noisy(n=300)
    seen = []
    for seed in range(12):
        random = np.random.default_rng(seed)
        facts = {"season": random.integers(0, 4, 300).astype(float), "right": random.random(300) < 0.8}
        means = judge_slices(
            replace(rows, facts=facts),
            {"season": None},
            lambda of, weight: {"right": float(np.average(of.facts["right"], weights=weight))},
            "right",
            lambda name: True,
            60,
            0.90,
            seed,
        )
        seen += [row.p for row in means.rows]
    assert np.mean(np.array(seen) < 0.05) < 0.17  # of 48, four standard deviations


def test_few_objects_have_no_p_value_and_rows_of_one_object_are_drawn_together(make_noisy):
    rows = make_noisy(n=400)
    twice = replace(rows, object_id=np.array([f"ZTF{row // 8}" for row in range(400)]))
    fact = np.repeat([0.0, 1.0], [80, 320])
    few = judged(replace(twice, facts={"season": fact}), {"season": None}).worst()
    assert np.isnan(next(row.p for row in few if row.slice == "0"))  # 10 objects
    assert next(row for row in few if row.slice == "0").objects == 10


def test_repeats_are_judged_as_their_mean(make_noisy):
    rows = with_magnitudes(make_noisy(n=300, repeats=3))
    found = judged(rows, metric="accuracy").worst()[0]
    edges = {"below 16": (0, 16), "16 to 17": (16, 17), "17 to 18": (17, 18), "18 to 19": (18, 19), "from 19": (19, 99)}
    low, high = edges[found.slice]
    magnitude = rows.facts["magnitude"]
    each = [
        (rows.prediction == rows.target)[(rows.repeat == repeat) & (magnitude >= low) & (magnitude < high)].mean()
        for repeat in range(3)
    ]
    assert found.value == pytest.approx(np.mean(each))


def test_slices_follow_from_the_values_where_no_edges_are_given(make_noisy):
    rows = make_noisy(n=1000)
    random = np.random.default_rng(0)
    facts = {
        "season": random.integers(1, 5, 1000).astype(float),
        "detections": np.floor(2 ** random.uniform(1, 6, 1000)),
        "galactic_latitude": random.uniform(-90, 90, 1000),
        "redshift": np.where(random.random(1000) < 0.5, np.nan, 0.1 * random.exponential(1, 1000)),
    }
    rows = replace(rows, facts=facts)
    labels = {fact: [each.label for each in cut(rows, {fact: None})] for fact in facts}
    assert labels["season"] == ["1", "2", "3", "4"]
    assert labels["detections"] == ["2-3", "4-7", "8-15", "16-31", "32-63"]
    assert len(labels["galactic_latitude"]) == 5
    assert labels["redshift"][-1] == "unknown"
    for fact in facts:  # every row is in one slice
        np.testing.assert_array_equal(sum(each.rows for each in cut(rows, {fact: None})), 1)


def test_files_table_and_json_of_slices(make_noisy, tmp_path):
    rows = worse_if_faint(with_magnitudes(make_noisy(n=600)))
    for folder in ("one", "two"):
        asked = {"formats": ["png"], "resamples": 30, "slices": {"magnitude": list(MAGNITUDE)}}
        evaluation = Evaluator(**asked)(rows, tmp_path / folder)
    written = list(csv.DictReader(io.StringIO((tmp_path / "one" / "slices.csv").read_text())))
    assert {row["metric"] for row in written} >= {"macro_recall", "accuracy", "log_loss"}
    (table,) = [each for each in evaluation.tables() if each.name == "slices"]
    assert table.rows[0][0] == "magnitude from 19"
    assert evaluation.to_json()["slices"] == table.to_json()
    for name in ("slices.csv", "slices.tex", "slices.png"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_another_task_has_slices_by_its_own_scores(tmp_path):
    random = np.random.default_rng(0)
    n, redshift = 300, np.linspace(0, 1, 300)
    truth = random.normal(0, 1, (n, 1))
    value = truth + random.normal(0, np.where(redshift > 0.8, 1.0, 0.1)[:, None], (n, 1))
    identity = np.arange(n), np.array([f"Z{row}" for row in range(n)]), np.full(n, "test"), np.zeros(n, int)
    quantities = Quantities((Quantity("mass"),))
    fields = {"value": value, "truth": truth, "deviation": np.full((n, 1), np.nan), "quantities": quantities}
    rows = ValuePredictions(*identity, **fields, facts={"redshift": redshift})
    evaluation = RegressionEvaluator(formats=[], resamples=30, slices=["redshift"])(rows, tmp_path)
    (table,) = [each for each in evaluation.tables() if each.name == "slices"]
    assert table.header[2] == "rmse"
    assert table.rows[0][0] == "redshift 0.8 to 1"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"magnitude": [18, 17]}, r"slices.magnitude: \[18, 17\] are not rising numbers"),
        ({"magnitude": "faint"}, "slices.magnitude: 'faint' are not rising numbers"),
        (["seeing"], "no row has the fact seeing; there are magnitude"),
    ],
)
def test_slices_that_cannot_be_are_refused(asked, message, make_noisy):
    with pytest.raises(AlertlabError, match=message):
        Evaluator(formats=[], slices=asked).evaluate(with_magnitudes(make_noisy(n=50)))


def test_edges_are_kept_as_given():
    assert asked_slices({"magnitude": [16, 17.5], "season": None}) == {"magnitude": (16.0, 17.5), "season": None}
