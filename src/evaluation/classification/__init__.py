"""Judging classes and their probabilities."""
