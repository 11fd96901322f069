"""A catalogue searched for open clusters, from training to the page."""

import re

import numpy as np
import pandas as pd
import pytest
from alertlab import runtime
from alertlab.cli import main
from alertlab.config import compose
from alertlab.simulate import SimulatedClusters
from alertlab.workflows.train import train
from groups_by_hand import write_groups
from tasks_by_hand import write

SEARCH = ["blind_search.resamples=3", "blind_search.min_pts=[5,7]", "workers=1"]


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    """A simulated field as a table, with a star that is not searched, and who is whose."""
    field = SimulatedClusters(1, 5, (2500, 2500), clusters=4, asterisms=0, members=(30, 60)).field(0)
    path = tmp_path_factory.mktemp("sky") / "gaia_<field>.csv"
    stars = field.stars.to_pandas().drop(columns=["l", "b"])
    stars.loc[0, "parallax"] = np.nan
    stars.to_csv(path, index=False)
    return path, stars.source_id.to_numpy(), field.cluster, field.clusters.to_pandas()


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """Trained on groups on a line and anywhere in the diagram."""
    folder = tmp_path_factory.mktemp("run")
    words = [
        "experiment=open_clusters",
        "datamodule=groups",
        *write_groups(folder),
        "model.layers=[4,pool,8,pool]",
        "model.dense=8",
        "trainer.max_epochs=3",
        f"output_dir={folder}",
        f"tracking.uri=sqlite:///{folder}/mlflow.db",
        "evaluation.resamples=20",
        "evaluation.formats=[png]",
    ]
    return train(compose("train", words)).bundle


def test_a_search_writes_a_ranked_table_the_members_and_a_page(bundle, catalogue, tmp_path, capsys):
    path, source_id, owner, clusters = catalogue
    out = tmp_path / "out"
    assert main(["clusters", str(bundle), str(path), "--out", str(out), *SEARCH]) == 0
    said = capsys.readouterr().out
    table, members = pd.read_csv(out / "candidates.csv"), pd.read_parquet(out / "members.parquet")
    assert table.probability.is_monotonic_decreasing
    assert table.probability.between(0, 1).all()
    assert members.groupby("candidate").size().to_dict() == table.set_index("candidate").stars.to_dict()
    assert f"{len(table)} candidates" in said
    assert "without parallax" in said
    of = dict(zip(source_id.tolist(), owner.tolist(), strict=True))
    true = members.assign(owner=members.source_id.map(of)).groupby("candidate").owner.agg(lambda each: each.mode()[0])
    for row, cluster in clusters.iterrows():
        (candidate,) = true.index[true == row]  # found once
        found = table.set_index("candidate").loc[candidate]
        assert found.parallax == pytest.approx(cluster.parallax, abs=0.05)
        assert found.pmra == pytest.approx(cluster.pmra, abs=0.5)
        assert found.pmdec == pytest.approx(cluster.pmdec, abs=0.5)
        assert found.ra == pytest.approx(cluster.ra, abs=0.5)
        assert found.dec == pytest.approx(cluster.dec, abs=0.5)


def test_the_probability_is_that_of_the_bundle_for_the_members(bundle, catalogue, tmp_path):
    out = tmp_path / "out"
    main(["clusters", str(bundle), str(catalogue[0]), "--out", str(out), *SEARCH])
    table, members = pd.read_csv(out / "candidates.csv"), pd.read_parquet(out / "members.parquet")
    own = members[members.candidate == table.candidate[0]]
    absolute = own.phot_g_mean_mag - 10 + 5 * np.log10(own.parallax.mean())
    cells = np.histogram2d(absolute, own.bp_rp, 32, ((-5, 11), (-0.5, 3.5)))[0]
    prediction = runtime.load(bundle).predict({"diagram": cells[None, None].astype(np.float32)})
    assert table.probability[0] == pytest.approx(prediction.probability[0, 1], abs=1e-6)


def test_the_page_asks_no_other_host_and_spells_names_safely(bundle, catalogue, tmp_path):
    main(["clusters", str(bundle), str(catalogue[0]), "--out", str(tmp_path), "-n", "2", *SEARCH])
    page = (tmp_path / "candidates.html").read_text()
    assert page.count('class="candidate"') == 2
    assert page.count("<svg") == 8
    assert not re.search(r"(src|href)=\"(?!data:|#)", page)
    assert "gaia_&lt;field&gt;.csv" in page
    assert "gaia_<field>" not in page


def test_what_cannot_be_searched_is_one_line_and_leaves_nothing(bundle, catalogue, tmp_path, capsys):
    path = catalogue[0]
    out = ["--out", str(tmp_path / "out")]
    assert main(["clusters", str(write(tmp_path / "a.bundle", "detection")), str(path), *out]) != 0
    assert "train experiment=open_clusters" in capsys.readouterr().err
    assert main(["clusters", str(bundle), str(path), *out, "blind_search.faintest=5"]) != 0
    assert "no star is left to search: 1 without parallax" in capsys.readouterr().err
    pd.read_csv(path).drop(columns="pmra").to_csv(tmp_path / "less.csv")
    assert main(["clusters", str(bundle), str(tmp_path / "less.csv"), *out]) != 0
    assert "less.csv: has no column pmra" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_field_without_groups_leaves_an_empty_table_and_a_page_that_says_so(bundle, catalogue, tmp_path):
    words = ["blind_search.smallest=500", *SEARCH]
    assert main(["clusters", str(bundle), str(catalogue[0]), "--out", str(tmp_path), *words]) == 0
    assert len(pd.read_csv(tmp_path / "candidates.csv")) == 0
    assert "No group of stars stood out" in (tmp_path / "candidates.html").read_text()
