"""ZTF alert packets: Avro containers with three cut-outs (schemas 3.1 to 4.02)."""

from collections.abc import Iterator, Mapping
from typing import Any

from .alert import BANDS, Alert, AlertError, Rejected
from .build import build_alert
from .container import MAGIC, read_records
from .cutout import decode_cutout


def read_packets(data: bytes, origin: str) -> Iterator[Alert | Rejected]:
    """Every record of one Avro container, usable or not.

    Parameters
    ----------
    data : the bytes of one ``.avro`` file; ZTF puts one alert in each.
    origin : how messages name it.

    Yields
    ------
    Alerts, and for what cannot be used its reason. Damage in the container
    ends it: the records before it are kept.
    """
    if not data.startswith(MAGIC):
        yield Rejected(origin, "empty file" if not data else "not an Avro container")
        return
    records = read_records(data)
    while True:
        try:
            record = next(records)
        except StopIteration:
            return
        except Exception as error:  # whatever the damage makes of the parser
            yield Rejected(origin, f"the Avro container is damaged ({type(error).__name__}: {str(error)[:80]})")
            return
        yield _read_record(record, origin)


def _read_record(record: Any, origin: str) -> Alert | Rejected:
    if not isinstance(record, Mapping) or not isinstance(record.get("candidate"), Mapping):
        return Rejected(origin, "not a ZTF alert: no candidate record")
    candid, object_id = record.get("candid"), record.get("objectId")
    try:
        images = [decode_cutout(_stamp_data(record, band)) for band in BANDS]
        return build_alert(candid, object_id, record["candidate"], images, origin)
    except AlertError as error:
        known = candid if isinstance(candid, int) else None
        return Rejected(origin, str(error), known, str(object_id) if object_id else None)


def _stamp_data(record: Mapping[str, Any], band: str) -> bytes:
    cutout = record.get(f"cutout{band.capitalize()}")
    data = cutout.get("stampData") if isinstance(cutout, Mapping) else None
    if not isinstance(data, bytes) or not data:
        raise AlertError(f"no {band} cut-out")
    return data
