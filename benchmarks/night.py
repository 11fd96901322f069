"""A night of packets through `alertlab predict`: packets a second, and whether memory stays flat.

    python -m benchmarks.night
    python -m benchmarks.night -n 20000 --form archive --packets ../shared/data/ztf_avro/ztf_alerts.tar.gz

The night is a folder of packets, or an archive (.tar.gz) of them: a few hundred
that come up again and again, each time under another candid, since an alert
counts once. Memory is what the operating system holds for the process, growth a
line fitted to it after the first fifth of the time.
"""

import argparse
import io
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from alertlab.alerts.encode import integer
from alertlab.alerts.packets import read_packets

from . import decode
from .subject import SMALL, trained
from .table import Table

PACKAGES = ("onnxruntime", "numpy", "fastavro", "pyarrow")
QUICK = ("-n", "600", "--overrides", *SMALL)
HEADER = ("night", "packets", "packets/s", "peak, MB", "growth, MB in 100,000 packets", "in the tables")
DISTINCT = 500  # packets but for their candids
IN_A_FOLDER = 10_000
FIRST = 10**18  # candid; ZTF's have as many bytes in Avro
STEP = 0.2  # seconds between two looks at the memory


def night_of(packets: Sequence[bytes], n: int) -> Iterator[tuple[str, bytes]]:
    """``n`` names and packets, each with a candid of its own in the place of the old one."""
    known = [next(iter(read_packets(packet, "packet"))) for packet in packets]
    old = [integer(alert.candid) if alert.candid else b"" for alert in known]  # of one that is rejected it may stay
    for number in range(n):
        at = number % len(packets)
        new = integer(FIRST + number)
        if old[at] and (len(old[at]) != len(new) or old[at] not in packets[at]):
            raise SystemExit("the packets are compressed, so their candids cannot be changed")
        yield f"{number:07}.avro", packets[at].replace(old[at], new) if old[at] else packets[at]


def as_folder(packets: Sequence[bytes], n: int, folder: Path) -> Path:
    """In folders of ten thousand."""
    night = folder / "night"
    for number, (name, packet) in enumerate(night_of(packets, n)):
        part = night / f"{number // IN_A_FOLDER:03}"
        if number % IN_A_FOLDER == 0:
            part.mkdir(parents=True)
        (part / name).write_bytes(packet)
    return night


def as_archive(packets: Sequence[bytes], n: int, folder: Path) -> Path:
    """As a .tar.gz."""
    night = folder / "night.tar.gz"
    with tarfile.open(night, "w:gz", compresslevel=1) as archive:
        for name, packet in night_of(packets, n):
            member = tarfile.TarInfo(name)
            member.size = len(packet)
            archive.addfile(member, io.BytesIO(packet))
            archive.members = []  # it keeps every header otherwise
    return night


FORMS = {"folder": as_folder, "archive": as_archive}


def watch(process: "subprocess.Popen[bytes]") -> tuple[list[tuple[float, float]], float]:
    """(seconds, MB) of a process until it ends, and its peak in MB."""
    started, peak, seen = time.perf_counter(), 0.0, []
    while process.poll() is None:
        status = Path(f"/proc/{process.pid}/status").read_text()
        kilobytes = {line.split()[0]: float(line.split()[1]) for line in status.splitlines() if line.endswith("kB")}
        if "VmRSS:" in kilobytes:  # no longer there while it ends
            seen.append((time.perf_counter() - started, kilobytes["VmRSS:"] / 1e3))
            peak = kilobytes["VmHWM:"] / 1e3
        time.sleep(STEP)
    return seen, peak


def growth(seen: Iterable[tuple[float, float]], n: int) -> float:
    """MB in 100,000 packets, after the first fifth."""
    seconds, memory = np.array(list(seen)).T
    late = seconds > seconds[-1] / 5
    slope = np.polyfit(seconds[late], memory[late], 1)[0]
    return float(slope * seconds[-1] / n * 1e5)


def classify(bundle: Path, night: Path, n: int, out: Path, trace: Path | None) -> tuple[str, ...]:
    """The cells of a night: speed, memory, whether every packet is in one of the two tables."""
    command = [sys.executable, "-m", "alertlab", "predict", str(bundle), str(night), "--out", str(out), "--json"]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    seen, peak = watch(process)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    if trace:
        trace.write_text("seconds,megabytes\n" + "".join(f"{when:.1f},{held:.1f}\n" for when, held in seen))
    predicted, rejected = (pq.read_metadata(path).num_rows for path in (out, out.with_name("p.rejected.parquet")))
    held = "every one" if predicted + rejected == n else f"{predicted + rejected} of them"
    words = f"{held}, {rejected:,} rejected" if rejected else held
    return (f"{n:,}", f"{n / seconds:.0f}", f"{peak:.0f}", f"{growth(seen, n):+.1f}", words)


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=50_000, help="packets of the night (default 50,000: 3.5 GB)")
    parser.add_argument("--form", choices=FORMS, default="folder", help="what the night lies in (default folder)")
    parser.add_argument("--packets", type=Path, help="archive of real packets; none: simulated ones")
    parser.add_argument("--bundle", type=Path, help="which classifies; none: a stamp classifier of one epoch")
    parser.add_argument("--trace", type=Path, help="CSV of the memory over time")
    parser.add_argument("--overrides", nargs="*", default=[], metavar="KEY=VALUE", help="of the classifier's config")
    return parser


def measure(asked: argparse.Namespace) -> Table:
    """One row."""
    source = decode.real(asked.packets) if asked.packets else decode.simulated()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bundle = asked.bundle or trained(folder, asked.overrides).bundle
        night = FORMS[asked.form](list(islice(source, min(DISTINCT, asked.n))), asked.n, folder)
        what = f"{asked.form} of {'real' if asked.packets else 'simulated'} packets"
        row = (what, *classify(bundle, night, asked.n, folder / "p.parquet", asked.trace))
    return Table(HEADER, [row])


if __name__ == "__main__":
    print(measure(options().parse_args()))
