"""Images of any public form, one at a time: folders, tar files, Parquet tables and HDF5 files."""

from .decode import decode
from .image import Encoded, Image, ImageForm, Unreadable
from .read import columns_in, is_images, read_images

__all__ = ["Encoded", "Image", "ImageForm", "Unreadable", "columns_in", "decode", "is_images", "read_images"]
