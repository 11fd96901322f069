"""The table of detectors by classes left out, held to scikit-learn, scipy and counting."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from alertlab.core.predictions import ScorePredictions
from alertlab.evaluation import LeaveOneClassOut
from alertlab.evaluation.leave_out.cells import cells_of, winners
from alertlab.evaluation.leave_out.differences import ALL, differences
from alertlab.evaluation.leave_out.published import read_published
from alertlab.evaluation.leave_out.tables import blocks, published_blocks
from alertlab.runtime.errors import AlertlabError
from matplotlib import colors
from scipy import stats
from sklearn.metrics import average_precision_score, roc_auc_score

CLASSES, FOLDS, N = ("A", "B", "C", "D"), 3, 240
KIND = np.repeat(CLASSES, [120, 60, 40, 20])
FOLD = np.arange(N) % FOLDS


def table(strength, seed, grain=None):
    """Scores of a detector of this strength over all cells, a repeat a class left out and fold."""
    parts = []
    for cell in range(len(CLASSES) * FOLDS):
        left, fold = CLASSES[cell // FOLDS], cell % FOLDS
        random = np.random.default_rng([seed, cell])
        score = random.normal(strength * (left == KIND), 1)
        score = score.round(1) if grain is None else 1e8 + grain * score
        part = np.where(
            (left == KIND) | (fold == FOLD), "test", np.where((fold + 1) % 3 == FOLD, "validation", "train")
        )
        outlier = (left == KIND).astype(np.int64)
        names = np.array([f"o{row:03}" for row in range(N)])
        nothing = np.zeros((N, 0)), ()
        parts.append(
            ScorePredictions(
                np.arange(N), names, part, np.full(N, cell), score, np.full(N, np.nan), KIND, outlier, *nothing
            )
        )
    stacked = {
        name: np.concatenate([getattr(each, name) for each in parts])
        for name in ("sample_id", "object_id", "part", "repeat", "score", "percentile", "kind", "outlier", "by_class")
    }
    return replace(parts[0], **stacked)


@pytest.fixture(scope="module")
def tables():
    return {"sharp": table(2.0, 0), "fair": table(1.0, 1), "blind": table(0.0, 2)}


@pytest.fixture(scope="module")
def cells(tables):
    return cells_of(tables, {"": CLASSES})


def of_cell(rows, cell):
    return rows.take((rows.repeat == cell) & (rows.part == "test"))


def test_every_cell_has_the_area_and_precision_of_scikit_learn_with_many_ties(tables, cells):
    for row, rows in enumerate(tables.values()):
        for cell in range(12):
            own = of_cell(rows, cell)
            place = row, cell // FOLDS, cell % FOLDS
            assert cells.values["auroc"][place] == pytest.approx(roc_auc_score(own.outlier, own.score))
            expected = average_precision_score(own.outlier, own.score)
            assert cells.values["average_precision"][place] == pytest.approx(expected)
            assert cells.values["outlier_share"][place] == pytest.approx(own.outlier.mean())


def test_scores_that_a_grid_of_thresholds_would_take_for_equal_are_told_apart():
    rows = table(1.0, 3, grain=1e-6)
    rows.score[0] = -1e8  # a range of which 100,000 steps are 2,000 each
    found = cells_of({"fine": rows}, {"": CLASSES})
    for cell in range(12):
        own = of_cell(rows, cell)
        expected = roc_auc_score(own.outlier, own.score)
        assert found.values["auroc"][0, cell // FOLDS, cell % FOLDS] == pytest.approx(expected)
        assert expected > 0.6


def test_the_precision_of_outliers_is_no_complement_of_that_of_reversed_scores(tables, cells):
    """One minus the area is that of reversed scores; one minus the average precision is nothing."""
    back = cells_of({"back": replace(tables["fair"], score=-tables["fair"].score)}, {"": CLASSES})
    forward = {name: values[1] for name, values in cells.values.items()}
    np.testing.assert_allclose(back.values["auroc"][0], 1 - forward["auroc"])
    assert np.abs(back.values["average_precision"][0] - (1 - forward["average_precision"])).mean() > 0.2
    own = of_cell(tables["fair"], 0)
    assert back.values["average_precision"][0, 0, 0] == pytest.approx(average_precision_score(own.outlier, -own.score))


def test_means_and_deviations_are_over_folds(cells):
    mean, std = cells.of("auroc", ("B", "D"))
    folds = cells.values["auroc"][:, [1, 3]]
    np.testing.assert_allclose(mean[:, :2], folds.mean(axis=2))
    np.testing.assert_allclose(std[:, :2], folds.std(axis=2, ddof=1))
    np.testing.assert_allclose(mean[:, 2], folds.mean(axis=(1, 2)))
    np.testing.assert_allclose(std[:, 2], folds.mean(axis=1).std(axis=1, ddof=1))


@pytest.mark.parametrize("change", ["a row less", "an outlier less", "another object"])
def test_detectors_that_were_tested_on_other_rows_do_not_compare(tables, change):
    rows = tables["fair"]
    test = np.flatnonzero((rows.repeat == 7) & (rows.part == "test"))
    if change == "a row less":
        other = rows.take(np.delete(np.arange(len(rows)), test[rows.outlier[test] == 0][0]))
    elif change == "an outlier less":  # of the class left out, which all is to test
        other = rows.take(np.delete(np.arange(len(rows)), test[rows.outlier[test] == 1][0]))
    else:
        names, ids = rows.object_id.copy(), rows.sample_id.copy()
        names[test[0]], ids[test[0]] = "another", 999
        other = replace(rows, object_id=names, sample_id=ids)
    with pytest.raises(AlertlabError, match=r"fair and sharp were tested on other rows in cell 7 \(left out: C\)"):
        cells_of(tables | {"fair": other}, {"": CLASSES})


def test_rows_in_another_order_are_the_same_rows(tables, cells):
    rows = tables["fair"]
    shuffled = rows.take(np.random.default_rng(0).permutation(len(rows)))
    np.testing.assert_array_equal(
        cells_of(tables | {"fair": shuffled}, {"": CLASSES}).values["auroc"], cells.values["auroc"]
    )


def test_classes_that_are_left_out_together_are_judged_each_against_the_known(tables):
    """All of them in every fold, as classes too rare to train."""
    rows = tables["fair"]
    known = np.isin(rows.kind, ["A", "B"])
    fold = rows.repeat % FOLDS
    part = np.where(~known | (np.tile(FOLD, 12) == fold), "test", "train")
    rows = replace(rows, outlier=(~known).astype(np.int64), part=part)
    rows = rows.take(rows.repeat < FOLDS)
    found = cells_of({"fair": rows}, {"": ("C", "D")})
    for cell in range(FOLDS):
        own = of_cell(rows, cell)
        for place, name in enumerate("CD"):
            pair = own.take((own.outlier == 0) | (own.kind == name))
            assert found.values["auroc"][0, place, cell] == pytest.approx(roc_auc_score(pair.outlier, pair.score))


def test_the_interval_of_a_difference_is_that_of_nadeau_and_bengio_over_folds(cells, tables):
    found = {(each.first, each.second, each.of): each for each in differences(cells, "fair", 0.9)}
    each = found["fair", "blind", ALL]
    folds = (cells.values["auroc"][1] - cells.values["auroc"][2]).mean(axis=0)
    np.testing.assert_allclose(each.folds, folds)
    rows = tables["sharp"]
    inliers = ((rows.part == "test") & (rows.outlier == 0)).sum()
    ratio = inliers / (rows.part == "train").sum()
    error = np.sqrt((1 / FOLDS + ratio) * folds.var(ddof=1))
    expected = stats.t.interval(0.9, FOLDS - 1, folds.mean(), error)
    assert each.interval == pytest.approx(expected)
    assert ("sharp", "blind", "D") in found  # the best one is set against all others too
    assert ("fair", "sharp", ALL) in found
    assert ("sharp", "fair", ALL) not in found  # which would say the same again


def test_the_largest_mean_is_bold_and_so_is_one_that_prints_alike(cells):
    assert winners(np.array([[0.8001, 0.7], [0.8004, 0.8], [0.79, 0.8]])).tolist() == [
        [True, False],
        [True, True],
        [False, True],
    ]
    (block,) = blocks(cells, "auroc")
    means = np.array([[float(cell.split()[0]) for cell in row[1:]] for row in block.rows])
    assert block.strong == {(int(row), int(column) + 1) for row, column in np.argwhere(means == means.max(axis=0))}


PUBLISHED = "source: Somebody (2020)\nauroc:\n  fair: {A: [0.7, 0.01], D: [0.6, 0.02]}\n  other: {A: [0.75, 0.03]}\n"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    path = tmp_path_factory.mktemp("published") / "published.yaml"
    path.write_text(PUBLISHED)
    return path


def evaluator(published=None, formats=("png",)):
    return LeaveOneClassOut(
        detectors=["blind", "sharp", "fair"],
        system="sharp",
        baselines=["blind"],
        published=None if published is None else str(published),
        formats=formats,
    )


def test_all_files_of_a_table_are_written(cells, published, tmp_path):
    of = evaluator(published)
    of.write(cells, tmp_path)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "leave_one_class_out.csv").read_text())))
    mean, std = cells.of("auroc", CLASSES)
    (row,) = [each for each in rows if (each["metric"], each["class"], each["detector"]) == ("auroc", "D", "fair")]
    assert float(row["mean"]) == pytest.approx(mean[1, 3])
    assert float(row["std"]) == pytest.approx(std[1, 3])
    assert [float(row[f"fold_{fold}"]) for fold in range(3)] == pytest.approx(cells.values["auroc"][1, 3].tolist())
    assert (row["published_mean"], row["published_std"]) == ("0.6", "0.02")
    latex = (tmp_path / "auroc.tex").read_text()
    assert rf"$\mathbf{{{mean[0, 0]:.3f} \pm^{{*}} {std[0, 0]:.3f}}}$" in latex
    assert rf"${mean[2, 0]:.3f} \pm^{{*}} {std[2, 0]:.3f}$" in latex
    assert r"$\mathbf{0.750 \pm 0.030}$" in (tmp_path / "published.tex").read_text()
    assert {path.name for path in tmp_path.glob("*.png")} == {"auroc.png", "average_precision.png"}
    found = csv.DictReader(io.StringIO((tmp_path / "differences.csv").read_text()))
    pairs = {(each["first"], each["second"]) for each in found}
    assert pairs == {("sharp", "blind"), ("sharp", "fair")}


def test_the_figure_has_a_cell_a_number_and_what_was_published_below(cells, published):
    from alertlab.evaluation.leave_out.figure import table_figure

    figure = table_figure(cells, "auroc", 1, read_published(published))
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "sharp",
        "fair",
        "blind",
        "fair, published",
        "other, published",
    ]
    assert [label.get_text() for label in axes.get_xticklabels()] == [*CLASSES, "mean"]
    mean, _ = cells.of("auroc", CLASSES)
    assert axes.texts[0].get_text().startswith(f"{mean[0, 0]:.2f}\n±")
    assert axes.texts[0].get_fontweight() == "bold"
    assert colors.to_hex(axes.collections[0].cmap(0.0)) == "#ffffff"  # no better than random is white


def test_a_plain_baseline_that_wins_is_said_first(tables, cells):
    assert evaluator().summary(cells)[0].startswith("Sharp has the largest mean AUROC")
    swapped = cells_of({"sharp": tables["fair"], "fair": tables["fair"], "blind": tables["sharp"]}, {"": CLASSES})
    assert evaluator().summary(swapped)[0].startswith("A plain baseline wins: blind has the largest mean AUROC")


def test_branches_are_blocks_each_with_its_own_mean(tables):
    cells = cells_of(tables, {"One": ("A", "B"), "Two": ("C", "D")})
    one, two = blocks(cells, "average_precision")
    assert (one.title, two.title) == ("Average precision, One", "Average precision, Two")
    assert one.header == ("detector", "A", "B", "mean")
    assert two.rows[-1][0] == "random order"
    assert published_blocks(cells, read_published_text()) == []


def read_published_text():
    from alertlab.evaluation.leave_out.published import Published

    return Published("nobody", {"fair": {"Z": (0.5, 0.1)}})


@pytest.mark.parametrize("text", ["source: x\n", "source: x\nauroc: {a: {B: 0.7}}\n", "auroc: {a: {B: [0.7, 0.1]}}\n"])
def test_a_published_table_of_another_form_is_refused(text, tmp_path):
    (tmp_path / "p.yaml").write_text(text)
    with pytest.raises(AlertlabError, match=r"evaluation.published: .*p.yaml is to hold source and auroc"):
        read_published(tmp_path / "p.yaml")
    with pytest.raises(AlertlabError, match=r"evaluation.published: no file"):
        read_published(tmp_path / "q.yaml")


def test_detectors_named_twice_are_refused():
    with pytest.raises(AlertlabError, match=r"evaluation.detectors: .* are not one or more distinct detectors"):
        LeaveOneClassOut(detectors=["a", "a"], system="a", baselines=[])
