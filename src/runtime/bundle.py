"""Loading a bundle and predicting with it. No code of the bundle runs: it is data only."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .archive import opened, stored
from .contents import GOLDEN, GRAPH, check_files, read_manifest
from .decision import decide
from .errors import BundleError, NotFiniteError
from .manifest import PROBABILITY, InputSpec, Manifest, Parity
from .parity import compare
from .schema import parse
from .session import first_line, open_session, prepare
from .table import of_columns

BATCH_OF_TABLES = 1024  # rows: trees are walked block by block, and more rows a block are faster
BATCH = 64  # with stamps or sequences among the inputs, of which more are no faster


@dataclass(frozen=True)
class Prediction:
    """What a bundle says of n rows.

    Attributes
    ----------
    probability : (n, classes) float32, rows sum to one.
    label : (n,) class name by the tie rule.
    index : (n,) its place in the classes.
    """

    probability: NDArray[np.float32]
    label: NDArray[np.str_]
    index: NDArray[np.int64]


@dataclass(frozen=True)
class Bundle:
    """A loaded bundle; it no longer needs its files.

    Attributes
    ----------
    manifest : what it declares.
    sha256 : of its manifest, hence of all of it: write it down beside what you predict.
    """

    manifest: Manifest
    sha256: str
    _session: Any
    _golden: bytes

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in taxonomy order."""
        return self.manifest.classes

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        """What ``predict`` takes."""
        return self.manifest.inputs

    def validate(self, inputs: Mapping[str, ArrayLike]) -> dict[str, NDArray[np.float32]]:
        """Check raw inputs and convert them to float32.

        Raises
        ------
        BundleError
            Names the input, what was expected and what was given.
        """
        given, expected = set(inputs), {spec.name for spec in self.inputs}
        if given != expected:
            raise BundleError(f"inputs: expected {sorted(expected)}, given {sorted(given)}")
        arrays = {spec.name: as_float32(spec, inputs[spec.name]) for spec in self.inputs}
        lengths = {name: len(array) for name, array in arrays.items()}
        if len(set(lengths.values())) != 1:
            raise BundleError(f"inputs: expected as many rows in each, given {lengths}")
        return arrays

    def table(self, columns: Any) -> dict[str, NDArray[np.float32]]:
        """Inputs for ``predict`` from columns by name, in any order and among others.

        A mapping of columns, a data frame, an Arrow or astropy table, or a record array.

        >>> bundle.predict(bundle.table(frame))

        Raises
        ------
        AlertlabError
            Names the columns that are missing.
        """
        for spec in self.inputs:
            if spec.kind != "features":
                raise BundleError(f"input {spec.name}: {spec.kind}, and a table of columns cannot give it")
        return {spec.name: of_columns(spec, columns) for spec in self.inputs}

    def predict(self, inputs: Mapping[str, ArrayLike], batch_size: int | None = None) -> Prediction:
        """Classify raw inputs, name -> (n, ...).

        Parameters
        ----------
        batch_size : rows a call of the graph; bounds memory, never changes the answer. None takes 64, of tables 1024.

        Raises
        ------
        BundleError
            For inputs that are not as declared.
        NotFiniteError
            For rows whose probabilities are not finite.
        """
        if batch_size is None:
            batch_size = BATCH_OF_TABLES if all(spec.kind == "features" for spec in self.inputs) else BATCH
        if batch_size < 1:
            raise BundleError(f"batch_size: expected at least 1, given {batch_size}")
        arrays = self.validate(inputs)
        n = len(arrays[self.inputs[0].name])
        probability = np.empty((n, len(self.classes)), np.float32)
        for start in range(0, n, batch_size):
            rows = slice(start, start + batch_size)
            probability[rows] = self._run({name: array[rows] for name, array in arrays.items()})
        bad = ~np.isfinite(probability).all(axis=1)
        if bad.any():
            raise NotFiniteError(np.flatnonzero(bad).tolist())
        index = decide(probability)
        return Prediction(probability, np.array(self.classes)[index], index)

    def golden(self) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.float64]]:
        """Real rows that the bundle carries: raw inputs, and the trained model's probabilities for them."""
        try:
            with zipfile.ZipFile(io.BytesIO(self._golden)) as archive:
                stored(archive, len(self._golden))
            with np.load(io.BytesIO(self._golden), allow_pickle=False) as arrays:
                inputs = {spec.name: arrays[f"input.{spec.name}"] for spec in self.inputs}
                return inputs, np.atleast_2d(np.asarray(arrays[f"output.{PROBABILITY}"], np.float64))
        except (BundleError, OSError, ValueError, KeyError, EOFError, MemoryError, zipfile.BadZipFile) as error:
            raise BundleError(f"{GOLDEN}: cannot be read ({first_line(error)})") from error

    def self_test(self) -> Parity:
        """Replay the golden rows on this machine.

        Raises
        ------
        BundleError
            With the largest difference, when it is beyond the declared
            tolerance or any label flips.
        """
        inputs, expected = self.golden()
        promised = self.manifest.parity
        if len(expected) != promised.n_rows:
            raise BundleError(f"{GOLDEN}: {len(expected)} rows, the manifest says {promised.n_rows}")
        try:
            return compare(self.predict(inputs).probability, expected, promised.rtol, promised.atol)
        except BundleError as error:
            raise BundleError(f"{GOLDEN}: {error}") from error

    def _run(self, arrays: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        feed = {spec.name: prepare(spec, arrays[spec.name]) for spec in self.inputs}
        rows = len(next(iter(feed.values())))
        try:
            (probability,) = self._session.run([PROBABILITY], feed)
        except Exception as error:  # onnxruntime's exceptions share no base class
            raise BundleError(f"{GRAPH}: failed on a batch of {rows}: {first_line(error)}") from error
        if probability.shape != (rows, len(self.classes)):
            raise BundleError(f"{GRAPH}: a batch of {rows} gave probabilities of shape {probability.shape}")
        return np.asarray(probability, np.float32)


def load(path: str | Path, verify: bool = True, threads: int = 1) -> Bundle:
    """Load a bundle: a folder, or the same as an uncompressed zip.

    Parameters
    ----------
    verify : compare the SHA-256 of every file; False only skips the hashing.
    threads : of onnxruntime within one batch; 0 is one a core.

    Raises
    ------
    BundleError
        Names the file and says why it is refused.
    """
    with opened(Path(path)) as folder:
        content = read_manifest(folder)
        manifest = parse(content)
        check_files(folder, manifest.files, verify)
        session = open_session(folder, manifest, threads)
        return Bundle(manifest, hashlib.sha256(content).hexdigest(), session, (folder / GOLDEN).read_bytes())


def as_float32(spec: InputSpec, values: ArrayLike) -> NDArray[np.float32]:
    """Check one raw input against its declaration."""
    expected = f"input {spec.name}: expected float32 ({', '.join(['n', *map(str, spec.shape)])})"
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise BundleError(f"{expected}, given rows of unequal shape") from error
    if array.dtype.kind not in "fiub":
        raise BundleError(f"{expected}, given {array.dtype}")
    if array.ndim == 0 or array.shape[1:] != spec.shape:
        raise BundleError(f"{expected}, given shape {array.shape}")
    try:
        with np.errstate(over="raise"):
            return array.astype(np.float32, copy=False)
    except FloatingPointError as error:
        raise BundleError(f"{expected}, given a value beyond the range of float32") from error
