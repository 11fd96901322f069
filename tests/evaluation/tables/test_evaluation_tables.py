import csv
import io
import re

import numpy as np
import pytest
from alertlab.evaluation import evaluate
from alertlab.evaluation.classification.tables import (
    confusion_counts_csv,
    confusion_fraction_csv,
    confusion_percentiles_csv,
)
from alertlab.evaluation.tables.latex import confusion_latex, escape, percentile_latex


def latex_of(evaluation):
    return confusion_latex(evaluation.classes, evaluation.fraction_mean, evaluation.fraction_std)


def body(latex):
    """Cells of each row between \\midrule and \\bottomrule."""
    rows = latex.split("\\midrule\n")[1].split("\n\\bottomrule")[0].splitlines()
    assert all(row.endswith(r" \\") for row in rows)
    return [re.split(r"(?<!\\) & ", row.removesuffix(r" \\")) for row in rows]


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_latex_is_a_booktabs_tabular_with_a_row_and_a_column_a_class(several):
    latex = latex_of(several)
    assert re.findall(r"\\(\w+rule|begin|end)\b", latex) == [
        "begin",
        "toprule",
        "cmidrule",
        "midrule",
        "bottomrule",
        "end",
    ]
    assert r"\begin{tabular}{lccccc}" in latex
    assert [row[0] for row in body(latex)] == ["AGN", "SN", "VS", "asteroid", "bogus"]
    assert all(len(row) == 6 for row in body(latex))
    assert latex.count("{") == latex.count("}")
    assert latex.count("$") % 2 == 0


def test_latex_cells_are_mean_and_std_over_repeats(several):
    mean, std = several.fraction[:, 0, 0].mean(), several.fraction[:, 0, 0].std(ddof=1)
    assert body(latex_of(several))[0][1] == rf"${mean:.2f} \pm {std:.2f}$"


def test_latex_of_one_repeat_has_no_plus_minus_and_dashes_where_a_class_is_absent(gaps):
    rows = body(latex_of(gaps))
    assert all(re.fullmatch(r"\$0(\.\d\d)?\$", cell) for row in rows[:2] for cell in row[1:])
    assert rows[2][1:] == ["--"] * 5


def test_latex_prints_a_cell_that_is_always_empty_as_a_bare_zero(make_table):
    evaluation = evaluate(make_table([0, 1], np.eye(2), ("AGN", "SN")))
    assert body(latex_of(evaluation)) == [["AGN", "$1.00$", "$0$"], ["SN", "$0$", "$1.00$"]]


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("E_W & 100%", r"E\_W \& 100\%"),
        ("z<1", r"z\textless{}1"),
        ("$x^2$ #1", r"\$x\textasciicircum{}2\$ \#1"),
        ("a\\b~{c}", r"a\textbackslash{}b\textasciitilde{}\{c\}"),
        ("[other]", "{[}other]"),
    ],
)
def test_class_names_are_escaped_for_latex(name, printed):
    assert escape(name) == printed


def test_an_ampersand_in_a_class_name_does_not_add_a_column(make_table):
    evaluation = evaluate(make_table([0, 1], np.eye(2), ("E & W", "RRL")))
    assert [len(row) for row in body(latex_of(evaluation))] == [3, 3]


def test_confusion_csv_holds_the_counts_of_each_repeat(several):
    rows = read(confusion_counts_csv(several))
    assert [(row["repeat"], row["true"]) for row in rows[4:6]] == [("0", "bogus"), ("1", "AGN")]
    counts = [[int(row[name]) for name in several.classes] for row in rows]
    assert np.array_equal(np.reshape(counts, (5, 5, 5)), several.counts)


def test_fraction_csv_sums_to_one_in_each_true_class_and_is_empty_in_absent_ones(gaps):
    rows = read(confusion_fraction_csv(gaps))
    for name in ("AGN", "SN"):
        assert sum(float(row["mean"]) for row in rows if row["true"] == name) == pytest.approx(1)
    assert {row["mean"] for row in rows if row["true"] == "VS"} == {""}
    assert {row["std"] for row in rows} == {""}


def test_metrics_csv_has_a_column_a_repeat(several):
    rows = {row["metric"]: row for row in read(several.metrics_csv())}
    each = [float(rows["recall/SN"][f"repeat_{number}"]) for number in range(5)]
    assert float(rows["recall/SN"]["mean"]) == pytest.approx(np.mean(each))
    assert float(rows["recall/SN"]["std"]) == pytest.approx(np.std(each, ddof=1))


def test_results_show_the_spread_of_repeats_or_the_interval_of_a_single_one(several, single):
    assert re.fullmatch(r"0\.\d{3} ± 0\.\d{3}", dict(several.results())["macro_recall"])
    rows = dict(single.results())
    assert re.fullmatch(r"0\.\d{3} \[0\.\d{3}, 0\.\d{3}\]", rows["macro_recall"])
    assert re.fullmatch(r"\d\.\d{3}", rows["log_loss"])
    assert next(iter(rows)) == "accuracy"


def test_class_results_name_each_class_once_with_dashes_where_it_is_absent(make_table):
    rows = evaluate(make_table([0, 0, 1], np.eye(3)[[0, 1, 1]], ("AGN", "SN", "VS"))).tables()[0].rows
    assert rows == [
        ("AGN", "1.000", "0.500", "0.667", "2"),
        ("SN", "0.500", "1.000", "0.667", "1"),
        ("VS", "-", "-", "-", "0"),
    ]


def test_percentiles_are_written_for_programs_and_for_latex(make_table):
    decided = [[0, 0, 0, 1, 1], [0, 0, 1, 1, 1], [0, 1, 1, 1, 1]]
    target = [0, 0, 0, 0, 1] * 3
    evaluation = evaluate(
        make_table(target, np.eye(2)[np.ravel(decided)], ("AGN", "SN"), repeat=np.repeat([0, 1, 2], 5))
    )
    low, median, high = np.percentile([0.75, 0.5, 0.25], [5, 50, 95])
    row = read(confusion_percentiles_csv(evaluation))[0]
    assert (row["true"], row["predicted"]) == ("AGN", "AGN")
    assert [float(row[name]) for name in ("p5", "median", "p95")] == pytest.approx([low, median, high])
    latex = percentile_latex(evaluation.classes, evaluation.fraction_percentiles)
    assert body(latex) == [["AGN", "$50^{+22}_{-22}$", "$50^{+22}_{-22}$"], ["SN", "$0$", "$100^{+0}_{-0}$"]]


def test_both_levels_stand_in_the_tables_the_top_first(two_levels):
    rows = dict(two_levels.results())
    assert next(iter(rows)) == "top/accuracy"
    mean, std = two_levels.top.mean["macro_precision"], two_levels.top.std["macro_precision"]
    assert rows["top/macro_precision"] == f"{mean:.3f} ± {std:.3f}"
    assert rows["macro_precision"].startswith(f"{two_levels.mean['macro_precision']:.3f}")
    assert [row[0] for row in two_levels.tables()[0].rows][:4] == [
        "top/Transient",
        "top/Stochastic",
        "top/Periodic",
        "SNIa",
    ]
