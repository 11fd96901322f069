"""LaTeX tables, as they compile in aastex, mnras and aa: the confusion matrix, and any small table."""

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..shown import Table

NUMBER = re.compile(r"\[?[+-]?\d[^a-df-zA-Z]*")  # what is of digits, signs, brackets and an exponent's e
MANY = 8  # classes: more are told in per cent, under names that stand upright
ONE_COLUMN, PAGE = 238, 465  # points: a column of MNRAS, a page of AASTeX's preprint
FITS = (  # page, points, size
    (False, 9, "small"),
    (False, 8, "footnotesize"),
    (True, 9, "small"),
    (True, 8, "footnotesize"),
    (True, 7, "scriptsize"),
)
FEW_NOTE = "±* is over fewer than five repeats."
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


def confusion_latex(
    classes: tuple[str, ...],
    mean: NDArray[np.float64],
    std: NDArray[np.float64],
    support: Mapping[str, Sequence[str]] | None = None,
) -> str:
    r"""Tabular with booktabs rules: rows true, columns predicted, cells ``$0.87 \pm 0.01$``; per cent of many classes.

    Parameters
    ----------
    classes : (k,) names.
    mean, std : (k, k) fractions; without a standard deviation (NaN) no ``\pm`` is
        printed, and a row without a mean (a class that is absent) holds dashes.
    support : head of a column beside the names -> (k,) its cells, such as numbers of objects.
    """
    cell = _percent if len(classes) > MANY else _cell
    cells = [[cell(*each) for each in zip(*rows, strict=True)] for rows in zip(mean, std, strict=True)]
    return _tabular(classes, cells, support or {})


def percentile_latex(
    classes: tuple[str, ...],
    percentiles: NDArray[np.float64],
    support: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The same with cells ``$76^{+7}_{-6}$``: the median in per cent, and how far off the other two lie.

    Parameters
    ----------
    classes : (k,) names.
    percentiles : (3, k, k) 5th, 50th and 95th percentile of the fraction, NaN where a class is absent.
    support : see `confusion_latex`.
    """
    low, median, high = (100 * percentiles).tolist()
    rows = [list(zip(*cells, strict=True)) for cells in zip(low, median, high, strict=True)]
    return _tabular(classes, [[_percentile_cell(*cell) for cell in row] for row in rows], support or {})


def table_latex(table: Table, caption: str = "", note: str = "", label: str = "") -> str:
    r"""A float of a table: numbers in math, ``0.87 ± 0.01`` as ``$0.87 \pm 0.01$``, a dash as ``--``, strong ones bold.

    Parameters
    ----------
    caption, note : plain text, the title of the table without one. label : after ``tab:``, the table's name without.
    """
    told = caption or f"{table.title[:1].upper()}{table.title[1:]}."
    few = any("±*" in cell for row in table.rows for cell in row)
    return float_latex(_plain(table), told, label or table.name, f"{note} {FEW_NOTE}".strip() if few else note)


def _plain(table: Table) -> str:
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


def float_latex(tabular: str, caption: str, label: str, note: str = "") -> str:
    """A whole float: across a column where it fits, else across the page, in letters of 7 to 9 pt.

    Parameters
    ----------
    tabular : what this module makes. caption, note : plain text. label : after ``tab:``.
    """
    wide, size, close, fits = _fit(tabular)
    star = "*" if wide else ""
    body = tabular.rstrip("\n")
    if not fits:
        body = f"\\resizebox{{\\linewidth}}{{!}}{{%\n{body}}}"
    lines = [
        r"% needs \usepackage{booktabs,graphicx}",
        rf"\begin{{table{star}}}",
        r"\centering",
        rf"\caption{{{words(caption)}}}",
        rf"\label{{tab:{re.sub(r'[^A-Za-z0-9_-]', '-', label)}}}",
        rf"\{size}",
        *([r"\setlength{\tabcolsep}{3pt}"] if close else []),
        body,
        *(
            [r"\par\smallskip", rf"\parbox{{\linewidth}}{{\footnotesize\textit{{Note.}} {words(note)}}}"]
            if note
            else []
        ),
        rf"\end{{table{star}}}",
    ]
    return "\n".join(lines) + "\n"


def words(text: str) -> str:
    r"""Plain text as LaTeX, with ``±`` and ``±*`` as signs of mathematics."""
    signs = {"±*": r"$\pm^{*}$", "±": r"$\pm$", "−": "$-$", "σ": r"$\sigma$"}  # noqa: RUF001
    found = escape(text)
    for plain, sign in signs.items():
        found = found.replace(plain, sign)
    return found


def _fit(tabular: str) -> tuple[bool, str, bool, bool]:
    """Whether it needs the page, the size of its letters, whether columns stand close, and whether it then fits."""
    rows = [row.split(" & ") for row in tabular.splitlines() if row.endswith(r"\\") and "multicolumn" not in row]
    columns = max(map(len, rows))
    letters = sum(max(_letters(row[place]) for row in rows if place < len(row)) for place in range(columns))
    close = columns > MANY
    for wide, points, size in FITS:
        if letters * 0.5 * points + columns * (6 if close else 12) <= (PAGE if wide else ONE_COLUMN):
            return wide, size, close, True
    return True, "scriptsize", close, False


def _letters(cell: str) -> int:
    """Letters of a cell, as wide as digits."""
    return 2 if "rotatebox" in cell else len(re.sub(r"\\[a-zA-Z]+|[{}$^_\\]", "", cell))


def _tabular(classes: tuple[str, ...], cells: list[list[str]], support: Mapping[str, Sequence[str]]) -> str:
    beside = [[of[row] for of in support.values()] for row in range(len(classes))]
    rows = [" & ".join([escape(name), *more, *row]) for name, more, row in zip(classes, beside, cells, strict=True)]
    names = [escape(name) for name in classes]
    if len(classes) > MANY:
        names = [rf"\rotatebox{{90}}{{{name}}}" for name in names]
    first = 2 + len(support)
    head = [
        rf"{' &' * (first - 1)} \multicolumn{{{len(classes)}}}{{c}}{{Predicted}} \\",
        rf"\cmidrule(l){{{first}-{len(classes) + first - 1}}}",
        rf"{' & '.join(['True', *map(escape, support), *names])} \\",
    ]
    return _ruled("l" + "r" * len(support) + "c" * len(classes), head, rows)


def _ruled(columns: str, head: list[str], rows: list[str]) -> str:
    lines = [
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


def _percent(mean: float, std: float) -> str:
    if math.isnan(mean):
        return "--"
    if mean == 0:
        return "$0$"
    number = "<1" if mean < 0.005 else f"{100 * mean:.0f}"  # a bare 0 is exactly none
    return f"${number}$" if math.isnan(std) else rf"${number} \pm {100 * std:.0f}$"


def _percentile_cell(low: float, median: float, high: float) -> str:
    if math.isnan(median):
        return "--"
    if high == 0:
        return "$0$"
    if high < 0.5:
        return "$<1$"  # a bare 0 is exactly none
    return f"${median:.0f}^{{+{high - median:.0f}}}_{{-{median - low:.0f}}}$"
