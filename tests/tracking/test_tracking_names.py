"""Names of metrics: what MLflow takes, and never one for two."""

import pytest
from alertlab.tracking import named
from alertlab.tracking.names import accepted, escaped
from hypothesis import given
from hypothesis import strategies as st
from mlflow.utils.validation import MAX_ENTITY_KEY_LENGTH, _validate_metric_name, _validate_param_name

PIECES = ["EB", "SN", "F", "1O", "x2a", "x5f", "x00", "2a", "top", "std", "_", "_std", "_x", "/", ".", "..", " ", "*"]
ODD = ["?", "(", ")", "[", "]", "-", ":", "\n", "\0", "é", "e\u0301", "²", "☄", "\ud800", "%", "\\", "y" * 130]
WORD = st.one_of(st.lists(st.sampled_from(PIECES + ODD), max_size=4).map("".join), st.text(max_size=6))
NAME = st.tuples(st.lists(WORD, min_size=1, max_size=4).map(tuple), st.booleans())


def whole(name):
    return named(*name[0], deviation=name[1])


@given(st.lists(NAME, min_size=2, max_size=30, unique=True))
def test_different_names_have_different_keys_that_mlflow_takes(names):
    keys = [whole(name) for name in names]
    assert len(set(keys)) == len(names)
    for key in keys:
        _validate_metric_name(key)
        assert len(key) <= MAX_ENTITY_KEY_LENGTH
        assert "\n" not in key


@given(NAME)
def test_a_name_is_delivered_as_the_results_have_it(name):
    assert accepted(whole(name)) == whole(name)


@given(st.lists(st.text(max_size=300) | WORD, min_size=2, max_size=30, unique=True))
def test_parameters_that_differ_keep_different_keys_that_mlflow_takes(names):
    keys = [escaped(name) for name in names]
    assert len(set(keys)) == len(names)
    for key in keys:
        _validate_param_name(key)
        assert len(key) <= MAX_ENTITY_KEY_LENGTH


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("test", "recall", "SNIa"), "test/recall/SNIa"),
        (("test", "recall", "SN_Ia-91T x.1:b"), "test/recall/SN_Ia-91T x.1:b"),
        (("test", "confusion", "SNIa", "SNII"), "test/confusion/SNIa/SNII"),
        (("test", "recall", "SN 91bg_2a"), "test/recall/SN 91bg_2a"),
        (("test", "recall", "EB*"), "test/recall/EB_x2a_"),
        (("test", "confusion", "F/1O", "2O"), "test/confusion/F_x2f_1O/2O"),
        (("test", "recall", "SN_std"), "test/recall/SN_x5f_std"),
    ],
)
def test_names_read_as_documented(words, name):
    assert named(*words) == name


@pytest.mark.parametrize("name", ["test/recall/SN (Ia)", "a//b", "../b", "/b", ".", "", "z" * 300])
def test_a_name_of_another_program_is_made_to_fit(name):
    _validate_metric_name(accepted(name))
