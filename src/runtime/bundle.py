"""Loading a bundle and predicting with it. No code of the bundle runs: it is data only."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import golden
from .archive import opened
from .contents import GOLDEN, GRAPH, check_files, read_manifest
from .errors import BundleError, NotFiniteError
from .inputs import Input, validated
from .manifest import InputSpec, Manifest, OutputSpec, Parity
from .ragged import Ragged, joined
from .schema import parse
from .session import first_line, open_session, prepare
from .table import inputs_of
from .tasks import task_named
from .tasks.classification import asked_answers
from .tasks.task import Task, unfinished

BATCH_OF_TABLES = 1024  # rows: trees are walked block by block, and more rows a block are faster
BATCH = 64  # with stamps or sequences among the inputs, of which more are no faster


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
        return self.manifest.raw

    @property
    def task(self) -> Task:
        """What kind of answer it gives."""
        return task_named(self.manifest.task)

    def with_sets(self, coverage: float = 0.9, by_class: bool = False) -> "Bundle":
        """The same classifier, whose predictions hold sets of classes: the true one is among them as often as asked.

        >>> bundle.with_sets(0.9).predict(inputs).sets  # (n, classes) of true and false

        Parameters
        ----------
        coverage : share of new objects whose set holds their class, in (0, 1), where they are like the held-out ones.
        by_class : of the objects of each class, and not of all together.

        Raises
        ------
        AlertlabError
            For a bundle that has nothing to make sets by, or a coverage that is none.
        """
        answers = asked_answers(self.manifest.answers, self.classes, coverage, by_class)
        return replace(self, manifest=replace(self.manifest, answers=answers))

    def validate(self, inputs: Mapping[str, Any]) -> dict[str, Input]:
        """Check raw inputs and convert them to float32.

        Raises
        ------
        BundleError
            Names the input, what was expected and what was given.
        """
        return validated(self.inputs, inputs)

    def table(self, columns: Any) -> dict[str, Input]:
        """Inputs for ``predict`` from columns by name, in any order and among others.

        A mapping of columns, a data frame, an Arrow or astropy table, or a record array. Sequences are columns of
        lists; of a name that several inputs have, ``query.band`` and ``light_curve.band``.

        >>> bundle.predict(bundle.table(frame))

        Raises
        ------
        AlertlabError
            Names the columns that are missing.
        """
        return inputs_of(self.inputs, columns)

    def predict(self, inputs: Mapping[str, Any], batch_size: int | None = None) -> Any:
        """What the model says of raw inputs, name -> (n, ...).

        Sequences of any length and images of any size are a list with an array a row, or :class:`~.ragged.Ragged`.

        Parameters
        ----------
        batch_size : rows a call of the graph; bounds memory, never changes the answer. None takes 64, of tables 1024.

        Returns
        -------
        Of a classifier :class:`~.tasks.classification.Prediction`, of another task what its file in ``tasks`` says.

        Raises
        ------
        BundleError
            For inputs that are not as declared.
        NotFiniteError
            For rows whose answers are not finite.
        """
        arrays = self.validate(inputs)
        return self.task.predict(self.manifest, arrays, self._finite(arrays, batch_size))

    def answers(self, inputs: Mapping[str, Any], batch_size: int | None = None) -> dict[str, Any]:
        """Every declared output by name, n rows each; raises as ``predict`` does."""
        return self._finite(self.validate(inputs), batch_size)

    def _finite(self, arrays: Mapping[str, Input], batch_size: int | None) -> dict[str, Any]:
        answers = self._answers(arrays, batch_size)
        bad = np.any([unfinished(values) for values in answers.values()], axis=0)
        if bad.any():
            raise NotFiniteError(np.flatnonzero(bad).tolist(), self.task.noun)
        return answers

    def golden(self) -> tuple[dict[str, Input], Any]:
        """Real rows that the bundle carries: raw inputs, and the trained model's probabilities, or scores, for them."""
        inputs, expected = self._golden_rows()
        main = expected[self.task.main]
        return inputs, main if isinstance(main, Ragged) else np.asarray(main, np.float64)

    def _golden_rows(self) -> tuple[dict[str, Input], dict[str, Any]]:
        """Inputs, and every answer by name."""
        inputs, expected = golden.decode(self._golden, self.manifest)
        if self.task.main not in expected:
            raise BundleError(f"{GOLDEN}: cannot be read (no output.{self.task.main})")
        return inputs, expected

    def self_test(self) -> Parity:
        """Replay the golden rows on this machine.

        Raises
        ------
        BundleError
            With the largest difference, when it is beyond the declared
            tolerance or any label flips.
        """
        inputs, expected = self._golden_rows()
        rows, promised = len(expected[self.task.main]), self.manifest.parity
        if rows != promised.n_rows:
            raise BundleError(f"{GOLDEN}: {rows} rows, the manifest says {promised.n_rows}")
        try:
            return self.compare(inputs, expected)
        except BundleError as error:
            raise BundleError(f"{GOLDEN}: {error}") from error

    def compare(self, inputs: Mapping[str, Any], expected: Mapping[str, Any], batch_size: int | None = None) -> Parity:
        """Hold answers to those of the trained model, within the tolerance that the manifest promises."""
        arrays = self.validate(inputs)
        promised = self.manifest.parity
        return self.task.compare(self._answers(arrays, batch_size), expected, promised.rtol, promised.atol)

    def _answers(self, arrays: Mapping[str, Input], batch_size: int | None) -> dict[str, Any]:
        """Every declared output, name -> n rows."""
        if batch_size is None:
            batch_size = BATCH_OF_TABLES if all(spec.kind == "features" for spec in self.inputs) else BATCH
        if batch_size < 1:
            raise BundleError(f"batch_size: expected at least 1, given {batch_size}")
        n = len(arrays[self.inputs[0].name])
        lengths = [each.lengths for each in arrays.values() if isinstance(each, Ragged) and each.shapes is None]
        order = np.lexsort(lengths) if lengths else None  # sequences of like length together: less is padded then
        ordered = arrays if order is None else _taken(arrays, order)
        starts = range(0, n, batch_size) if n else (0,)
        parts = [self._run(_taken(ordered, slice(start, start + batch_size))) for start in starts]
        back = slice(None) if order is None else np.argsort(order, kind="stable")
        answers = {spec.name: [part[spec.name] for part in parts] for spec in self.manifest.outputs}
        return _taken({name: _whole(each) for name, each in answers.items()}, back)

    def _run(self, arrays: Mapping[str, Input]) -> dict[str, Any]:
        feed = {spec.name: prepare(spec, arrays[spec.source or spec.name]) for spec in self.manifest.inputs}
        rows = len(next(iter(feed.values())))
        specs = self.manifest.outputs
        if not rows:  # onnxruntime's recurrent layers end the process on an empty batch
            return {spec.name: self._cut(spec, _nothing(spec), arrays, rows) for spec in specs}
        try:
            outputs = self._session.run([spec.name for spec in specs], feed)
        except Exception as error:  # onnxruntime's exceptions share no base class
            raise BundleError(f"{GRAPH}: failed on a batch of {rows}: {first_line(error)}") from error
        return {spec.name: self._cut(spec, values, arrays, rows) for spec, values in zip(specs, outputs, strict=True)}

    def _cut(self, spec: OutputSpec, values: NDArray[Any], arrays: Mapping[str, Input], rows: int) -> Any:
        """An output as declared; what is as long as an input is cut to its length, row by row."""
        owner = next((each.name for each in self.inputs if set(each.free) & set(spec.shape)), None)
        like = arrays[owner] if owner else None
        longest = max(1, int(like.lengths.max(initial=0))) if isinstance(like, Ragged) else 1
        if values.shape != (rows, *(longest if isinstance(side, str) else side for side in spec.shape)):
            raise BundleError(f"{GRAPH}: a batch of {rows} gave {spec.name} of shape {values.shape}")
        values = np.asarray(values, np.float32)
        return like.cut(values) if isinstance(like, Ragged) else values


def _taken(arrays: Mapping[str, Any], rows: NDArray[np.int64] | slice) -> dict[str, Any]:
    """These rows of each; a slice of an array is a view."""
    numbers = {name: np.arange(len(each))[rows] for name, each in arrays.items() if isinstance(each, Ragged)}
    return {name: each.take(numbers[name]) if name in numbers else each[rows] for name, each in arrays.items()}


def _nothing(spec: OutputSpec) -> NDArray[np.float32]:
    """An output without rows; an axis of any length is one long, as padding makes it."""
    return np.zeros((0, *(1 if isinstance(side, str) else side for side in spec.shape)), np.float32)


def _whole(parts: list[Any]) -> Any:
    return joined(parts) if isinstance(parts[0], Ragged) else np.concatenate(parts)


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
