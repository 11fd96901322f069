"""Groups of stars, a diagram each: of a table, or of simulated fields that were searched."""
