"""Judging named values and their deviations."""
