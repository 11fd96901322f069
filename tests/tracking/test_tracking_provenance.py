"""What a run was made with is told where it can be found out, and never stops a run."""

import getpass
import subprocess
from importlib import metadata

import pytest
from alertlab.tracking import git_state
from alertlab.tracking.provenance import provenance_tags
from alertlab.tracking.watch import Watch


@pytest.mark.parametrize("error", [KeyError("getpwuid(): uid not found: 12345"), OSError("No username set")])
def test_a_user_without_a_name_is_a_number(monkeypatch, error):
    def unknown():
        raise error

    monkeypatch.setattr(getpass, "getuser", unknown)
    monkeypatch.setattr("os.getuid", lambda: 12345)
    assert provenance_tags()["mlflow.user"] == "uid 12345"


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError("git"),
        PermissionError("git"),
        subprocess.TimeoutExpired("git", 10),
        subprocess.CalledProcessError(128, "git", stderr="fatal: detected dubious ownership"),
    ],
)
def test_without_a_commit_there_is_no_tag_of_one(monkeypatch, error):
    def fails(*_, **__):
        raise error

    monkeypatch.setattr(subprocess, "run", fails)
    assert git_state() == {}
    assert not [name for name in provenance_tags() if "git" in name]


def test_a_package_without_metadata_has_no_tag(monkeypatch):
    known = metadata.version

    def version(name):
        if name == "torch":
            raise metadata.PackageNotFoundError(name)
        return known(name)

    monkeypatch.setattr(metadata, "version", version)
    tags = provenance_tags()
    assert "version.torch" not in tags
    assert tags["version.numpy"] == known("numpy")


def test_a_run_goes_on_without_its_second_process(monkeypatch, capsys):
    def fails(*_, **__):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", fails)
    with Watch("sqlite:///mlflow.db", "0123"):
        pass
    assert capsys.readouterr().err.count("\n") == 1
