"""Raw inputs as a bundle takes them: checked against their declaration, float32."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import BundleError
from .manifest import InputSpec
from .ragged import Ragged
from .session import no_rows

Input = NDArray[np.float32] | Ragged


def validated(specs: Sequence[InputSpec], inputs: Mapping[str, Any]) -> dict[str, Input]:
    """Check raw inputs and convert them to float32.

    Raises
    ------
    BundleError
        Names the input, what was expected and what was given.
    """
    given, expected = set(inputs), {spec.name for spec in specs}
    if given != expected:
        raise BundleError(f"inputs: expected {sorted(expected)}, given {sorted(given)}")
    arrays = {spec.name: (as_ragged if spec.free else as_float32)(spec, inputs[spec.name]) for spec in specs}
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) != 1:
        raise BundleError(f"inputs: expected as many rows in each, given {lengths}")
    return arrays


def as_float32(spec: InputSpec, values: ArrayLike) -> NDArray[np.float32]:
    """Check one raw input against its declaration."""
    expected = _expected(spec)
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise BundleError(f"{expected}, given rows of unequal shape") from error
    if array.dtype.kind not in "fiub":
        raise BundleError(f"{expected}, given {array.dtype}")
    if array.ndim == 0 or array.shape[1:] != spec.shape:
        raise BundleError(f"{expected}, given shape {array.shape}")
    return _narrow(array, expected)


def as_ragged(spec: InputSpec, values: Any) -> Input:
    """Check rows of any length or size: Ragged, one array for all, or a list with an array a row."""
    expected, images = _expected(spec), spec.kind == "image"
    if not isinstance(values, Ragged):
        try:
            values = Ragged.of([np.asarray(row) for row in values], images)
        except (ValueError, TypeError) as error:
            raise BundleError(f"{expected}, given rows that fit no such shape") from error
    if not len(values):
        empty = no_rows(spec)
        return empty if images else Ragged(empty[:, 0], np.zeros(1, np.int64))
    if values.values.dtype.kind not in "fiub":
        raise BundleError(f"{expected}, given {values.values.dtype}")
    if images != (values.shapes is not None):
        raise BundleError(f"{expected}, given {'sequences' if images else 'images'}")
    found = (0, *values.values.shape[1:]) if values.shapes is None else None
    for shape in np.unique(values.shapes, axis=0).tolist() if found is None else (found,):
        if len(shape) != len(spec.shape) or any(
            isinstance(side, int) and side != has for side, has in zip(spec.shape, shape, strict=True)
        ):
            raise BundleError(f"{expected}, given shape {('any', *shape[1:]) if found else tuple(shape)}")
    return Ragged(_narrow(values.values, expected), values.offsets, values.shapes)


def _expected(spec: InputSpec) -> str:
    return f"input {spec.name}: expected float32 ({', '.join(['n', *map(str, spec.shape)])})"


def _narrow(array: NDArray[Any], expected: str) -> NDArray[np.float32]:
    try:
        with np.errstate(over="raise"):
            return array.astype(np.float32, copy=False)
    except FloatingPointError as error:
        raise BundleError(f"{expected}, given a value beyond the range of float32") from error
