"""What a config takes from the environment, and that neither it nor a password is ever written down."""

import json
import re

import pytest
from alertlab.cli import main
from alertlab.config import ConfigError, compose, flatten, load, masked, refuse_foreign, to_yaml, whole
from alertlab.runtime import AlertlabError
from alertlab.tracking import Tracker
from alertlab.tracking.record import Identity
from alertlab.tracking.watch import Watch
from omegaconf import OmegaConf

SECRET = "s3cr3t"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("ALERTLAB_OWN", SECRET)
    monkeypatch.setenv("OTHER", SECRET)
    monkeypatch.setenv("XALERTLAB_OWN", SECRET)


@pytest.mark.parametrize(
    "value",
    [
        "${oc.env:OTHER}",
        "${oc.env:OTHER,default}",
        "${oc.env:HOME}",
        "${oc.env:XALERTLAB_OWN}",
        "a/${oc.env:OTHER}/b",
        "${oc.env:${other}}",
        "${oc.select:absent,${oc.env:OTHER}}",
        "${oc.env:ALERTLAB_ABSENT,${oc.env:OTHER}}",
        "${oc.decode:'${oc.env:OTHER}'}",
        "${oc.create:'a: 1'}",
        "${oc.deprecated:name}",
        "${hydra:job.name}",
        "${now:%Y}",
        "${${other}:OTHER}",
        "${whatever:OTHER}",
    ],
)
def test_other_variables_and_resolvers_are_refused_wherever_they_hide(value, tmp_path):
    config = OmegaConf.create(to_yaml(compose("train", [])))
    config.datamodule.workers, config.datamodule.cache = "OTHER", value.replace("${other}", "${datamodule.workers}")
    path = tmp_path / "config.yaml"
    path.write_text(OmegaConf.to_yaml(config))
    with pytest.raises(ConfigError, match=r"datamodule\.cache") as caught:
        load(path)
    assert SECRET not in str(caught.value)


def test_the_resolver_of_omegaconf_is_its_own_again_afterwards():
    compose("train", [])
    assert OmegaConf.create({"a": "${oc.env:OTHER}"}).a == SECRET


def test_a_value_of_the_environment_is_used_and_not_written(capsys):
    override = "output_dir=${oc.env:ALERTLAB_OWN}"
    config = compose("train", [override])
    assert config.output_dir == SECRET
    assert flatten(config)["output_dir"] == "${oc.env:ALERTLAB_OWN}"
    assert main(["train", "--cfg", override]) == 0
    assert SECRET not in to_yaml(config) + capsys.readouterr().out


def test_nor_through_another_key_that_refers_to_it(tmp_path):
    config = compose("train", ["output_dir=${oc.env:ALERTLAB_OWN}", "datamodule.cache=${output_dir}/cache"])
    assert config.datamodule.cache == f"{SECRET}/cache"
    assert SECRET not in to_yaml(config)
    (tmp_path / "config.yaml").write_text(to_yaml(config))
    assert load(tmp_path / "config.yaml").datamodule.cache == f"{SECRET}/cache"


def test_a_default_is_written_where_the_variable_is_not_set(monkeypatch):
    monkeypatch.delenv("ALERTLAB_CACHE")
    assert flatten(compose("train", []))["datamodule.cache"] == ".alertlab_cache"


@pytest.mark.parametrize("key", ["name", "run_name", "bundle.description", "bundle.authors"])
def test_what_mlflow_and_a_bundle_show_is_not_taken_from_the_environment(key):
    value = "[${oc.env:ALERTLAB_OWN}]" if key == "bundle.authors" else "${oc.env:ALERTLAB_OWN}"
    with pytest.raises(ConfigError, match="would be recorded"):
        compose("train", [f"{key}={value}"])
    with pytest.raises(ConfigError, match="would be recorded"):
        compose("train", ["output_dir=${oc.env:ALERTLAB_OWN}", "run_name=${output_dir}"])


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f"http://user:{SECRET}@host:5000/path", "http://***@host:5000/path"),
        (f"https://{SECRET}@host", "https://***@host"),
        (f"http://user:{SECRET}@{SECRET}@host", "http://***@host"),
        (f"postgresql://u:{SECRET}@host/db?sslpassword={SECRET}&x=1", "postgresql://***@host/db?sslpassword=***&x=1"),
        ("sqlite:///mlflow.db", "sqlite:///mlflow.db"),
        ("reach me: a@b.org, http://host/a", "reach me: a@b.org, http://host/a"),
    ],
)
def test_a_password_in_an_address_is_masked(address, expected):
    assert masked(address) == expected
    assert masked(expected) == expected


def test_an_address_with_a_password_connects_and_is_neither_shown_nor_written(tmp_path, monkeypatch):
    address = f"http://user:{SECRET}@127.0.0.1:9"
    config = compose("train", [f"tracking.uri={address}"])
    assert SECRET not in to_yaml(config)
    assert flatten(config)["tracking.uri"] == "http://***@127.0.0.1:9"
    tracker = Tracker(config.tracking.uri)
    assert SECRET not in tracker.uri
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(AlertlabError, match=r"cannot reach http://\*\*\*@127") as caught:
        tracker.client  # noqa: B018
    assert SECRET not in str(caught.value)
    assert not any(SECRET in word for word in Watch(address, "a").command)  # everybody may list processes


def test_what_was_written_without_its_password_is_completed_from_the_environment(monkeypatch):
    written = "http://***@host"
    with pytest.raises(AlertlabError, match="MLFLOW_TRACKING_URI"):
        whole(written)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://user:{SECRET}@host")
    assert whole(written) == f"http://user:{SECRET}@host"
    with pytest.raises(AlertlabError, match="MLFLOW_TRACKING_URI"):
        whole("http://***@elsewhere")
    assert SECRET not in to_yaml(compose("train", []))


def test_a_run_of_a_stranger_does_not_send_to_his_machine(tmp_path, monkeypatch, capsys):
    config = compose("train", [])
    (tmp_path / "config.yaml").write_text(to_yaml(config))
    keys = ("run_id", "experiment", "name", "started", "uri", "artifacts", "seed", "repeat", "parent", "tags")
    values = (tmp_path.name, "x", "x", 0, "http://example.org", None, 1, 0, None, {})
    (tmp_path / "run.json").write_text(json.dumps(dict(zip(keys, values, strict=True))))
    (tmp_path / "journal.jsonl").write_text('{"kind": "tags", "values": {}}\n')
    for words in (["train", "--resume", str(tmp_path)], ["sync", str(tmp_path)]):
        assert main(words) == 1
        assert re.search("http://example.org is another machine.*MLFLOW_TRACKING_URI", capsys.readouterr().err)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://user:{SECRET}@example.org")
    refuse_foreign("http://example.org", "run.json")


def test_a_run_goes_on_in_its_own_store_whatever_the_environment_says_by_now(tmp_path, monkeypatch):
    from alertlab.workflows import train

    began, now = f"sqlite:///{tmp_path}/began.db", f"sqlite:///{tmp_path}/now.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", began)
    config = compose("train", [f"output_dir={tmp_path}", "name=x"])
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.yaml").write_text(to_yaml(config))
    assert began not in to_yaml(config)
    Identity("run", "x", "x", 0, Tracker(config.tracking.uri).uri, None, 1, 0, None, {}).write(tmp_path / "run")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", now)
    stores = []
    monkeypatch.setattr(train, "prepare", lambda config: stores.append(config.tracking.uri) or pytest.fail("enough"))
    with pytest.raises(pytest.fail.Exception, match="enough"):
        train.resume(str(tmp_path / "run"))
    assert stores == [began]
