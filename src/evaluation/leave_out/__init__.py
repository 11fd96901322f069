"""Detectors by the class that no training saw: one table."""
