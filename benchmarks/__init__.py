"""Ratios that say what alertlab costs, each measured within one run; ``python -m benchmarks`` makes the page."""
