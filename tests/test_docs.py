"""The documentation's example of a model of one's own works as it stands there."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq

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


def test_two_strange_files_become_a_bundle_as_documented(tmp_path):
    """Every block of the page, in its order."""
    text = (ROOT / "docs" / "own_light_curves.md").read_text()
    for path, content in re.findall(r"```(?:python|yaml)\n# (my\w+/\S+)\n(.*?)```", text, re.DOTALL):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    small = "model.n_estimators=20 model.permutation_repeats=0 evaluation.resamples=20 evaluation.formats=[]"
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    said = ""
    for language, block in re.findall(r"```(python|bash)\n(.*?)```", text, re.DOTALL):
        if block.startswith("# my"):
            continue
        code = block.replace("model=flat_forest", f"model=flat_forest {small}")
        command = [sys.executable, "-c", code] if language == "python" else ["bash", "-ec", code]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{block}\n{done.stderr}"
        said += done.stdout + done.stderr
    for name in ("predictions.parquet", "joined.parquet"):
        assert len(pq.read_table(tmp_path / name)) == 80
    assert {"rise_share_V", "rise_share_I", "V-I_spread"} < set(pq.read_schema(tmp_path / "mine.parquet").names)
    assert "dropped" not in said  # nothing is wrong with these files


def test_a_hunt_goes_as_documented(tmp_path):
    """Every block of the page, in its order, with a person who answers twice."""
    text = (ROOT / "docs" / "hunt.md").read_text().replace("-n 300", "-n 100")
    small = "forest.n_trees=20 starts=1 formats=[] --budget 10"
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    said = ""
    for language, block in re.findall(r"```(python|bash)\n(.*?)```", text, re.DOTALL):
        code = block.replace("--out replay", f"--out replay {small}")
        command = [sys.executable, "-c", code] if language == "python" else ["bash", "-ec", code]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment,
            input="y a dip\nn\nq\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stderr}"
        said += done.stdout
    answers = [json.loads(line) for line in (tmp_path / "hunt" / "answers.jsonl").read_text().splitlines()]
    assert [each["answer"] for each in answers] == ["yes", "no", "yes"]  # the last by the notebook
    assert "strange for" in said
    assert "area by asking over that of the isolation forest" in said
