"""The 30 days before an alert: what prv_candidates holds."""

from functools import cache
from typing import Any

import numpy as np

from ..alerts.schema import PRV_CANDIDATE, field_types
from .exposure import ZERO_POINT
from .identity import BANDS, candidate_id, night_id, processing_id
from .scene import Scene

DAYS = 30  # before the alert, as far as ZTF's packets reach back
MOST = 100  # visits
SIGMA_AT_LIMIT = 1.0857 / 5  # mag, the error of a 5-sigma flux
CARRIED = (  # candidate fields that an earlier detection repeats nearly as they are
    "distnr", "magnr", "sigmagnr", "chinr", "sharpnr", "fwhm", "classtar", "elong", "rb",
    "ranr", "decnr", "xpos", "ypos", "mindtoedge", "nbad", "nneg", "ssdistnr", "ssmagnr", "ssnamenr",
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
    return [
        _visit(scene, candidate, candidate["jd"] - float(day), int(fid), bool(found), float(limit), float(shift))
        for day, fid, found, limit, shift in zip(days, fids, seen, limits, change, strict=True)
    ]


def _visit(
    scene: Scene, candidate: dict[str, Any], jd: float, fid: int, seen: bool, limit: float, change: float
) -> dict[str, Any]:
    """One earlier visit; ``change`` in mag to the alert's own magnitude."""
    pid = processing_id(jd, scene.rcid)
    record: dict[str, Any] = {
        **_empty(),
        "jd": jd,
        "fid": fid,
        "pid": pid,
        "diffmaglim": limit,
        "pdiffimfilename": f"ztf_{night_id(jd):08d}_{scene.field:06d}_{BANDS[fid]}_simulated.fits",
        "programpi": candidate["programpi"],
        "programid": 1,
        "nid": night_id(jd),
        "rcid": scene.rcid,
        "field": scene.field,
        "magzpsci": ZERO_POINT[fid],
        "magzpsciunc": candidate["magzpsciunc"],
        "magzpscirms": candidate["magzpscirms"],
        "clrcoeff": candidate["clrcoeff"],
        "clrcounc": candidate["clrcounc"],
        "rbversion": candidate["rbversion"],
    }
    magnitude = candidate["magpsf"] + change
    if not seen or magnitude > limit:
        return record
    error = max(0.03, SIGMA_AT_LIMIT * 10 ** (0.4 * (magnitude - limit)))
    positive = candidate["isdiffpos"] == "t"
    return record | {name: candidate[name] for name in CARRIED} | {
        "candid": candidate_id(pid, positive, candidate["tblid"]),
        "isdiffpos": candidate["isdiffpos"],
        "tblid": candidate["tblid"],
        "ra": scene.ra,
        "dec": scene.dec,
        "magpsf": magnitude,
        "sigmapsf": error,
        "magap": magnitude + candidate["magdiff"],
        "sigmagap": 1.5 * error,
        "magdiff": candidate["magdiff"],
        "magfromlim": limit - magnitude - candidate["magdiff"],
        "scorr": 1.0857 / error,
    }  # fmt: skip
