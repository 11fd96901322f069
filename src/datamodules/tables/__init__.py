"""One row an object: features of light curves, or ready ones."""
