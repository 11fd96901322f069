"""Detectors of what training has not seen, over a table of features."""
