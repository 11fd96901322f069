"""The 30 days before an alert: what prv_candidates holds."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np

from ...alerts.schema import PRV_CANDIDATE, field_types
from .exposure import ZERO_POINT
from .identity import BANDS, candidate_id, night_id, processing_id
from .scene import Scene

DAYS = 30  # before the alert, as far as ZTF's packets reach back
MOST = 100  # visits
SIGMA_AT_LIMIT = 1.0857 / 5  # mag, the error of a 5-sigma flux
CARRIED = (  # candidate fields that an earlier detection repeats nearly as they are
    "distnr", "magnr", "sigmagnr", "chinr", "sharpnr", "fwhm", "classtar", "elong", "rb",
    "ranr", "decnr", "xpos", "ypos", "mindtoedge", "nbad", "nneg", "ssdistnr", "ssmagnr", "ssnamenr",
    "isdiffpos", "tblid", "magdiff",
)  # fmt: skip
SHARED = (  # fields that all visits have of the alert
    "programpi", "programid", "rcid", "field", "magzpsciunc", "magzpscirms", "clrcoeff", "clrcounc", "rbversion",
)  # fmt: skip


@cache
def _empty() -> dict[str, None]:
    return dict.fromkeys(field_types(PRV_CANDIDATE))


def earlier_visits(rng: np.random.Generator, scene: Scene, candidate: dict[str, Any]) -> list[dict[str, Any]]:
    """Detections and upper limits of the last month, oldest first.

    Eight visits and a lognormal number more, as in ZTF's packets; the more often the
    object was seen before, the more of them there are and the more are detections,
    fainter or brighter by some tenths of a magnitude.

    Returns
    -------
    Records of the schema's ``prv_candidate``, at most 100.
    """
    share = 1 - np.exp(-(candidate["ndethist"] - 1) / 60)
    count = 8 + round(min(3 * (1 + 2.2 * share) * 10 ** rng.normal(0, 0.35), MOST - 8))
    days = np.sort(rng.uniform(0.5, DAYS, count))[::-1]
    fids, seen = rng.integers(1, 3, days.size), rng.random(days.size) < 0.8 * share
    limits, change = rng.normal(20.4, 0.5, days.size), rng.normal(0.1, 0.3, days.size)
    every = _every(candidate)
    detection = {name: candidate[name] for name in CARRIED} | {"ra": scene.ra, "dec": scene.dec}
    visits = []
    for day, fid, found, limit, shift in zip(
        days.tolist(), fids.tolist(), seen.tolist(), limits.tolist(), change.tolist(), strict=True
    ):
        visit = every | _visit(scene, candidate["jd"] - day, fid, limit)
        magnitude = candidate["magpsf"] + shift
        if found and magnitude <= limit:
            visit |= detection | _measurement(candidate, visit["pid"], magnitude, limit)
        visits.append(visit)
    return visits


def upper_limits(
    scene: Scene, candidate: dict[str, Any], limits: Iterable[tuple[float, int, float]]
) -> list[dict[str, Any]]:
    """Visits in which nothing was seen, from Julian date, filter and limit [mag] of each, oldest first."""
    every = _every(candidate)
    return [every | _visit(scene, jd, fid, limit) for jd, fid, limit in limits]


def _every(candidate: dict[str, Any]) -> dict[str, Any]:
    """What any visit has of its alert."""
    return _empty() | {name: candidate[name] for name in SHARED}


def _visit(scene: Scene, jd: float, fid: int, limit: float) -> dict[str, Any]:
    """What a visit has whether or not the object was seen."""
    night = night_id(jd)
    return {
        "jd": jd,
        "fid": fid,
        "pid": processing_id(jd, scene.rcid),
        "diffmaglim": limit,
        "pdiffimfilename": f"ztf_{night:08d}_{scene.field:06d}_{BANDS[fid]}_simulated.fits",
        "nid": night,
        "magzpsci": ZERO_POINT[fid],
    }


def _measurement(candidate: dict[str, Any], pid: int, magnitude: float, limit: float) -> dict[str, Any]:
    """What a detection of this magnitude adds."""
    error = max(0.03, SIGMA_AT_LIMIT * 10 ** (0.4 * (magnitude - limit)))
    return {
        "candid": candidate_id(pid, candidate["isdiffpos"] == "t", candidate["tblid"]),
        "magpsf": magnitude,
        "sigmapsf": error,
        "magap": magnitude + candidate["magdiff"],
        "sigmagap": 1.5 * error,
        "magfromlim": limit - magnitude - candidate["magdiff"],
        "scorr": 1.0857 / error,
    }
