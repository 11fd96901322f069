"""Maps of the latent space, held to scikit-learn."""

from dataclasses import replace

import numpy as np
import pytest
from alertlab.core.paper import render
from alertlab.core.predictions import ScorePredictions
from alertlab.evaluation import latent_map
from alertlab.evaluation.latent_map import coloured, latent_maps, principal, shown
from sklearn.decomposition import PCA


def rows(n=200, repeats=1, size=6, **changes):
    random = np.random.default_rng(0)
    m = n * repeats
    kind = random.choice(["RRL", "QSO", "TDE"], m)
    found = ScorePredictions(
        np.tile(np.arange(n), repeats),
        np.array([f"ZTF{each}" for each in np.tile(np.arange(n), repeats)]),
        np.full(m, "test"),
        np.repeat(np.arange(repeats), n),
        random.lognormal(size=m),
        np.full(m, 50.0),
        kind,
        (kind == "TDE").astype(int),
        np.zeros((m, 0)),
        embedding=random.normal(size=(m, size)).astype(np.float32) * np.arange(1, size + 1),
    )
    return replace(found, **changes)


def test_places_are_the_principal_components_of_scikit_learn():
    of = rows()
    place, share = principal(of)
    theirs = PCA(2).fit(of.embedding.astype(float))
    np.testing.assert_allclose(np.abs(place), np.abs(theirs.transform(of.embedding.astype(float))), atol=1e-6)
    assert share == pytest.approx(theirs.explained_variance_ratio_.sum())


def test_a_figure_has_a_panel_of_classes_and_one_of_scores_and_says_what_it_was_fitted_to():
    ((figure, told),) = latent_maps(rows(), "test").values()
    assert "fitted to the 200 rows of the part test that are drawn" in told
    left, right, bar = figure.axes
    assert {text.get_text() for text in left.get_legend().get_texts()} == {"RRL", "QSO", "TDE"}
    assert bar.get_ylabel() == "Score"
    assert sum(len(each.get_offsets()) for each in right.collections) == 200
    assert render(figure, "pdf").startswith(b"%PDF")


def test_of_many_rows_some_are_drawn_and_of_several_repeats_the_first():
    some, told = shown(rows(100, repeats=3), 30)
    assert len(some) == 30
    assert set(some.repeat.tolist()) == {0}
    assert told == "the 30 rows that are drawn, at random from 100 of the part test of repeat 0"


@pytest.mark.parametrize("embedding", [None, np.zeros((200, 1), np.float32), np.full((200, 3), np.nan, np.float32)])
def test_without_an_embedding_of_two_dimensions_there_is_no_map(embedding):
    assert latent_maps(rows(embedding=embedding)) == {}


def test_rows_without_a_class_are_coloured_by_the_nearest():
    of = rows(kind=np.full(200, ""), by_class=np.tile([[2.0, 1.0]], (200, 1)), known=("RRL", "QSO"))
    names, said, _, _ = coloured(of)
    assert (set(names.tolist()), said) == ({"QSO"}, "nearest class")


def test_umap_is_drawn_beside_where_it_is_installed(monkeypatch):
    monkeypatch.setattr(latent_map, "find_spec", lambda name: name)
    monkeypatch.setattr(latent_map, "umap", lambda of: np.asarray(of.embedding[:, :2], float))
    maps = latent_maps(rows(), "test")
    assert list(maps) == ["latent_map", "latent_map_umap"]
    assert maps["latent_map_umap"][0].axes[0].get_xlabel() == "UMAP axis 1"
