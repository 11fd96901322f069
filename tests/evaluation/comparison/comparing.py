"""Two tables or more, compared."""

from alertlab.evaluation.comparison.difference import compare as compare_paired
from alertlab.evaluation.comparison.pairing import paired, rows_of_run


def compare(*arguments, intersection=False, train_rows=None, **settings):
    """Tables, then resamples and confidence."""
    *tables, resamples, confidence = arguments
    runs = [rows_of_run("ABCDEFGHIJ"[place], table, train_rows) for place, table in enumerate(tables)]
    return compare_paired(paired(runs, intersection), resamples, resamples, confidence, **settings)
