"""The 103 candidate fields of a packet, consistent with its images and surroundings.

Where a range is given as numbers, they are percentiles measured on the public
ZTF stamps (2 to 98 %), rounded; no value is copied.
"""

from typing import Any

import numpy as np

from .catalogues import ABSENT, catalogue, gaia, panstarrs, reference
from .classes import LEVELS
from .exposure import CHIP, Exposure
from .identity import candidate_id, image_name, night_id, processing_id
from .photometry import FAINTEST, Photometry
from .scene import Scene

Generator = np.random.Generator
LARGEST_ERROR = 0.2171  # mag, 5 sigma: the stream's own cut
CLASSTAR = (0.4, 0.65, 0.92, 0.978, 0.992, 0.999, 1.0)  # quantiles at LEVELS, measured
MAGNITUDE = 1.0857  # 2.5 / ln 10, from relative flux error to magnitude


def describe(
    rng: Generator, scene: Scene, exposure: Exposure, light: Photometry, positive: bool, table_id: int, epoch: int
) -> dict[str, Any]:
    """All fields of ``candidate``.

    Parameters
    ----------
    light : what was measured on the difference. positive : the sign of the difference.
    table_id : ``tblid``, 0 to 999. epoch : 0 for the object's first packet, 1 for the next.
    """
    sources = catalogue(scene)
    return (
        _identity(scene, exposure, positive, table_id)
        | _photometry(rng, exposure, light)
        | _shape(rng, scene, exposure, light)
        | _scores(rng, scene, exposure, light)
        | panstarrs(rng, scene, sources)
        | reference(rng, scene, sources, exposure.sky, exposure.zero_point, exposure.reference_seeing)
        | gaia(rng, scene)
        | _history(rng, scene, exposure, epoch)
        | _calibration(rng, exposure)
    )


def _identity(scene: Scene, exposure: Exposure, positive: bool, table_id: int) -> dict[str, Any]:
    pid = processing_id(exposure.jd, scene.rcid)
    to_edge = (exposure.xpos, exposure.ypos, CHIP[0] + 0.5 - exposure.xpos, CHIP[1] + 0.5 - exposure.ypos)
    return {
        "jd": exposure.jd,
        "fid": exposure.fid,
        "pid": pid,
        "candid": candidate_id(pid, positive, table_id),
        "tblid": table_id,
        "nid": night_id(exposure.jd),
        "rcid": scene.rcid,
        "field": scene.field,
        "rfid": scene.field * 10**6 + exposure.fid * 10**5 + scene.rcid * 100 + 20,
        "pdiffimfilename": image_name(scene, exposure),
        "programpi": "alertlab",
        "programid": 1,
        "tooflag": 0,
        "isdiffpos": "t" if positive else "f",
        "xpos": exposure.xpos,
        "ypos": exposure.ypos,
        "mindtoedge": min(to_edge),
        "ra": scene.ra,
        "dec": scene.dec,
    }


def _photometry(rng: Generator, exposure: Exposure, light: Photometry) -> dict[str, Any]:
    magpsf, magap = exposure.magnitude(light.flux), exposure.magnitude(light.aperture)
    limit = exposure.magnitude(exposure.limit)
    sigma = MAGNITUDE * light.error / light.flux * 10 ** rng.normal(0, 0.1)
    return {
        "diffmaglim": limit,
        "magpsf": magpsf,
        "sigmapsf": sigma if sigma < LARGEST_ERROR else LARGEST_ERROR - rng.exponential(0.01),
        "chipsf": light.chi,
        "magap": magap,
        "sigmagap": MAGNITUDE * light.aperture_error / light.aperture,
        "magapbig": exposure.magnitude(light.big),
        "sigmagapbig": MAGNITUDE * light.big_error / light.big,
        "magdiff": magap - magpsf,
        "magfromlim": limit - magap,
        "sky": rng.normal(0, 0.4),
        "scorr": 5 + 6 * max(0.0, light.flux / exposure.limit - FAINTEST) ** 0.6,
        "dsnrms": light.peak,
        "ssnrms": 1.75 * light.peak,
        "dsdiff": -0.75 * light.peak,
    }


def _shape(rng: Generator, scene: Scene, exposure: Exposure, light: Photometry) -> dict[str, Any]:
    # SExtractor's fwhm of a faint detection scatters widely: 1.2 to 5 px around the seeing.
    fwhm = exposure.seeing * 10 ** rng.normal(0.04, 0.15) + 0.5 * scene.portrait.trail * rng.random()
    fwhm = min(max(fwhm * (light.major / (0.3 * exposure.seeing + 0.15)) ** 0.5, 1.04), 6.6)
    return {
        "fwhm": fwhm,
        "classtar": float(np.interp(rng.random(), LEVELS, CLASSTAR)),
        "seeratio": min(max(exposure.seeing / fwhm * 10 ** rng.normal(0, 0.05), 0.4), 2.0),
        "aimage": light.major,
        "bimage": light.minor,
        "aimagerat": light.major / fwhm,
        "bimagerat": light.minor / fwhm,
        "elong": light.major / light.minor,
        "nneg": light.negative,
        "nbad": 0,
        "sumrat": abs(light.ratio),
    }


def _scores(rng: Generator, scene: Scene, exposure: Exposure, light: Photometry) -> dict[str, Any]:
    real = not scene.portrait.artefact
    known = scene.label == "asteroid"
    near = 0 if known else (int(rng.integers(5, 30)) if rng.random() < 0.005 else None)
    magnitude = exposure.magnitude(light.flux) + rng.normal(0, 0.3)
    return {
        "rb": float(rng.beta(6, 2) if real else rng.beta(3, 6)),
        "rbversion": "simulated",
        "drb": float(1 - 10 ** rng.uniform(-6, -1.5) if real else rng.beta(0.4, 6)),
        "drbversion": "simulated",
        "ssdistnr": ABSENT if near is None else float(near),
        "ssmagnr": ABSENT if near is None else float(magnitude if known else 21.0),
        "ssnamenr": "null" if near is None else str(rng.integers(1000, 600_000)),
    }


def _history(rng: Generator, scene: Scene, exposure: Exposure, epoch: int) -> dict[str, Any]:
    detections = scene.portrait.detections + epoch * int(rng.integers(1, 6))
    latest = exposure.jd if rng.random() < 0.9 else exposure.jd - rng.uniform(0, 2)
    earliest = scene.jd if detections > 1 else exposure.jd
    return {
        "ndethist": detections,
        "ncovhist": scene.coverage + detections + 10 * epoch,
        "jdstarthist": min(earliest, latest),
        "jdendhist": latest,
        "jdstartref": 2458150.5 + rng.uniform(0, 30),
        "jdendref": 2458190.5 + rng.uniform(0, 100),
        "nframesref": 15 if rng.random() < 0.75 else int(rng.integers(16, 41)),
    }


def _calibration(rng: Generator, exposure: Exposure) -> dict[str, Any]:
    return {
        "exptime": 30.0,
        "magzpsci": exposure.zero_point,
        "magzpsciunc": 10 ** rng.uniform(-5.5, -4.5),
        "magzpscirms": 0.042 * 10 ** rng.normal(0, 0.12),
        "nmatches": int(min(max(600 * 10 ** rng.normal(0, 0.35), 40), 2200)),
        "clrcoeff": {1: -0.06, 2: 0.10, 3: 0.0}[exposure.fid] + rng.normal(0, 0.025),
        "clrcounc": 10 ** rng.uniform(-5.5, -4.5),
        "zpclrcov": -(10 ** rng.uniform(-5.5, -4.5)),
        "zpmed": exposure.zero_point + rng.normal(0.02, 0.06),
        "clrmed": rng.normal(0.65, 0.1),
        "clrrms": rng.uniform(0.16, 0.34),
    }
