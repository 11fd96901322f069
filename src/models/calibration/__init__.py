"""Probabilities put right by rows that training did not learn from."""
