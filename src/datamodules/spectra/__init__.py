"""Spectra on one grid of wavelengths, a row each."""
