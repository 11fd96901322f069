"""What took long to decode, kept as files for the next training."""
