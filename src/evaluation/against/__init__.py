"""Scores of any task against something: a fact, the length of a light curve, the days since an event."""
