"""The cache of decoded alerts: the time until samples can be drawn, and the memory of an epoch.

    python benchmarks/cache.py
    python benchmarks/cache.py --rounds 5 --memory 20000

Each round opens every set three times: without a cache, with an empty one, and
with the one just filled; the figures are medians over the rounds. The files
were read before, so that their disk does not count. Memory is that of a process
of its own that goes through an epoch of batches, prepared as the stamp
classifier wants them, without a network: "held" is what the system cannot take
back (VmRSS less the pages of files), at its highest after any batch.
"""

import argparse
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from alertlab.alerts import Alert
from alertlab.alerts.fingerprint import SETTLED
from alertlab.config import compose, instantiate
from alertlab.core.contracts import Loading
from alertlab.core.split import SplitPlan
from alertlab.datamodules import StampDataModule
from alertlab.models.networks.network_model import Prepare
from alertlab.simulate import write_dataset

DATA = Path(__file__).parents[2] / "shared" / "data"
PACKETS = 2000
SIMULATED = 200  # simulating takes longer than all else


class Many:
    """Alerts that cost nothing to decode, as many as wanted.

    Parameters
    ----------
    n : alerts, two of each object.
    """

    origin = ""

    def __init__(self, n: int) -> None:
        self.n, self.description = n, f"{n} alerts"

    def count(self) -> int:
        """How many."""
        return self.n

    def fingerprint(self, digest: Any) -> str:
        """A name of the folder."""
        return f"many{self.n}"

    def alerts(self) -> Iterator[Alert]:
        """Alerts whose pixels differ."""
        for i in range(self.n):
            yield Alert(i, f"o{i // 2}", {"ra": i % 360}, np.full((3, 63, 63), i, np.float32), "")

    def labelled(self, alerts: Iterable[Any]) -> Iterator[Any]:
        """Two classes in turn."""
        return ((alert, "ab"[alert.candid // 2 % 2]) for alert in alerts)

    def __iter__(self) -> Iterator[Any]:
        return self.labelled(self.alerts())


def sets(folder: Path) -> dict[str, list[str]]:
    """Name -> overrides of the datamodule; real sets where they are."""
    stamps, avro = DATA / "ztf_stamps" / "ztf_stamps.parquet", DATA / "ztf_avro"
    write_dataset(folder / "simulated", PACKETS, seed=1)
    archive = [f"datamodule.path={avro}/ztf_alerts.tar.gz", f"datamodule.labels={avro}/labels.csv"]
    packets = [f"datamodule.path={folder}/simulated/packets", f"datamodule.labels={folder}/simulated/labels.csv"]
    found = {
        "ztf_stamps.parquet": ["datamodule=ztf_stamps", f"datamodule.path={stamps}"] if stamps.is_file() else [],
        "ztf_alerts.tar.gz": ["datamodule=ztf_stamps", *archive] if avro.is_dir() else [],
        f"a folder of {PACKETS} simulated packets": ["datamodule=ztf_stamps", *packets],
        f"{SIMULATED} alerts, simulated when opened": [f"datamodule.source.n={SIMULATED}"],
    }
    return {name: overrides for name, overrides in found.items() if overrides}


def seconds(overrides: list[str], cache: Path | str) -> tuple[float, StampDataModule]:
    """Wall time from the config to the samples."""
    config = compose("train", [*overrides, f"datamodule.cache={cache}"]).datamodule
    started = time.perf_counter()
    data: StampDataModule = instantiate(config)
    data.samples()
    return time.perf_counter() - started, data


def row(name: str, overrides: list[str], rounds: int) -> str:
    """One row of the table."""
    times = []
    for _ in range(rounds + 1):
        with tempfile.TemporaryDirectory() as kept:
            plain, data = seconds(overrides, "null")
            first, _ = seconds(overrides, kept)
            again, other = seconds(overrides, kept)
            if data.samples().digest() != other.samples().digest():
                raise SystemExit(f"{name}: other samples from the cache")
            size = sum(file.stat().st_size for file in Path(kept).rglob("*") if file.is_file())
        times.append((plain, first, again))
    plain, first, again = (statistics.median(column) for column in zip(*times[1:], strict=True))  # the first warms up
    count = f"{len(data.samples())} of {len(data.samples()) + sum(data.left_out.values()) + len(data.rejected)}"
    return f"| {name} | {count} | {plain:.2f} | {first:.2f} | {again:.3f} | {plain / again:.0f} | {size / 1e6:.0f} |"


def epoch(n: int, cache: str | None) -> float:
    """Memory that an epoch holds, less what the program held before, in bytes."""
    before = held()
    data = StampDataModule(Many(n), ["a", "b"], ["ra"], SplitPlan(), cache=cache)
    data.draw(0)
    model = instantiate(compose("train", ["datamodule.metadata=[]"]).model)
    data.loading = Loading(64, True, model.augmentation, Prepare(model.inputs_of(data.samples("train"))), 1)
    return max(held() for _ in data.train_dataloader()) - before


def held() -> int:
    """Memory of this process that is not a file's, in bytes."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return sum(int(lines[name].split()[0]) for name in ("RssAnon", "RssShmem")) * 1024


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="rounds (default 3)")
    parser.add_argument("--memory", type=int, default=10000, help="alerts of the epoch (default 10000)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = sets(Path(name))
        time.sleep(2 * SETTLED)  # what was written a moment ago is hashed each time
        print("| set | used | without, s | first time, s | again, s | without / again | MB kept |")
        print("|---|---|---|---|---|---|---|")
        for each, overrides in found.items():
            print(row(each, overrides, arguments.rounds), flush=True)
        few, many = arguments.memory // 10, arguments.memory
        print(f"\n| memory held by an epoch, MB | {few} alerts | {many} alerts |\n|---|---|---|")
        for label, cache in (("stamps in memory", None), ("stamps in the cache", name)):
            with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
                sizes = [pool.apply(epoch, (n, cache)) / 1e6 for n in (few, many)]
            print(f"| {label} | {sizes[0]:.0f} | {sizes[1]:.0f} |", flush=True)


if __name__ == "__main__":
    main()
