"""Numbers that follow from predictions: pure functions of arrays."""
