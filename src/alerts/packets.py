"""ZTF alert packets: Avro containers with three cut-outs (schemas 1.3 to 4.02)."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from ..door.words import in_brief
from .alert import BANDS, Alert, AlertError, Rejected
from .avro_schema import SchemaError
from .build import build_alert, reject
from .container import MAGIC, DamagedError, read_records
from .cutout import decode_cutout

LARGEST_PACKET = 16 << 20  # bytes; ZTF's packets are some 70 kB, with long histories under 1 MB
TOO_LARGE = f"larger than {LARGEST_PACKET} bytes, not one alert packet"
Found = TypeVar("Found")
CUTOUTS = {band: f"cutout{band.capitalize()}" for band in BANDS}
WANTED = frozenset({"candid", "objectId", "candidate", *CUTOUTS.values()})  # not the history, which is long


def read_packets(data: bytes, origin: str) -> Iterator[Alert | Rejected]:
    """Every record of one Avro container, usable or not; at least one of the two.

    Parameters
    ----------
    data : the bytes of one ``.avro`` file; ZTF puts one alert in each.
    origin : how messages name it.

    Yields
    ------
    Alerts, and for what cannot be used its reason. Damage in the container
    ends it: the records before it are kept.
    """
    return read_container(data, origin, lambda: read_records(data, WANTED), _read_record)


def read_container(
    data: bytes,
    origin: str,
    records: Callable[[], Iterator[Mapping[str, Any]]],
    read: Callable[[Mapping[str, Any], str], Found | Rejected],
) -> Iterator[Found | Rejected]:
    """What ``read`` makes of each of the records of a container; damage is a rejection, never an error."""
    if not data.startswith(MAGIC):
        yield Rejected(origin, "not an Avro container" if data else "empty file")
        return
    empty = True
    try:
        for record in records():
            empty = False
            yield read(record, origin)
    except Exception as error:  # whatever the damage makes of the parser
        yield Rejected(origin, f"the Avro container is damaged ({_in_words(error)})")
        return
    if empty:
        yield Rejected(origin, "the Avro container holds no record")


def _in_words(error: Exception) -> str:
    if isinstance(error, DamagedError | SchemaError):
        return str(error)
    if isinstance(error, EOFError):
        return "a record is cut short"
    if isinstance(error, IndexError):
        return "a record takes a branch or symbol that the schema does not have"
    if isinstance(error, UnicodeError):
        return "a text is not UTF-8"
    if isinstance(error, zlib.error):
        return "a block's deflate data are damaged"
    return f"{type(error).__name__}: {in_brief(error)}"


def _read_record(record: Mapping[str, Any], origin: str) -> Alert | Rejected:
    candid, object_id, candidate = record.get("candid"), record.get("objectId"), record.get("candidate")
    try:
        if not isinstance(candidate, Mapping):
            raise AlertError("not a ZTF alert: no candidate record")
        images = [decode_cutout(_stamp_data(record, band)) for band in BANDS]
        return build_alert(candid, object_id, candidate, images, origin)
    except AlertError as error:
        return reject(origin, str(error), candid, object_id)


def _stamp_data(record: Mapping[str, Any], band: str) -> bytes:
    cutout = record.get(CUTOUTS[band])
    data = cutout.get("stampData") if isinstance(cutout, Mapping) else None
    if not isinstance(data, bytes) or not data:
        raise AlertError(f"no {band} cut-out")
    return data
