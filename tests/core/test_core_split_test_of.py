"""Repeats that share one repeat's test part: what is chosen on their validation parts has not seen it."""

import pytest
from alertlab.core.split import SplitPlan
from alertlab.runtime import AlertlabError
from test_core_split_turns import BRANCHES, FLAT, of_sizes, parts_of


@pytest.mark.parametrize("told", [{}, {"folds": 4}, {"leave_out": ("A",)}, {"leave_out": "each", "folds": 3}])
@pytest.mark.parametrize("outer", [0, 2])
def test_all_repeats_have_the_test_part_of_one_and_draw_validation_anew(told, outer):
    samples = of_sizes(FLAT)
    plain = SplitPlan(seed=5, **told)
    test = parts_of(samples, plain.make(samples, outer))["test"]
    shared = [parts_of(samples, SplitPlan(seed=5, test_of=outer, **told).make(samples, repeat)) for repeat in range(4)]
    for parts in shared:
        assert parts["test"] == test
        assert not parts["test"] & (parts["train"] | parts["validation"])
        assert not parts["train"] & parts["validation"]
        assert parts["train"] | parts["validation"] == shared[0]["train"] | shared[0]["validation"]
    assert len({frozenset(parts["validation"]) for parts in shared}) == 4


@pytest.mark.parametrize("told", [{}, {"folds": 4}, {"leave_out": "each", "folds": 3}])
def test_the_repeat_itself_is_parted_as_without(told):
    samples = of_sizes(BRANCHES)
    for repeat in range(3):
        again = SplitPlan(test_of=repeat, **told).make(samples, repeat)
        plain = SplitPlan(**told).make(samples, repeat)
        assert parts_of(samples, again)["test"] == parts_of(samples, plain)["test"]
        if told.get("leave_out") != "each":  # whose repeats are of another fold
            assert again.parts == plain.parts


def test_other_repeats_have_other_test_parts_without_it():
    samples = of_sizes(FLAT)
    tests = [parts_of(samples, SplitPlan(test_of=outer).make(samples, 0))["test"] for outer in range(3)]
    assert len({frozenset(each) for each in tests}) == 3


@pytest.mark.parametrize("wrong", [-1, 1.5, True, "0"])
def test_what_is_no_number_of_a_repeat_is_refused(wrong):
    with pytest.raises(
        AlertlabError, match=r"split\.test_of: .* is no number of a repeat; write 0 for the first, or null"
    ):
        SplitPlan(test_of=wrong)


def test_a_repeat_beyond_the_folds_is_refused():
    samples = of_sizes(FLAT)
    with pytest.raises(AlertlabError, match="4 folds have no repeat 4"):
        SplitPlan(folds=4, test_of=4).make(samples)
    with pytest.raises(AlertlabError, match="have no repeat 12"):
        SplitPlan(folds=3, leave_out="each", test_of=12).make(samples)
