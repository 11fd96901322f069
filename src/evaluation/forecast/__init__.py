"""Judging values and deviations at times to come."""
