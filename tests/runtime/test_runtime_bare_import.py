"""The runtime where nothing is installed but numpy and onnxruntime."""

import importlib.metadata
import json
import re
import subprocess
import sys
from pathlib import Path

import alertlab
import numpy as np
import pytest
from alertlab import runtime
from bundle_by_hand import raw_inputs

SCRIPT = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
start = time.process_time()
import alertlab.runtime as runtime
seconds = time.process_time() - start
import numpy as np
bundle = runtime.load(sys.argv[2])
bundle.self_test()
with np.load(sys.argv[3]) as inputs:
    probability = bundle.predict(dict(inputs)).probability
modules = {name.partition(".")[0] for name in sys.modules}
print(json.dumps([seconds, probability.tolist(), sorted(modules - set(sys.stdlib_module_names))]))
"""


def needed(*names):
    """These distributions and what they require, extras aside."""
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            wanted = importlib.metadata.requires(name) or []
            waiting += [re.match(r"[\w.-]+", each).group() for each in wanted if "extra ==" not in each]
    return found


@pytest.fixture
def site(tmp_path):
    """A folder of links to those distributions and to alertlab, instead of site-packages."""
    site = tmp_path / "site"
    site.mkdir()
    for name in needed("numpy", "onnxruntime"):
        distribution = importlib.metadata.distribution(name)
        for top in {Path(file).parts[0] for file in distribution.files} - {".."}:
            if not top.endswith(".pth") and not (site / top).exists():
                (site / top).symlink_to(distribution.locate_file(top))
    (site / "alertlab").symlink_to(Path(alertlab.__file__).parent)
    return site


def test_numpy_and_onnxruntime_are_enough(site, tiny, tmp_path):
    np.savez(tmp_path / "inputs.npz", **raw_inputs(20))
    command = [sys.executable, "-I", "-S", "-c", SCRIPT, site, tiny, tmp_path / "inputs.npz"]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(2)]
    seconds, probability, modules = json.loads(runs[1].stdout)  # the second has a warm disk
    np.testing.assert_array_equal(np.float32(probability), runtime.load(tiny).predict(raw_inputs(20)).probability)
    assert {name for name in modules if not name.startswith("_")} == {"alertlab", "numpy", "onnxruntime"}
    assert seconds < 0.5
    assert not runs[1].stderr
