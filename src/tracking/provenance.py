"""What a run was made with: commit, versions, person."""

import getpass
import platform
import subprocess
from importlib import metadata
from typing import Any

PACKAGES = ("alertlab", "torch", "pytorch-lightning", "numpy", "scikit-learn", "onnx", "onnxruntime")


def git_state() -> dict[str, Any]:
    """``commit`` and ``dirty`` of the folder that the run was started in; empty outside a repository."""
    command = ["git", "describe", "--always", "--abbrev=40", "--dirty", "--match=NONE"]
    try:
        commit = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return {}
    return {"commit": commit.removesuffix("-dirty"), "dirty": commit.endswith("-dirty")}


def provenance_tags() -> dict[str, str]:
    """Tags of a new run."""
    git = git_state()
    commit = {"mlflow.source.git.commit": git["commit"], "git.dirty": str(git["dirty"])} if git else {}
    source = {"mlflow.user": getpass.getuser(), "mlflow.source.name": "alertlab", "mlflow.source.type": "LOCAL"}
    versions = {f"version.{name}": metadata.version(name) for name in PACKAGES}
    return {**commit, **source, **versions, "version.python": platform.python_version()}
