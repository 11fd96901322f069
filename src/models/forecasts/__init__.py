"""Models that forecast light curves in one band."""
