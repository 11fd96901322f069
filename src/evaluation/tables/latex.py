"""LaTeX tables: the confusion matrix, and any small table."""

import math
import re

import numpy as np
from numpy.typing import NDArray

from ..shown import Table

NUMBER = re.compile(r"\[?[+-]?\d[^a-df-zA-Z]*")  # what is of digits, signs, brackets and an exponent's e
SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "[": "{[}",  # else the optional argument of the \\ before it
    **{character: f"\\{character}" for character in "&%$#_{}"},
}


def escape(text: str) -> str:
    """Text that LaTeX prints as it stands."""
    return "".join(SPECIAL.get(character, character) for character in text)


def confusion_latex(classes: tuple[str, ...], mean: NDArray[np.float64], std: NDArray[np.float64]) -> str:
    r"""Tabular with booktabs rules: rows true, columns predicted, cells ``$0.87 \pm 0.01$``.

    Parameters
    ----------
    classes : (k,) names.
    mean, std : (k, k) fractions; without a standard deviation (NaN) no ``\pm`` is
        printed, and a row without a mean (a class that is absent) holds dashes.
    """
    return _tabular(
        classes,
        [[_cell(*cell) for cell in zip(*rows, strict=True)] for rows in zip(mean, std, strict=True)],
    )


def percentile_latex(classes: tuple[str, ...], percentiles: NDArray[np.float64]) -> str:
    """The same with cells ``$76^{+7}_{-6}$``: the median in per cent, and how far off the other two lie.

    Parameters
    ----------
    classes : (k,) names.
    percentiles : (3, k, k) 5th, 50th and 95th percentile of the fraction, NaN where a class is absent.
    """
    low, median, high = (100 * percentiles).tolist()
    rows = [list(zip(*cells, strict=True)) for cells in zip(low, median, high, strict=True)]
    return _tabular(classes, [[_percentile_cell(*cell) for cell in row] for row in rows])


def table_latex(table: Table) -> str:
    r"""Tabular with booktabs rules; numbers in math, ``0.87 ± 0.01`` as ``$0.87 \pm 0.01$``, and a dash as ``--``.

    Numbers that stand out are bold.
    """
    head = " & ".join(map(escape, table.header))
    rows = []
    for place, (first, *cells) in enumerate(table.rows):
        numbers = [_number(cell, (place, column) in table.strong) for column, cell in enumerate(cells, 1)]
        rows.append(" & ".join([escape(first), *numbers]))
    return _ruled("l" + "r" * (len(table.header) - 1), [rf"{head} \\"], rows)


def _number(text: str, strong: bool) -> str:
    if text == "-":
        return "--"
    if not NUMBER.fullmatch(text):
        return escape(text)
    powers = re.sub(r"e([+-]\d+)", lambda found: rf" \times 10^{{{int(found[1])}}}", text)
    number = powers.replace("±*", r"\pm^{*}").replace("±", r"\pm").replace(" [", r"\; [")
    return rf"$\mathbf{{{number}}}$" if strong else f"${number}$"


def _tabular(classes: tuple[str, ...], cells: list[list[str]]) -> str:
    rows = [" & ".join([escape(name), *row]) for name, row in zip(classes, cells, strict=True)]
    head = [
        rf" & \multicolumn{{{len(classes)}}}{{c}}{{Predicted}} \\",
        rf"\cmidrule(l){{2-{len(classes) + 1}}}",
        rf"{' & '.join(['True', *map(escape, classes)])} \\",
    ]
    return _ruled("l" + "c" * len(classes), head, rows)


def _ruled(columns: str, head: list[str], rows: list[str]) -> str:
    lines = [
        r"% needs \usepackage{booktabs}",
        rf"\begin{{tabular}}{{{columns}}}",
        r"\toprule",
        *head,
        r"\midrule",
        *(rf"{row} \\" for row in rows),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def _cell(mean: float, std: float) -> str:
    if math.isnan(mean):
        return "--"
    if mean == 0:
        return "$0$"
    return f"${mean:.2f}$" if math.isnan(std) else rf"${mean:.2f} \pm {std:.2f}$"


def _percentile_cell(low: float, median: float, high: float) -> str:
    if math.isnan(median):
        return "--"
    if high == 0:
        return "$0$"
    if high < 0.5:
        return "$<1$"  # a bare 0 is exactly none
    return f"${median:.0f}^{{+{high - median:.0f}}}_{{-{median - low:.0f}}}$"
