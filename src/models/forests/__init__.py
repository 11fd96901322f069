"""Random forests, flat and by branches, and what they say of their features."""
