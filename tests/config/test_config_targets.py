"""A config of somebody else builds what its places are for, and runs nothing."""

import copy
import json
import os
import pickle
import sys
from functools import reduce
from pathlib import Path

import pytest
import yaml
from alertlab import conf
from alertlab.cli import main
from alertlab.config import ConfigError, compose, instantiate, load, to_yaml
from alertlab.config.places import PLACES, place
from alertlab.config.targets import check_targets
from alertlab.runtime import AlertlabError

CONF = Path(conf.__file__).parent
HARMFUL = """
os.system os.remove os.execv posix.system subprocess.run subprocess.Popen shutil.rmtree builtins.eval builtins.exec
builtins.__import__ builtins.open pickle.loads pickle.load marshal.loads runpy.run_path importlib.import_module
functools.partial operator.methodcaller types.FunctionType webbrowser.open socket.create_connection ctypes.CDLL
torch.load torch.hub.load torch.hub.load_state_dict_from_url torch.hub.download_url_to_file torch.os.system
torch.jit.load torch.save torch.utils.cpp_extension.load torch.utils.cpp_extension.load_inline
torch.package.PackageImporter torch.serialization.load torch.classes.load_library torch.ops.load_library
torch.multiprocessing.spawn
torch.utils.data.DataLoader torch.optim.lr_scheduler.os.system torch.optim.Optimizer.load_state_dict
pytorch_lightning.Trainer.fit pytorch_lightning.callbacks.ModelCheckpoint pytorch_lightning.callbacks.LambdaCallback
pytorch_lightning.callbacks.OnExceptionCheckpoint pytorch_lightning.LightningModule.load_from_checkpoint
pytorch_lightning.loggers.WandbLogger pytorch_lightning.trainer.trainer.os.system
pytorch_lightning.utilities.migration.migrate_checkpoint lightning_fabric.utilities.cloud_io._load
sklearn.os.system sklearn.datasets.fetch_openml sklearn.datasets.fetch_20newsgroups sklearn.datasets.load_files
sklearn.utils._joblib.joblib.load sklearn.externals._packaging.version.parse sklearn.pipeline.Pipeline
sklearn.cluster.FeatureAgglomeration sklearn.preprocessing.FunctionTransformer joblib.load joblib.Memory
imblearn.datasets.fetch_datasets imblearn.pipeline.Pipeline optuna.create_study optuna.storages.RDBStorage
mlflow.pyfunc.load_model mlflow.projects.run numpy.load pandas.read_pickle hydra.utils.call hydra.utils.instantiate
omegaconf.OmegaConf.load alertlab.files.discard alertlab.files.shutil.rmtree alertlab.config.load
alertlab.config.instantiate alertlab.workflows.train.train alertlab.workflows.train.shutil.rmtree
alertlab.tracking.watch.subprocess.Popen alertlab.tracking.provenance.subprocess.run alertlab.cli.main
alertlab.core.export.Path alertlab.simulate.write_dataset alertlab.models.StampClassifier.fit strangers.run
""".split()  # noqa: SIM905
WHERE = ["model", "datamodule", "datamodule.source", "datamodule.split", "model.augmentation", "trainer", "bundle"]
DEEP = [  # where no class may stand at all, and parts of a node that would take one
    "+extra={{_target_: {0}, command: 'touch {1}'}}",
    "model.filters=[[[{{_target_: {0}, command: 'touch {1}'}}]]]",
    "+model._args_=[{{_target_: {0}, command: 'touch {1}'}}]",
    "+model.a={{b: [{{c: [{{_target_: {0}}}]}}]}}",
    "datamodule.label_map={{1: {{_target_: {0}}}}}",
    "+trainer.callbacks=[{{_target_: {0}}}]",
    "+model.optimizer={{_target_: {0}, _partial_: true}}",
    "+model.estimator={{_target_: {0}}}",
]


@pytest.fixture(scope="module")
def plain():
    """The config of a run, as it was written."""
    return yaml.safe_load(to_yaml(compose("train", [])))


@pytest.fixture
def traps(tmp_path, monkeypatch):
    """A module of a stranger, a pickle that runs a command, and a folder; all are as before when the test ends."""
    mark, keep = tmp_path / "mark", tmp_path / "keep"
    keep.mkdir()
    (tmp_path / "strangers.py").write_text(f"open({str(mark)!r}, 'w')\n\ndef run(**_):\n    pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    class Evil:
        def __reduce__(self):
            return os.system, (f"touch {mark}",)

    (tmp_path / "evil.pt").write_bytes(pickle.dumps(Evil()))
    yield tmp_path
    assert not mark.exists()
    assert keep.is_dir()
    assert "strangers" not in sys.modules


@pytest.mark.parametrize("target", HARMFUL)
def test_a_config_of_a_run_cannot_name_what_could_harm(target, traps, plain):
    arguments = {"f": str(traps / "evil.pt"), "weights_only": False, "path": str(traps / "keep")}
    path = traps / "config.yaml"
    for number, key in enumerate(WHERE):
        config = copy.deepcopy(plain)
        *way, last = key.split(".")
        reduce(dict.__getitem__, way, config)[last] = {"_target_": target, **arguments}
        with pytest.raises(ConfigError, match=target.replace(".", r"\.")):
            check_targets(config, [])
        if number == HARMFUL.index(target) % len(WHERE):  # as a file, each at another place: reading takes its time
            path.write_text(yaml.safe_dump(config))
            with pytest.raises(ConfigError, match=target.replace(".", r"\.")):
                load(path)


@pytest.mark.parametrize("override", DEEP)
@pytest.mark.parametrize("target", ["torch.load", "alertlab.files.discard", "strangers.run"])
def test_nor_can_an_override_or_a_node_inside_of_others(override, target, traps):
    with pytest.raises(ConfigError, match=rf"{target} is not among|_args_: is refused".replace(".", r"\.")):
        compose("train", [override.format(target, traps / "mark")])


def test_a_name_that_is_put_together_is_refused_like_one_that_is_written_out():
    with pytest.raises(ConfigError, match=r"model\._target_: torch\.load is not"):
        compose("train", ["+foo=torch.load", "model._target_=${foo}"])
    with pytest.raises(ConfigError, match=r"model\._target_: alertlab\.datamodules\.\w+ is not"):
        compose("train", ["model._target_=${datamodule._target_}"])


@pytest.mark.parametrize("target", ["torch.hub.load", "alertlab.files.discard", "os.system"])
def test_no_verb_runs_what_a_folder_of_a_run_names(target, traps, plain, capsys):
    identity = ("run_id", "experiment", "name", "started", "uri", "artifacts", "seed", "repeat", "parent", "tags")
    values = ("a" * 32, "x", "x", 0, "sqlite:///x.db", None, 1, 0, None, {})
    (traps / "run.json").write_text(json.dumps(dict(zip(identity, values, strict=True))))
    (traps / "config.yaml").write_text(yaml.safe_dump({**plain, "tracking": {"_target_": target, "path": "keep"}}))
    assert main(["train", "--resume", str(traps)]) == 1
    assert f"tracking._target_: {target} is not among" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["evaluate", "report", "compare"])
def test_nor_what_a_folder_of_configs_names(verb, traps, capsys):
    (traps / "tracking").mkdir()
    (traps / "tracking" / "theirs.yaml").write_text(f"_target_: alertlab.files.discard\npath: {traps / 'keep'}\n")
    runs = ["a", "b"] if verb == "compare" else ["a"]
    assert main([verb, *runs, "--config-dir", str(traps), "tracking=theirs"]) == 1
    assert "tracking._target_: alertlab.files.discard is not among" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("+model._recursive_=false", r"model\._recursive_: is refused"),
        ("+model._convert_=none", r"model\._convert_: is refused"),
        ("+model._partial_=true", r"model\._partial_: must be false"),
        ("trainer._partial_=false", r"trainer\._partial_: must be true"),
        ("model._target_=[torch.load]", r"model\._target_: \['torch.load'\] is not the name"),
        ("+trainer.default_root_dir=/x", r"trainer\.default_root_dir: is not among"),
        ("+trainer.logger=true", r"trainer\.logger: is not among"),
        ("+trainer.model_registry=theirs/model", r"trainer\.model_registry: is not among"),
        ("+trainer.strategy=deepspeed", r"trainer\.strategy: 'deepspeed' is not among"),
        ("+trainer.plugins=[MPI]", r"trainer\.plugins: is not among"),
        ("name=../x", r"name: '\.\./x' is to be the name of a folder"),
        ("bundle.name=../../x", r"bundle\.name: .*name of a folder"),
        ("hydra.searchpath=[pkg://os]", r"hydra\.searchpath"),
    ],
)
def test_parameters_that_reach_further_than_their_class_should_are_refused(override, message):
    with pytest.raises(ConfigError, match=message):
        compose("train", [override])


def test_a_licence_that_leads_to_another_file_is_not_copied_into_a_bundle(tmp_path):
    secret, link = tmp_path / "id_rsa", tmp_path / "LICENSE"
    secret.write_text("secret")
    link.symlink_to(secret)
    for path in (secret, link):
        with pytest.raises(AlertlabError, match="does not lead to a file named LICENSE"):
            instantiate(compose("train", [f"bundle.license_file={path}"]).bundle)
    text = tmp_path / "LICENSE-MIT"
    text.write_text("MIT")
    assert instantiate(compose("train", [f"bundle.license_file={text}"]).bundle).license_text() == "MIT"


def test_results_go_to_another_machine_only_where_the_person_says_so(tmp_path, monkeypatch):
    (tmp_path / "experiment").mkdir()
    text = "# @package _global_\ntracking:\n  uri: http://example.org:5000\n"
    (tmp_path / "experiment" / "theirs.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"tracking\.uri: a file of configs names http://example\.org"):
        compose("train", ["experiment=theirs"], folders=[tmp_path])
    typed = compose("train", ["experiment=theirs", "tracking.uri=http://example.org:5000"], folders=[tmp_path])
    assert typed.tracking.uri == "http://example.org:5000"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://example.org:5000")
    assert compose("train", []).tracking.uri == "http://example.org:5000"


def test_every_class_in_conf_is_allowed_where_it_stands():
    def nodes(content, path=()):
        if isinstance(content, dict):
            if "_target_" in content:
                yield path, content["_target_"]
            for key, value in content.items():
                yield from nodes(value, (*path, key))
        elif isinstance(content, list):
            for number, value in enumerate(content):
                yield from nodes(value, (*path, number))

    found = [
        (path, target, file)
        for file in CONF.glob("*/*.yaml")
        for path, target in nodes(
            yaml.safe_load(file.read_text()), (file.parent.name,) * (file.parent.name != "experiment")
        )
    ]
    assert len(found) > 15
    for path, target, file in found:
        allowed = place(path)
        assert allowed, f"{file}: {path}"
        assert allowed.takes(target), f"{file}: {target}"


def test_every_name_in_the_table_is_a_class_that_exists():
    for allowed in PLACES.values():
        for name in allowed.names:
            found = _located(name)
            assert isinstance(found, type) or name == "alertlab.datamodules.ztf_stamps", name


def _located(name):
    from importlib import import_module

    module, _, last = name.rpartition(".")
    return getattr(import_module(module), last)


def test_models_of_a_package_of_ones_own_take_parts_of_the_libraries():
    parts = [
        "+model.optimizer={_target_: torch.optim.AdamW, _partial_: true}",
        "+model.scheduler={_target_: torch.optim.lr_scheduler.StepLR, _partial_: true, step_size: 3}",
        "+model.estimator={_target_: sklearn.ensemble.ExtraTreesClassifier}",
        "+trainer.callbacks=[{_target_: pytorch_lightning.callbacks.Timer}]",
    ]
    config = compose("train", parts)
    assert type(instantiate(config.model.estimator)).__name__ == "ExtraTreesClassifier"


@pytest.fixture
def ourlab(tmp_path, monkeypatch):
    """A package of one's own, which imports os as any would."""
    (tmp_path / "ourlab").mkdir()
    (tmp_path / "ourlab" / "__init__.py").write_text("")
    (tmp_path / "ourlab" / "models.py").write_text(
        "import os\nfrom os import system\n\n\nclass Model:\n"
        "    def __init__(self, **values):\n        self.values = values\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("ourlab")]:
        monkeypatch.delitem(sys.modules, name)
    return tmp_path


def test_a_package_of_ones_own_may_stand_anywhere_once_it_is_allowed(ourlab):
    node = "{_target_: ourlab.models.Model, head: {_target_: ourlab.models.Model, _args_: []}}"
    with pytest.raises(ConfigError, match="--allow ourlab"):
        compose("train", [f"+model.own={node}"])
    built = instantiate(compose("train", [f"+model.own={node}"], allowed=["ourlab"]).model.own)
    assert type(built.values["head"]).__name__ == "Model"


def test_what_an_allowed_package_does_not_have_is_said_when_it_is_built(ourlab):
    config = compose("train", ["model._target_=ourlab.models.absent"], allowed=["ourlab"])
    with pytest.raises(ConfigError, match=r"^ourlab\.models\.absent: .*absent"):
        instantiate(config.model)


@pytest.mark.parametrize("name", ["ourlab.models.os.system", "ourlab.models.system", "ourlabs.Model"])
def test_what_is_allowed_is_the_package_and_not_what_it_imports(ourlab, name):
    with pytest.raises(ConfigError, match=r"model\._target_"):
        compose("train", [f"model._target_={name}"], allowed=["ourlab"])


@pytest.mark.parametrize("package", ["torch", "os", "builtins", "alertlab", "sklearn.datasets", "", "a b"])
def test_allow_is_for_a_package_of_ones_own(package):
    with pytest.raises(ConfigError, match="--allow"):
        compose("train", [], allowed=[package])


@pytest.mark.parametrize(
    "name", ["os.system", "mylab.score", "sklearn.metrics.f1_score", "alertlab.config.load", "score"]
)
def test_a_metric_of_a_package_that_was_not_allowed_is_not_imported(name):
    with pytest.raises(ConfigError, match=f"evaluation.metrics: {name} is no function that may stand here"):
        compose("evaluate", [f"evaluation.metrics=[{name}]"])


def test_a_metric_of_an_allowed_package_may_not_lead_out_of_it(tmp_path, monkeypatch):
    (tmp_path / "ownlab.py").write_text("import os\n\ndef score(rows):\n    return 1.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    config = compose("evaluate", ["evaluation.metrics=[ownlab.score]"], allowed=["ownlab"])
    assert config.evaluation.metrics == ["ownlab.score"]
    with pytest.raises(ConfigError, match=r"ownlab.os is not of the package ownlab"):
        compose("evaluate", ["evaluation.metrics=[ownlab.os.system]"], allowed=["ownlab"])
