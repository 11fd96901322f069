"""Evaluations as CSV, LaTeX and rows of text: what several tasks share."""
