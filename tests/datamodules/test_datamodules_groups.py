"""Groups of stars as samples: diagrams, labels, facts, and fields that never part."""

import numpy as np
import pandas as pd
import pytest
from alertlab.config import compose, instantiate
from alertlab.core.samples import PARTS
from alertlab.features.clusters.diagram import COLOURS, MAGNITUDES, SIDE, diagram, distance_of
from alertlab.features.clusters.matching import matched
from alertlab.runtime.errors import AlertlabError
from groups_by_hand import write_groups


def of(words, name="groups"):
    return instantiate(compose("train", [f"datamodule={name}", *words]).datamodule)


def test_a_star_stands_in_the_cell_of_its_colour_and_absolute_magnitude():
    """BP - RP = 1.02 and M_G = 3.2 by hand: 100 pc are a parallax of 10 mas, G = M_G + 5."""
    cells = diagram(np.array([1.02, np.nan]), np.array([8.2, 8.2]), np.array([10.0, 10.0]))
    width, height = ((high - low) / SIDE for low, high in (COLOURS, MAGNITUDES))
    assert cells.sum() == 1
    assert cells[0, int((3.2 - MAGNITUDES[0]) / height), int((1.02 - COLOURS[0]) / width)] == 1


def test_a_group_without_a_parallax_is_put_far_away():
    assert distance_of(np.array([-0.1, 0.1])) == pytest.approx(20)
    assert distance_of(np.array([0.4, 0.6])) == pytest.approx(2)


def test_groups_are_samples_with_their_facts_and_fields_never_part(tmp_path):
    data = of(write_groups(tmp_path))
    samples = data.samples()
    assert samples.shape("diagram") == (48, 1, SIDE, SIDE)
    assert samples.inputs["diagram"].sum((1, 2, 3)).tolist() == [30] * 48
    assert samples.counts() == {"field": 24, "cluster": 24}
    assert samples.facts["found"].tolist() == list(range(48))
    assert samples.facts["stars"].tolist() == [30] * 48
    assert samples.facts["distance"] == pytest.approx(0.5)
    data.draw(0)
    fields = [set(data.samples(part).object_id) for part in PARTS]
    assert sum(map(len, fields)) == len(set().union(*fields)) == 12


@pytest.mark.parametrize(
    ("change", "words", "told"),
    [
        ({"label": "clump"}, [], "label 'clump' is outside"),
        ({"label": None}, ["datamodule.label_map={cluster: null}"], None),
        ({}, ["datamodule.source.group=cand"], r"source.group: .*has no column cand. Did you mean candidate"),
        ({"bp_rp": "blue"}, [], "bp_rp"),
    ],
)
def test_what_cannot_be_read_is_told_with_file_and_column(tmp_path, change, words, told):
    given = write_groups(tmp_path)
    table = pd.read_parquet(tmp_path / "groups.parquet").assign(**change)
    table.to_parquet(tmp_path / "groups.parquet")
    with pytest.raises(AlertlabError, match=told or "no labelled object"):
        of([*given, *words]).samples()


def test_a_group_with_two_labels_is_refused(tmp_path):
    given = write_groups(tmp_path)
    table = pd.read_parquet(tmp_path / "groups.parquet")
    table.loc[3, "label"] = "field"
    table.to_parquet(tmp_path / "groups.parquet")
    with pytest.raises(AlertlabError, match=r"group 000 has cluster and field in column label"):
        of(given).samples()


def test_simulated_groups_are_clusters_found_or_missed_false_groups_and_stars_at_random(tmp_path):
    words = {
        "simulator.n": 4,
        "simulator.stars": "[1500,1500]",
        "simulator.clusters": 5,
        "simulator.asterisms": 3,
        "simulator.members": "[15,40]",
        "blind_search.resamples": 2,
        "blind_search.min_pts": "[6]",
        "cache": tmp_path,
        "workers": 1,
    }
    data = of([f"datamodule.source.{key}={value}" for key, value in words.items()], "simulated_groups")
    samples = data.samples()
    label = np.array(samples.classes)[samples.target]
    found = samples.facts["found"] == 1
    assert set(samples.object_id) == {f"field{number:04d}" for number in range(4)}
    assert np.sum(label == "cluster") >= 18  # 20 clusters, fewer stars than 8 are seen of few
    assert np.sum(found & (label == "field")) > 3  # of 12 asterisms
    assert np.sum(~found & (label == "field")) > 15
    assert np.abs(samples.facts["density"] - 1500 / 144).max() < 2
    kept = list(tmp_path.glob("groups-*.parquet"))
    assert len(kept) == 1


def test_a_group_matches_the_cluster_of_most_of_its_stars():
    owner = np.array([0] * 10 + [1] * 10 + [-1] * 20)
    groups = [np.arange(0, 8), np.arange(8, 12), np.arange(10, 14), np.arange(12, 40)]
    match = matched(groups, owner, 2)
    assert match.cluster.tolist() == [0, -1, 1, -1]  # the second halves two, the last is mostly field
    assert match.completeness.tolist() == [0.8, 0, 0.4, 0]
    assert match.recovered.tolist() == [True, False]
