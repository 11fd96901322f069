"""The command line as a person or a script meets it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from alertlab.cli import main
from mlflow import MlflowClient


def alertlab(*arguments, cwd, **options):
    command = [sys.executable, "-m", "alertlab", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False, **options)


def test_help_needs_no_training_stack(tmp_path):
    code = (
        "import sys, alertlab.cli\ntry: alertlab.cli.main(['--help'])\nexcept SystemExit: pass\nprint(len(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "train" in out
    assert int(out.split()[-1]) < 300  # torch alone is more than a thousand modules


@pytest.mark.parametrize(
    "verb", ["train", "evaluate", "report", "predict", "features", "simulate stamps", "bundle check", "bundle info"]
)
def test_every_verb_has_help_with_an_example(verb, capsys):
    with pytest.raises(SystemExit):
        main([*verb.split(), "--help"])
    assert f"example: alertlab {verb}" in capsys.readouterr().out


def test_an_error_is_one_line_without_a_traceback(tmp_path):
    done = alertlab("train", "model.kernel_siz=3", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("alertlab: model.kernel_siz=3: no key")
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" in alertlab("train", "model.kernel_siz=3", "--debug", cwd=tmp_path).stderr


def test_overrides_and_options_come_in_any_order(capsys):
    assert main(["train", "seed=5", "--cfg", "repeats=7"]) == 0
    out = capsys.readouterr().out
    assert "seed: 5" in out
    assert "repeats: 7" in out
    with pytest.raises(SystemExit):
        main(["train", "--cfg", "--jsno"])
    with pytest.raises(SystemExit):
        main(["bundle", "check", "a", "b"])


def test_json_is_one_object_with_the_paths(tiny, where, tmp_path, capfd):
    def said(*arguments):
        assert main(list(arguments)) == 0
        return capfd.readouterr().out

    result = json.loads(said("train", *tiny, *where(tmp_path), "trainer.max_epochs=1", "--json"))
    assert {"run_id", "metrics", "bundle", "predictions", "figures"} <= set(result)
    assert all((tmp_path / result[name]).exists() for name in ("bundle", "predictions", "figures"))
    info = json.loads(said("bundle", "info", result["bundle"], "--json"))
    assert info["mlflow run"] == result["run_id"]
    check = json.loads(said("bundle", "check", result["bundle"], "--json"))
    assert check["parity"]["label_flips"] == 0
    packed = json.loads(said("bundle", "pack", result["bundle"], "--json"))["bundle"]
    assert "whole" in said("bundle", "check", packed)


def test_simulated_packets_train_the_real_datamodule(tiny, tmp_path):
    done = alertlab("simulate", "stamps", "-n", 60, "--out", "simulated", "--seed", 4, "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["packets"] == 60
    data = ["datamodule=ztf_stamps", "datamodule.path=simulated/packets", "datamodule.labels=simulated/labels.csv"]
    small = [each for each in tiny if not each.startswith("datamodule")]
    done = alertlab("train", *data, *small, "trainer.max_epochs=1", "--cfg", cwd=tmp_path)
    assert "path: simulated/packets" in done.stdout


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_training_says_so_in_its_run(tiny, store, tmp_path, end):
    store(tmp_path)
    command = [sys.executable, "-m", "alertlab", "train", *tiny, "trainer.max_epochs=100000", "model.patience=100000"]
    # a shell that runs the tests in the background has told its children to ignore SIGINT
    listening = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler)}
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL, **listening) as process:
        try:
            while not list(tmp_path.glob("outputs/tiny/*/checkpoints/last.ckpt")) and process.poll() is None:
                time.sleep(0.2)
            os.kill(process.pid, end)
            assert process.wait(120) == 130
        finally:
            process.kill()
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    (run,) = client.search_runs([client.get_experiment_by_name("tiny").experiment_id])
    assert run.info.status == "KILLED"


def test_a_missing_bundle_or_alerts_is_a_clear_error(tmp_path, tiny_run):
    bundle: Path = tiny_run[0].bundle
    done = alertlab("predict", bundle, tmp_path / "nothing.tar.gz", "--out", tmp_path / "p.parquet", cwd=tmp_path)
    assert done.returncode == 1
    assert "nothing.tar.gz: no such file" in done.stderr
    done = alertlab("bundle", "check", tmp_path / "nothing", cwd=tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
