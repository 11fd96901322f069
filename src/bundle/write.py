"""Writing a bundle: exported, proven through the runtime, then given its name."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .. import runtime
from ..core.contracts import Model, answers_of, task_of
from ..core.export import Exported
from ..core.predictions import Told, told_of
from ..core.samples import Samples, taken
from ..files import replacing
from ..runtime import golden
from ..runtime.contents import GOLDEN, GRAPH, MANIFEST, digest
from ..runtime.errors import BundleError
from ..runtime.graph import inspect
from ..runtime.manifest import PROBABILITY, File, Manifest, OutputSpec, Parity
from ..runtime.ragged import Ragged
from ..runtime.tasks.task import Task, unfinished
from .card import model_card
from .details import BundleDetails
from .encode import canonical, encode_manifest
from .golden import golden_rows
from .graph import canonicalise

# Two float32 implementations of one network differ by some 1e-6. 1e-5 leaves room for other processors
# and is far below any digit that is published; the relative part covers sums over thousands of pixels.
ATOL, RTOL = 1e-5, 1e-4
BATCH_SIZES = (1, 2, 7)
UNFINISHED = "rows that are not finite"


def write_bundle(path: Path, model: Model, samples: Samples, details: BundleDetails, told: Told | None = None) -> Path:
    """Write a bundle folder, whole or not at all.

    Parameters
    ----------
    path : of the folder, by convention ``<name>-<version>.bundle``. An older bundle there is replaced.
    samples : where the golden rows are taken from, best of all the test part.
    told : what the answers are called, see :func:`~..core.predictions.told_of`; None takes it from these samples.

    Raises
    ------
    BundleError
        When the graph does not repeat the model, or the bundle could not be
        loaded; nothing is left at ``path`` that was not there before.
    """
    path = Path(path)
    if path.exists() and not (path / MANIFEST).is_file():
        raise BundleError(f"{path}: exists and is not a bundle; it is left as it is")
    with replacing(path, folder=True) as folder:
        folder.mkdir()
        exported = model.export(folder / GRAPH)
        canonicalise(folder / GRAPH)
        inputs, expected = golden_answers(model, samples, exported)
        told = told or told_of(task_of(model).name, samples, expected)
        check_classes(exported, told)
        rows = len(next(iter(inputs.values())))
        (folder / GOLDEN).write_bytes(golden.encode(inputs, expected))
        (folder / "config.yaml").write_text(details.config, encoding="utf-8")
        (folder / "LICENSE").write_text(details.license_text, encoding="utf-8")
        (folder / "evaluation.json").write_bytes(canonical(details.evaluation or {}))

        task = task_of(model)
        draft = declare(folder, task, exported, told, details, Parity(RTOL, exported.atol or ATOL, 0.0, rows, 0))
        (folder / MANIFEST).write_bytes(encode_manifest(draft))
        parity = prove(folder, inputs, expected, rows)

        (folder / "README.md").write_text(model_card(path.name, replace(draft, parity=parity), details), "utf-8")
        (folder / MANIFEST).write_bytes(encode_manifest(declare(folder, task, exported, told, details, parity)))
        runtime.load(folder)
    return path


def golden_answers(model: Model, samples: Samples, exported: Exported) -> tuple[dict[str, Any], dict[str, Any]]:
    """Golden inputs, and what the trained model answers to them, by name.

    Raises
    ------
    BundleError
        When samples lack an input, or the answers are none.
    """
    names = [spec.name for spec in exported.inputs if not spec.source]
    lacking = sorted(set(names) - set(samples.inputs))
    if lacking:
        raise BundleError(f"bundle: the samples have no input {', '.join(lacking)}, which the model takes")
    chosen = samples.take(golden_rows(samples))
    task, expected = task_of(model), answers_of(model, chosen)
    if undeclared := sorted(set(expected) - {spec.name for spec in exported.outputs}):
        raise BundleError(f"bundle: predict gave {', '.join(undeclared)}, which export does not declare as an output")
    for spec in exported.outputs:
        if spec.name in expected:
            expected[spec.name] = _of_shape(expected[spec.name], spec, len(chosen))
    if fault := task.fault(expected) or next((UNFINISHED for each in expected.values() if unfinished(each).any()), ""):
        raise BundleError(f"bundle: predict gave {fault}")
    return {name: _float32(chosen.inputs[name]) for name in names}, expected


def _of_shape(values: Any, spec: OutputSpec, rows: int) -> Any:
    """An answer in float64, of the shape that export declares."""
    free = any(isinstance(side, str) for side in spec.shape)
    if free != isinstance(values, Ragged):
        raise BundleError(f"bundle: predict gave {spec.name} as {type(values).__name__}, declared as {spec.shape}")
    if isinstance(values, Ragged):
        return Ragged(np.asarray(values.values, np.float64), values.offsets)
    if np.shape(values) != (rows, *spec.shape):
        what = "" if spec.name == PROBABILITY else f" of {spec.name}"
        raise BundleError(f"bundle: predict gave shape {np.shape(values)}{what}, expected {(rows, *spec.shape)}")
    return np.asarray(values, np.float64)


def _float32(values: Any) -> Any:
    if isinstance(values, Ragged):
        return Ragged(values.values.astype(np.float32), values.offsets, values.shapes)
    return values.astype(np.float32)


def check_classes(exported: Exported, told: Told) -> None:
    """Refuse outputs by class whose classes are not those of the data."""
    of = [spec for spec in exported.outputs if spec.classes]
    main = next((spec for spec in of if spec.name == PROBABILITY), of[0] if of else None)
    if main is not None and main.classes != told.classes:
        raise BundleError(f"bundle: the model's classes {main.classes} are not the samples' {told.classes}")


def declare(
    folder: Path, task: Task, exported: Exported, told: Told, details: BundleDetails, parity: Parity
) -> Manifest:
    """The manifest of what lies in ``folder`` now."""
    files = sorted(each for each in folder.iterdir() if each.name != MANIFEST)
    return Manifest(
        name=details.name,
        version=details.version,
        created=details.created,
        license=details.license,
        authors=details.authors,
        doi=details.doi,
        description=details.description,
        task=task.name_of(exported.outputs),
        files={each.name: File(digest(each), each.stat().st_size) for each in files},
        onnx=inspect((folder / GRAPH).read_bytes()),
        inputs=exported.inputs,
        outputs=exported.outputs,
        training=details.training,
        parity=parity,
        answers=told.answers,
    )


def prove(folder: Path, inputs: Mapping[str, Any], expected: Mapping[str, Any], count: int) -> Parity:
    """Run the bundle as a broker would: it must repeat the model, whatever the batch.

    Raises
    ------
    BundleError
        Names the batch size whose answers are others.
    """
    bundle = runtime.load(folder)
    measured = bundle.self_test()
    rows = np.arange(max(count, 2 * max(BATCH_SIZES) + 1)) % count  # each size leaves a remainder
    repeated = {name: taken(values, rows) for name, values in inputs.items()}
    answers = {name: taken(values, rows) for name, values in expected.items()}
    for batch_size in BATCH_SIZES:
        try:
            bundle.compare(repeated, answers, batch_size)
        except BundleError as error:
            raise BundleError(f"{GRAPH}: in batches of {batch_size}: {error}; the batch axis must be free") from error
    return measured
