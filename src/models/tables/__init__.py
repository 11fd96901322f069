"""Models of a table of features that are no forests, and how every model takes such a table."""
