"""Configs: what a wrong one says, and what it may name."""

from pathlib import Path

import pytest
from alertlab import conf
from alertlab.config import ConfigError, compose, flatten, instantiate, load, to_yaml
from omegaconf import OmegaConf

CONF = Path(conf.__file__).parent


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("model.kernel_siz=3", r"Did you mean model\.kernel_size \(conf/model/stamp_cnn\.yaml\)"),
        ("trainer.max_epoch=3", r"Did you mean trainer\.max_epochs \(conf/trainer/cpu\.yaml\)"),
        ("repeat=3", r"Did you mean repeats \(conf/train\.yaml\)"),
        ("datamodule.split.tests=0.1", r"Did you mean datamodule\.split\.test "),
        ("model=stamp_cn", r"Did you mean stamp_cnn\? Options: "),
        ("experiment=stamp_classifer", "Did you mean stamp_classifier"),
        ("zzzzzz=1", "--cfg"),
        ("seed=[1", "cannot read an override"),
        ("demo", "experiment=demo"),
        ("datamodule=ztf_stamps", r"datamodule\.path: a value is required"),
        ("model.dropout=${nothing}", r"model\.dropout.*nothing"),
    ],
)
def test_a_wrong_override_names_what_would_be_right(override, message):
    with pytest.raises(ConfigError, match=message):
        compose("train", [override])


@pytest.mark.parametrize("target", ["os.system", "subprocess.run", "builtins.eval", "alertlabx.evil", "pickle.loads"])
def test_a_target_outside_the_whitelist_is_refused(target):
    with pytest.raises(ConfigError, match=f"{target} is not among the packages and classes that may stand here"):
        compose("train", [f"model._target_={target}"])


def test_a_target_hidden_in_a_list_is_refused():
    with pytest.raises(ConfigError, match="not among the packages"):
        compose(
            "train", ["datamodule=ztf_stamps", "datamodule.path=x", "datamodule.label_rules=[{_target_:os.system}]"]
        )


def test_a_package_may_be_allowed_by_the_person_who_runs_it():
    config = compose("train", ["model._target_=mylab.Model"], allowed=["mylab"])
    assert config.model._target_ == "mylab.Model"


def test_a_folder_of_ones_own_adds_experiments(tmp_path):
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "mine.yaml").write_text("# @package _global_\nname: mine\nmodel:\n  dropout: 0.2\n")
    config = compose("train", ["experiment=mine"], folders=[tmp_path])
    assert (config.name, config.model.dropout) == ("mine", 0.2)
    with pytest.raises(ConfigError, match="no folder"):
        compose("train", [], folders=[tmp_path / "nothing"])


def test_an_error_inside_a_target_names_the_target():
    config = compose("train", ["+model.unknown=1"])
    with pytest.raises(ConfigError, match=r"alertlab\.models\.StampClassifier.*unknown"):
        instantiate(config.model)


def test_a_name_that_yaml_takes_for_a_number_is_a_text():
    config = compose("train", ["name=2024"])
    assert (config.name, config.run_name, config.bundle.name) == ("2024", "2024", "2024")


def test_flattened_values_are_resolved():
    assert flatten(compose("train", ["trainer.max_epochs=3"]))["model.trainer.max_epochs"] == 3


EXPERIMENTS = sorted(path.stem for path in CONF.glob("experiment/*.yaml"))
MODELS = sorted(path.stem for path in CONF.glob("model/[!_]*.yaml"))
OF_REAL_DATA = {
    "bts_supernovae": ["datamodule.source.curves.path=here.parquet"],
    "catalina_variables": ["datamodule.source.curves.path=here.parquet"],
    "catalina_variables_flat": ["datamodule.source.curves.path=here.parquet"],
    "mallorn_types": ["datamodule.source.curves.path=here.parquet", "datamodule.source.curves.labels=there.parquet"],
    "ogle_cepheids": ["datamodule.source.curves.path=here.parquet", "datamodule.source.curves.labels=there.parquet"],
    "macho_variables": ["datamodule.source.path=here.csv.gz"],
    "stream_stars": ["datamodule.source.path=here.parquet", "first.datamodule.source.path=there.parquet"],
}
OF_ANY_COLUMN = {  # models that ask what they are to look at
    "backbone_cnn": ["model.backbone={_target_: torchvision.models.resnet18, _partial_: true}"],
    "column_cut": ["model.column=ruwe", "model.threshold=1.4", "model.class_above=bad"],
    "split_network": ["model.column=ruwe", "model.threshold=1.4"],
}


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_every_experiment_composes(experiment):
    assert compose("train", [f"experiment={experiment}", *OF_REAL_DATA.get(experiment, [])]).name != "alertlab"


@pytest.mark.parametrize("experiment", OF_REAL_DATA)
def test_an_experiment_on_real_data_asks_for_its_file(experiment):
    with pytest.raises(ConfigError, match=r"datamodule.source.*path: a value is required"):
        compose("train", [f"experiment={experiment}"])


def sets_model(experiment):
    """Whether it, or an experiment that it begins with, changes values of its own model."""
    content = OmegaConf.load(CONF / "experiment" / f"{experiment}.yaml")
    return "model" in content or any(sets_model(each) for each in content.get("defaults", []) if each in EXPERIMENTS)


def check_composes(experiment, model):
    words = [*OF_REAL_DATA.get(experiment, []), *OF_ANY_COLUMN.get(model, [])]
    assert compose("train", [f"experiment={experiment}", f"model={model}", *words], allowed=("torchvision",)).name


@pytest.mark.parametrize("model", MODELS)
def test_an_experiment_composes_with_every_model(model):
    check_composes("macho_variables", model)


@pytest.mark.parametrize("model", ["plain_forest", "stamp_cnn"])
@pytest.mark.parametrize("experiment", [each for each in EXPERIMENTS if not sets_model(each)])
def test_every_experiment_that_leaves_its_model_alone_composes_with_another(experiment, model):
    check_composes(experiment, model)


def test_a_run_of_before_is_read_as_it_was_trained(tmp_path):
    """It knows neither a training before nor a calibration."""
    old = OmegaConf.create(to_yaml(compose("train", [])))
    del old["first"], old["calibration"]
    path = tmp_path / "config.yaml"
    OmegaConf.save(old, path)
    read = load(path)
    assert (read.first, read.calibration) == ({}, "none")
    assert {key: read[key] for key in old} == dict(old)
