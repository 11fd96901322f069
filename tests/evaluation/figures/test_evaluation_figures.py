import subprocess
import sys
import warnings
from dataclasses import replace
from itertools import combinations

import matplotlib
import numpy as np
import pytest
from alertlab.core.journal import JOURNALS, drawn_for
from alertlab.core.paper import render
from alertlab.evaluation import evaluate
from alertlab.evaluation.classification.calibration_figure import wilson_bars
from alertlab.evaluation.classification.figures import calibration_figure, confusion_figure, score_curve_figure
from alertlab.evaluation.classification.score_curve import groups_by_fact, score_curves
from alertlab.evaluation.comparison.agreement import Agreement
from alertlab.evaluation.comparison.agreement_figure import agreement_figure
from alertlab.evaluation.figures.curves import COLOURS as COLOURS_OF_LINES
from alertlab.evaluation.figures.curves import panels, spread_line
from alertlab.evaluation.figures.learning_curves import learning_curves_figure
from alertlab.evaluation.figures.matrix import COLOURS, ink
from alertlab.runtime.errors import AlertlabError
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from scipy.stats import binomtest

FIFTEEN = ("SNIa", "SNIbc", "SNII", "SLSN", "QSO", "AGN", "Blazar", "YSO", "CV/Nova", "LPV", "E", "DSCT", "RRL", "CEP")
FIFTEEN += ("Periodic-Other",)
HISTORY = [
    {"epoch": epoch, "repeat": repeat, "train_loss": 1 / (1 + epoch), "validation_loss": loss, "validation_f1": 0.1}
    for repeat in range(2)
    for epoch, loss in enumerate([0.9, 0.5 - 0.1 * repeat, float("nan"), 0.6])
]


def cells(figure):
    return [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize(
    ("classes", "repeats", "what"),
    [
        (5, 5, "fraction"),
        (5, 1, "counts"),
        (15, 5, "fraction"),
        (15, 5, "counts"),
        (3, 20, "percentiles"),
        (15, 20, "percentiles"),
    ],
)
@pytest.mark.parametrize(("journal", "widths"), [("aas", (3.4, 7.1)), ("mnras", (84 / 25.4, 174 / 25.4))])
def test_a_confusion_figure_has_a_journals_widths_and_8_pt(make_noisy, classes, repeats, what, journal, widths):
    evaluation = evaluate(make_noisy(classes=FIFTEEN[:classes], repeats=repeats), resamples=1)
    with drawn_for(journal):
        figure = confusion_figure(evaluation, what)
    FigureCanvasAgg(figure).draw()  # only then has text a place
    axes = figure.axes[0]
    assert figure.get_figwidth() == pytest.approx(widths[0] if classes < 15 or what == "counts" else widths[1])
    words = [*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels(), axes.title]
    assert {text.get_fontsize() for text in (axes.title, axes.xaxis.label, axes.yaxis.label)} == {8}
    assert min(text.get_fontsize() for text in words) >= (6 if classes == 15 else 8)
    side = axes.get_window_extent().width / classes
    assert all(text.get_window_extent().width <= side for text in axes.texts)
    inside = [text.get_window_extent() for text in (*words, axes.xaxis.label, axes.yaxis.label)]
    assert all(figure.bbox.containsx(box.x0) and figure.bbox.containsx(box.x1) for box in inside)
    assert all(figure.bbox.containsy(box.y0) and figure.bbox.containsy(box.y1) for box in inside)


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize("letters", [1, 60])
def test_words_beside_a_narrow_matrix_are_whole(count, letters):
    names = tuple(f"{number}".rjust(letters, "x") for number in range(count))
    for down, along in ((names, names[:1]), (names[:1], names)):
        shape = len(down), len(along)
        figure = agreement_figure(Agreement(down, along, np.ones(shape, int)), "the first run", "the second run")
        FigureCanvasAgg(figure).draw()
        axes = figure.axes[0]
        for text in (axes.title, axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels(), *axes.get_yticklabels()):
            box = text.get_window_extent()
            assert all(map(figure.bbox.contains, (box.x0, box.x1), (box.y0, box.y1))), text


def test_cells_hold_mean_and_std_and_a_bare_zero_is_exactly_none(make_table):
    eye = np.eye(2)
    target, decided = [0, 0, 0, 0, 1] * 2, [0, 0, 0, 1, 1, 0, 0, 1, 1, 1]
    evaluation = evaluate(make_table(target, eye[decided], ("AGN", "SN"), repeat=[0] * 5 + [1] * 5))
    # recalls of AGN 0.75 and 0.5: mean 0.625, standard deviation 0.25 / sqrt(2)
    assert cells(confusion_figure(evaluation)) == ["0.62\n±0.18", "0.38\n±0.18", "0", "1.00\n±0.00"]
    assert cells(confusion_figure(evaluation, "counts")) == ["5", "3", "0", "2"]


def test_cells_of_percentiles_are_as_published(make_table):
    """The median in per cent, and how far off the 95th and the 5th percentile lie."""
    hits = [9, 8, 8, 7, 5]  # of ten AGN, in five repeats
    decided = np.ravel([[0] * number + [1] * (10 - number) + [1] for number in hits])
    target = np.tile([0] * 10 + [1], 5)
    evaluation = evaluate(
        make_table(target, np.eye(3)[decided], ("AGN", "SN", "VS"), repeat=np.repeat(np.arange(5), 11))
    )
    low, median, high = np.percentile(np.array(hits) * 10, [5, 50, 95])
    printed = f"{median:.0f}\n+{high - median:.0f}/\N{MINUS SIGN}{median - low:.0f}"
    assert printed == "80\n+8/\N{MINUS SIGN}26"  # the SLSN of Sanchez-Saez et al. 2021 have such a tail
    of = cells(confusion_figure(evaluation, "percentiles"))
    assert of[0] == printed
    assert of[2:4] == ["0", "0"]
    assert of[6:] == ["-", "-", "-"]


def test_thin_lines_part_the_branches(two_levels):
    drawn = confusion_figure(two_levels).axes[0].lines
    places = [(list(line.get_xdata()), list(line.get_ydata())) for line in drawn]
    assert places == [([4, 4], [0, 1]), ([9, 9], [0, 1]), ([0, 1], [4, 4]), ([0, 1], [9, 9])]
    assert confusion_figure(two_levels.top).axes[0].lines[:] == []


def test_many_classes_turn_to_per_cent_and_thousands(make_table):
    names = tuple(f"class {number}" for number in range(34))
    target = np.repeat(np.arange(34), 1500)
    decided = target.copy()
    decided[:3] = 1
    evaluation = evaluate(make_table(target, np.eye(34)[decided], names), resamples=1)
    fraction, counts = confusion_figure(evaluation), confusion_figure(evaluation, "counts")
    assert cells(fraction)[:3] == ["100", "<1", "0"]  # a bare 0 is exactly none
    assert "Per cent" in fraction.axes[0].get_title()
    assert cells(counts)[:3] == ["1.5k", "3", "0"]
    assert "thousands" in counts.axes[0].get_title()


def test_an_absent_class_has_dashes(make_table):
    evaluation = evaluate(make_table([0, 0], np.eye(2), ("AGN", "SN")))
    assert cells(confusion_figure(evaluation)) == ["0.50", "0.50", "-", "-"]


def test_text_stands_out_from_every_cell():
    """WCAG 2.1, 1.4.3: contrast ratio 4.5 or more."""
    for fraction in np.linspace(0.001, 1, 200):
        colour = np.array(COLOURS(fraction)[:3])
        linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
        cell, text = linear @ [0.2126, 0.7152, 0.0722], {"black": 0.0, "white": 1.0}[ink(fraction)]
        assert (max(cell, text) + 0.05) / (min(cell, text) + 0.05) >= 4.5


def test_a_class_name_with_a_dollar_is_not_mathematics(make_table):
    evaluation = evaluate(make_table([0, 1], np.eye(2), ("$A_{$", "a_b")))
    assert render(confusion_figure(evaluation), "png")


def test_letters_that_the_font_lacks_are_drawn_without_a_word(make_table):
    evaluation = evaluate(make_table([0, 1], np.eye(2), ("中文", "👩‍🚀")))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert render(confusion_figure(evaluation), "png")


@pytest.mark.parametrize("form", ["png", "pdf", "svg"])
def test_the_same_figure_is_the_same_bytes_whatever_the_users_style(single, form):
    first = render(confusion_figure(single), form)
    with matplotlib.rc_context({"font.size": 30, "text.usetex": True, "axes.grid": True}):
        assert render(confusion_figure(single), form) == first
    assert b"Date" not in first


def test_a_pdf_has_no_type_3_fonts():
    content = render(learning_curves_figure(HISTORY), "pdf")
    assert b"/Subtype /Type3" not in content
    assert b"/TrueType" in content or b"/CIDFontType2" in content


def test_calibration_points_are_the_bins(make_table):
    probability = [[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]] * 10  # bins of fewer than ten are joined
    figure = calibration_figure(evaluate(make_table([0, 0, 0, 1] * 10, probability, ("AGN", "SN")), bins=2))
    points = figure.axes[0].containers[0].lines[0]
    assert points.get_xdata() == pytest.approx([0.75])
    assert points.get_ydata() == pytest.approx([0.75])


@pytest.mark.parametrize(("hits", "count"), [(0, 1), (1, 1), (3, 10), (99, 100)])
def test_calibration_bars_are_wilson_intervals(hits, count):
    interval = binomtest(hits, count).proportion_ci(0.6826894921370859, method="wilson")
    down, up = wilson_bars(np.array([hits / count]), np.array([count]))
    assert (hits / count - down[0], hits / count + up[0]) == pytest.approx(tuple(interval))


def test_learning_curves_have_a_panel_a_quantity_and_mark_the_lowest_validation_loss():
    figure = learning_curves_figure(HISTORY)
    assert [axes.get_ylabel() for axes in figure.axes] == ["Loss", "F1"]
    marked = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in marked] == [(1, 0.5), (1, 0.4)]


def test_a_loss_that_is_not_a_number_is_left_out():
    curves = [line for line in learning_curves_figure(HISTORY).axes[0].lines if line.get_marker() != "o"]
    assert [list(line.get_xdata()) for line in curves[:2]] == [[0, 1, 2, 3], [0, 1, 3]]


def test_a_history_without_curves_is_an_error_that_names_its_columns():
    with pytest.raises(AlertlabError, match=r"train_<quantity>.*it holds epoch, repeat, time"):
        learning_curves_figure([{"epoch": 0, "repeat": 0, "time": 3.0}])


def test_importing_evaluation_loads_neither_matplotlib_nor_scikit_learn_and_drawing_no_pyplot():
    code = (
        "import sys, alertlab.evaluation; assert not {'matplotlib', 'sklearn', 'torch'} & set(sys.modules);"
        "import alertlab.evaluation.classification.figures; assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def lightness(colour):
    """L* of CIE 1976 of an sRGB colour, 0 to 100."""
    value = np.array(to_rgb(colour))
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]
    return 116 * linear ** (1 / 3) - 16 if linear > 0.008856 else 903.3 * linear


def told_apart(lines):
    """Whether any two differ in dashes, marker or clearly in lightness."""
    looks = [(str(line.get_linestyle()), line._dash_pattern, line.get_marker()) for line in lines]
    return all(
        looks[one] != looks[other] or abs(lightness(lines[one].get_color()) - lightness(lines[other].get_color())) > 15
        for one, other in combinations(range(len(lines)), 2)
    )


def test_lines_are_told_apart_in_grey(two_levels, light_curves):
    """Okabe & Ito's colours are told apart by all eyes, but not by a printer."""
    table = replace(light_curves, facts={"x": np.arange(len(light_curves), dtype=float)})
    curves = score_curves(groups_by_fact(table, "test", "x"), 2, 0.9)
    for axes in (*learning_curves_figure(HISTORY).axes, *score_curve_figure(curves, "x").axes[:2]):
        handles, _ = axes.get_legend_handles_labels()
        assert told_apart([getattr(each, "lines", [each])[0] for each in handles])
    figure = Figure()
    axes = figure.subplots()
    for colour in COLOURS_OF_LINES:
        spread_line(axes, np.arange(3.0), np.ones((2, 3)), colour)
    assert told_apart(axes.lines)


@pytest.mark.parametrize("journal", JOURNALS)
def test_a_figure_is_as_wide_as_the_column_of_its_journal(single, journal):
    column, full = {"aas": (3.4, 7.1), "mnras": (84 / 25.4, 174 / 25.4), "aanda": (88 / 25.4, 180 / 25.4)}[journal]
    with drawn_for(journal):
        drawn = [calibration_figure(single), confusion_figure(single), learning_curves_figure(HISTORY)]
        wide, _ = panels(3, 2.0)
    assert [figure.get_figwidth() for figure in drawn] == pytest.approx([column] * 3)
    assert wide.get_figwidth() == pytest.approx(full)
