"""Features of a whole file of light curves, in parallel, in bounded memory, and resumable."""

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pyarrow as pa

from .. import __version__
from ..alerts.fingerprint import remembered_digest
from ..door.place import Found, keep_apart, look
from ..door.words import in_brief
from ..features.memory import feature_table, table_schema
from ..features.runs.merge import merged
from ..features.runs.parallel import computed, usable_cores
from ..features.runs.work import LEFT_OUT, Batch, Work, write
from ..features.sets import FeatureSet
from ..features.tables.assemble import Assembled, Join
from ..features.tables.clean import Rules
from ..features.tables.columns import Columns
from ..features.tables.quantities import Bounds
from ..features.tables.read import read_light_curves, size_of
from ..runtime.errors import AlertlabError
from .progress import counter, notice, status
from .table_file import TableFile


@dataclass(frozen=True)
class Settings:
    """How light curves become features: the keys of ``conf/features.yaml``.

    Attributes
    ----------
    features : the set. columns : which column is which quantity. rules : of the cleaning.
    bounds : what is possible.
    workers : processes; None is one a core that may be used. The table does not depend on it.
    batch_size : objects a task.

    Raises
    ------
    AlertlabError
        For no workers or empty batches.
    """

    features: FeatureSet
    columns: Columns
    rules: Rules
    bounds: Bounds = field(default_factory=Bounds)
    workers: int | None = None
    batch_size: int = 256

    def __post_init__(self) -> None:
        if (self.workers is not None and self.workers < 1) or self.batch_size < 1:
            raise AlertlabError("workers and batch_size are whole numbers of at least 1")

    @property
    def meaning(self) -> dict[str, object]:
        """All that a table of features follows from beside its input."""
        return {
            "features": self.features.sha256,
            "columns": asdict(self.columns),
            "rules": asdict(self.rules),
            "bounds": asdict(self.bounds),
            "alertlab": __version__,
        }


@dataclass(frozen=True)
class FeaturesResult:
    """What an extraction leaves.

    Attributes
    ----------
    features, rejected : paths of the table and of the list of objects that are not in it.
    objects, columns : rows and features of the table.
    detections : read, before the cleaning.
    dropped : detections, limits and packets that were not used, by reason.
    left_out : objects that are not in the table, by reason.
    computed : objects that this run computed; the others were finished by one before it.
    seconds : of wall-clock time that the computing took.
    """

    features: Path
    rejected: Path
    objects: int
    columns: int
    detections: int
    dropped: Mapping[str, int]
    left_out: Mapping[str, int]
    computed: int
    seconds: float

    @property
    def throughput(self) -> float:
        """Objects computed a second."""
        return self.computed / self.seconds if self.seconds else 0.0


def extract_file(
    path: Path | Found, non_detections: Path | Found | None, out: Path, settings: Settings
) -> FeaturesResult:
    """Compute the features of every object at a path.

    Parameters
    ----------
    path, non_detections : whatever :func:`~..features.read.read_light_curves` reads.
    out : Parquet file, in the order of objects' names; objects that are left out go to ``<out>.rejected.parquet``.
        Until it is done the work lies in ``<out>.parts/``.

    Raises
    ------
    AlertlabError
        For input that cannot be read.
    """
    chosen, rules = settings.features, settings.rules
    rejected = rejected_path(out)
    found, limits = look(path), None if non_detections is None else look(non_detections)
    for written in (out, rejected):
        keep_apart(written, found, None if found.packets else limits)  # packets have limits of their own, told below
    work = Work(out.with_name(f"{out.name}.parts"))
    with status("looking at the input"):
        digests = [remembered_digest(each.path, work.folder / "digests") for each in (found, limits) if each]
    changed = work.begin({"input": digests, **settings.meaning, "batch size": settings.batch_size})
    if changed:
        notice(f"{work.folder}: was begun with another {changed}; begun anew")
    with counter("measurements") as progress:
        try:
            chunks = read_light_curves(found, limits, settings.columns, settings.bounds)
            work.bring_together(chunks, size_of(found), lambda read: progress(read, None))
        except AlertlabError:  # the input is at fault, nothing was done
            work.end()
            raise
    began = time.perf_counter()
    with _whole(work):
        tally = _Tally(Counter(work.about["refused"]))
        with counter("objects") as progress:
            tasks = _tasks(work, rules, settings.batch_size, tally)
            workers = settings.workers or usable_cores()
            for batch, values in computed(tasks, lambda task: task.curves, chosen.name, workers):
                write(feature_table(batch.curves, values, chosen), batch.path)
                tally.computed += len(batch.curves)
                progress(tally.kept + tally.computed, tally.expected(work.about["buckets"]))
        seconds = time.perf_counter() - began
        if tally.join.fault:
            notice(tally.join.fault)
        _write(rejected, work.files(left_out=True), LEFT_OUT)
        _write(out, work.files(), table_schema(chosen))
    work.end()
    return FeaturesResult(
        out,
        rejected,
        tally.objects,
        len(chosen.names),
        tally.detections,
        +tally.dropped,
        tally.left_out,
        tally.computed,
        seconds,
    )


@contextmanager
def _whole(work: Work) -> Iterator[None]:
    """A file of the work that a disk lost is told with its remedy."""
    try:
        yield
    except (pa.ArrowInvalid, json.JSONDecodeError) as error:
        fault = f"is damaged ({in_brief(error, 120)}); remove it and start again"
        raise AlertlabError(f"{work.folder}: kept work {fault}") from error


def rejected_path(out: Path) -> Path:
    """Where the objects are listed that are not in a table of features."""
    return out.with_name(f"{out.stem}.rejected.parquet")


class _Tally:
    """Counts of an extraction while it goes on."""

    def __init__(self, refused: Counter[str]) -> None:
        self.dropped, self.left_out = refused, Counter[str]()
        self.join = Join()
        self.buckets = self.objects = self.detections = self.computed = self.kept = 0

    def add(self, found: Assembled) -> None:
        """Another bucket."""
        self.buckets += 1
        self.objects += len(found.curves)
        self.detections += found.read
        self.dropped += found.reasons
        self.left_out += Counter(found.left_out.values())
        self.join += found.join

    def expected(self, buckets: int) -> int:
        """About how many objects there are: those of the buckets seen, and as many in each that is to come."""
        return round(self.objects * buckets / self.buckets)


def _tasks(work: Work, rules: Rules, size: int, tally: _Tally) -> Iterator[Batch]:
    """Batches that are not finished yet; one bucket is in memory at a time."""
    for number in range(work.about["buckets"]):
        found = work.bucket(number, rules)
        tally.add(found)
        for batch in work.batches(number, found.curves, size):
            if batch.path.is_file():
                tally.kept += len(batch.curves)
            else:
                yield batch


def _write(path: Path, files: list[list[Path]], schema: pa.Schema) -> None:
    with TableFile(path, schema) as file:
        for table in merged(files, schema):
            file.write(table)
