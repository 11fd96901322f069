"""What two runs say of the same objects, held to a cross-tabulation of pandas."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from alertlab.core.predictions import concatenate
from alertlab.evaluation.comparison.agreement import agreements, by_object
from alertlab.evaluation.comparison.agreement_figure import agreement_figure
from alertlab.runtime.errors import AlertlabError
from matplotlib.backends.backend_agg import FigureCanvasAgg

FIFTEEN = ("SNIa", "SNIbc", "SNII", "SLSN", "QSO", "AGN", "Blazar", "YSO", "CV/Nova", "LPV", "E", "DSCT", "RRL", "CEP")
FIFTEEN += ("Periodic-Other",)
BRANCHES = {"Transient": FIFTEEN[:4], "Stochastic": FIFTEEN[4:9], "Periodic": FIFTEEN[9:]}


@pytest.fixture
def light_curves(make_noisy):
    return replace(make_noisy(seed=1, n=600, classes=FIFTEEN), branches=BRANCHES)


@pytest.fixture
def stamps(make_noisy):
    """Two stamps of each of the objects 100 to 699."""
    made = make_noisy(n=1200)
    return replace(made, object_id=np.array([f"ZTF{100 + row // 2}" for row in range(1200)]))


def named(predictions):
    return pd.Series(np.array(predictions.classes)[predictions.prediction], predictions.object_id)


def test_columns_are_the_fractions_of_a_cross_tabulation(stamps, light_curves):
    first, second = by_object(stamps), by_object(light_curves)
    found = agreements(first, second)
    for level, of in (("leaf", second), ("top", second.top())):
        expected = pd.crosstab(*named(first).align(named(of), join="inner"), normalize="columns")
        expected = expected.reindex(index=found[level].rows, columns=found[level].columns, fill_value=0)
        assert found[level].fraction == pytest.approx(expected.to_numpy())
        assert found[level].counts.sum() == 500
    assert found["leaf"].breaks == (4, 9)


def test_an_object_has_the_mean_probability_of_its_rows(stamps):
    frame = pd.DataFrame(stamps.probability).groupby(stamps.object_id).mean()
    objects = by_object(stamps)
    assert objects.object_id.tolist() == frame.index.tolist()
    assert objects.probability == pytest.approx(frame.to_numpy())


def test_what_a_model_learned_from_and_light_curves_that_were_cut_are_left_out(stamps):
    parts = np.array(["train", "validation", "test_16d", "test", "new"])[np.arange(1200) % 5]
    kept = by_object(replace(stamps, part=parts))
    assert set(kept.object_id) == set(stamps.object_id[np.isin(parts, ["test", "new"])])


def test_a_class_that_nothing_is_predicted_as_has_no_fraction(make_table):
    first, second = (
        make_table([0, 1], np.eye(2), ("AGN", "SN")),
        make_table([0, 0], np.eye(3)[[0, 0]], ("QSO", "RRL", "E")),
    )
    found = agreements(by_object(first), by_object(second))
    assert list(found) == ["leaf"]
    assert found["leaf"].counts.tolist() == [[1, 0, 0], [1, 0, 0]]
    assert np.isnan(found["leaf"].fraction[:, 1:]).all()


def test_no_common_object_is_an_error_with_examples(make_table):
    first = make_table([0, 1], np.eye(2), ("AGN", "SN"), objects=["ZTF1", "ZTF2"])
    second = make_table([0] * 4, np.eye(2)[[0] * 4], ("QSO", "E"), objects=["a", "b", "c", "d"])
    with pytest.raises(AlertlabError, match=r"the first has ZTF1, ZTF2 \(2\), the second a, b, c, ... \(4\)"):
        agreements(by_object(first), by_object(second))
    train = replace(first, part=np.array(["train", "train"]))
    with pytest.raises(AlertlabError, match="the first has none"):
        agreements(by_object(train), by_object(second))


@pytest.mark.parametrize(("level", "many"), [("leaf", 1), ("leaf", 4000), ("top", 1), ("top", 4000)])
def test_the_figure_is_read_at_column_width(stamps, light_curves, level, many):
    found = agreements(by_object(stamps), by_object(light_curves))[level]
    figure = agreement_figure(replace(found, counts=found.counts * many), "stamps", "light curves")
    FigureCanvasAgg(figure).draw()
    axes = figure.axes[0]
    side = axes.get_window_extent().width / len(found.columns)
    assert all(text.get_window_extent().width <= side for text in axes.texts)
    words = [
        *axes.texts,
        *axes.get_xticklabels(),
        *axes.get_yticklabels(),
        axes.title,
        axes.xaxis.label,
        axes.yaxis.label,
    ]
    assert figure.get_figwidth() == pytest.approx(3.4) or figure.get_figwidth() == pytest.approx(7.1)
    assert min(text.get_fontsize() for text in words) >= 6
    for box in (text.get_window_extent() for text in words):
        assert figure.bbox.x0 <= box.x0 <= box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 <= box.y1 <= figure.bbox.y1


def test_both_tables_together_are_matched_by_name_not_by_order(stamps, light_curves):
    shuffled = light_curves.take(np.random.default_rng(3).permutation(600))
    whole = concatenate([shuffled])
    one, other = (agreements(by_object(stamps), by_object(each))["leaf"].counts for each in (light_curves, whole))
    assert np.array_equal(one, other)
