"""What a run was made with: commit, versions, person."""

import getpass
import os
import platform
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from importlib import metadata
from typing import Any

PACKAGES = ("alertlab", "torch", "pytorch-lightning", "numpy", "scikit-learn", "onnx", "onnxruntime")


def git_state() -> dict[str, Any]:
    """``commit`` and ``dirty`` of the folder that the run was started in; empty outside a repository."""
    command = ["git", "describe", "--always", "--abbrev=40", "--dirty", "--match=NONE"]
    try:
        commit = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=10, check=True
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return {}
    return {"commit": commit.removesuffix("-dirty"), "dirty": commit.endswith("-dirty")}


def provenance_tags() -> dict[str, str]:
    """Tags of a new run; what cannot be found out is left out."""
    git = git_state()
    commit = {"mlflow.source.git.commit": git["commit"], "git.dirty": str(git["dirty"])} if git else {}
    source = {"mlflow.user": user(), "mlflow.source.name": "alertlab", "mlflow.source.type": "LOCAL"}
    versions = {f"version.{name}": version for name, version in installed(PACKAGES).items()}
    return {**commit, **source, **versions, "version.python": platform.python_version()}


def user() -> str:
    """Who starts the run: a name, or the number of a user without one, as in many containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # KeyError until Python 3.12, OSError from 3.13 on
        return f"uid {os.getuid()}"


def installed(packages: Sequence[str]) -> dict[str, str]:
    """Version of each package that says its own."""
    found = {}
    for name in packages:
        with suppress(metadata.PackageNotFoundError):  # a package run from its source
            found[name] = metadata.version(name)
    return found
