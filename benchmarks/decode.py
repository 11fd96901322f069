"""Decoding alert packets: alertlab against fastavro.reader, gzip and astropy.io.fits.

    python -m benchmarks.decode
    python -m benchmarks.decode --packets 300 --rounds 9 --real ../shared/data/ztf_avro/ztf_alerts.tar.gz

Both ways make (3, 63, 63) float32 stamps of the same bytes in memory.
"""

import argparse
import gzip
import io
import multiprocessing
import statistics
import tarfile
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import fastavro
import numpy as np
from alertlab.alerts import Alert
from alertlab.alerts.cutout import finite_or_nan
from alertlab.alerts.packets import CUTOUTS, read_packets
from alertlab.alerts.write import encode_packet
from alertlab.simulate import simulate_packets
from astropy.io import fits
from numpy.typing import NDArray

from .in_turn import in_turn, median_and_range, timed
from .table import Table

PACKAGES = ("numpy", "fastavro", "astropy")
QUICK = ("--packets", "5", "--rounds", "1", "--real", "")
HEADER = ("packets", "plain, packets/s", "alertlab, packets/s", "times as fast", "range")
REAL = Path(__file__).parents[2] / "shared" / "data" / "ztf_avro" / "ztf_alerts.tar.gz"
PROCESSES = 2
Stamps = list[NDArray[np.float32]]


def plain(packets: Sequence[bytes]) -> Stamps:
    """The way every tutorial goes."""
    return [stamp(record) for data in packets for record in fastavro.reader(io.BytesIO(data))]


def stamp(record: dict[str, Any]) -> NDArray[np.float32]:
    """One packet's three images."""
    images = []
    for cutout in CUTOUTS.values():
        with fits.open(io.BytesIO(gzip.decompress(record[cutout]["stampData"]))) as hdus:
            images.append(finite_or_nan(hdus[0].data))
    return np.stack(images)


def ours(packets: Sequence[bytes]) -> Stamps:
    """The way alertlab goes, with all its checks."""
    return [each.stamp for data in packets for each in read_packets(data, "packet") if isinstance(each, Alert)]


def count_plain(packets: Sequence[bytes]) -> int:
    """For a process of its own: the stamps stay there."""
    return len(plain(packets))


def count_ours(packets: Sequence[bytes]) -> int:
    """For a process of its own: the stamps stay there."""
    return len(ours(packets))


def simulated() -> Iterator[bytes]:
    """Packets of the simulator, more than anybody asks for."""
    return (encode_packet(packet) for packet, _ in simulate_packets(10**6, seed=1))


def real(path: Path) -> Iterator[bytes]:
    """Packets of an archive."""
    with tarfile.open(path) as archive:
        members = (archive.extractfile(member) for member in archive if member.name.endswith(".avro"))
        yield from (member.read() for member in members if member)


def readable(data: bytes) -> bool:
    """Whether both ways make the same stamp of a packet: it has no JPEG cut-outs, and no chip's edge cut it."""
    stamps = ours([data])
    try:
        return len(stamps) == 1 and np.array_equal(plain([data])[0], stamps[0], equal_nan=True)
    except (OSError, ValueError):
        return False


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packets", type=int, default=100, help="packets a run (default 100)")
    parser.add_argument("--rounds", type=int, default=7, help="alternations (default 7)")
    parser.add_argument("--real", type=Path, default=REAL, help=f"archive of real packets (default {REAL})")
    return parser


def measure(asked: argparse.Namespace) -> Table:
    """A row a source and number of processes."""
    sources = {"simulated": simulated()}
    if asked.real.is_file():
        sources["real"] = real(asked.real)
    rows = []
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        for name, source in sources.items():
            packets = list(islice(filter(readable, source), asked.packets))
            parts = [packets[start::PROCESSES] for start in range(PROCESSES)]
            alone = partial(ours, packets), partial(plain, packets)
            shared = partial(pool.map, count_ours, parts, 1), partial(pool.map, count_plain, parts, 1)
            for who, (fast, slow) in (("1 process", alone), (f"{PROCESSES} processes", shared)):
                pairs = in_turn(timed(fast), timed(slow), asked.rounds)
                speeds = (f"{len(packets) / statistics.median(each):.0f}" for each in (pairs.theirs, pairs.ours))
                rows.append((f"{name}, {who}", *speeds, *median_and_range(pairs.times_as_fast)))
    return Table(HEADER, rows)


if __name__ == "__main__":
    print(measure(options().parse_args()))
