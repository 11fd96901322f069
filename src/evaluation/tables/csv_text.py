"""Rows as CSV: what programs read."""

import csv
import io
from collections.abc import Iterable

import numpy as np


def known(value: float) -> float | None:
    """A number, or None for NaN: what JSON and CSV can hold."""
    return None if np.isnan(value) else float(value)


def csv_text(header: list[str], rows: Iterable[Iterable[object]]) -> str:
    """Rows below a header; None is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
