"""Sets and thresholds of a predictions table: set by its held-out rows, judged by its test part."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from alertlab.core.predictions import concatenate, read_predictions
from alertlab.evaluation import Evaluator
from alertlab.runtime import AlertlabError
from scipy.stats import binom
from sklearn.metrics import f1_score, precision_recall_curve, precision_score, recall_score

STAMPS = ("AGN", "SN", "VS", "asteroid", "bogus")
GOALS = {"SN": {"f1": "best"}, "AGN": {"completeness": 0.9}}


@pytest.fixture(scope="module")
def parted(make_noisy):
    """Two repeats, each of 400 validation and 400 test rows."""
    parts = []
    for repeat in range(2):
        for place, part in enumerate(("validation", "test")):
            rows = make_noisy(seed=10 * repeat + place)
            names = np.char.add(f"{part}_{repeat}_", rows.object_id)
            new = {"part": np.full(400, part), "repeat": np.full(400, repeat), "object_id": names}
            parts.append(replace(rows, **new, sample_id=rows.sample_id + 1000 * len(parts)))
    return concatenate(parts)


@pytest.fixture(scope="module")
def judged(parted):
    return Evaluator(thresholds=GOALS, formats=[]).evaluate(parted)


def of(parted, part, repeat, name="SN"):
    rows = parted.take((parted.part == part) & (parted.repeat == repeat))
    index = STAMPS.index(name)
    return rows.target == index, rows.probability[:, index]


def test_a_threshold_has_the_best_f1_of_validation_and_the_scores_of_the_test_part(parted, judged):
    for repeat in range(2):
        own, probability = of(parted, "validation", repeat)
        precision, recall, values = precision_recall_curve(own, np.round(probability, 6))
        f1 = (2 * precision * recall / np.maximum(precision + recall, 1e-30))[:-1]
        metrics = judged.repeats[repeat].metrics
        assert metrics["threshold/SN"] == pytest.approx(values[f1.argmax()])
        own, probability = of(parted, "test", repeat)
        found = np.round(probability, 6) >= metrics["threshold/SN"]
        assert metrics["threshold_f1/SN"] == pytest.approx(f1_score(own, found))
        assert metrics["threshold_purity/SN"] == pytest.approx(precision_score(own, found))
        assert metrics["threshold_completeness/SN"] == pytest.approx(recall_score(own, found))
    assert "threshold_f1/SN" in judged.std
    (table,) = (each for each in judged.tables() if each.name == "thresholds")
    assert [row[:2] for row in table.rows] == [("SN", "best F1"), ("AGN", "completeness 0.9")]
    assert "±" in table.rows[0][5]


def test_sets_cover_the_test_part_within_binomial_error(judged):
    for repeat in judged.repeats:
        low, high = (each / 400 for each in binom.ppf([0.001, 0.999], 400, 0.9))
        spread = 2 * np.sqrt(0.09 / 400)  # of the limit, which 400 rows set
        assert low - spread < repeat.metrics["set_coverage"] < high + spread
        for name in STAMPS:
            n = repeat.metrics[f"support/{name}"]
            low = binom.ppf(0.001, n, 0.9) / n
            assert repeat.metrics[f"class_set_coverage/{name}"] > low - 2 * np.sqrt(0.09 / n)


def test_another_coverage_has_larger_sets(parted):
    sizes = [Evaluator(coverage=each, formats=[]).evaluate(parted).mean["set_size"] for each in (0.5, 0.8, 0.95)]
    assert sizes == sorted(sizes)
    assert "set_size" not in Evaluator(coverage=None, formats=[]).evaluate(parted).mean


def test_out_of_bag_rows_do_where_there_is_no_validation_part(parted, judged):
    bag = replace(parted, part=np.where(parted.part == "validation", "out_of_bag", parted.part))
    assert Evaluator(thresholds=GOALS, formats=[]).evaluate(bag).mean == judged.mean


def test_the_validation_part_never_judges_itself(parted):
    mean = Evaluator(part="validation", thresholds=GOALS, formats=[]).evaluate(parted).mean
    assert not [name for name in mean if name.startswith(("set_", "threshold"))]


def test_a_single_repeat_has_intervals_of_a_given_threshold(parted):
    one = Evaluator(thresholds=GOALS, formats=[], resamples=50).evaluate(parted.take(parted.repeat == 0))
    low, high = one.intervals["threshold_f1/SN"]
    assert low < one.mean["threshold_f1/SN"] < high
    assert {"set_coverage", "class_set_size"} <= set(one.intervals)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"thresholds": {"TDE": {"f1": "best"}}}, r"evaluation\.thresholds\.TDE: no such class; there are AGN, SN"),
        ({"thresholds": {"SN": {"recall": 0.5}}}, r"evaluation\.thresholds\.SN: 'recall': 0.5 is no goal"),
        ({"coverage": 90}, r"evaluation\.coverage: 90 is not between 0 and 1"),
    ],
)
def test_what_cannot_be_is_refused_with_its_key(parted, asked, message):
    with pytest.raises(AlertlabError, match=message):
        Evaluator(formats=[], **asked).evaluate(parted)


def test_thresholds_need_rows_to_choose_them_on(parted):
    with pytest.raises(AlertlabError, match="no validation part to choose them on; give datamodule"):
        Evaluator(thresholds=GOALS, formats=[]).evaluate(parted.take(parted.part == "test"))


def test_files_hold_every_number_and_the_curve(parted, tmp_path):
    Evaluator(thresholds=GOALS, formats=["png"])(parted, tmp_path)
    assert {"thresholds.tex", "sets.tex", "calibration.tex", "precision_recall_thresholds.png"} <= {
        each.name for each in tmp_path.iterdir()
    }
    chosen = list(csv.DictReader((tmp_path / "thresholds.csv").read_text().splitlines()))
    assert [(row["repeat"], row["class"]) for row in chosen] == [(r, name) for r in "01" for name in ("SN", "AGN")]
    own, probability = of(parted, "test", 1)
    points = list(csv.DictReader((tmp_path / "precision_recall.csv").read_text().splitlines()))
    points = [row for row in points if row["class"] == "SN" and row["repeat"] == "1"]
    precision, recall, _ = precision_recall_curve(own, np.round(probability, 6))
    np.testing.assert_allclose([float(row["purity"]) for row in points], precision[:-1][::-1])
    np.testing.assert_allclose([float(row["completeness"]) for row in points], recall[:-1][::-1])


def test_raw_probabilities_survive_a_file_and_are_judged_beside(parted, tmp_path):
    raw = np.sqrt(parted.probability)
    told = replace(parted, uncalibrated=raw / raw.sum(1, keepdims=True))
    read = read_predictions(told.write(tmp_path / "predictions.parquet"))
    np.testing.assert_array_equal(read.uncalibrated, told.uncalibrated)
    found = Evaluator(formats=[]).evaluate(read)
    plain = Evaluator(formats=[]).evaluate(replace(parted, probability=told.uncalibrated))
    for name in ("log_loss", "expected_calibration_error", "brier_score", "calibration_error/SN"):
        assert found.mean[f"uncalibrated/{name}"] == pytest.approx(plain.mean[name])
    (table,) = (each for each in found.tables() if each.name == "calibration")
    assert table.header == ("", "before", "after")
    assert found.to_json()["repeats"][0]["uncalibrated_reliability"]["count"]


def test_half_of_the_raw_columns_is_refused(parted, tmp_path):
    import pyarrow.parquet as pq

    path = replace(parted, uncalibrated=parted.probability).write(tmp_path / "predictions.parquet")
    pq.write_table(pq.read_table(path).drop_columns(["uncalibrated_SN"]), path)
    with pytest.raises(AlertlabError, match="no column uncalibrated_SN; give uncalibrated_<class> for each class"):
        read_predictions(path)
