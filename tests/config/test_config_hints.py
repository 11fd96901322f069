"""What a config says that cannot be composed: true, in one line, with what to write instead."""

from functools import cache
from pathlib import Path

import pytest
import yaml
from alertlab import conf
from alertlab.cli import main
from alertlab.config import ConfigError, compose
from alertlab.config.nearest import all_keys, mistyped, one_slip
from alertlab.config.origin import Origin
from alertlab.workflows.multirun import choices
from hydra import compose as hydra_compose
from hydra import initialize_config_module

CONF = Path(conf.__file__).parent
ROOTS = {
    "train": ("bundle", "datamodule", "evaluation", "model", "tracking", "trainer"),
    "evaluate": ("evaluation", "tracking"),
    "compare": ("tracking",),
    "report": ("tracking",),
    "features": ("columns",),
    "hunt": ("forest", "tracking"),
}
CHOICES = [
    (root, group, path.stem)
    for root, groups in ROOTS.items()
    for group in groups
    for path in sorted((CONF / group).glob("[!_]*.yaml"))
    if root in ("train", "features") or group in ("forest", "tracking")
]


def test_a_path_that_is_no_override_is_not_taken_for_an_experiment():
    with pytest.raises(ConfigError, match=r"^outputs/x: not KEY=VALUE$"):
        compose("compare", ["outputs/x"])


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (["datamodule.label_map={0: rest, 1: TDE}"], {"0": "rest", "1": "TDE"}),
        (["datamodule.label_map={0:rest,1:TDE}"], {"0": "rest", "1": "TDE"}),
        (["datamodule.label_map={true: A, SN Ia: null}"], {"true": "A", "SN Ia": None}),
        (["datamodule.label_map={}"], {}),
    ],
)
def test_a_mapping_with_keys_of_ones_own_is_taken_as_it_is_written(overrides, expected):
    assert compose("train", overrides).datamodule.label_map == expected


def test_a_mapping_takes_the_place_of_the_one_before():
    bts = ["datamodule=bts", "datamodule.source.curves.path=x"]
    config = compose("train", [*bts, "datamodule.source.columns.bands={V: V, I: I}", "datamodule.label_map={a: SNIa}"])
    assert config.datamodule.source.columns.bands == {"V": "V", "I": "I"}
    assert config.datamodule.label_map == {"a": "SNIa"}
    assert compose("features", ["columns=plain", "columns.bands={V: V, I: I}"]).columns.bands == {"V": "V", "I": "I"}
    forest = compose("train", ["model=hierarchical_forest", "model.max_features={default: 0.1, Periodic: 0.3}"])
    assert forest.model.max_features == {"default": 0.1, "Periodic": 0.3}
    branches = ["datamodule=feature_table", "datamodule.source.path=x", "datamodule.branches={A: [x, y], B: [z]}"]
    assert compose("train", branches).datamodule.branches == {"A": ["x", "y"], "B": ["z"]}


@pytest.mark.parametrize(
    ("verb", "overrides", "message"),
    [
        (
            "features",
            ["columns=plain", "columns.timee=x"],
            r"Did you mean columns\.time \(conf/columns/_quantities\.yaml\)\?",
        ),
        (
            "train",
            ["datamodule=bts", "datamodule.source.curves.path=x", "datamodule.source.columns.timee=x"],
            r"Did you mean datamodule\.source\.columns\.time \(conf/columns/bts\.yaml\)",
        ),
        (
            "train",
            ["datamodule=bts", "datamodule.source.curves.path=x", "columns.time=x"],
            r"Did you mean datamodule\.source\.columns\.time \(conf/columns/bts\.yaml\)",
        ),
        (
            "train",
            ["datamodule=bts", "datamodule.source.curves.path=x", "columns.timee=x"],
            r"Did you mean datamodule\.source\.columns\.time \(conf/columns/bts\.yaml\)",
        ),
        (
            "train",
            ["datamodule=bts", "datamodule.source.curves.path=x", "columns=plain"],
            r"write columns@datamodule\.source\.columns=plain$",
        ),
        (
            "features",
            ["columns.bands=[g, r]"],
            r"a list, where keys with values belong: 'columns\.bands=\{KEY: VALUE\}'",
        ),
        ("train", ["kernel_size=5"], r"Did you mean model\.kernel_size \(conf/model/stamp_cnn\.yaml\)"),
        ("train", ["model.max_epochs=5"], r"Did you mean trainer\.max_epochs|model=mlp"),
        ("train", ["datamodule.split.vaildation=0"], r"datamodule\.split\.validation \(conf/datamodule/_parted\.yaml"),
        ("train", ["model.patiense=3"], r"Did you mean model\.patience \(conf/model/_network\.yaml\)"),
        (
            "train",
            ["model=mlp", "model.n_estimators=5"],
            r"no key model\.n_estimators with this model; .*model=.*flat_forest",
        ),
        ("train", ["datamodule.branches={A: [x]}"], r"no key datamodule\.branches with this datamodule; .*catalina"),
        ("train", ["datamodule.label_mapp={A: x}"], r"Did you mean datamodule\.label_map "),
        (
            "train",
            ["datamodule.split={tests: 0.1}"],
            r"datamodule\.split=\{tests: 0\.1\}: .*\+datamodule\.split\.tests=",
        ),
        ("train", ["datamodule.classes=AB"], r"^datamodule\.classes: AB .*'datamodule\.classes=\[AB\]'.*=\[A,B\]'"),
        ("train", ["datamodule.metadata=fwhm"], r"^datamodule\.metadata: .*'datamodule\.metadata=\[fwhm\]'"),
        ("evaluate", ["evaluation.formats=png"], r"'evaluation\.formats=\[png\]'"),
        ("train", ["datamodule.label_map=3"], r"datamodule\.label_map: 3 stands where a mapping belongs"),
        ("train", ["name=a=b"], r"name=a=b: .* write 'name=\"a=b\"'"),
        ("train", ["name=a, b"], r"several values; write 'name=\[a, b\]' .* 'name=\"a, b\"'"),
        ("train", ["seed=[1"], r"seed=\[1: a bracket or brace is not closed"),
        ("train", ["seed=1]"], r"seed=1\]: a bracket or brace is closed that was not open"),
        ("train", ["name=a", "b"], r"^b: not KEY=VALUE.*'name=a b'"),
        ("train", ["datamodule.label_map={0:", "rest,", "1:", "TDE}"], r"'datamodule\.label_map=\{0: rest, 1: TDE\}'"),
        ("train", ["seed", "=", "3"], r"seed: not KEY=VALUE"),
        ("train", ["seed =3"], r"without blanks around the = sign"),
    ],
)
def test_a_hint_is_what_to_write(verb, overrides, message):
    with pytest.raises(ConfigError, match=message) as caught:
        compose(verb, overrides)
    assert "\n" not in str(caught.value)


def test_the_quotes_of_a_hint_are_those_that_a_shell_and_hydra_take():
    for value in ("a=b", "a, b", "é", "(x", "it is {this}"):
        assert compose("train", [f'name="{value}"']).name == value


def test_a_key_of_one_model_alone_is_explained_in_a_sweep(capsys):
    assert main(["train", "-m", "model=flat_forest,mlp", "model.n_estimators=5"]) == 1
    error = capsys.readouterr().err
    assert "no key model.n_estimators with this model" in error
    assert "flat_forest" in error


def test_a_mapping_is_no_choice_of_a_sweep():
    (words,) = choices(["datamodule.label_map={0: rest, 1: TDE}", "seed=choice(1)"]).values()
    assert "datamodule.label_map={0: rest, 1: TDE}" in words


@pytest.mark.parametrize(("root", "group", "option"), CHOICES)
def test_every_key_mistyped_in_one_letter_is_found_with_the_file_that_holds_it(root, group, option):
    chosen = [f"{group}={option}"]
    with initialize_config_module("alertlab.conf", version_base="1.3"):
        known = list(all_keys(hydra_compose(root, chosen)))
        origin = Origin(root, chosen, [])
    others = {each for each in ROOTS["train"] if each != group} if root == "train" else set()  # have cases of their own
    for number, key in enumerate(known):
        if key.partition(".")[0] in others:
            continue
        place = len(key) - 1 - number % len(key.rpartition(".")[2])  # somewhere in the last word
        for typed in (
            f"{key[:place]}{key[place + 1 :]}",
            f"{key[:place]}q{key[place:]}",
            f"{key[:place]}q{key[place + 1 :]}",
        ):
            like = [each for each in known if abs(len(each) - len(typed)) <= 1 and one_slip(typed, each)]
            if typed not in known and len(like) == 1:
                assert mistyped(typed, known) == key
        file, last = origin.of(key), key.rpartition(".")[2]
        if last.isdigit():
            continue  # an item of a list
        assert file is not None, key
        path = CONF / file.removeprefix("conf/")
        assert last in words_of(path) or path.parent.name == last, key


@cache
def words_of(path):
    """Every key of a file, and the groups of its defaults."""

    def walk(node):
        if isinstance(node, dict):
            for key, value in node.items():
                yield str(key)
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    return set(walk(yaml.safe_load(path.read_text())))
