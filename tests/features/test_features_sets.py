"""A feature set is fixed: its columns, its definition's hash, the words for each column, and what it refuses."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from alertlab.features.families import KERNELS
from alertlab.features.listing import listing, page
from alertlab.features.sets import HASH, NAME, VERSION, FeatureSet, all_features, feature_set
from alertlab.runtime.errors import AlertlabError

SETS = ("alerce152", "alerce174")


@pytest.mark.parametrize(("name", "size"), [("alerce152", 152), ("alerce174", 174)])
def test_a_set_has_the_number_of_columns_that_its_name_says(name, size):
    names = feature_set(name).names
    assert len(names) == len(set(names)) == size
    assert feature_set(name).names == names


def test_the_published_set_is_56_and_9_of_each_band_and_22_of_the_object():
    chosen = feature_set("alerce152").features
    limits = [each.name for each in chosen if "diffmaglim" in each.name or "_det_" in each.name]
    assert len(limits) == 2 * 9
    assert len([each for each in chosen if each.bands]) == 2 * (56 + 9)
    assert len([each for each in chosen if not each.bands]) == 22


def test_the_two_sets_differ_in_helpers_and_in_allwise():
    small, large = (set(feature_set(name).names) for name in SETS)
    assert small - large == {"W1-W2", "W2-W3", "g-W2", "g-W3", "r-W2", "r-W3"}
    helpers = {re.sub("_[12]$", "", name) for name in large - small}
    assert helpers == {
        *("mean_mag", "min_mag", "first_mag", "Mean", "n_det", "n_pos", "n_neg", "iqr", "MHPS_non_zero"),
        *("MHPS_PN_flag", "delta_mjd_fid", "last_mjd_before_fid", "Period_band", "Harmonics_chi"),
    }


def test_another_name_is_refused_with_those_that_there_are():
    with pytest.raises(
        AlertlabError, match=r"features=alerce: no such set; there are alerce152, alerce174, transient, all, all_bands"
    ):
        feature_set("alerce")


def with_kernel(features, **change):
    """The set with something else in the kernel of its first feature."""
    first = features.features[0]
    return replace(features, features=(replace(first, kernel=replace(first.kernel, **change)), *features.features[1:]))


def with_text(features, **change):
    """The set with other words for its first feature."""
    first = features.features[0]
    return replace(features, features=(replace(first, text=replace(first.text, **change)), *features.features[1:]))


@pytest.mark.parametrize(
    "change",
    [
        lambda features: replace(features, version="0"),
        lambda features: replace(features, name="mine"),
        lambda features: with_text(features, formula="something else"),
        lambda features: with_text(features, unit="Jy"),
        lambda features: with_kernel(features, minimum=7),
        lambda features: with_kernel(features, source="another paper"),
        lambda features: with_kernel(features, undefined="on Mondays"),
        lambda features: replace(features, features=features.features[1:]),
        lambda features: replace(features, features=features.features[::-1]),
    ],
)
def test_the_hash_changes_with_whatever_defines_a_value(change):
    features = feature_set("alerce174")
    assert change(features).sha256 != features.sha256
    assert re.fullmatch("[0-9a-f]{64}", features.sha256)
    assert feature_set("alerce174").sha256 == features.sha256


def test_a_table_of_the_same_set_passes():
    features = feature_set("alerce152")
    features.check(features.metadata(), "f.parquet")
    features.check({**features.metadata(), b"pandas": b"{}"}, "f.parquet")


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        (None, r"^f\.parquet: says nothing of its feature set; make it with alertlab features$"),
        ({b"pandas": b"{}"}, r"^f\.parquet: says nothing of its feature set"),
        (
            feature_set("alerce174").metadata(),
            r"^f\.parquet: holds feature set alerce174 2 \(\w{12}\), not alerce152 2",
        ),
        (
            replace(feature_set("alerce152"), version="0").metadata(),
            r"alerce152 0 \(\w{12}\), not alerce152 2 \(\w{12}\); compute the features again$",
        ),
        (
            with_text(feature_set("alerce152"), formula="old").metadata(),
            r"alerce152 2 \(\w{12}\), not alerce152 2 \(\w{12}\); compute the features again$",
        ),
        ({NAME: b"alerce152", VERSION: b"1"}, r"alerce152 1 \(\?\), not alerce152 2 \(\w{12}\); compute"),
        ({NAME: b"alerce152", HASH: b"0" * 64}, r"alerce152 \? \(0{12}\), not"),
    ],
)
def test_a_table_of_other_features_is_refused_with_its_name_and_the_remedy(metadata, message):
    with pytest.raises(AlertlabError, match=message) as caught:
        feature_set("alerce152").check(metadata, "f.parquet")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", SETS)
def test_the_listing_names_every_feature_with_unit_formula_minimum_and_source(name):
    features = feature_set(name)
    text = listing(features)
    paragraphs = text.split("\n\n")
    assert (
        paragraphs[0]
        == text.splitlines()[0]
        == (f"{name} {features.version}: {len(features.features)} features, sha256 {features.sha256[:12]}")
    )
    told = {each: paragraph for paragraph in paragraphs[1:] for each in re.split(r" \[|, |\n", paragraph)}
    for each in features.features:
        head, _, body = told[each.name].partition("\n")
        words = " ".join(body.split())
        assert (f"[{each.text.unit}]" in head) == bool(each.text.unit), each.name
        assert " ".join(each.text.formula.split()) in words, each.name
        assert f"At least {each.kernel.minimum} point" in words
        assert each.kernel.undefined in words
        assert words.endswith(f"{each.kernel.source}.")


def test_the_documentation_has_a_row_of_seven_cells_for_each_group():
    lines = [line for line in page().splitlines() if line.startswith("|")]
    heads = [line for line in lines if line.startswith(("| feature", "|---"))]
    assert [head.count("|") for head in heads] == [8] * 4
    rows = [line for line in lines if line not in heads]
    told = [name for row in rows for name in re.findall("`(.+?)`", row.split(" | ")[0])]
    assert len(told) == len(set(told))
    assert set(feature_set("all").names) < set(told)
    assert {"chi2_BLUE", "chi2_RED", "BLUE-RED_mean", "rise_50_BLUE"} < set(told)
    for row in rows:
        assert len(re.split(r"(?<!\\)\|", row)) == 9, row


def test_the_page_of_features_is_the_one_that_the_kernels_write():
    written = Path(__file__).parents[2] / "docs" / "features_list.md"
    assert written.read_text() == f"# Features\n\n{page()}\n", (
        "python -m alertlab.features.listing > docs/features_list.md"
    )


def test_every_kernel_is_declared_whole():
    for kernel in KERNELS:
        assert kernel.minimum >= 1
        assert kernel.source
        for text in kernel.texts:
            assert text.name
            assert text.formula
            assert text.formula == text.formula.strip().rstrip(".")
    names = [each.name for each in all_features()]
    assert len(names) == len(set(names)) == 226
    assert FeatureSet("every", "1", all_features()).sha256 != feature_set("alerce174").sha256
