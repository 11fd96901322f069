"""What a bundle is, in a few lines."""

from .bundle import Bundle


def describe(bundle: Bundle) -> dict[str, str]:
    """Name -> value: what it takes and returns, where it comes from, how exact it is."""
    manifest, dataset = bundle.manifest, bundle.manifest.training.get("dataset") or {}
    lines = {
        "name": f"{manifest.name} {manifest.version}",
        "description": manifest.description,
        "license": manifest.license,
        "created": manifest.created,
        "task": manifest.task,
        **bundle.task.describe(manifest),
    }
    for spec in bundle.inputs:
        names = ", ".join([*spec.channels, *(column.name for column in spec.columns)])
        unit = f" in {spec.unit}" if spec.unit else ""
        lines[f"input {spec.name}"] = f"{spec.kind} (n, {spec.layout}){unit}: {names}"
        if spec.feature_set and spec.kind == "features":
            features = spec.feature_set
            lines[f"features of {spec.name}"] = f"{features.name} {features.version} (sha256 {features.sha256})"
    lines |= {
        "trained on": dataset.get("name"),
        "train samples": ", ".join(f"{name} {count}" for name, count in (dataset.get("n_per_class") or {}).items()),
        "mlflow run": manifest.training.get("mlflow_run_id"),
        "git commit": manifest.training.get("git_commit"),
        "parity": f"{manifest.parity.n_rows} golden rows to {manifest.parity.max_abs_error:.1e}",
        "sha256": bundle.sha256,
    }
    return {name: str(value) for name, value in lines.items() if value}
