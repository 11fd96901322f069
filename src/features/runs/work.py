"""What an extraction keeps on disk until it is done, so that one that was killed goes on where it stopped."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...files import discard, placing, replacing
from ...runtime.errors import AlertlabError
from ..lightcurves import LightCurves
from ..recipe import Measured
from ..tables.assemble import Assembled, assemble
from ..tables.clean import Asked, Rules
from ..tables.read import Chunk
from .partition import Partition, buckets_for, read_bucket

CONTENTS = {"state.json", "buckets", "parts", "digests"}
LEFT_OUT = pa.schema([("object_id", pa.string()), ("reason", pa.string())])


@dataclass(frozen=True)
class Batch:
    """Objects that are computed together, and the file that their features go to."""

    path: Path
    curves: LightCurves


class Work:
    """A folder of ``state.json`` (what it is the work on), ``buckets`` (rows by object) and ``parts`` (results).

    Every file and folder gets its name when it is whole. A part depends on the
    input and the settings alone, so that one that is there is never computed again.

    Raises
    ------
    AlertlabError
        When the folder holds something else: it is removed at the end.
    """

    def __init__(self, folder: Path) -> None:
        found = [each.name for each in folder.iterdir()] if folder.is_dir() else []
        strange = [name for name in found if name not in CONTENTS and not name.startswith(".")]
        if strange:
            raise AlertlabError(f"{folder}: holds {strange[0]}, which is no work of alertlab; name another --out")
        self.folder = folder
        self.rows, self.parts = folder / "buckets", folder / "parts"

    def begin(self, settings: Mapping[str, Any]) -> str | None:
        """Take up what is there, or drop it where its settings were others: then their names are returned."""
        state = self.folder / "state.json"
        text = json.dumps(settings, indent=1, sort_keys=True)
        try:
            known = json.loads(state.read_text())
        except (OSError, ValueError):
            known = {}
        changed = [name for name in settings if known.get(name) != json.loads(text)[name]] if known else []
        if changed or not known:
            discard(self.rows)
            discard(self.parts)
            with replacing(state) as partial:
                partial.write_text(text)
        self.parts.mkdir(parents=True, exist_ok=True)
        return ", ".join(changed) or None

    def bring_together(
        self, chunks: Iterator[Chunk], size: int, bands: Sequence[str], finished: Callable[[int], None]
    ) -> None:
        """Sort all rows into buckets, unless that was done before.

        Parameters
        ----------
        size : about how many bytes they take in memory.
        bands : names of the bands 1, 2, ...
        finished : called with the number of measurements so far, chunk by chunk.

        Raises
        ------
        AlertlabError
            For magnitudes in one file and fluxes in another.
        """
        if self.rows.is_dir():
            return
        buckets, refused, limited, read = buckets_for(size), Counter[str](), False, 0
        seen, measured = set[int](), Measured(())
        first = True
        with placing(self.rows) as folder:
            detections, limits = Partition(folder / "detections", buckets), Partition(folder / "limits", buckets)
            for chunk in chunks:
                refused += chunk.refused
                limited = limited or chunk.limits is not None
                if chunk.detections is not None and chunk.detections.num_rows:
                    unit = Measured.unit_of(chunk.detections.schema.metadata)
                    if not first and unit.flux != measured.flux:
                        raise AlertlabError(f"some light curves are in {measured.unit}, others in {unit.unit}")
                    measured, first = (unit if first else measured), False
                    seen.update(pc.unique(chunk.detections.column("band")).to_pylist())
                for place, table in ((detections, chunk.detections), (limits, chunk.limits)):
                    if table is not None and table.num_rows:
                        place.add(table)
                        read += table.num_rows
                        finished(read)
            detections.flush()
            limits.flush()
            names = [name for number, name in enumerate(bands, 1) if number in seen]
            held = {"bands": names, "unit": measured.unit, "zero_point": measured.zero_point}
            about = {"buckets": buckets, "limits": limited, "refused": refused, "measured": held}
            (folder / "about.json").write_text(json.dumps(about))

    @cached_property
    def about(self) -> dict[str, Any]:
        """How many buckets there are, whether the survey gives limits, and what was not read, by reason."""
        about: dict[str, Any] = json.loads((self.rows / "about.json").read_text())
        return about

    @property
    def measured(self) -> Measured:
        """What the light curves hold."""
        held = self.about["measured"]
        return Measured(tuple(held["bands"]), held["unit"], held["zero_point"])

    def bucket(self, number: int, rules: Rules, asked: Asked) -> Assembled:
        """The clean light curves of a bucket; what was left out of it is written down."""
        detections = read_bucket(self.rows / "detections", number)
        limits = read_bucket(self.rows / "limits", number) if self.about["limits"] else None
        nothing = pa.table({name: pa.array([], pa.float64()) for name in ("time", "magnitude", "error", "limit")})
        nothing = nothing.append_column("object_id", pa.array([], pa.string()))
        nothing = nothing.append_column("band", pa.array([], pa.int64()))
        if self.about["limits"] and limits is None:
            limits = nothing
        found = assemble(nothing if detections is None else detections, limits, rules, asked)
        columns = [list(found.left_out), list(found.left_out.values())]
        table = pa.table([pa.array(each, pa.string()) for each in columns], schema=LEFT_OUT)
        write(table, self.parts / f"left_out-{number:05}.parquet")
        return found

    def batches(self, number: int, curves: LightCurves, size: int) -> Iterator[Batch]:
        """A bucket in batches."""
        for place, start in enumerate(range(0, len(curves), size)):
            path = self.parts / f"{number:05}-{place:06}.parquet"
            yield Batch(path, curves.part(start, min(start + size, len(curves))))

    def files(self, left_out: bool = False) -> list[list[Path]]:
        """Finished files of each bucket, in the order of their objects' names."""
        pattern = "left_out-{:05}.parquet" if left_out else "{:05}-*.parquet"
        return [sorted(self.parts.glob(pattern.format(number))) for number in range(self.about["buckets"])]

    def end(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder)


def write(table: pa.Table, path: Path) -> None:
    """A part, whole or not at all."""
    with replacing(path) as partial:
        pq.write_table(table, partial)
