"""What every task says of itself to the runtime, and what several of them share."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..checks import Check
from ..errors import BundleError
from ..manifest import Manifest, OutputSpec, Parity
from ..ragged import Ragged

Answers = Mapping[str, Any]  # name of an output -> (n, ...) array, or Ragged where rows are of unequal length


class Task(Protocol):
    """One kind of answer.

    Attributes
    ----------
    name : as manifests, configs and predictions tables call it. names : all that a manifest may call it.
    main : the output that it cannot be without.
    schema : of the manifest's key ``answers``, which says what its answers are called.
    noun : what its answers are, in errors. limits : what the model card warns of.
    example : lines of Python that show a ``prediction``.
    """

    name: str
    names: tuple[str, ...]
    main: str
    noun: str
    limits: tuple[str, ...]
    example: str

    @property
    def schema(self) -> Check:
        """What the manifest's key ``answers`` must be."""
        ...

    def name_of(self, outputs: tuple[OutputSpec, ...]) -> str:
        """Which of its names a manifest of these outputs gives."""
        ...

    def check(self, manifest: Manifest) -> None:
        """Refuse outputs that are not this task's, or contradict ``answers``: BundleError."""
        ...

    def fault(self, answers: Answers) -> str:
        """What no such answers can be, beyond not being finite; empty where there is nothing."""
        ...

    def predict(self, manifest: Manifest, inputs: Answers, answers: Answers) -> Any:
        """What ``Bundle.predict`` returns; ``inputs`` are raw."""
        ...

    def compare(self, answers: Answers, expected: Answers, rtol: float, atol: float) -> Parity:
        """How closely answers repeat the trained model's: BundleError beyond the tolerance."""
        ...

    def table(self, manifest: Manifest, prediction: Any) -> tuple[NDArray[np.int64], dict[str, Any]]:
        """(m,) the row that each line of a table is of, and its columns: m is n where a row has one answer."""
        ...

    def lines(self, manifest: Manifest, prediction: Any) -> tuple[NDArray[np.int64], list[str]]:
        """The same in short, a line of text each."""
        ...

    def describe(self, manifest: Manifest) -> dict[str, str]:
        """What is returned, by what it is called, in words."""
        ...


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
        return np.bincount(values.owner, ~np.isfinite(values.values), len(values)) > 0
    bad: NDArray[np.bool_] = ~np.isfinite(values).all(axis=tuple(range(1, np.ndim(values))))
    return bad


def cell(value: Any) -> str:
    """A value as text; nine digits are every bit of a float32."""
    return value if isinstance(value, str) else f"{value:.9g}"


def text_lines(owner: NDArray[np.int64], columns: Mapping[str, Any]) -> tuple[NDArray[np.int64], list[str]]:
    """Columns as lines of text, their values parted by tabs."""
    return owner, ["\t".join(map(cell, values)) for values in zip(*columns.values(), strict=True)]


def close(
    answers: Answers, expected: Answers, rtol: float, atol: float, noun: str, flips: int = 0, flipped: str = ""
) -> Parity:
    """Compare each answer value by value.

    Parameters
    ----------
    noun : what the answers are. flips : rows that are decided otherwise, ``flipped`` in words.

    Returns
    -------
    What was measured, when every |a - expected| <= atol + rtol |expected| and nothing is decided otherwise.

    Raises
    ------
    BundleError
        Says the largest difference and how many flip.
    """
    largest, wrong, rows = 0.0, flips > 0, 0
    for name, values in expected.items():
        ours, theirs = answers[name], values
        rows = len(theirs)
        if np.shape(flat(ours)) != np.shape(flat(theirs)) or len(ours) != rows:
            raise BundleError(f"{noun} of shape {_shape(ours)}, expected {_shape(theirs)}")
        error = np.abs(flat(ours) - flat(theirs))
        largest = max(largest, float(error.max(initial=0.0)))
        wrong = wrong or not np.all(error <= atol + rtol * np.abs(flat(theirs)))  # "not all": NaN never agrees
    if wrong:
        told = f", {flips} of {rows} {flipped} flip" if flipped else ""
        raise BundleError(f"{noun} differ by up to {largest:.3g} (allowed {atol:g} + {rtol:g} of the value){told}")
    return Parity(rtol, atol, largest, rows, flips)


def _shape(values: Any) -> tuple[Any, ...]:
    return (len(values), "...") if isinstance(values, Ragged) else np.shape(values)
