"""Networks that look at images of any channels and size."""
