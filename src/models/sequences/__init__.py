"""Networks that read light curves point by point."""
