"""Where labelled samples come from."""

from .stamps import StampDataModule
from .ztf import ztf_stamps

__all__ = ["StampDataModule", "ztf_stamps"]
