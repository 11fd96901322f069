"""What every task says of itself to the runtime, and what several of them share."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..errors import BundleError
from ..manifest import Manifest, OutputSpec, Parity
from ..ragged import Ragged

Answers = Mapping[str, Any]  # name of an output -> (n, ...) array, or Ragged where rows are of unequal length


class Task(ABC):
    """One kind of answer; a subclass says what is its own.

    Attributes
    ----------
    name : as configs, predictions tables and manifests call it.
    main : the output that it cannot be without. noun : what its answers are, in errors.
    limits : what the model card warns of. example : lines of Python that show a ``prediction``.
    """

    name: ClassVar[str]
    main: ClassVar[str]
    noun: ClassVar[str]
    limits: ClassVar[tuple[str, ...]]
    example: ClassVar[str]

    @property
    def names(self) -> tuple[str, ...]:
        """All that a manifest may call it."""
        return (self.name,)

    def name_of(self, outputs: tuple[OutputSpec, ...]) -> str:
        """Which of its names a manifest of these outputs gives."""
        return self.name

    @property
    def needed(self) -> tuple[str, ...]:
        """All outputs that it cannot be without."""
        return (self.main,)

    @abstractmethod
    def schema(self, value: Any, where: str) -> Any:
        """The manifest's key ``answers``, which says what its answers are called: BundleError for anything else."""

    @abstractmethod
    def check(self, manifest: Manifest) -> None:
        """Refuse outputs that are not this task's, or contradict ``answers``: BundleError."""

    def fault(self, answers: Answers) -> str:
        """What no such answers can be, beyond not being finite; empty where there is nothing."""
        return ""

    @abstractmethod
    def predict(self, manifest: Manifest, inputs: Answers, answers: Answers) -> Any:
        """What ``Bundle.predict`` returns; ``inputs`` are raw."""

    def flips(self, answers: Answers, expected: Answers) -> tuple[int, str]:
        """Rows that are decided otherwise, and what flips in words; nothing is decided unless a task says so."""
        return 0, ""

    def compare(self, answers: Answers, expected: Answers, rtol: float, atol: float) -> Parity:
        """Hold answers to those of the trained model, value by value and by what is decided.

        Returns
        -------
        What was measured, when every |a - expected| <= atol + rtol |expected| and nothing is decided otherwise.

        Raises
        ------
        BundleError
            Says the largest difference and how many rows flip.
        """
        largest, wrong, rows = 0.0, False, 0
        for name, theirs in expected.items():
            ours, rows = answers[name], len(theirs)
            if _shape(ours) != _shape(theirs) or not np.array_equal(_offsets(ours), _offsets(theirs)):
                raise BundleError(f"{self.noun} of shape {_shape(ours)}, expected {_shape(theirs)}")
            error = np.abs(flat(ours) - flat(theirs))
            largest = max(largest, float(error.max(initial=0.0)))
            wrong = wrong or not np.all(error <= atol + rtol * np.abs(flat(theirs)))  # "not all": NaN never agrees
        flips, flipped = self.flips(answers, expected)
        if wrong or flips:
            told = f", {flips} of {rows} {flipped} flip" if flipped else ""
            allowed = f"(allowed {atol:g} + {rtol:g} of the value)"
            raise BundleError(f"{self.noun} differ by up to {largest:.3g} {allowed}{told}")
        return Parity(rtol, atol, largest, rows, flips)

    @abstractmethod
    def table(self, manifest: Manifest, prediction: Any) -> tuple[NDArray[np.int64], dict[str, Any]]:
        """(m,) the row that each line of a table is of, and its columns: m is n where a row has one answer."""

    def lines(self, manifest: Manifest, prediction: Any) -> tuple[NDArray[np.int64], list[str]]:
        """The same in short, a line of text each, its values parted by tabs."""
        owner, columns = self.table(manifest, prediction)
        return owner, ["\t".join(map(cell, values)) for values in zip(*columns.values(), strict=True)]

    @abstractmethod
    def describe(self, manifest: Manifest) -> dict[str, str]:
        """What is returned, by what it is called, in words."""


def output(manifest: Manifest, name: str, task: str) -> OutputSpec:
    """An output that a task needs.

    Raises
    ------
    BundleError
        Where the manifest declares none of that name.
    """
    found = next((spec for spec in manifest.outputs if spec.name == name), None)
    if found is None:
        raise BundleError(f"manifest.json: outputs: none is named {name!r}, which {task} needs")
    return found


def others(answers: Answers, *own: str) -> dict[str, Any]:
    """Answers beyond those that a task knows, such as an embedding."""
    return {name: values for name, values in answers.items() if name not in own}


def flat(values: Any) -> NDArray[np.float64]:
    """All values of an answer, one after the other."""
    return np.asarray(values.values if isinstance(values, Ragged) else values, np.float64).ravel()


def unfinished(values: Any) -> NDArray[np.bool_]:
    """(n,) whether a row holds anything that is not finite."""
    if isinstance(values, Ragged):
        return np.bincount(values.owner, unfinished(values.values), len(values)) > 0
    bad: NDArray[np.bool_] = ~np.isfinite(values).all(axis=tuple(range(1, np.ndim(values))))
    return bad


def cell(value: Any) -> str:
    """A value as text; nine digits are every bit of a float32."""
    return value if isinstance(value, str) else f"{value:.9g}"


def _shape(values: Any) -> tuple[Any, ...]:
    if isinstance(values, Ragged):
        return len(values), f"{len(values.values)} in all", *values.values.shape[1:]
    return np.shape(values)


def _offsets(values: Any) -> Any:
    return values.offsets if isinstance(values, Ragged) else ()
