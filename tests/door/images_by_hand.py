"""Images in every form that is read, written by Pillow, astropy, tarfile, pyarrow and h5py."""

import io
import tarfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from astropy.io import fits
from PIL import Image


def pixels(n, side=12, seed=0):
    """(n, side, side, 3) uint8; each has its own brightness."""
    random = np.random.default_rng(seed)
    base = random.integers(20, 200, (n, 1, 1, 3))
    return np.clip(base + random.integers(-15, 15, (n, side, side, 3)), 0, 255).astype(np.uint8)


def encoded(array, kind="PNG", **options):
    """Bytes of a picture (y, x, 3) or (y, x)."""
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, kind, **options)
    return buffer.getvalue()


def fits_bytes(array, **cards):
    """Bytes of a FITS image."""
    buffer = io.BytesIO()
    hdu = fits.PrimaryHDU(np.asarray(array))
    hdu.header.update(cards)
    hdu.writeto(buffer)
    return buffer.getvalue()


def wcs_cards(ra, dec, arcsec, side):
    """A tangential projection, its middle in the middle of the image."""
    step = arcsec / 3600
    return {
        "CTYPE1": "RA---TAN",
        "CTYPE2": "DEC--TAN",
        "CRVAL1": ra,
        "CRVAL2": dec,
        "CRPIX1": (side + 1) / 2,
        "CRPIX2": (side + 1) / 2,
        "CDELT1": -step,
        "CDELT2": step,
    }


def write_folder(folder, images, ending="png"):
    """One file each, every other in a subfolder."""
    (folder / "more").mkdir(parents=True, exist_ok=True)
    for number, each in enumerate(images):
        where = folder / "more" if number % 2 else folder
        (where / f"galaxy{number}.{ending}").write_bytes(encoded(each))
    return folder


def write_tar(path, members, mode="w"):
    """Members by name."""
    with tarfile.open(path, mode) as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def write_parquet(path, images, **columns):
    """A row each, and further columns."""
    names = [f"galaxy{number}" for number in range(len(images))]
    table = {"object_id": names, "image": [encoded(each) for each in images], **columns}
    pq.write_table(pa.table(table), path)
    return path


def write_labels(path, classes, n, **columns):
    """A CSV of labels, in turn."""
    rows = {"object_id": [f"galaxy{number}" for number in range(n)], **columns}
    if classes:
        rows["class"] = [classes[number % len(classes)] for number in range(n)]
    lines = [",".join(rows), *(",".join(map(str, row)) for row in zip(*rows.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n")
    return path
