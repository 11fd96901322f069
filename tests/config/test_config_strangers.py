"""What a stranger's run, table or config could reach by other ways than a class that it names."""

import json
import os
import warnings

import pytest
from alertlab.cli import main
from alertlab.config import ConfigError, compose, instantiate, refuse_foreign, to_yaml
from alertlab.config.environment import check_plain
from alertlab.config.secrets import is_remote
from alertlab.runtime import AlertlabError
from alertlab.tracking import Tracker, read_identity
from alertlab.tracking.journal import Journal

CALL = "${oc.create:'{_target_: alertlab.files.discard, path: PATH}'}"
IDENTITY = {
    **{"run_id": "a", "experiment": "x", "name": "x", "started": 0, "uri": "sqlite:///x.db", "artifacts": None},
    **{"seed": 1, "repeat": 0, "parent": None, "tags": {}},
}
STATUS = {"kind": "status", "state": "RUNNING", "time": 0}


@pytest.fixture(scope="module")
def written():
    return to_yaml(compose("train", ["trainer.max_epochs=1"]))


@pytest.fixture
def folder(tmp_path, written, monkeypatch):
    """The folder of a run, as a stranger may have sent it."""
    monkeypatch.chdir(tmp_path)
    run = tmp_path / "a"
    run.mkdir()
    (run / "config.yaml").write_text(written)
    (run / "run.json").write_text(json.dumps(IDENTITY))
    return run


@pytest.fixture
def recorded(tmp_path, monkeypatch, store):
    """A run in a store of its own, with one file that is still to be delivered."""
    monkeypatch.chdir(tmp_path)
    run = Tracker(store(tmp_path)).create("x", "x", tmp_path / "outputs", "name: x", 1)
    run.journal.add({"kind": "files", "path": "config.yaml"})
    return run


def test_a_text_that_was_escaped_does_not_come_alive_when_it_is_built(tmp_path):
    (tmp_path / "experiment").mkdir()
    text = json.dumps(f"\\{CALL.replace('PATH', 'keep')}")
    (tmp_path / "experiment" / "x.yaml").write_text(f"# @package _global_\nmodel:\n  init_from: {text}\n")
    with pytest.raises(ConfigError, match=r"model\.init_from: .*as text"):
        compose("train", ["experiment=x"], folders=[tmp_path])
    with pytest.raises(ConfigError, match="as text"):
        instantiate(compose("train", []).model, init_from="${oc.env:HOME}/weights")
    check_plain({"a": ["$5", "{x}"]})


@pytest.mark.parametrize(
    ("field", "value"),
    [("uri", {"_target_": "alertlab.files.discard", "path": "keep"}), ("uri", 5), ("started", "x"), ("tags", [])],
)
def test_the_identity_of_a_run_holds_texts_and_numbers_alone(field, value, folder):
    (folder / "run.json").write_text(json.dumps({**IDENTITY, field: value}))
    with pytest.raises(AlertlabError, match=rf"run\.json: {field} is"):
        read_identity(folder)


def test_nor_does_an_address_in_it_come_alive(folder, capsys):
    keep = folder.parent / "keep"
    keep.mkdir()
    (folder / "run.json").write_text(json.dumps({**IDENTITY, "uri": CALL.replace("PATH", str(keep))}))
    assert main(["train", "--resume", str(folder)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert keep.is_dir()


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org\\@127.0.0.1:9",  # requests and urllib read two hosts
        "postgresql:///x?host=example.org",
        "postgresql://localhost/x?host=example.org",
        "http:///example",
        "databricks",
        "http://127.0.0.1\t.example.org",
    ],
)
def test_an_address_that_can_be_read_in_two_ways_is_another_machine(address, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert is_remote(address)
    with pytest.raises(AlertlabError, match="another machine"):
        refuse_foreign(address, "run.json")


def test_this_machine_and_that_of_the_environment_need_no_word(monkeypatch):
    for address in ("sqlite:///mlflow.db", "http://localhost:5000", "http://127.0.0.1:9/path"):
        refuse_foreign(address, "run.json")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "postgresql://host/db?host=example.org")
    refuse_foreign("postgresql://host/db?host=example.org", "run.json")


@pytest.mark.parametrize("name", ["journal.sent", "journal.jsonl", "figures", "report.html"])
def test_a_run_with_a_link_is_not_gone_on_with(name, recorded, tmp_path, capsys):
    """What is written through a link would change a file of whoever resumes, such as one that a shell runs."""
    own = tmp_path / "own"
    own.write_text("mine\n")
    (recorded.directory / name).unlink(missing_ok=True)
    (recorded.directory / name).symlink_to(own)
    for words in (["sync", "outputs"], ["train", "--resume", str(recorded.directory)]):
        with pytest.raises(AlertlabError, match=rf"{name}: is a link"):
            Tracker(recorded.connection.uri).reopen(recorded.directory)
        assert main(words) == 1
        assert own.read_text() == "mine\n"


@pytest.mark.parametrize("kind", ["files", "image"])
def test_a_journal_delivers_files_of_its_run_alone(kind, recorded, tmp_path, capsys):
    (tmp_path / "secret").write_text("secret")
    recorded.journal.path.write_text(json.dumps({"kind": kind, "path": "../../../secret", "key": "x"}) + "\n")
    assert main(["sync", "outputs"]) == 1
    assert "no file of this run" in capsys.readouterr().err
    assert not list((tmp_path / "mlartifacts").rglob("secret"))


@pytest.mark.parametrize(
    "line",
    ["x", "[]", "{}", '{"kind": "tags"}', '{"kind": "tags", "values": []}', '{"kind": "x", "state": "RUNNING"}'],
)
def test_a_line_that_is_no_entry_of_a_journal_is_named(line, tmp_path):
    (tmp_path / "journal.jsonl").write_text(f"{json.dumps(STATUS)}\n{line}\n")
    with pytest.raises(AlertlabError, match=r"journal\.jsonl: line 2"):
        Journal(tmp_path).entries  # noqa: B018


@pytest.mark.parametrize("place", ["folder", "link", "machine"])
def test_a_store_of_a_stranger_cannot_say_that_artifacts_go_anywhere(place, recorded, tmp_path, capsys):
    import sqlite3

    home = tmp_path / "home"
    home.mkdir()
    (home / "config.yaml").write_text("mine")
    normal = tmp_path / "mlartifacts" / recorded.run_id / "artifacts"
    uri = {"folder": home.as_uri(), "link": normal.as_uri(), "machine": "http://example.org/api/artifacts"}[place]
    if place == "link":
        normal.mkdir(parents=True)
        (normal / "config.yaml").symlink_to(home / "config.yaml")
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        database.execute("UPDATE runs SET artifact_uri = ?", (uri,))
    assert main(["sync", "outputs"]) == 1
    assert {"folder": "no folder of a run", "link": "is a link", "machine": "another machine"}[place] in (
        capsys.readouterr().err
    )
    assert (home / "config.yaml").read_text() == "mine"


def test_what_a_sync_delivers_still_arrives(recorded, tmp_path):
    assert main(["sync", "outputs"]) == 0
    assert len(list((tmp_path / "mlartifacts").rglob("config.yaml"))) == 1


def test_a_new_store_is_not_made_under_a_name_that_another_program_may_run(tmp_path):
    with pytest.raises(AlertlabError, match=r"ends in \.db"):
        Tracker(f"sqlite:///{tmp_path}/.zshenv").client  # noqa: B018
    assert not (tmp_path / ".zshenv").exists()


@pytest.mark.parametrize("key", ["datamodule.classes=[X,Y]", "datamodule.metadata=[X]", "+datamodule.label_map={a: X}"])
def test_a_class_or_column_is_not_taken_from_the_environment(key, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "secret")
    with pytest.raises(ConfigError, match="would be recorded"):
        compose("train", [key.replace("X", "${oc.env:MLFLOW_TRACKING_PASSWORD}")])


def test_a_config_that_has_no_end_is_not_read(tmp_path):
    (tmp_path / "model").mkdir()
    os.mkfifo(tmp_path / "model" / "x.yaml")
    with pytest.raises(ConfigError, match="is no file"):
        compose("train", [], folders=[tmp_path])


def test_a_file_that_grows_by_aliases_is_refused_in_a_subfolder_too(tmp_path):
    (tmp_path / "experiment" / "sub").mkdir(parents=True)
    tens = "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    (tmp_path / "experiment" / "sub" / "y.yaml").write_text(f"a: &a [1, 2]\n{tens}")
    (tmp_path / "experiment" / "x.yaml").write_text("# @package _global_\ndefaults: [sub/y]\n")
    with pytest.raises(ConfigError, match=r"y\.yaml: aliases make more"):
        compose("train", ["experiment=x"], folders=[tmp_path])


@pytest.mark.parametrize("name", ["a\x1b[2Jb", "a\nb", "a\x00"])
def test_a_name_does_not_write_to_the_terminal(name):
    with pytest.raises(ConfigError):
        compose("train", [f"name={json.dumps(name)}"])


@pytest.mark.parametrize("href", ["file:///etc/hostname", "http://127.0.0.1:9/x"])
def test_a_votable_opens_no_other_file_or_address(href, tmp_path, capsys, monkeypatch):
    import urllib.request

    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: pytest.fail("opened"))
    path = tmp_path / "x.vot"
    path.write_text(
        '<?xml version="1.0"?><VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE>'
        f'<FIELD name="oid" datatype="double"/><DATA><BINARY><STREAM href="{href}"/></BINARY></DATA>'
        "</TABLE></RESOURCE></VOTABLE>"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert main(["features", str(path), "--out", str(tmp_path / "out.parquet")]) == 1
    assert "its values lie elsewhere" in capsys.readouterr().err
