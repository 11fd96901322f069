"""Any table of light curves in, checked columns out."""
