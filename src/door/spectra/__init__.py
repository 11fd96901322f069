"""Spectra of any public form, one at a time: SDSS ``spec-*.fits``, DESI coadds, Parquet tables with a list a row."""

from .read import read_spectra
from .spectrum import Arm, ListColumns, Spectrum, Unusable

__all__ = ["Arm", "ListColumns", "Spectrum", "Unusable", "read_spectra"]
