"""From a bundle and a path to a table of predictions and one of what was rejected."""
