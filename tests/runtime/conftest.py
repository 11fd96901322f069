"""Fixtures of the runtime's tests."""

import numpy as np
import onnx
import pytest
from bundle_by_hand import raw_inputs, reference, seal, tiny_graph, tiny_manifest


@pytest.fixture
def manifest():
    return tiny_manifest()


@pytest.fixture
def tiny(tmp_path, manifest):
    """A complete bundle folder."""
    folder = tmp_path / "tiny-1.0.bundle"
    folder.mkdir()
    onnx.save(tiny_graph(), folder / "model.onnx")
    inputs = raw_inputs()
    arrays = {f"input.{name}": array for name, array in inputs.items()}
    np.savez(folder / "golden.npz", **arrays, **{"output.probability": reference(**inputs)})
    for name, text in {"README.md": "# tiny", "LICENSE": "none", "config.yaml": "", "evaluation.json": "{}\n"}.items():
        (folder / name).write_text(text)
    return seal(folder, manifest)


@pytest.fixture
def reseal(tiny, manifest):
    """Write the manifest anew, after a change to the files or to the manifest."""
    return lambda: seal(tiny, manifest)
