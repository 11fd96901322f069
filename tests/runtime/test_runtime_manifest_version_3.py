"""Version 3: what held-out rows settled, in the key ``answers`` of a classifier."""

import copy
import json

import pytest
from alertlab.runtime import BundleError
from alertlab.runtime.schema import parse

STAIR = {"score": [0.1, 0.4], "level": [0.25, 0.75], "objects": 3}
SETS = {"part": "validation", "marginal": STAIR, "by_class": dict.fromkeys(("SN", "bogus", "AGN"), STAIR)}
LIMIT = {
    "value": 0.3,
    "goal": "f1 best",
    "part": "validation",
    "rows": 9,
    "own": 2,
    "purity": 1.0,
    "completeness": 0.5,
    "f1": None,
}
ANSWERS = {"sets": SETS, "thresholds": {"SN": LIMIT}}


def text(manifest):
    return json.dumps({"files": {"model.onnx": {"sha256": "0" * 64, "bytes": 3}}} | manifest).encode()


def test_sets_and_thresholds_arrive_as_declared_and_classes_in_their_order(manifest):
    read = parse(text(manifest | {"bundle_version": 3, "answers": ANSWERS}))
    assert read.answers.sets.marginal.score == (0.1, 0.4)
    assert read.answers.thresholds["SN"].value == 0.3
    limits = read.answers.sets.limits(0.9, read.classes)
    assert limits.few == ("AGN", "SN", "bogus")
    assert read.bundle_version == 3


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_version_has_neither(manifest, version):
    with pytest.raises(BundleError, match=f"bundle_version {version} has no such"):
        parse(text(manifest | {"bundle_version": version, "answers": ANSWERS}))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("sets", "marginal", "score"), [0.4, 0.1], "answers.sets: expected scores and levels, as many of each"),
        (("sets", "marginal", "level"), [0.5], "answers.sets: expected scores and levels, as many of each"),
        (("sets", "marginal", "objects"), -1, "answers.sets.marginal.objects: expected a whole number"),
        (("sets", "by_class"), {"SN": STAIR}, "answers.sets.by_class: expected every class, and no other"),
        (("thresholds",), {"TDE": LIMIT}, "answers.thresholds.TDE: no such class"),
        (("thresholds", "SN", "value"), "high", "answers.thresholds.SN.value: expected a number"),
        (("code",), "x", "answers.code: unknown key"),
    ],
)
def test_a_wrong_value_is_refused_by_its_key(manifest, path, value, message):
    answers = copy.deepcopy(ANSWERS)
    place = answers
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(BundleError, match=message):
        parse(text(manifest | {"bundle_version": 3, "answers": answers}))
