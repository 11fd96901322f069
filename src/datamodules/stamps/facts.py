"""Facts of alerts to judge by, and never to learn from: what every candidate says at no cost."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ...alerts.sky import GALACTIC, rotate

FIELDS = ("magpsf", "fwhm", "ndethist")  # of a candidate, beside jd, ra and dec
EPOCH = np.datetime64("1858-11-17", "s")  # MJD 0
ABSENT = -999.0


def alert_facts(
    mjd: NDArray[np.float64], ra: NDArray[np.float64], dec: NDArray[np.float64], fields: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Facts by name, NaN where unknown; one that no alert has is left out.

    ``magnitude`` of the difference, ``fwhm`` in pixels, ``earlier_detections``, ``galactic_latitude`` in degrees, and
    ``season``, the quarter of the year, 1 from January to March.

    Parameters
    ----------
    mjd, ra, dec : (n,). fields : (n, 3) of FIELDS.
    """
    magnitude, fwhm, earlier = np.where(fields > ABSENT, fields, np.nan).T
    known = (np.abs(ra) <= 360) & (np.abs(dec) <= 90)  # NaN is neither
    latitude = rotate(np.where(known, ra, 0), np.where(known, dec, 0), GALACTIC)[1]
    found: Mapping[str, NDArray[np.float64]] = {
        "magnitude": magnitude,
        "fwhm": fwhm,
        "earlier_detections": earlier,
        "galactic_latitude": np.where(known, latitude, np.nan),
        "season": season(mjd),
    }
    return {name: values for name, values in found.items() if np.isfinite(values).any()}


def season(mjd: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) quarter of the year of each date, 1 to 4; NaN where there is none."""
    known = np.isfinite(mjd) & (np.abs(mjd) < 1e6)
    seconds = (np.where(known, mjd, 0) * 86400).astype("timedelta64[s]")
    month = (EPOCH + seconds).astype("datetime64[M]").astype(np.int64) % 12
    return np.where(known, month // 3 + 1.0, np.nan)
