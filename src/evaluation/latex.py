"""The confusion matrix as a LaTeX table."""

import math

import numpy as np
from numpy.typing import NDArray

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
    rows = [
        " & ".join([escape(name), *(_cell(*cell) for cell in zip(mean[row], std[row], strict=True))])
        for row, name in enumerate(classes)
    ]
    lines = [
        r"% needs \usepackage{booktabs}",
        rf"\begin{{tabular}}{{l{'c' * len(classes)}}}",
        r"\toprule",
        rf" & \multicolumn{{{len(classes)}}}{{c}}{{Predicted}} \\",
        rf"\cmidrule(l){{2-{len(classes) + 1}}}",
        rf"{' & '.join(['True', *map(escape, classes)])} \\",
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
