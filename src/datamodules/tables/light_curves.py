"""Light curves as rows of features, computed once and kept."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing import parent_process
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np
import pyarrow.parquet as pq
from filelock import FileLock
from numpy.typing import NDArray

from ...alerts.fingerprint import remembered_digest
from ...core.curves import Curve, read_curves
from ...core.feature_file import Settings, extract_file, rejected_path
from ...core.feature_table import as_numbers, columns_of, identity, known_set, matrix
from ...core.progress import notice, status
from ...door.words import in_few_words
from ...features.memory import DROPPED, FACTS
from ...features.sets import Wanted
from ...features.tables.bounds import Bounds
from ...features.tables.clean import Rules
from ...features.tables.columns import Columns
from ...runtime.errors import AlertlabError
from .curve_places import read_places
from .feature_rows import REJECTED, FeatureRows

KEYS = re.compile(r"(?<![\w./])(columns|bounds)\.(?=\w+)")


class Curves(Protocol):
    """Light curves in files, with the labels of their objects."""

    @property
    def description(self) -> str:
        """What they are, in a few words."""
        ...

    @property
    def origin(self) -> str:
        """File that an error about a label names."""
        ...

    def files(self, folder: Path) -> tuple[Path, Path | None]:
        """Detections and non-detections; what is not in a file yet is written into ``folder``."""
        ...

    def labels(self, folder: Path) -> Mapping[str, str | None] | None:
        """Object -> label, None where there are none at all; ``folder`` as above."""
        ...

    def objects(self, folder: Path) -> tuple[Path, str]:
        """Table of what else is known of objects, and its column of names; ``folder`` as above."""
        ...


class LightCurveFeatures:
    """Features of light curves.

    Parameters
    ----------
    curves : the light curves and their labels.
    columns : ``conf/columns/``: which column is which quantity.
    features : name of the set, or names of several.
    min_rb, max_error, min_detections : see :class:`alertlab.features.tables.clean.Rules`.
    bounds : ``conf/bounds/``: what is possible of a quantity.
    cache : folder where tables of features are kept, by the content of everything that they follow from;
        None computes them anew each time.
    workers : processes that compute; None is one a core that may be used.
    join, join_columns : a table of one row an object, and those of its columns that are features too; None for all.
    """

    def __init__(
        self,
        curves: Curves,
        columns: Mapping[str, Any],
        features: str | Sequence[str],
        min_rb: float,
        max_error: float,
        min_detections: int,
        cache: str | None,
        workers: int | None = None,
        bounds: Mapping[str, Any] | None = None,
        join: str | None = None,
        join_columns: Sequence[str] | None = None,
    ) -> None:
        self.curves, self.columns, self.features = curves, Columns.of(columns), Wanted.of(features)
        self.rules = (min_rb, max_error, min_detections)
        self.join = None if join is None else Path(join)
        self.join_columns = None if join_columns is None else tuple(map(str, join_columns))
        self.bounds = Bounds.of(bounds or {})
        self.cache, self.workers = None if cache is None else Path(cache), workers

    @property
    def description(self) -> str:
        """What the light curves are."""
        return f"{self.curves.description}, {self.features.name} features"

    @property
    def origin(self) -> str:
        """File that an error about a label names."""
        return self.curves.origin

    def rows(self, max_days: float | None) -> FeatureRows:
        """Features of all objects that have enough clean detections, computed unless they are kept."""
        rules = Rules(*self.rules, max_days)
        settings = Settings(
            self.features,
            self.columns,
            rules,
            self.bounds,
            self.workers,
            join=self.join,
            join_columns=self.join_columns,
        )
        with ExitStack() as stack:
            folder = self.cache or Path(stack.enter_context(TemporaryDirectory(prefix="alertlab-")))
            with keys_of_a_training():
                path = kept(self.curves, folder, settings)
            table, rejected = pq.read_table(path), pq.read_table(rejected_path(path))
            labels = self.curves.labels(folder) or {}
        said = table.schema.metadata
        features = known_set(said, str(path), self.features)
        assert features is not None  # the table was made here
        names = features.names
        objects = table.column("object_id").to_pylist()
        values = matrix(table, names, str(path))
        dropped = json.loads(said.get(DROPPED, b"{}"))
        cut = "" if max_days is None else f", cut {max_days:g} days after the first detection"
        for line in losses(names, values, rejected.column("reason").to_pylist(), dropped):
            notice(f"{self.description}{cut}: {line}")
        check_met(self.origin, objects, labels)
        return FeatureRows(
            np.array(objects, dtype=np.str_),
            [labels.get(name) for name in objects],
            values,
            columns_of(names, features),
            identity(features, said),
            {name: as_numbers(table, name, str(path)) for name in FACTS},
            rejected.select(REJECTED.names),
        )

    def places_of(self, objects: NDArray[np.str_]) -> Mapping[str, NDArray[np.float64]]:
        """When and where these objects are seen, from their detections, which are read once more."""
        with ExitStack() as stack:
            folder = self.cache or Path(stack.enter_context(TemporaryDirectory(prefix="alertlab-")))
            stack.enter_context(status("reading times and places"))
            return read_places(self.curves.files(folder)[0], self.columns, self.bounds, objects)

    def curves_of(self, objects: Sequence[str]) -> Mapping[str, Curve]:
        """Their clean light curves, to be looked at; all are read once more."""
        with ExitStack() as stack:
            folder = self.cache or Path(stack.enter_context(TemporaryDirectory(prefix="alertlab-")))
            stack.enter_context(status("reading light curves to show"))
            return read_curves(self.curves.files(folder)[0], self.columns, self.bounds, Rules(*self.rules), objects)


def check_met(origin: str, objects: Sequence[str], labels: Mapping[str, str | None]) -> None:
    """Refuse labels of which none is of any light curve."""
    if objects and not any(name in labels for name in objects):
        theirs = next(iter(labels), None)
        fault = f"are of {theirs} and others" if theirs is not None else "are none at all"
        raise AlertlabError(
            f"{origin}: no label is of any light curve: labels {fault}, light curves of {objects[0]} and "
            "others; spell names alike, or name their column with datamodule.source.curves.object_id=COLUMN"
        )


@contextmanager
def keys_of_a_training() -> Iterator[None]:
    """What the features call columns.KEY is datamodule.source.columns.KEY in the config of a training."""
    try:
        yield
    except AlertlabError as error:
        raise AlertlabError(KEYS.sub(r"datamodule.source.\g<0>", str(error))) from error


def losses(
    names: Sequence[str], values: NDArray[np.float32], rejected: Sequence[str], dropped: Mapping[str, int]
) -> Iterator[str]:
    """What is not in a table of features, a line a kind; nothing where all is.

    Parameters
    ----------
    names, values : (n, features). rejected : reason of each object that is not in it.
    dropped : measurements that were not used, by reason.
    """
    if dropped:
        yield "dropped " + ", ".join(f"{count} {reason}" for reason, count in dropped.items())
    if rejected:
        reasons = ", ".join(f"{count} with {reason}" for reason, count in Counter(rejected).most_common())
        yield f"{len(rejected)} of {len(rejected) + len(values)} objects left out ({reasons})"
    unknown = [name for place, name in enumerate(names) if len(values) and np.isnan(values[:, place]).all()]
    if unknown:
        yield f"{len(unknown)} of {len(names)} features unknown for every object: {in_few_words(unknown)}"


def kept(curves: Curves, folder: Path, settings: Settings) -> Path:
    """The table of features in ``folder``, computed unless it is there; one process at a time computes it.

    Raises
    ------
    AlertlabError
        In a worker process: one that runs its parent's script again would wait for it for ever.
    """
    folder.mkdir(parents=True, exist_ok=True)
    detections, non_detections = curves.files(folder)
    read = (detections, non_detections, settings.join)
    digests = [remembered_digest(path, folder / "digests") for path in read if path]
    text = json.dumps({"input": digests, **settings.meaning}, sort_keys=True, default=str)
    path = folder / f"features-{hashlib.sha256(text.encode()).hexdigest()}.parquet"
    if not path.is_file() and parent_process() is not None:
        raise AlertlabError("a worker process cannot compute features: put your script below if __name__ == '__main__'")
    with FileLock(path.with_suffix(".lock")):  # that of a killed process is free
        if not path.is_file():
            extract_file(detections, non_detections, path, settings)
    return path
