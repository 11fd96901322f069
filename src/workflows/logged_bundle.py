"""A bundle among the artifacts of its run, and its graph as MLflow's onnx flavour where that alone says it all."""

import json
import shutil
from importlib import metadata
from pathlib import Path

from ..files import replacing
from ..runtime.contents import GRAPH
from ..runtime.contents import MANIFEST as MANIFEST_FILE
from ..runtime.manifest import Manifest
from ..runtime.schema import parse
from ..tracking import TrackedRun

FOLDER, MLMODEL = "onnx_model", "MLmodel"
TAG = "onnx_flavour"


def log_bundle(run: TrackedRun, bundle: Path) -> None:
    """Record a bundle; where no input is prepared outside the graph, ``onnx_model`` too, which MLflow loads.

    That has the flavour ``onnx`` alone: a pyfunc is code that is run. The tag ``onnx_flavour`` says where it is, or why
    there is none: a graph without its preprocessing answers wrongly to raw values.
    """
    run.log_files(bundle)
    manifest = parse((bundle / MANIFEST_FILE).read_bytes())
    if outside := prepared_outside(manifest):
        run.set_tags({TAG: f"none: outside the graph the bundle prepares {outside}"})
        return
    with replacing(run.directory / FOLDER, folder=True) as folder:
        folder.mkdir()
        shutil.copy(bundle / GRAPH, folder / GRAPH)
        (folder / MLMODEL).write_text(mlmodel(run.run_id), encoding="utf-8")
    run.log_files(run.directory / FOLDER)
    run.set_tags({TAG: f"runs:/{run.run_id}/{FOLDER}"})


def prepared_outside(manifest: Manifest) -> str:
    """Inputs that the graph takes prepared, each with its operations; empty where it takes all as they are."""
    steps = {spec.name: [step["op"] for step in spec.preprocessing] for spec in manifest.inputs if spec.preprocessing}
    return "; ".join(f"{name} by {', '.join(of)}" for name, of in steps.items())


def mlmodel(run_id: str) -> str:
    """The file ``MLmodel``, YAML in the form of JSON; written by hand, for MLflow's own writer adds a pyfunc."""
    flavour = {
        "data": GRAPH,
        "onnx_version": metadata.version("onnx"),
        "code": None,
        "providers": ["CPUExecutionProvider"],
    }
    content = {"artifact_path": FOLDER, "run_id": run_id, "flavors": {"onnx": flavour}}
    return json.dumps(content, indent=1) + "\n"
