"""Forests that learn from a person's answers, by coniferest."""
