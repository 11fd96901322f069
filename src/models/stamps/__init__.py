"""Networks that look at stamps, and the classifiers made of them."""
