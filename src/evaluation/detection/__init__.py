"""Judging scores of strangeness by where they rank outliers of known kinds."""
