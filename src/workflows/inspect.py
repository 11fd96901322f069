"""What a bundle is, in a few lines."""

from pathlib import Path
from typing import Any

from ..runtime import load


def bundle_summary(path: Path) -> dict[str, Any]:
    """Name, inputs, classes, training and parity of a bundle that has been verified."""
    bundle = load(path)
    manifest = bundle.manifest
    dataset = manifest.training.get("dataset", {})
    return {
        "name": f"{manifest.name} {manifest.version}",
        "task": manifest.task,
        "inputs": ", ".join(f"{spec.name} {('batch', *spec.shape)}" for spec in bundle.inputs),
        "classes": ", ".join(bundle.classes),
        "license": manifest.license,
        "created": manifest.created,
        "trained on": f"{dataset.get('name')} {dataset.get('n_per_class')}",
        "mlflow run": manifest.training.get("mlflow_run_id"),
        "git commit": manifest.training.get("git_commit"),
        "parity": f"{manifest.parity.n_rows} golden rows to {manifest.parity.max_abs_error:.1e}",
        "sha256": bundle.sha256,
    }
