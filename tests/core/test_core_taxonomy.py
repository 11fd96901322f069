"""Classes and branches: text, whatever YAML made of them."""

import pytest
import yaml
from alertlab.core.taxonomy import Taxonomy
from alertlab.runtime import AlertlabError


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("[0, 1]", ("0", "1")),
        ("[0.0, 1.0]", ("0", "1")),
        ("['0', '1']", ("0", "1")),
        ("[true, false]", ("True", "False")),
        ("[1.5, 100000.0]", ("1.5", "100000")),
        ("[' SN ', 2024-01-01]", ("SN", "2024-01-01")),
    ],
)
def test_classes_that_yaml_made_something_else_are_text(text, classes):
    assert Taxonomy(yaml.safe_load(text)).classes == classes


def test_branches_and_their_classes_are_text_and_give_the_classes():
    taxonomy = Taxonomy(None, yaml.safe_load("{2: [0, 1.0], true: [SN]}"))
    assert taxonomy.branches == {"2": ("0", "1"), "True": ("SN",)}
    assert taxonomy.classes == ("0", "1", "SN")
    assert Taxonomy(["SN", 1, 0], {"a": [0, 1], "b": ["SN"]}).index("0") == 2


@pytest.mark.parametrize(
    ("classes", "branches", "message"),
    [
        ("AB", None, r"datamodule\.classes: 'AB' is not a list; write \[AB\]"),
        (3, None, r"datamodule\.classes: 3 is not a list"),
        ({"A": 1}, None, r"datamodule\.classes: .* is not a list"),
        (["A", None], None, r"datamodule\.classes: None is no name"),
        (["A", " "], None, r"datamodule\.classes: ' ' is no name"),
        (["A", "None"], None, r"datamodule\.classes: 'None' is no name"),
        (["A", float("nan")], None, r"datamodule\.classes: nan is no name"),
        (["A", ["B"]], None, r"datamodule\.classes: \['B'\] is no name"),
        ([1, "1"], None, r"datamodule\.classes: 1 named twice"),
        ([], None, r"datamodule\.classes: name the classes"),
        (None, None, r"datamodule\.classes: name the classes"),
        (None, {"a": "RRL"}, r"datamodule\.branches\.a: 'RRL' is not a list"),
        (None, ["a"], r"datamodule\.branches: \['a'\] is not a mapping"),
        (None, {"a": ["A"], "b": []}, r"datamodule\.branches\.b: holds no class"),
        (None, {1: ["A"], "1": ["B"]}, r"datamodule\.branches: two of 1, '1' are one text"),
        (["A", "B"], {"a": ["A"]}, r"each of datamodule\.classes exactly once"),
    ],
)
def test_what_is_no_list_of_classes_names_its_key(classes, branches, message):
    with pytest.raises(AlertlabError, match=message):
        Taxonomy(classes, branches)
