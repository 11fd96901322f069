"""What a bundle declares about itself: ``manifest.json`` as Python values."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .errors import BundleError
from .operations import OPERATIONS, SINCE_2, SIZING

VERSIONS = (1, 2, 3)  # 1 has classes and inputs of one size; 2 every task, any length or size; 3 sets and thresholds
OF_VERSION_1 = ("classification", "hierarchical-classification")  # tasks
KINDS = ("image", "features", "sequence")
PROBABILITY, UNCALIBRATED = "probability", "uncalibrated"
LARGEST = 1 << 26  # values in one row of an input: an 8k x 8k image


@dataclass(frozen=True)
class Column:
    """One column of a table input.

    Attributes
    ----------
    name : as the survey names it.
    unit : astropy-style unit, "" where dimensionless.
    missing : what stands for "not known" (the survey's sentinel); None keeps NaN.
    minimum, maximum : clipping bounds; None is no bound.
    description : one line for the model card.
    """

    name: str
    unit: str = ""
    missing: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    description: str = ""


@dataclass(frozen=True)
class FeatureSetId:
    """A set of features that alertlab computes from light curves, or derives from a catalogue.

    Attributes
    ----------
    name, version : e.g. "alerce152" and "1".
    sha256 : of its definition: features of another definition are refused.
    recipe : how light curves became these features: sets, bands, unit, columns, cleaning, joined columns; or, in
        ``catalogue``, columns, units and derived columns of one. What predicts takes it by default; the runtime itself
        does not read it.
    """

    name: str
    version: str
    sha256: str
    recipe: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class InputSpec:
    """One float32 input, as a survey delivers it: before any preprocessing.

    Attributes
    ----------
    name : of the array, and of the graph's input.
    kind : image, features or sequence.
    shape : after the batch axis, e.g. (3, 63, 63); a word stands for an axis of any length: ("time", 4) of a
        sequence, (3, "height", "width") of images, which preprocessing must bring to one size first.
    axes : a name for each of ``shape``, e.g. ("channel", "y", "x").
    channels : names along the first axis, e.g. ("science", "template", "difference").
    columns : along the last axis; features must name theirs, for their order is all they have.
    unit : of the whole array, "" where columns have their own.
    preprocessing : ``[{"op": name, **parameters}, ...]``, see ``operations``.
    feature_set : which the columns are, None where they are none that alertlab computes.
    source : name of the input whose raw values this one prepares in another way, for another part of the graph;
        empty where it has values of its own.

    Raises
    ------
    BundleError
        For a declaration that contradicts itself.
    """

    name: str
    kind: str
    shape: tuple[int | str, ...]
    axes: tuple[str, ...]
    channels: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    unit: str = ""
    preprocessing: Sequence[Mapping[str, Any]] = ()
    feature_set: FeatureSetId | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BundleError(f"input {self.name}: kind {self.kind!r}, expected one of {', '.join(KINDS)}")
        sides = [side for side in self.shape if isinstance(side, int)]
        if not self.shape or math.prod(sides) > LARGEST:
            raise BundleError(f"input {self.name}: shape {self.shape}, expected 1 to {LARGEST} values a row")
        if len(self.axes) != len(self.shape):
            raise BundleError(f"input {self.name}: {len(self.axes)} axes for shape {self.shape}")
        if self.channels and len(self.channels) != self.shape[0]:
            raise BundleError(f"input {self.name}: {len(self.channels)} channels for shape {self.shape}")
        if (self.columns or self.kind == "features") and (len(self.columns),) != self.shape[-1:]:
            raise BundleError(f"input {self.name}: {len(self.columns)} columns for shape {self.shape}")
        self._check_free()
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise BundleError(f"input {self.name}: column {', '.join(twice)} is named twice")
        for operation in self.preprocessing:
            if operation.get("op") not in tuple(OPERATIONS):  # a tuple, for what JSON holds may not hash
                known = ", ".join(OPERATIONS)
                raise BundleError(f"input {self.name}: unknown operation {operation.get('op')!r}, known: {known}")

    @property
    def free(self) -> tuple[str, ...]:
        """Names of the axes of any length."""
        return tuple(side for side in self.shape if isinstance(side, str))

    @property
    def declared(self) -> tuple[Any, ...]:
        """What the raw values are, whatever is done with them."""
        return (self.kind, self.shape, self.axes, self.channels, self.columns, self.unit, self.feature_set)

    @property
    def layout(self) -> str:
        """Axes and their lengths in words, ``channel 3, y 63, x 63``."""
        sides = zip(self.axes, self.shape, strict=True)
        return ", ".join(f"{axis} {side if isinstance(side, int) else '(any number)'}" for axis, side in sides)

    def _check_free(self) -> None:
        """A sequence is free along its first axis alone, an image along its last two; a table is of one size."""
        places = {"sequence": (0,), "image": (1, 2)}.get(self.kind, ())
        if not self.free:
            return
        if self.kind == "image" and len(self.shape) != 3:
            raise BundleError(f"input {self.name}: images of any size have three axes, given {self.shape}")
        if tuple(place for place, side in enumerate(self.shape) if isinstance(side, str)) != places:
            raise BundleError(f"input {self.name}: shape {self.shape}; no {self.kind} has such an axis of any length")
        first = self.preprocessing[0].get("op") if self.preprocessing else None
        if self.kind == "image" and first != SIZING:
            raise BundleError(f"input {self.name}: images of any size need {SIZING} as their first operation")


@dataclass(frozen=True)
class OutputSpec:
    """One output of the graph.

    Attributes
    ----------
    name : ``probability`` for the one that decides.
    shape : after the batch axis, e.g. (5,); a word, first, is a sequence's axis of any length: it is as long as that.
    classes : class names in taxonomy order.
    taxonomy : branch -> its classes; empty for a flat task.
    """

    name: str
    shape: tuple[int | str, ...]
    classes: tuple[str, ...] = ()
    taxonomy: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(set(self.classes)) != len(self.classes):
            raise BundleError(f"output {self.name}: a class is named twice in {', '.join(self.classes)}")
        if self.classes and self.shape != (len(self.classes),):
            raise BundleError(f"output {self.name}: {len(self.classes)} classes for shape {self.shape}")
        leaves = [name for of in self.taxonomy.values() for name in of]
        if leaves and sorted(leaves) != sorted(self.classes):
            raise BundleError(f"output {self.name}: taxonomy does not hold each of its classes once")


@dataclass(frozen=True)
class File:
    """Content of one file: its SHA-256, in hexadecimal, and its length in bytes."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Versions:
    """What a runtime must understand to run the graph; ``ml_opset`` is None without ai.onnx.ml."""

    opset: int
    ml_opset: int | None
    ir_version: int


@dataclass(frozen=True)
class Parity:
    """How closely the graph repeats the trained model on the golden rows.

    A value v agrees within ``atol + rtol * |v|``. ``label_flips`` counts rows
    that are decided otherwise: another class, another nearest class.
    """

    rtol: float
    atol: float
    max_abs_error: float
    n_rows: int
    label_flips: int


@dataclass(frozen=True)
class Manifest:
    """The content of ``manifest.json``.

    ``answers`` says what a task's answers are called, see ``tasks``; of classes their outputs do.
    """

    name: str
    version: str
    created: str | None
    license: str
    authors: tuple[str, ...]
    doi: str | None
    description: str
    task: str
    files: Mapping[str, File]
    onnx: Versions
    inputs: tuple[InputSpec, ...]
    outputs: tuple[OutputSpec, ...]
    training: Mapping[str, Any]
    parity: Parity
    answers: Any = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [*(spec.name for spec in self.inputs), *(spec.name for spec in self.outputs)]
        if len(set(names)) != len(names):
            raise BundleError(f"manifest.json: an input or output is named twice in {', '.join(names)}")
        if not self.inputs:
            raise BundleError("manifest.json: inputs: none is declared")
        self._check_sources()
        free = [axis for spec in self.raw for axis in spec.free]
        if len(set(free)) != len(free):
            raise BundleError(f"manifest.json: inputs: an axis of any length is named twice in {', '.join(free)}")
        lengths = [axis for spec in self.raw if spec.kind == "sequence" for axis in spec.free]
        for spec in self.outputs:
            words = [side for side in spec.shape if isinstance(side, str)]
            if strange := [word for word in words if word not in lengths]:
                raise BundleError(
                    f"manifest.json: outputs: {spec.name} is as long as {strange[0]}, which no input sequence is"
                )
            if words and words != [*spec.shape[:1]]:
                raise BundleError(f"manifest.json: outputs: {spec.name}: of {spec.shape} the first alone may be a word")

    def _check_sources(self) -> None:
        """What prepares the raw values of another input takes them as that one does."""
        own = {spec.name: spec for spec in self.raw}
        for spec in self.inputs:
            if spec.source and (spec.source not in own or own[spec.source].declared != spec.declared):
                raise BundleError(
                    f"manifest.json: inputs: {spec.name} takes the values of {spec.source}, which is no such input"
                )

    @property
    def raw(self) -> tuple[InputSpec, ...]:
        """The inputs that values are given for; others prepare the same values in another way."""
        return tuple(spec for spec in self.inputs if not spec.source)

    @property
    def bundle_version(self) -> int:
        """The oldest version that can say all this."""
        operations = {operation["op"] for spec in self.inputs for operation in spec.preprocessing}
        told = any(spec.feature_set and spec.feature_set.recipe for spec in self.inputs)
        new = operations & SINCE_2 or self.task not in OF_VERSION_1
        ways = any(spec.free or spec.source for spec in self.inputs)
        return max(2 if new or told or ways else 1, getattr(self.answers, "since", 1))

    @property
    def taxonomy(self) -> Mapping[str, tuple[str, ...]]:
        """Branch -> its classes; empty for a flat task, and for one without classes."""
        return next((spec.taxonomy for spec in self.outputs if spec.name == PROBABILITY), {})

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in taxonomy order; none for a task without classes."""
        main = sorted(self.outputs, key=lambda spec: spec.name != PROBABILITY)
        return next((spec.classes for spec in main if spec.classes), ())
