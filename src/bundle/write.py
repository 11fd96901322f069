"""Writing a bundle: exported, proven through the runtime, then given its name."""

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .. import runtime
from ..core.export import Exported
from ..core.samples import Samples
from ..files import replacing
from ..runtime.contents import GOLDEN, GRAPH, MANIFEST, digest
from ..runtime.errors import BundleError
from ..runtime.graph import inspect
from ..runtime.manifest import FLAT, HIERARCHICAL, PROBABILITY, File, Manifest, Parity
from ..runtime.parity import compare
from .card import model_card
from .details import BundleDetails
from .encode import canonical, encode_manifest
from .golden import golden_rows
from .graph import canonicalise

# Two float32 implementations of one network differ by some 1e-6. 1e-5 leaves room for other processors
# and is far below any digit that is published; the relative part covers sums over thousands of pixels.
ATOL, RTOL = 1e-5, 1e-4
BATCH_SIZES = (1, 2, 7)


class Model(Protocol):
    """What a bundle needs of a model."""

    def export(self, path: Path) -> Exported:
        """Write one ONNX graph to ``path`` and declare its inputs and outputs."""
        ...

    def predict(self, samples: Samples) -> NDArray[np.floating]:
        """(n, classes) probabilities."""
        ...


def write_bundle(path: Path, model: Model, samples: Samples, details: BundleDetails) -> Path:
    """Write a bundle folder, whole or not at all.

    Parameters
    ----------
    path : of the folder, by convention ``<name>-<version>.bundle``. An older bundle there is replaced.
    samples : where the golden rows are taken from, best of all the test part.

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
        write_golden(folder / GOLDEN, inputs, expected)
        (folder / "config.yaml").write_text(details.config, encoding="utf-8")
        (folder / "LICENSE").write_text(details.license_text, encoding="utf-8")
        (folder / "evaluation.json").write_bytes(canonical(details.evaluation or {}))

        draft = declare(folder, exported, details, Parity(RTOL, ATOL, 0.0, len(expected), 0))
        (folder / MANIFEST).write_bytes(encode_manifest(draft))
        parity = prove(folder, inputs, expected)

        (folder / "README.md").write_text(model_card(path.name, replace(draft, parity=parity), details), "utf-8")
        (folder / MANIFEST).write_bytes(encode_manifest(declare(folder, exported, details, parity)))
        runtime.load(folder)
    return path


def golden_answers(
    model: Model, samples: Samples, exported: Exported
) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.float64]]:
    """Golden inputs and what the trained model says of them, (n, classes).

    Raises
    ------
    BundleError
        When samples lack an input, or the answers are no probabilities.
    """
    names = [spec.name for spec in exported.inputs]
    lacking = sorted(set(names) - set(samples.inputs))
    if lacking:
        raise BundleError(f"bundle: the samples have no input {', '.join(lacking)}, which the model takes")
    chosen = samples.take(golden_rows(samples))
    expected = np.asarray(model.predict(chosen), np.float64)
    classes = next((spec.classes for spec in exported.outputs if spec.name == PROBABILITY), ())
    if classes != samples.taxonomy.classes:
        raise BundleError(f"bundle: the model's classes {classes} are not the samples' {samples.taxonomy.classes}")
    if expected.shape != (len(chosen), len(classes)):
        raise BundleError(f"bundle: predict gave shape {expected.shape}, expected {(len(chosen), len(classes))}")
    if not (np.all(expected >= 0) and np.allclose(expected.sum(axis=1), 1, atol=1e-4)):  # NaN fails both
        raise BundleError("bundle: predict gave rows that are no probabilities: negative, NaN, or not of sum 1")
    return {name: chosen.inputs[name].astype(np.float32) for name in names}, expected


def write_golden(path: Path, inputs: Mapping[str, NDArray[np.float32]], expected: NDArray[np.float64]) -> None:
    """Write ``input.<name>`` and ``output.probability``, uncompressed as the runtime wants it."""
    arrays: dict[str, Any] = {f"input.{name}": array for name, array in inputs.items()}
    arrays[f"output.{PROBABILITY}"] = expected
    content = io.BytesIO()
    np.savez(content, **arrays)
    path.write_bytes(content.getvalue())


def declare(folder: Path, exported: Exported, details: BundleDetails, parity: Parity) -> Manifest:
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
        task=HIERARCHICAL if any(spec.taxonomy for spec in exported.outputs) else FLAT,
        files={each.name: File(digest(each), each.stat().st_size) for each in files},
        onnx=inspect((folder / GRAPH).read_bytes()),
        inputs=exported.inputs,
        outputs=exported.outputs,
        training=details.training,
        parity=parity,
    )


def prove(folder: Path, inputs: Mapping[str, NDArray[np.float32]], expected: NDArray[np.float64]) -> Parity:
    """Run the bundle as a broker would: it must repeat the model, whatever the batch.

    Raises
    ------
    BundleError
        Names the batch size whose answers are others.
    """
    bundle = runtime.load(folder)
    measured = bundle.self_test()
    rows = np.arange(max(len(expected), 2 * max(BATCH_SIZES) + 1)) % len(expected)  # each size leaves a remainder
    repeated = {name: array[rows] for name, array in inputs.items()}
    for batch_size in BATCH_SIZES:
        try:
            compare(bundle.predict(repeated, batch_size).probability, expected[rows], RTOL, ATOL)
        except BundleError as error:
            raise BundleError(f"{GRAPH}: in batches of {batch_size}: {error}; the batch axis must be free") from error
    return measured
