"""Tables of features for benchmarks: drawn ones, and real ones where they lie."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet
from alertlab.core.contracts import Loading
from alertlab.core.samples import Samples
from alertlab.core.split import Split
from alertlab.core.taxonomy import Taxonomy
from alertlab.runtime.manifest import Column
from numpy.typing import NDArray

SUPERNOVAE = {
    "Ia": {"SN Ia", "SN Ia-91T-like", "SN Ia-pec"},
    "II": {"SN II", "SN IIP", "SN IIn"},
    "Ibc": {"SN Ib", "SN Ic", "SN IIb", "SN Ic-BL"},
    "SLSN": {"SLSN-I", "SLSN-II"},
}


class TableData:
    """A datamodule of one table: ``share`` of the rows train, the others test."""

    description = "a table"

    def __init__(
        self,
        features: NDArray[np.float32],
        label: NDArray[np.str_],
        branches: Mapping[str, tuple[str, ...]],
        share: float,
    ) -> None:
        classes = tuple(name for of in branches.values() for name in of)
        n, k = features.shape
        target = np.array([classes.index(name) for name in label.tolist()])
        names = np.array([str(number) for number in range(n)])
        columns = tuple(Column(f"feature_{number}") for number in range(k))
        self.everything = Samples(
            {"features": features}, target, np.arange(n), names, Taxonomy(classes, branches), {"features": columns}
        )
        self.train = np.random.default_rng(99).random(n) < share  # another seed than what is drawn
        self.loading = Loading()

    @property
    def split(self) -> Split:
        """Not asked for here."""
        return Split({})

    def draw(self, repeat: int) -> None:
        """There is one split."""

    def samples(self, part: str | None = None) -> Samples:
        """Of a part, or all."""
        if part is None:
            return self.everything
        return self.everything.take(self.train if part == "train" else ~self.train & (part == "test"))

    def write_rejected(self, path: Path) -> int:
        """Nothing was rejected."""
        return 0


def drawn(rows: int) -> list[tuple[str, TableData]]:
    """Five imbalanced classes in two branches, 150 features of scales 1e-3 to 1e6; a tenth trains."""
    rng = np.random.default_rng(0)
    classes = np.array(["a", "b", "c", "d", "e"])
    target = rng.choice(5, rows, p=[0.6, 0.2, 0.1, 0.07, 0.03])
    features = (rng.normal(size=(rows, 150)) + 0.35 * rng.normal(size=(5, 150))[target]) * np.logspace(-3, 6, 150)
    branches = {"first": ("a", "b", "c"), "second": ("d", "e")}
    return [("drawn", TableData(features.astype(np.float32), classes[target], branches, 0.1))]


def real(folder: Path) -> list[tuple[str, TableData]]:
    """MACHO variables and ZTF supernovae, 80 % of the rows train; nothing where they are not."""
    macho, supernovae = folder / "MACHO_FATS_features.csv.gz", folder / "alerce_sn_features.parquet"
    if not (macho.is_file() and supernovae.is_file()):
        return []
    table = pyarrow.csv.read_csv(macho)
    code = np.array([f"code {value}" for value in table["Class"].to_pylist()])
    known = sorted(set(code.tolist()))
    branches = {"lower codes": tuple(known[: len(known) // 2]), "higher codes": tuple(known[len(known) // 2 :])}
    found = [("MACHO", TableData(numbers(table, {"MACHO_Id", "Class"}), code, branches, 0.8))]
    table = pyarrow.parquet.read_table(supernovae)
    of_type = {kind: name for name, kinds in SUPERNOVAE.items() for kind in kinds}
    label = np.array([of_type.get(kind, "") for kind in table["type"].to_pylist()])
    rows = label != ""
    branches = {"Ia": ("Ia",), "others": ("II", "Ibc", "SLSN")}
    features = numbers(table, {"oid", "type"})[rows]
    return [*found, ("ZTF supernovae", TableData(features, label[rows], branches, 0.8))]


def numbers(table: pyarrow.Table, without: set[str]) -> NDArray[np.float32]:
    """(n, columns) float32, null as NaN."""
    columns = [table[name].to_numpy().astype(np.float64) for name in table.column_names if name not in without]
    with np.errstate(over="ignore"):
        return np.column_stack(columns).astype(np.float32)
