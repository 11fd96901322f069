"""Light curves in files, and simulated ones."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from ..core.progress import counter
from ..door.place import look
from ..door.table import open_table
from ..door.values import Place, labels, names
from ..features.tables.columns import nearest
from ..files import placing
from ..runtime.errors import AlertlabError


class CurveFiles:
    """Light curves with a label, from whatever ``alertlab features`` reads.

    Parameters
    ----------
    path, non_detections : of the detections, and of upper limits if there are any.
    labels : table with the labels, or a folder of such; None where the detections have them.
    object_id, label : its columns of names and labels; label None where there are none.
    description : what the data are, in a few words.
    """

    def __init__(
        self,
        path: str,
        non_detections: str | None,
        labels: str | None,
        object_id: str,
        label: str | None,
        description: str,
    ) -> None:
        self.path, self.non_detections = Path(path), None if non_detections is None else Path(non_detections)
        self.labelled = self.path if labels is None else Path(labels)
        self.object_id, self.label, self.about = object_id, label, description

    @property
    def description(self) -> str:
        """What the data are."""
        return f"{self.about} ({self.path.name})"

    @property
    def origin(self) -> str:
        """The file of labels."""
        return str(self.labelled)

    def files(self, folder: Path) -> tuple[Path, Path | None]:
        """They lie there already."""
        return self.path, self.non_detections

    def objects(self, folder: Path) -> tuple[Path, str]:
        """The table of labels."""
        return self.labelled, self.object_id

    def labels(self, folder: Path) -> Mapping[str, str | None] | None:
        """Object -> label, None where there are none.

        Raises
        ------
        AlertlabError
            For a missing file or column, or an object with two labels.
        """
        if self.label is None:
            return None
        found: dict[str, str | None] = {}
        place = look(self.labelled)
        if place.packets:
            raise AlertlabError(f"{self.labelled}: packets have no labels; {LABELS}")
        for file in place.files():
            opened = open_table(file)
            for key, name in (("object_id", self.object_id), ("label", self.label)):
                if name not in opened.schema.names:
                    hint = nearest(name, opened.names)
                    raise AlertlabError(f"datamodule.source.curves.{key}: {file} has no column {name}.{hint}; {LABELS}")
            columns = [self.object_id, self.label]
            for table in opened.batches(columns, columns):
                label_objects(found, table.select(columns), str(file))
        return found


LABELS = "datamodule.source.curves.labels=FILE names a table of labels"


def label_objects(known: dict[str, str | None], table: pa.Table, origin: str) -> None:
    """Add object -> label of a table of two columns, one row an object or a detection.

    Raises
    ------
    AlertlabError
        For an object with two labels.
    """
    name, label = table.column_names
    named = pa.table(
        {
            "object": names(table.column(name), Place(origin, name)),
            "label": labels(table.column(label), Place(origin, label)),
        }
    )
    for row in named.group_by(["object", "label"]).aggregate([]).to_pylist():
        if row["object"] is None or row["label"] is None:
            continue
        before = known.setdefault(row["object"], row["label"])
        if before != row["label"]:
            raise AlertlabError(f"{origin}: object {row['object']} is labelled {before} and {row['label']}")


class Simulated(Protocol):
    """What a simulator of light curves gives: ``alertlab.simulate.SimulatedLightCurves``."""

    @property
    def description(self) -> str:
        """That they are simulated, and how."""
        ...

    def fingerprint(self) -> str:
        """Hexadecimal digest of all that they follow from."""
        ...

    def objects(self, progress: Callable[[int, int], None]) -> Any:
        """Simulate all, once; ``progress`` is called with (objects done, all)."""
        ...

    def detections(self) -> pa.Table:
        """One row a detection."""
        ...

    def non_detections(self) -> pa.Table:
        """One row an upper limit."""
        ...

    def labels(self) -> pa.Table:
        """Columns ``oid`` and ``class``."""
        ...


class SimulatedCurves:
    """Light curves of a simulator, written down so that they are read as real ones are.

    Parameters
    ----------
    simulator : gives them.
    """

    def __init__(self, simulator: Simulated) -> None:
        self.simulator = simulator

    @property
    def description(self) -> str:
        """That they are simulated, and how."""
        return self.simulator.description

    @property
    def origin(self) -> str:
        """There is no file of labels."""
        return self.description

    def files(self, folder: Path) -> tuple[Path, Path | None]:
        """Two Parquet files below ``folder``, written unless they are there."""
        path = self._folder(folder)
        if not path.is_dir():
            with counter("simulating") as progress:
                self.simulator.objects(progress)
            with placing(path) as partial:
                for name in ("detections", "non_detections", "labels"):
                    pq.write_table(getattr(self.simulator, name)(), partial / f"{name}.parquet")
        return path / "detections.parquet", path / "non_detections.parquet"

    def labels(self, folder: Path) -> Mapping[str, str | None]:
        """Object -> class."""
        self.files(folder)
        table = pq.read_table(self._folder(folder) / "labels.parquet")
        return dict(zip(table.column("oid").to_pylist(), table.column("class").to_pylist(), strict=True))

    def objects(self, folder: Path) -> tuple[Path, str]:
        """The table of classes, which may tell more."""
        return self._folder(folder) / "labels.parquet", "oid"

    def _folder(self, folder: Path) -> Path:
        return folder / f"simulated-{self.simulator.fingerprint()}"
