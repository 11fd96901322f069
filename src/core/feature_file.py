"""Features of a whole file of light curves, in parallel, in bounded memory, and resumable."""

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .. import __version__
from ..alerts.fingerprint import remembered_digest
from ..door.place import Found, keep_apart, look
from ..door.words import in_brief
from ..features.memory import DROPPED, feature_table, table_schema
from ..features.recipe import Measured, Recipe
from ..features.runs.compile import usable_cores
from ..features.runs.merge import merged
from ..features.runs.parallel import computed
from ..features.runs.work import LEFT_OUT, Batch, Work, write
from ..features.sets import FLUX, MAGNITUDE, Wanted
from ..features.tables.assemble import Assembled, Join
from ..features.tables.bounds import Bounds
from ..features.tables.clean import Asked, Rules
from ..features.tables.columns import Columns
from ..features.tables.join import NOTHING, Joined, read_join
from ..features.tables.read import bands_of, read_light_curves, size_of
from ..runtime.errors import AlertlabError
from .progress import counter, notice, status
from .table_file import TableFile


@dataclass(frozen=True)
class Settings:
    """How light curves become features: the keys of ``conf/features.yaml``.

    Attributes
    ----------
    features : the sets. columns : which column is which quantity. rules : of the cleaning.
    bounds : what is possible.
    workers : processes; None is one a core that may be used. The table does not depend on it.
    batch_size : objects a task.
    join : a table of one's own whose columns stand beside the features; None for none.
    join_columns : which of them; None for all that hold numbers.
    trained : what the light curves of a bundle's training held: its bands must be there, its unit the same.

    Raises
    ------
    AlertlabError
        For no workers or empty batches.
    """

    features: Wanted
    columns: Columns
    rules: Rules
    bounds: Bounds = field(default_factory=Bounds)
    workers: int | None = None
    batch_size: int = 256
    join: Path | None = None
    join_columns: tuple[str, ...] | None = None
    trained: Measured | None = None

    def __post_init__(self) -> None:
        if (self.workers is not None and self.workers < 1) or self.batch_size < 1:
            raise AlertlabError("workers and batch_size are whole numbers of at least 1")

    def recipe(self, measured: Measured, joined: Sequence[str]) -> Recipe:
        """All that the features of these light curves follow from, for those who make them again."""
        return Recipe(self.features.names, measured, self.columns, self.rules, self.bounds, tuple(joined))

    @property
    def unit_given(self) -> bool:
        """Whether a person said what the numbers are, beside what a bundle remembers."""
        return self.trained is not None and self.columns.unit not in (None, self.trained.unit)

    @property
    def meaning(self) -> dict[str, object]:
        """All that a table of features follows from beside its input."""
        bands = self.columns.band_names
        return {
            "features": [self.features.resolved(bands, quantity).sha256 for quantity in (MAGNITUDE, FLUX)],
            "join": self.join_columns,
            "columns": asdict(self.columns),
            "bands": [*self.columns.bands.items()],  # their order is that of the features
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
    unknown : features that no object has.
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
    unknown: tuple[str, ...] = ()

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
    rejected = rejected_path(out)
    found, limits = look(path), None if non_detections is None else look(non_detections)
    names = bands_of(found, settings.columns)
    used = settings.features.used(names)
    joined = _joined(settings)
    for written in (out, rejected):
        keep_apart(written, found, None if found.packets else limits)  # packets have limits of their own, told below
    work = Work(out.with_name(f"{out.name}.parts"))
    with status("looking at the input"):
        read = [each.path for each in (found, limits) if each] + ([settings.join] if settings.join else [])
        digests = [remembered_digest(each, work.folder / "digests") for each in read]
    changed = work.begin({"input": digests, **settings.meaning, "batch size": settings.batch_size})
    if changed:
        notice(f"{work.folder}: was begun with another {changed}; begun anew")
    with counter("measurements") as progress:
        try:
            chunks = read_light_curves(found, limits, settings.columns, settings.bounds)
            work.bring_together(chunks, size_of(found), names, lambda read: progress(read, None))
        except AlertlabError:  # the input is at fault, nothing was done
            work.end()
            raise
    began = time.perf_counter()
    with _whole(work):
        measured = _checked(work, settings, used, found)
        chosen = settings.features.resolved(measured.bands, FLUX if measured.flux else MAGNITUDE)
        chosen = chosen.beside(joined.columns)
        asked = Asked(names, used, settings.features.takes_fluxes)
        tally = _Tally(Counter(work.about["refused"]))
        with counter("objects") as progress:
            tasks = _tasks(work, settings.rules, asked, settings.batch_size, tally)
            workers = settings.workers or usable_cores()
            for batch, values in computed(tasks, lambda task: task.curves, chosen, workers):
                both = np.hstack([values, joined.values(batch.curves.object_id.tolist())])
                write(feature_table(batch.curves, both, chosen), batch.path)
                tally.computed += len(batch.curves)
                progress(tally.kept + tally.computed, tally.expected(work.about["buckets"]))
        seconds = time.perf_counter() - began
        if tally.join.fault:
            notice(tally.join.fault)
        _write(rejected, work.files(left_out=True), LEFT_OUT)
        recipe = settings.recipe(measured, [name for name, _ in joined.columns])
        said = {**recipe.metadata(), DROPPED: json.dumps(+tally.dropped).encode()}
        known = _write(out, work.files(), table_schema(chosen, said))
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
        tuple(name for name in chosen.names if tally.objects and name not in known),
    )


def _joined(settings: Settings) -> Joined:
    """The table of one's own, read once."""
    if settings.join is None:
        return NOTHING
    return read_join(settings.join, settings.join_columns, settings.columns.object_id)


def _checked(work: Work, settings: Settings, used: tuple[str, ...], found: Found) -> Measured:
    """What the light curves hold, of the bands that count; of a bundle held to what it was trained on.

    Raises
    ------
    AlertlabError
        For a band of the training that no light curve has, or another unit than its.
    """
    held, trained = work.measured, settings.trained
    bands = tuple(name for name in held.bands if name in used)
    if trained is None:
        if settings.features.takes_bands and not bands:
            work.end()
            raise AlertlabError(f"{found.path}: no measurement in any of the bands {', '.join(used)}")
        return replace(held, bands=bands or used)
    lacking = [name for name in trained.bands if name not in bands]
    fault = ""
    if lacking:
        fault = f"no measurement in band {', '.join(lacking)}, which the bundle was trained on with "
        fault += f"{', '.join(trained.bands)}; bands={{...}} says which value of a file is which band"
    elif trained.differs(held) and not settings.unit_given:
        fault = f"in {held.unit}, and the bundle was trained on {trained.unit}; convert it"
        fault += f", or say so with columns.unit={held.unit}" if held.flux == trained.flux else ""
    elif held.flux != trained.flux and settings.features.takes_fluxes:
        fault = f"in {held.unit}, and the bundle was trained on {trained.unit}"
    if fault:
        work.end()
        raise AlertlabError(f"{found.path}: {fault}")
    return replace(held, bands=trained.bands)


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


def _tasks(work: Work, rules: Rules, asked: Asked, size: int, tally: _Tally) -> Iterator[Batch]:
    """Batches that are not finished yet; one bucket is in memory at a time."""
    for number in range(work.about["buckets"]):
        found = work.bucket(number, rules, asked)
        tally.add(found)
        for batch in work.batches(number, found.curves, size):
            if batch.path.is_file():
                tally.kept += len(batch.curves)
            else:
                yield batch


def _write(path: Path, files: list[list[Path]], schema: pa.Schema) -> set[str]:
    """Returns the columns of numbers in which any row has a value."""
    known: set[str] = set()
    left = {field.name for field in schema if pa.types.is_floating(field.type)}
    with TableFile(path, schema) as file:
        for table in merged(files, schema.remove_metadata()):
            file.write(table.replace_schema_metadata(schema.metadata))
            new = {name for name in left if pc.any(pc.is_finite(table.column(name))).as_py()}
            known, left = known | new, left - new
    return known
