"""A remedy that is printed works when it is typed, whatever letters a name has."""

import shlex

import pytest
import yaml
from alertlab.config import compose
from alertlab.config.typed import listed, mapped, quoted
from alertlab.door.words import text_of

NAMES = ["SN Ia", "SN: II", "SN (Ia)", "a,b", "[x]", "{x}", "a=b", "RR*", "EB?", "a\\b", "C:\\x\\", "1", "True", "-x"]
BEYOND_GRAMMAR = ["it's", 'say "x"', "a#b", "é", "中文", "~", "1e5", "a\\'b"]


@pytest.mark.parametrize("name", NAMES)
def test_a_label_is_mapped_as_the_message_says(name):
    (word,) = shlex.split(mapped("datamodule.label_map", {name: "CLASS"}))
    label_map = compose("train", ["datamodule=feature_table", "datamodule.source.path=x", word]).datamodule.label_map
    assert {text_of(key): value for key, value in label_map.items()} == {name: "CLASS"}


@pytest.mark.parametrize("name", BEYOND_GRAMMAR)
def test_a_label_that_no_override_can_name_is_mapped_in_a_file(name):
    file, _, line = mapped("datamodule.label_map", {name: "null"}).partition(", ")
    assert file == "in a config file"
    assert yaml.safe_load(line) == {"label_map": {name: None}}


@pytest.mark.parametrize("name", [*NAMES, *BEYOND_GRAMMAR])
def test_a_list_and_a_text_are_typed_as_the_message_says(name):
    (word,) = shlex.split(listed("datamodule.classes", [name, "other"]))
    assert [text_of(each) for each in compose("train", [word]).datamodule.classes] == [name, "other"]
    assert compose("evaluate", [quoted_uri(name)]).tracking.uri == name


def quoted_uri(name):
    (word,) = shlex.split(quoted("tracking.uri", name))
    return word
