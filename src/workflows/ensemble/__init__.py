"""Several classifiers as one run."""
