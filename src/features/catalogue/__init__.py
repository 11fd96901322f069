"""Catalogues: one row a source, whose columns and derived columns are read by a recipe, in its units."""
