"""Light curves in ZTF alert packets: the candidate and what was seen before at its place, without the cut-outs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .alert import AlertError, Rejected
from .build import reject
from .container import read_records
from .packets import read_container
from .plain import candid_fault, known_candid, known_object_id
from .read import read_with

LISTS = frozenset({"prv_candidates"})
WANTED = frozenset({"candid", "objectId", "candidate", *LISTS})
LARGEST_HISTORY = 4 << 20  # bytes a packet may unpack to: what a list of records fills is many times its bytes


@dataclass(frozen=True)
class History:
    """The light curve in one packet.

    Attributes
    ----------
    object_id : the survey's name of the object.
    candidate : fields of the detection that the packet is about.
    previous : fields of what was seen at its place in the 30 days before: detections, and upper limits without
        ``magpsf``.
    origin : file and member, for messages.
    """

    object_id: str
    candidate: Mapping[str, Any]
    previous: Sequence[Mapping[str, Any]]
    origin: str


def read_histories(path: Path) -> Iterator[History | Rejected]:
    """Stream the light curves of packets: ``.avro``, a folder of them, ``.tar``, ``.tar.gz``; memory does not grow.

    Raises
    ------
    AlertlabError
        When there is nothing at ``path``, or it is none of these kinds.
    """
    return read_with(path, _packet)


def _packet(data: bytes, origin: str) -> Iterator[History | Rejected]:
    return read_container(data, origin, lambda: read_records(data, WANTED, LISTS, LARGEST_HISTORY), _record)


def _record(record: Mapping[str, Any], origin: str) -> History | Rejected:
    candid, object_id = known_candid(record.get("candid")), known_object_id(record.get("objectId"))
    candidate, previous = record.get("candidate"), record.get("prv_candidates")
    previous = [] if previous is None else previous  # of an object that was not there before
    try:
        if candid is None:
            raise AlertError(candid_fault(record.get("candid")))
        if object_id is None:
            raise AlertError("no objectId that is a short text")
        if not isinstance(candidate, Mapping):
            raise AlertError("not a ZTF alert: no candidate record")
        if not isinstance(previous, list) or not all(isinstance(each, Mapping) for each in previous):
            raise AlertError("prv_candidates is not a list of records")
    except AlertError as error:
        return reject(origin, str(error), record.get("candid"), record.get("objectId"))
    return History(object_id, {**candidate, "candid": candid}, previous, origin)
