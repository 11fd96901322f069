"""The documentation's example of a model of one's own works as it stands there."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_a_model_of_ones_own_trains_as_documented(tmp_path):
    text = (ROOT / "docs" / "extending.md").read_text()
    files = dict(re.findall(r"```(?:python|yaml)\n# ((?:mylab|myconf)/\S+)\n(.*?)```", text, re.DOTALL))
    for path, content in {"mylab/__init__.py": "", **files}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    small = ["datamodule.source.n=100", "trainer.max_epochs=1", "evaluation.resamples=20", "evaluation.formats=[]"]
    command = [
        sys.executable,
        "-m",
        "alertlab",
        "train",
        "--config-dir",
        "myconf",
        "--allow",
        "mylab",
        "experiment=tiny",
    ]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [*command, "experiment=tiny", *small, "--json"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)  # standard output holds nothing else
    assert result["bundle"].startswith("outputs/alertlab/")
    assert all((tmp_path / result[name]).exists() for name in ("bundle", "predictions", "figures"))
