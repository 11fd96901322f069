"""Simulated spectra as files in SDSS's public form, so that they come in by the very door that real ones do."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from ...files import replacing
from ..written import Progress, refuse_occupied, silent
from .source import FIRST_MJD, LOG_WAVELENGTH, Block, SimulatedSpectra

NO_DATA = 1 << 24  # bit of SDSS's masks


def write_spectra(out: Path, n: int, seed: int, difficulty: float, progress: Progress = silent) -> dict[str, Any]:
    """Write ``spectra/spec-PLATE-MJD-FIBRE.fits`` and ``labels.csv``; the summary counts the kinds.

    One file a spectrum, 150 kB, as SDSS has it: a Parquet table would be smaller, and would prove nothing of the form
    that people have. For many spectra there is ``datamodule=simulated_spectra``, which writes none.

    Raises
    ------
    AlertlabError
        For a folder that is not empty, or an argument out of range.
    """
    refuse_occupied(out)
    made = SimulatedSpectra(n, seed, difficulty)
    folder = out / "spectra"
    folder.mkdir(parents=True)
    kinds: list[tuple[str, str]] = []
    for block in made.blocks():
        for row, name in enumerate(block.name):
            _write(folder / f"{name}.fits", block, row)
            kinds.append((name, block.kind[row]))
        progress(len(kinds), n)
    with replacing(out / "labels.csv") as partial, partial.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("object_id", "label"), *kinds])
    counts = Counter(kind for _, kind in kinds)
    return {"directory": str(out), "spectra": n, "classes": dict(counts), "seed": seed, "difficulty": difficulty}


def _write(path: Path, block: Block, row: int) -> None:
    from astropy.io import fits  # here: half a second of import

    plate, _, fibre = (int(each) for each in path.stem.split("-")[1:])
    ivar = block.ivar[row].astype(np.float32)
    mask = np.where(ivar > 0, 0, NO_DATA).astype(np.int32)
    columns = {"flux": block.flux[row], "loglam": LOG_WAVELENGTH, "ivar": ivar, "and_mask": mask, "or_mask": mask}
    pixels = [
        fits.Column(name, "J" if values.dtype == np.int32 else "E", array=values) for name, values in columns.items()
    ]
    about = {"Z": block.redshift[row], "PLUG_RA": block.ra[row], "PLUG_DEC": block.dec[row]}
    words = {"CLASS": "GALAXY", "SURVEY": "simulated"}
    single = [fits.Column(name, "D", array=np.array([value])) for name, value in about.items()]
    single += [fits.Column(name, "10A", array=np.array([value])) for name, value in words.items()]
    head = fits.Header({"PLATEID": plate, "MJD": FIRST_MJD, "FIBERID": fibre, "ORIGIN": "simulated by alertlab"})
    hdus = [
        fits.PrimaryHDU(header=head),
        fits.BinTableHDU.from_columns(pixels, name="COADD"),
        fits.BinTableHDU.from_columns(single, name="SPECOBJ"),
    ]
    with replacing(path) as partial:
        fits.HDUList(hdus).writeto(partial)
