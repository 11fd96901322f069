"""Small spectra in the forms in which SDSS, DESI and others publish theirs, written by astropy and pyarrow."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from astropy.io import fits

LOGLAM = 3.58 + 1e-4 * np.arange(3800)
LINE, WIDTH = 6564.6, 4.0  # of the one emission line, Angstrom at rest


def flux_at(wavelength, redshift, level=7.0):
    """A straight continuum with one line."""
    rest = wavelength / (1 + redshift)
    return level * (1 + (rest - 5500) / 20000 + 2 * np.exp(-0.5 * ((rest - LINE) / WIDTH) ** 2))


def write_sdss(path, redshift=0.1, kind="GALAXY", table="SPECOBJ", **changed):
    """``spec-*.fits``: COADD and the table of the redshift, whose columns BOSS writes in capitals as SDSS does."""
    flux = flux_at(10**LOGLAM, redshift)
    pixels = {"flux": flux, "loglam": LOGLAM, "ivar": np.full(len(flux), 4.0)}
    pixels |= {"and_mask": np.zeros(len(flux), np.int32), "model": flux}
    pixels |= changed
    columns = [
        fits.Column(name, "J" if name == "and_mask" else "E", array=values)
        for name, values in pixels.items()
        if values is not None
    ]
    about = [fits.Column("Z", "E", array=[redshift]), fits.Column("CLASS", "6A", array=[kind])]
    about += [fits.Column(name, "D", array=[value]) for name, value in (("PLUG_RA", 150.5), ("PLUG_DEC", -1.25))]
    head = fits.Header({"PLATEID": 1, "MJD": 55000, "FIBERID": 7})
    hdus = [fits.PrimaryHDU(header=head), fits.BinTableHDU.from_columns(columns, name="COADD")]
    fits.HDUList([*hdus, fits.BinTableHDU.from_columns(about, name=table)]).writeto(path, overwrite=True)
    return path


def write_desi(folder, redshift=(0.1, 0.2, 0.05), name="sv3-bright-9999.fits", with_redshifts=True):
    """A coadd of three arms that overlap, and redrock's redshifts in another order of the targets."""
    targets = np.arange(len(redshift)) + 39_627_000_000_000_000
    arms = {"B": (3600, 5800), "R": (5760, 7620), "Z": (7520, 9824)}
    fibermap = [fits.Column("TARGETID", "K", array=targets)]
    fibermap += [fits.Column(f"TARGET_{each}", "D", array=np.full(len(targets), 20.0)) for each in ("RA", "DEC")]
    hdus = [fits.PrimaryHDU(), fits.BinTableHDU.from_columns(fibermap, name="FIBERMAP")]
    for arm, (low, high) in arms.items():
        wavelength = np.arange(low, high + 0.4, 0.8)
        flux = np.stack([flux_at(wavelength, each) for each in redshift]).astype(">f4")
        hdus.append(fits.ImageHDU(wavelength, name=f"{arm}_WAVELENGTH"))
        hdus.append(fits.ImageHDU(flux, name=f"{arm}_FLUX"))
        hdus.append(fits.ImageHDU(np.full_like(flux, 4.0), name=f"{arm}_IVAR"))
        hdus.append(fits.ImageHDU(np.zeros(flux.shape, np.int32), name=f"{arm}_MASK"))
    path = folder / f"coadd-{name}"
    fits.HDUList(hdus).writeto(path)
    if with_redshifts:
        columns = [fits.Column("TARGETID", "K", array=targets[::-1])]
        columns.append(fits.Column("Z", "D", array=np.array(redshift)[::-1]))
        columns.append(fits.Column("SPECTYPE", "6A", array=["STAR", *["GALAXY"] * (len(targets) - 1)]))
        table = fits.BinTableHDU.from_columns(columns, name="REDSHIFTS")
        fits.HDUList([fits.PrimaryHDU(), table]).writeto(folder / f"redrock-{name}")
    return path


def write_lists(path, kinds, **renamed):
    """A Parquet table with a spectrum a row."""
    rng = np.random.default_rng(4)
    redshift = rng.uniform(0.02, 0.1, len(kinds))
    wavelength = 10**LOGLAM
    flux = [flux_at(wavelength, z) + rng.normal(0, 0.1, len(wavelength)) for z in redshift]
    table = {
        "object_id": [f"s{number}" for number in range(len(kinds))],
        "wavelength": [wavelength] * len(kinds),
        "flux": flux,
        "redshift": redshift,
        "CLASS": kinds,
    }
    pq.write_table(pa.table({renamed.get(name, name): values for name, values in table.items()}), path)
    return path
