"""The matrix of two classifiers as a figure."""

from matplotlib.figure import Figure

from ..figures.matrix import Side, matrix_figure, thousands
from .agreement import Agreement


def agreement_figure(agreement: Agreement, first: str, second: str) -> Figure:
    """Colour and upper number: fraction of the column; below it the objects.

    Parameters
    ----------
    agreement : what to draw.
    first, second : what the rows and the columns are predicted by.
    """
    fraction, counts = agreement.fraction, agreement.counts.tolist()
    choices = [
        (
            [
                [_cell(*pair, digits, short) for pair in zip(*row, strict=True)]
                for row in zip(fraction, counts, strict=True)
            ],
            f"{unit} of the column, and objects" + (" (k: thousands)" if short else ""),
        )
        for unit, digits, short in (("Fraction", 2, False), ("Fraction", 2, True), ("Per cent", 0, True))
    ]
    rows = Side(f"Predicted by {first}", agreement.rows)
    return matrix_figure(fraction, rows, Side(f"Predicted by {second}", agreement.columns, agreement.breaks), choices)


def _cell(fraction: float, count: int, digits: int, short: bool) -> str:
    if fraction != fraction:  # an empty column
        return "-"
    if count == 0:
        return "0"
    number = f"{fraction:.2f}" if digits else f"{100 * fraction:.0f}"
    return f"{'<1' if number == '0' else number}\n{thousands(count) if short else count}"
