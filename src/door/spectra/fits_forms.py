"""The FITS forms in which SDSS and DESI publish spectra, by astropy."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..words import text_of
from .spectrum import Floats, Spectrum, Unusable, arm_of, signal_to_noise

BRIGHT_SKY = 1 << 23  # the only bit of SDSS's and_mask with which a pixel counts: the sky was bright, and subtracted
ARMS = ("B", "R", "Z")
COADD, REDROCK = "coadd-", "redrock-"
WAVE = "WAVELENGTH"


def read_fits(path: Path, label: str | None) -> Iterator[Spectrum | Unusable]:
    """The spectra of a file.

    Parameters
    ----------
    label : column of the label beside the redshift: CLASS of SDSS, SPECTYPE of DESI; None for none.

    Raises
    ------
    ValueError, OSError, KeyError
        For a file that is damaged, or neither.
    """
    from astropy.io import fits  # here: half a second of import

    with fits.open(path, memmap=False) as hdus:
        if any(f"{arm}_{WAVE}" in hdus for arm in ARMS):
            yield from _desi(path, hdus, label)
        else:
            yield _sdss(path, hdus, label)


def _sdss(path: Path, hdus: Any, label: str | None) -> Spectrum:
    """``spec-PLATE-MJD-FIBER.fits``: pixels in COADD, redshift in SPECOBJ (SPALL of BOSS)."""
    tables = [(hdu, {name.lower(): name for name in hdu.columns.names}) for hdu in hdus if hasattr(hdu, "columns")]
    found = next(((hdu, names) for hdu, names in tables if {"loglam", "flux"} <= names.keys()), None)
    if found is None:
        raise ValueError("neither a spec file of SDSS (loglam, flux) nor a coadd of DESI (B_WAVELENGTH)")
    hdu, names = found
    flux, ivar = _column(hdu, names, "flux"), _column(hdu, names, "ivar")
    mask = None if "and_mask" not in names else (hdu.data[names["and_mask"]] & ~BRIGHT_SKY) != 0
    arm = arm_of(10 ** _column(hdu, names, "loglam"), flux, ivar, mask)
    about, known = next(((hdu, names) for hdu, names in tables if "z" in names), (None, {}))
    told = None if about is None else about.data[0]
    head = hdus[0].header

    def number(name: str, *keys: str) -> float:
        if told is not None and name in known:
            return float(told[known[name]])
        return float(next((head[key] for key in keys if key in head), np.nan))

    named = None
    if label is not None and told is not None and label.lower() in known:
        named = text_of(str(told[known[label.lower()]]))
    return Spectrum(
        path.name.partition(".fit")[0],
        (arm,),
        number("z"),
        named,
        ra=number("plug_ra", "PLUG_RA", "RA"),
        dec=number("plug_dec", "PLUG_DEC", "DEC"),
        signal_to_noise=signal_to_noise(flux, ivar, arm.good),
    )


def _desi(path: Path, hdus: Any, label: str | None) -> Iterator[Spectrum | Unusable]:
    """``coadd-*.fits``: pixels by arm, a row a target; redshifts in ``redrock-*.fits`` beside it."""
    targets = hdus["FIBERMAP"].data
    redshift, named = _redrock(path, label)
    there = [arm for arm in ARMS if f"{arm}_{WAVE}" in hdus]
    for row, target in enumerate(targets["TARGETID"].tolist()):
        pixels = [
            [np.asarray(hdus[f"{arm}_{each}"].data[row], np.float64) for each in ("FLUX", "IVAR")] for arm in there
        ]
        masks = [hdus[f"{arm}_MASK"].data[row] != 0 if f"{arm}_MASK" in hdus else None for arm in there]
        try:
            arms = tuple(
                arm_of(np.asarray(hdus[f"{arm}_{WAVE}"].data, np.float64), flux, ivar, mask)
                for arm, (flux, ivar), mask in zip(there, pixels, masks, strict=True)
            )
        except ValueError as error:
            yield Unusable(str(target), str(error))
            continue
        flux, ivar = (np.concatenate(each) for each in zip(*pixels, strict=True))
        ra, dec = (
            float(targets[name][row]) if name in targets.names else np.nan for name in ("TARGET_RA", "TARGET_DEC")
        )
        noise = signal_to_noise(flux, ivar, np.concatenate([each.good for each in arms]))
        yield Spectrum(str(target), arms, redshift.get(target, np.nan), named.get(target), ra, dec, noise)


def _redrock(path: Path, label: str | None) -> tuple[dict[int, float], dict[int, str | None]]:
    """Target -> redshift, and -> label; nothing where there is no such file."""
    from astropy.io import fits

    beside = path.with_name(path.name.replace(COADD, REDROCK))
    if beside == path or not beside.is_file():
        return {}, {}
    with fits.open(beside, memmap=False) as hdus:
        rows = hdus["REDSHIFTS"].data
        targets = rows["TARGETID"].tolist()
        named = dict.fromkeys(targets) if label is None or label not in rows.names else {}
        if not named:
            named = {target: text_of(str(each)) for target, each in zip(targets, rows[label], strict=True)}
        return dict(zip(targets, map(float, rows["Z"]), strict=True)), named


def _column(hdu: Any, names: dict[str, str], name: str) -> Floats:
    if name not in names:
        raise ValueError(f"no column {name} beside flux")
    values: Floats = np.asarray(hdu.data[names[name]], np.float64)
    return values
