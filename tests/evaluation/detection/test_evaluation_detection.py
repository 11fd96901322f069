"""Judging scores of strangeness, held to scikit-learn and to counting."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from alertlab.core.curves import Curve
from alertlab.core.predictions import ScorePredictions
from alertlab.core.samples import Samples
from alertlab.evaluation import DetectionEvaluator
from alertlab.evaluation.detection import judged
from alertlab.evaluation.detection.summary import evaluate, scores
from alertlab.evaluation.report import Subject, report_html
from alertlab.runtime import AlertlabError, Column, Ragged
from every_task import check_comparison, check_config, check_files, check_report, check_weights, identity, rows_of
from sklearn.metrics import average_precision_score, roc_auc_score

KINDS = ["SNIa", "AGN", "TDE", "SLSN"]


def scored(repeats=1, n=300, seed=0, ties=True):
    """A mediocre detector that knows SNIa and AGN; its scores have one decimal, so many tie."""
    random = np.random.default_rng(seed)
    kind = np.tile(np.random.default_rng(1).choice(KINDS, n, p=[0.5, 0.3, 0.15, 0.05]), repeats)
    outlier = np.isin(kind, KINDS[2:]).astype(np.int64)
    score = random.normal(1.2 * outlier, 1)
    score = score.round(1) if ties else score
    by_class = random.normal(2, 1, (len(kind), 2))
    percentile = np.clip(50 + 20 * score, 0, 100)
    return ScorePredictions(*identity(n, repeats), score, percentile, kind, outlier, by_class, ("SNIa", "AGN"))


def test_area_and_precision_are_those_of_scikit_learn_for_all_outliers_and_each_kind():
    rows = scored()
    found = evaluate(rows, resamples=5).mean
    assert found["auroc"] == pytest.approx(roc_auc_score(rows.outlier, rows.score))
    assert found["average_precision"] == pytest.approx(average_precision_score(rows.outlier, rows.score))
    for name in ("TDE", "SLSN"):
        own = rows.take((rows.outlier == 0) | (rows.kind == name))
        assert found[f"auroc/{name}"] == pytest.approx(roc_auc_score(own.outlier, own.score))
        assert found[f"average_precision/{name}"] == pytest.approx(average_precision_score(own.outlier, own.score))
        assert found[f"support/{name}"] == (rows.kind == name).sum()


def test_weights_are_those_of_scikit_learn():
    rows = scored()
    weight = np.random.default_rng(0).integers(0, 3, len(rows))
    found = scores(rows, weight)
    assert found["auroc"] == pytest.approx(roc_auc_score(rows.outlier, rows.score, sample_weight=weight))
    expected = average_precision_score(rows.outlier, rows.score, sample_weight=weight)
    assert found["average_precision"] == pytest.approx(expected)
    check_weights(rows)


def test_recall_and_purity_at_a_rank_are_counted_by_hand():
    rows = scored(n=6)
    rows = replace(rows, score=np.array([9.0, 8, 7, 6, 5, 4]), outlier=np.array([1, 0, 1, 1, 0, 1]))
    found = scores(rows, None, (1, 3, 6, 7))
    expected = {
        "recall_at_1": 1 / 4,
        "purity_at_1": 1,
        "recall_at_3": 2 / 4,
        "purity_at_3": 2 / 3,
        "purity_at_6": 4 / 6,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert not [name for name in found if name.endswith("_at_7")]  # of six rows


def test_of_scores_that_tie_the_mean_over_all_orders_is_taken():
    rows, random = scored(n=80), np.random.default_rng(0)
    rank = 17
    hits = []
    for _ in range(4000):
        shuffled = random.permutation(len(rows))
        order = shuffled[np.argsort(-rows.score[shuffled], kind="stable")]
        hits.append(rows.outlier[order[:rank]].sum())
    found = scores(rows, None, (rank,))
    assert found[f"purity_at_{rank}"] * rank == pytest.approx(np.mean(hits), abs=0.03)


def test_a_random_order_has_the_precision_that_is_shown_beside():
    random = np.random.default_rng(0)
    rows = scored(n=4000)
    found = scores(replace(rows, score=random.normal(size=len(rows))))
    assert found["auroc"] == pytest.approx(0.5, abs=0.03)
    assert found["average_precision"] == pytest.approx(found["outlier_share"], abs=0.02)
    assert found["outlier_share"] == pytest.approx(rows.outlier.mean())


def test_several_repeats_have_a_deviation_and_one_has_an_interval_around_its_value():
    several, single = evaluate(scored(5), resamples=20), evaluate(scored(), resamples=200)
    values = [each.metrics["auroc"] for each in several.repeats]
    assert several.std["auroc"] == pytest.approx(np.std(values, ddof=1))
    assert several.intervals == {}
    for name in ("auroc", "average_precision", "recall_at_10", "auroc/TDE"):
        low, high = single.intervals[name]
        assert low < single.mean[name] < high
    assert "±" in several.formatted["auroc/SLSN"]


def test_where_there_are_no_outliers_nothing_is_claimed_and_the_reader_is_told(tmp_path):
    rows = scored().take(scored().outlier == 0)
    evaluation = DetectionEvaluator(formats=["png"], resamples=5)(rows, tmp_path)
    assert set(evaluation.mean) == {"outlier_share"}
    assert "only outliers or only inliers" in evaluation.warnings()[0]
    assert (tmp_path / "percentiles.png").exists()
    check_report(evaluation, rows, {"kinds", "percentiles"})


def test_rows_of_which_it_is_unknown_whether_they_are_outliers_are_not_judged():
    rows = scored()
    unknown = replace(rows, outlier=np.where(np.arange(len(rows)) < 100, -1, rows.outlier))
    assert evaluate(unknown, resamples=5).mean == evaluate(rows.take(np.arange(len(rows)) >= 100), resamples=5).mean


@pytest.mark.parametrize("repeats", [1, 3])
def test_files_and_report_are_those_of_a_paper(tmp_path, repeats):
    rows = scored(repeats)
    tables = {"by_kind.csv", "by_kind.tex", "by_rank.csv", "by_rank.tex", "ranked.csv", "strangest.tex"}
    figures = {"ranking_curves", "recall_by_rank", "percentiles"}
    evaluation = check_files(DetectionEvaluator, rows, tmp_path, tables, figures)
    html = check_report(evaluation, rows, {"kinds", "ranking", "percentiles"})
    assert rows.object_id[np.argmax(rows.score)] in html
    assert rows_of((tmp_path / "by_kind.csv").read_text()).keys() == {"all outliers", "SLSN", "TDE"}
    ranked = (tmp_path / "ranked.csv").read_text().splitlines()
    assert len(ranked) == 1 + 100 * repeats
    first = rows.take(rows.repeat == 0)
    assert float(ranked[1].split(",")[4]) == first.score.max()


def test_runs_are_compared_by_their_ranking():
    found = check_comparison(scored(3, ties=False), scored(3, seed=5, ties=False))
    assert {"auroc", "average_precision", "recall_at_50", "auroc/TDE"} <= set(found)


def test_known_classes_are_matched_by_name_and_other_classes_refused():
    rows = scored()
    turned = replace(rows, known=rows.known[::-1], by_class=rows.by_class[:, ::-1])
    assert np.array_equal(judged.aligned(rows, turned).by_class, rows.by_class)
    with pytest.raises(AlertlabError, match="know other classes, SNIa, AGN and SNIa, RRL"):
        judged.aligned(rows, replace(rows, known=("SNIa", "RRL")))
    assert judged.differ(rows, replace(rows, outlier=np.where(rows.kind == "SLSN", 0, rows.outlier))) == np.sum(
        rows.kind == "SLSN"
    )


def test_what_drives_a_score_is_in_the_ranked_table_the_terminal_and_the_report_and_stays_text(tmp_path):
    hostile = '<script>alert(1)</script>, "; =1+1'
    rows = scored(n=40, ties=False)
    first = int(np.argmax(rows.score))
    words = np.where(np.arange(40) == first, f"{hostile} 7 d (usually 1 to 3)", "")
    rows = replace(rows, driven_by=words, flagged=rows.score > 1)
    evaluation = DetectionEvaluator(formats=[], resamples=5)(rows, tmp_path)
    (line, *_) = csv.DictReader((tmp_path / "ranked.csv").read_text().splitlines())
    assert (line["object_id"], line["driven_by"]) == (rows.object_id[first], words[first])
    assert line["flagged"] == "1"
    (_, _, strangest) = evaluation.tables()
    assert strangest.rows[0][0] == rows.object_id[first]
    assert strangest.rows[0][-1] == f"{hostile} 7 d"
    html = check_report(evaluation, rows, {"strangest"})
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_an_embedding_is_drawn_among_the_figures_and_in_the_report(tmp_path):
    rows = replace(scored(n=40), embedding=np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32))
    evaluation = DetectionEvaluator(formats=["png"], resamples=5)(rows, tmp_path)
    assert (tmp_path / "latent_map.png").exists()
    check_report(evaluation, rows, {"latent"})


def drawn(rows, samples, curves=None):
    """The report of these rows."""
    subject = Subject("detector", "baseline", "simulated", {}, {})
    return report_html(subject, evaluate(rows, resamples=5), rows, samples, curves=curves)


def test_samples_that_are_light_curves_are_drawn():
    rows = scored(n=20)
    points = [np.column_stack([np.arange(4.0), np.ones(4), np.full(4, 18), np.full(4, 0.1)]).astype("f4")] * 20
    columns = {"light_curve": tuple(map(Column, ("time", "band", "magnitude", "error")))}
    samples = Samples({"light_curve": Ragged.of(points)}, None, rows.sample_id, rows.object_id, None, columns)
    html = drawn(rows, samples)
    shown = len(judged.gallery(evaluate(rows, resamples=5), rows, samples, 12).examples)
    assert html.count('<svg class="curve"') == shown > 12


def test_light_curves_behind_features_are_asked_for_by_the_objects_shown_and_one_that_lacks_is_said_to():
    rows, asked = scored(n=60), []
    curve = Curve(np.arange(3.0), np.full(3, 18.0), np.full(3, 0.1), np.array(["g"] * 3))

    def curves(objects):
        asked.extend(objects)
        return dict.fromkeys(objects[1:], curve)

    html = drawn(rows, None, curves)
    assert asked[0] == rows.object_id[np.lexsort((rows.sample_id, -rows.score))[0]]
    assert len(asked) == 24
    assert html.count('<svg class="curve"') == 24 - asked.count(asked[0])
    assert "No light curve." in html


def test_a_rank_that_cannot_be_is_refused_and_the_config_is_complete():
    with pytest.raises(AlertlabError, match=r"evaluation.ranks: \[0, 10\]"):
        DetectionEvaluator(ranks=[0, 10])
    check_config("detection", DetectionEvaluator)
