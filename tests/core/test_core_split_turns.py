"""Splits that leave out one class after the other, within its branch, on the same folds."""

import numpy as np
import pytest
from alertlab.core.samples import Samples
from alertlab.core.split import SplitPlan
from alertlab.core.taxonomy import Taxonomy
from alertlab.runtime import AlertlabError
from sklearn.model_selection import StratifiedKFold

BRANCHES = {"Steady": ["A", "B", "C", "D"], "Alone": ["L"], "Moving": ["P", "Q", "R"]}
SIZES = {"A": 60, "B": 30, "C": 90, "D": 20, "L": 25, "P": 40, "Q": 50, "R": 35}


def of_sizes(branches=BRANCHES, seed=0):
    """Objects in two rows each, in no order."""
    taxonomy = Taxonomy([name for of in branches.values() for name in of], branches if len(branches) > 1 else None)
    kind = np.repeat(np.arange(len(taxonomy.classes)), [SIZES[name] for name in taxonomy.classes])
    order = np.tile(np.random.default_rng(seed).permutation(len(kind)), 2)
    names = np.array([f"o{number:04}" for number in range(len(kind))])
    rows = np.arange(len(order))
    return Samples({"features": np.zeros((len(order), 1), np.float32)}, kind[order], rows, names[order], taxonomy)


def parts_of(samples, split):
    """Part -> names of its objects."""
    found = {}
    for name, part in split.parts.items():
        found.setdefault(part, set()).add(name)
    return found


def objects(samples, *classes):
    return set(samples.object_id[np.isin(np.array(samples.classes)[samples.target], classes)])


FLAT = {"all": ["A", "B", "C", "D"]}


def test_repeats_go_round_classes_in_the_order_of_the_taxonomy_and_folds_within():
    samples = of_sizes(FLAT)
    turns = SplitPlan(leave_out="each", folds=3).turns(samples)
    assert [turn.left_out for turn in turns] == [(name,) for name in "ABCD" for _ in range(3)]
    assert [turn.fold for turn in turns] == [0, 1, 2] * 4


@pytest.mark.parametrize("branches", [FLAT, BRANCHES])
def test_all_of_the_class_tests_and_none_of_it_trains_or_validates(branches):
    samples = of_sizes(branches)
    plan = SplitPlan(leave_out="each", folds=5, validation=0.1)
    for repeat, turn in enumerate(plan.turns(samples)):
        parts = parts_of(samples, plan.make(samples, repeat))
        left = objects(samples, *turn.left_out)
        assert left <= parts["test"]
        assert not left & (parts["train"] | parts["validation"])
        others = objects(samples, *turn.company) - left
        assert parts["train"] | parts["validation"] | parts["test"] == others | left
        for name in set(turn.company) - set(turn.left_out):  # in proportion, in every part
            own = objects(samples, name)
            assert len(own & parts["test"]) == pytest.approx(len(own) / 5, abs=1)
            assert len(own & parts["validation"]) == pytest.approx(len(own) / 10, abs=2)


@pytest.mark.parametrize("branches", [FLAT, BRANCHES])
def test_the_folds_of_a_branch_are_the_same_whatever_is_left_out(branches):
    samples = of_sizes(branches)
    plan = SplitPlan(leave_out="each", folds=5, validation=0.1)
    part = {}
    for repeat, turn in enumerate(plan.turns(samples)):
        for name, where in plan.make(samples, repeat).parts.items():
            if where != "unused" and name not in objects(samples, *turn.left_out):
                assert part.setdefault((turn.company, turn.fold, name), where) == where
    for name in objects(samples, "A", "B", "C", "D"):  # each tests once
        assert sum(where == "test" for (_, _, of), where in part.items() if of == name) == 1


def test_the_folds_are_those_of_scikit_learn_over_the_whole_branch():
    samples = of_sizes()
    names = np.array(sorted(objects(samples, *BRANCHES["Steady"])))
    kind = dict(zip(samples.object_id.tolist(), samples.target.tolist(), strict=True))
    label = np.array([kind[name] for name in names.tolist()])
    expected = [set(names[test]) for _, test in StratifiedKFold(4, shuffle=True, random_state=7).split(names, label)]
    plan = SplitPlan(leave_out="each", folds=4, seed=7)
    for repeat, turn in enumerate(plan.turns(samples)[:16]):
        test = parts_of(samples, plan.make(samples, repeat))["test"]
        assert test - objects(samples, *turn.left_out) == expected[turn.fold] - objects(samples, *turn.left_out)


def test_other_branches_are_unused_and_a_branch_of_one_class_is_passed_over_with_a_word():
    samples = of_sizes()
    plan = SplitPlan(leave_out="each", folds=3)
    assert [turn.left_out[0] for turn in plan.turns(samples)][::3] == list("ABCDPQR")
    split = plan.make(samples, 0)
    assert parts_of(samples, split)["unused"] == objects(samples, "L", "P", "Q", "R")
    assert split.told == "datamodule.split.leave_out: L in turn would leave fewer than two classes of their branch; " \
        "passed over"  # fmt: skip


def test_classes_to_leave_in_always_train():
    samples = of_sizes()
    plan = SplitPlan(leave_out="each", leave_in=["D", "Q"], folds=3)
    turns = plan.turns(samples)
    assert [turn.left_out[0] for turn in turns][::3] == list("ABCPR")
    parts = parts_of(samples, plan.make(samples, 2))
    assert objects(samples, "D") & parts["train"]


@pytest.mark.parametrize("branches", [FLAT, BRANCHES])
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_changes_no_part(branches, seed):
    """Parts go by the names of objects, never by places that a filter shifts."""
    samples = of_sizes(branches)
    kept = np.random.default_rng(seed).permutation(len(samples))
    plan = SplitPlan(leave_out="each", folds=5, validation=0.1)
    assert plan.make(samples, 7).parts == plan.make(samples.take(kept), 7).parts


def test_a_list_leaves_all_of_it_out_of_every_fold():
    samples = of_sizes(FLAT)
    turns = SplitPlan(leave_out=["B", "D"], folds=3).turns(samples)
    assert [turn.fold for turn in turns] == [0, 1, 2]
    assert {turn.left_out for turn in turns} == {("B", "D")}


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"leave_out": "each"}, r"leave_out: each tests on folds .* give datamodule.split.folds=5"),
        (
            {"leave_out": "each", "folds": 3, "file": "s.parquet"},
            r"leave_out: each .* datamodule.split.file parts them",
        ),
        ({"leave_in": ["A"]}, r"leave_in: is of datamodule.split.leave_out=each alone"),
        ({"leave_out": "each", "folds": 3, "leave_in": "A"}, r"leave_in: 'A' is not a list; write \[A\]"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_once(plan, message):
    with pytest.raises(AlertlabError, match=rf"^datamodule\.split\.{message}"):
        SplitPlan(**plan)


@pytest.mark.parametrize(
    ("plan", "repeat", "message"),
    [
        (
            {"folds": 3},
            21,
            r"leave_out: 7 classes in turn, on 3 folds each, have no repeat 21; give repeats=21 or fewer",
        ),
        ({"folds": 3, "leave_in": ["Z"]}, 0, r"leave_in: Z is no class of the data; known: A, B"),
        ({"folds": 3, "leave_in": list("ABCDPQR")}, 0, r"leave_out: each: no class can be left out .* holds all"),
        ({"folds": 22}, 0, r"^too few objects to split: D has 20, each class needs 22"),
    ],
)
def test_a_plan_that_does_not_fit_the_data_says_why(plan, repeat, message):
    with pytest.raises(AlertlabError, match=message):
        SplitPlan(leave_out="each", **plan).make(of_sizes(), repeat)


def test_two_classes_are_too_few():
    with pytest.raises(
        AlertlabError, match=r"leave_out: each: no class can be left out of 3 or more, for there are A, B"
    ):
        SplitPlan(leave_out="each", folds=3).make(of_sizes({"all": ["A", "B"]}))


def test_nothing_left_out_has_no_turns():
    with pytest.raises(AlertlabError, match=r"datamodule.split.leave_out: names no class; give each"):
        SplitPlan(folds=3).turns(of_sizes())
    with pytest.raises(AlertlabError, match=r"datamodule.split.folds: there are none; give 5"):
        SplitPlan(leave_out=["A"]).turns(of_sizes())
