"""Judging generated fields: power, phases, values."""
