"""What comes in: what a path holds, tables of every format, and their values as names, labels and numbers."""
