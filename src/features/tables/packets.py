"""Light curves from ZTF alert packets: the union of what the packets of an object tell."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ...alerts.alert import Rejected
from ...alerts.history import History, read_histories
from ...alerts.plain import brighter, number
from ...door.words import text_of
from ..lightcurves import Floats
from .assemble import SEEN
from .times import MJD
from .values import LEFT_OUT

NEAR = 1.4  # arcsec: the nearest source of the template is the object itself, as ALeRCE's correction step has it
FIELDS = {"difference": "magpsf", "difference_error": "sigmapsf", "rb": "rb", "ra": "ra", "dec": "dec"}
PACKETS = 512  # at a time
BANDS = ("g", "r", "i")  # names of the numbers that ZTF gives its filters

Tables = tuple[pa.Table, pa.Table]


def packet_tables(path: Path) -> Iterator[tuple[pa.Table, pa.Table, Counter[str]]]:
    """Detections, limits, and packets that cannot be read by reason; some hundred packets at a time.

    Raises
    ------
    AlertlabError
        When there are no packets at ``path``.
    """
    good: list[History] = []
    refused: Counter[str] = Counter()
    for found in read_histories(path):
        if isinstance(found, Rejected):
            refused[f"packet: {found.reason}"] += 1
        else:
            good.append(found)
        if len(good) == PACKETS:
            yield *tables(good), refused
            good, refused = [], Counter()
    yield *tables(good), refused


def tables(packets: Sequence[History]) -> Tables:
    """Detections and limits of packets: every row of every history, repeated where packets repeat it.

    A row with ``magpsf`` is a detection, one without it and with ``diffmaglim`` an upper limit. ``sgscore1`` stands
    in the candidate alone and is that of all rows of its packet.
    """
    detections: list[tuple[str, Mapping[str, Any], float]] = []
    limits: list[tuple[str, Mapping[str, Any]]] = []
    for packet in packets:
        score = number(packet.candidate.get("sgscore1"))
        for row in (packet.candidate, *packet.previous):
            if row.get("magpsf") is not None:
                detections.append((packet.object_id, row, score))
            elif row.get("diffmaglim") is not None:
                limits.append((packet.object_id, row))
    rows = [row for _, row, _ in detections]
    columns: dict[str, Any] = _common([name for name, _, _ in detections], rows, "candid")
    columns |= {name: _column(rows, field) for name, field in FIELDS.items()}
    columns["positive"] = np.array([brighter(row.get("isdiffpos")) for row in rows], dtype=np.float64)
    columns["sgscore1"] = np.array([score for _, _, score in detections], dtype=np.float64)
    columns |= {"magnitude": columns["difference"], "error": columns["difference_error"]}
    distance = _column(rows, "distnr")  # -999 where the template has no source at all
    columns["corrected"] = np.where((distance >= 0) & (distance < NEAR), 1.0, -1.0)
    columns["corrected_magnitude"], columns["corrected_error"] = corrected(
        columns["difference"], columns["difference_error"], columns["positive"], _column(rows, "magnr")
    )
    upper = [row for _, row in limits]
    return (
        pa.table(columns),
        pa.table(_common([name for name, _ in limits], upper, "pid") | {"limit": _column(upper, "diffmaglim")}),
    )


def corrected(difference: Floats, error: Floats, positive: Floats, reference: Floats) -> tuple[Floats, Floats]:
    """Magnitude of the sum of template and difference, and its error, as ALeRCE's correction step gives them.

    m_corr = -2.5 log10(10**(-0.4 magnr) + sign 10**(-0.4 magpsf)), infinite where the sum is not positive;
    sigma_corr_ext = 10**(-0.4 magpsf) sigmapsf / 10**(-0.4 m_corr): the error of the difference alone, without the
    template's (Förster et al. 2021).

    Parameters
    ----------
    difference, error : (n,) magpsf and sigmapsf.
    positive : (n,) +1 or -1, the sign of the difference.
    reference : (n,) magnr, magnitude of the nearest source in the template; ZTF's -999 stands for none.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # a damaged magnitude may be anything
        flux = 10 ** (-0.4 * difference)
        total = np.maximum(10 ** (-0.4 * np.where(reference > 0, reference, np.nan)) + positive * flux, 0)
        return -2.5 * np.log10(total), flux * error / total


def _common(names: list[str], rows: Sequence[Mapping[str, Any]], key: str) -> dict[str, Any]:
    known = {key: number for number, name in enumerate(BANDS, 1) for key in (str(number), name)}
    numbers = [known.get(text_of(row.get("fid")) or "", LEFT_OUT) for row in rows]
    return {
        "object_id": pa.array(names, pa.string()),
        "time": _column(rows, "jd") - MJD,
        "band": np.array(numbers, dtype=np.int64),
        SEEN: pa.array([_image(row, key) for row in rows], pa.string()),
    }


def _image(row: Mapping[str, Any], key: str) -> str:
    """Which image a row is from: by the survey's number, or by its time, since no two images begin at once."""
    return text_of(row.get(key)) or f"jd {text_of(row.get('jd'))}"


def _column(rows: Sequence[Mapping[str, Any]], field: str) -> Floats:
    return np.array([number(row.get(field)) for row in rows], dtype=np.float64)
