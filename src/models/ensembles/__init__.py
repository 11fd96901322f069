"""Classifiers joined into one: their mean, a weighted one, or a regression on what they say."""
