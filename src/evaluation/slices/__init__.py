"""Any metric in parts of the rows, by magnitude, latitude, season: where a model is worse than elsewhere."""
