"""Whatever stands in a config or is typed: one line that names key or file, exit status 1, nothing of a library's."""

import pytest
from alertlab.cli import main

HEADER = "# @package _global_\n"
TYPED = [
    ("model=null", "model=null"),
    ("~model", "model"),
    ("~seed", "seed"),
    ("~datamodule.split", "StampDataModule"),
    ("+x.y.z=1", "x"),
    ("seed=abc", "seed"),
    ("seed=-1", "seed"),
    ("seed=null", "seed"),
    ("repeats=1.5", "repeats"),
    ("repeats=true", "repeats"),
    ("repeats=0", "repeats"),
    ("trainer.max_epochs=-1", "trainer.max_epochs"),
    ("trainer.max_epochs=null", "trainer.max_epochs"),
    ("trainer=[1,2]", "trainer=[1,2]"),
    ("model={a: 1}", "model={a: 1}"),
    ("model=", "model="),
    ("=3", "=3"),
    ("", "empty word"),
    ("name=null", "name"),
    ("name=[a]", "name"),
    ("name=..", "name"),
    ("output_dir=[a]", "output_dir"),
    ("datamodule.split=3", "datamodule.split"),
    ("datamodule.source=null", "datamodule.source"),
    ("datamodule.label_map=[a]", "datamodule.label_map"),
    ("datamodule=ztf_stamps", "datamodule.path"),
    ("model.augmentation=null", "model.augmentation"),
    ("model.trainer=null", "model.trainer"),
    ("tracking.uri=${tracking.uri}", "tracking.uri"),
    ("name=${run_name}", "name"),
    ("model.dropout=${nothing}", "model.dropout"),
    ("model.kernel_size.b=1", "model.kernel_size.b"),
    ("datamodule@x=bts", "datamodule@x=bts"),
    ("+model@evil=mlp", "evil"),
    ("hydra.run.dir=x", "hydra.run.dir"),
    ("name=\x00", "name="),
    (f"name={'[' * 900}{']' * 900}", "name="),
    (f"{'x' * 20000}=1", "xxx"),
]
WRITTEN = [
    "- a",
    "a: [",
    "a: 'x",
    "\t: 1",
    "a: 1\na: 2",
    "seed: [1]",
    "seed: {a: 1}",
    "model: null",
    "model: [a]",
    "model: 3",
    "datamodule: {split: null}",
    "? [a, b]\n: 3",
    "datamodule:\n  label_map:\n    null: rest",
    "datamodule: {label_rules: [{only: {a: b}}]}",
    "a: !!python/object/apply:os.system [id]",
    "a: &a {b: *a}",
    "a: *nothing",
    "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdef", "bcdefg", strict=True)),
    "model: " + "[" * 1200,
    "seed: ${repeats}\nrepeats: ${seed}",
    "name: ${a",
    "defaults: 5",
    "defaults: [nothing]",
    "defaults: [x]",
    "defaults:\n  - override /model: nothing",
    "defaults:\n  - ../../x",
    "hydra:\n  searchpath: [pkg://os]",
    "datamodule.classes: [a]",
]


def refused(words, capsys, named):
    status = main(words)
    error = capsys.readouterr().err
    assert status == 1
    assert error.startswith("alertlab: ")
    assert error.count("\n") == 1
    assert named in error
    assert "--debug" not in error, error  # what cli says of an error that is not ours
    assert len(error) < 1100


@pytest.mark.parametrize(("override", "named"), TYPED, ids=[each[:30] for each, _ in TYPED])
def test_what_is_typed(override, named, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused(["train", override], capsys, named)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", WRITTEN, ids=[each[:30] for each in WRITTEN])
def test_what_stands_in_an_experiment(text, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "x.yaml").write_text(HEADER + text)
    refused(["train", "--config-dir", ".", "experiment=x"], capsys, "")
    assert [path.name for path in tmp_path.iterdir()] == ["experiment"]


@pytest.mark.parametrize(
    "verb", [["train"], ["evaluate", "a"], ["compare", "a", "b"], ["report", "a"], ["features"], ["hunt"]]
)
def test_a_broken_file_is_named_by_every_verb(verb, capsys, tmp_path):
    for name, content in {"latin": "name: caf\xe9".encode("latin-1"), "utf16": "name: x".encode("utf-16")}.items():
        (tmp_path / "tracking").mkdir(exist_ok=True)
        (tmp_path / "tracking" / f"{name}.yaml").write_bytes(content)
        refused([*verb, "--config-dir", str(tmp_path)], capsys, f"{name}.yaml: byte")
        (tmp_path / "tracking" / f"{name}.yaml").unlink()


def test_a_folder_that_is_named_like_a_file(capsys, tmp_path):
    (tmp_path / "experiment" / "x.yaml").mkdir(parents=True)
    refused(["train", "--config-dir", str(tmp_path), "experiment=x"], capsys, "x.yaml: is a folder")


def test_an_experiment_without_its_first_line_is_not_silently_left_out(capsys, tmp_path):
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "x.yaml").write_text("seed: 3\n")
    refused(["train", "--config-dir", str(tmp_path), "experiment=x"], capsys, "# @package _global_")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a: [", b"- a", b"", b"model: {}", b"trainer: 3\nmodel: [1]"])
def test_the_config_of_a_run(content, capsys, tmp_path):
    (tmp_path / "config.yaml").write_bytes(content)
    identity = (
        '{"run_id": "a", "experiment": "x", "name": "x", "started": 0, "uri": "sqlite:///x.db", "artifacts": null, '
        '"seed": 1, "repeat": 0, "parent": null, "tags": {}}'
    )
    (tmp_path / "run.json").write_text(identity)
    refused(["train", "--resume", str(tmp_path)], capsys, "")
