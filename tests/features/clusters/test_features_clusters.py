"""The blind search, against brute force, scipy, scikit-learn and clusters that were put there."""

import numpy as np
import pytest
from alertlab.features.clusters.boxes import boxes, from_first, offsets
from alertlab.features.clusters.epsilon import epsilons, least_neighbour_distances, shuffled_field, standardised
from alertlab.features.clusters.merge import merged
from alertlab.features.clusters.methods import METHODS
from alertlab.features.clusters.search import BlindSearch, search
from alertlab.features.clusters.stars import Cuts, Stars, read_stars
from alertlab.runtime.errors import AlertlabError

SEARCH = {
    "method": "dbscan",
    "sides": [12],
    "shifts": [0],
    "min_pts": [5, 8],
    "resamples": 3,
    "smallest": 8,
    "edge": 0.2,
    "largest_parallax": 7.0,
    "largest_motion": 30.0,
    "faintest": 18.0,
    "seed": 0,
}


def silent(done, total):
    pass


def made(l, b, rng, n_field=1500, clusters=((4.0, 1.0), (8.0, -2.0)), members=30):  # noqa: E741
    """Field stars about a place, and clusters at offsets of their own; which star is whose."""
    parts = [np.column_stack([rng.uniform(0, 12, n_field), rng.uniform(-4, 4, n_field), rng.gamma(3, 0.3, n_field)])]
    motion = [rng.normal(0, 4, (n_field, 2))]
    for number, place in enumerate(clusters):
        parts.append(np.column_stack([rng.normal(place, 0.1, (members, 2)), rng.normal(1.5, 0.03, members)]))
        motion.append(rng.normal((2.0 * number, -3.0), 0.1, (members, 2)))
    places, motions = np.concatenate(parts), np.concatenate(motion)
    owner = np.repeat(np.arange(-1, len(clusters)), [n_field] + [members] * len(clusters))
    x, y, parallax = places.T
    light = np.full(len(x), 15.0)
    names = np.array([f"star {row}" for row in range(len(x))])
    return Stars(names, (l + x) % 360, b + y, parallax, *motions.T, light, light), owner


def test_the_least_kth_distance_is_that_of_all_pairs():
    points = np.random.default_rng(0).normal(size=(400, 5))
    apart = np.sort(np.linalg.norm(points[:, None] - points[None], axis=2), axis=1)
    expected = apart[:, [4, 8]].min(0)  # place 0 is the star itself
    assert least_neighbour_distances(points, [4, 8]) == pytest.approx(expected, abs=1e-12)


def test_a_fake_field_is_drawn_as_scipy_draws_from_its_kernel_estimate():
    from scipy.stats import gaussian_kde, ks_2samp

    rng = np.random.default_rng(1)
    points = np.column_stack([rng.gamma(2, 1, 3000), rng.normal(size=3000)])
    fake = shuffled_field(points, rng)
    for ours, theirs in zip(fake.T, points.T, strict=True):
        assert ks_2samp(ours, gaussian_kde(theirs).resample(3000, seed=2)[0]).pvalue > 0.01
    assert abs(np.corrcoef(shuffled_field(np.repeat(points[:, :1], 2, 1), rng).T)[0, 1]) < 0.1


def test_epsilon_lies_half_way_between_the_stars_and_a_field_without_clusters():
    rng = np.random.default_rng(2)
    points = standardised(rng.normal(size=(500, 5)))
    points[:20] = points[0] + rng.normal(0, 0.01, (20, 5))
    apart = np.sort(np.linalg.norm(points[:, None] - points[None], axis=2), axis=1)[:, 4].min()
    fake = []
    again = np.random.default_rng(3)
    for _ in range(4):
        drawn = standardised(shuffled_field(points, again))
        fake.append(np.sort(np.linalg.norm(drawn[:, None] - drawn[None], axis=2), axis=1)[:, 4].min())
    (found,) = epsilons(points, [5], 4, np.random.default_rng(3))
    assert found == pytest.approx((apart + np.mean(fake)) / 2)


@pytest.mark.parametrize("method", METHODS)
def test_each_method_finds_a_group_that_was_put_there(method):
    stars, owner = made(100.0, 0.0, np.random.default_rng(4), n_field=600, members=60)
    found = search(stars, BlindSearch.of(SEARCH | {"method": method}), 1, silent)
    for cluster in (0, 1):
        best = max(found, key=lambda each: np.sum(owner[each.rows] == cluster))
        assert np.mean(owner[best.rows] == cluster) > 0.7
        assert np.sum(owner[best.rows] == cluster) > 40


@pytest.mark.parametrize(("l", "b"), [(100.0, 0.0), (354.0, 3.0)], ids=["anywhere", "across longitude 0"])
def test_a_catalogue_wider_than_a_box_is_searched_in_shifted_grids_and_groups_merge(l, b):  # noqa: E741
    stars, owner = made(l, b, np.random.default_rng(5))
    how = BlindSearch.of(SEARCH | {"sides": [5, 6], "shifts": [0, 1 / 3, 2 / 3]})
    found = search(stars, how, 1, silent)
    for cluster in (0, 1):
        own = [each for each in found if np.mean(owner[each.rows] == cluster) > 0.5]
        assert len(own) == 1
        assert own[0].found > 2
        assert own[0].found <= own[0].searched
        assert np.sum(owner[own[0].rows] == cluster) > 20


def test_several_processes_find_what_one_finds():
    stars, _ = made(100.0, 0.0, np.random.default_rng(5), n_field=500)
    how = BlindSearch.of(SEARCH | {"sides": [6], "resamples": 1})
    one, two = (search(stars, how, workers, silent) for workers in (1, 2))
    assert [(each.rows.tolist(), each.found) for each in one] == [(each.rows.tolist(), each.found) for each in two]


def test_every_star_is_in_one_box_of_a_grid():
    rng = np.random.default_rng(6)
    l, b = rng.uniform(300, 400, 5000) % 360, rng.uniform(-20, 20, 5000)  # noqa: E741
    for shift in (0, 1 / 3):
        rows = np.concatenate([box.rows for box in boxes(l, b, [13], [shift], 1)])
        assert np.sort(rows).tolist() == list(range(5000))


def test_a_small_field_is_one_box_whatever_the_sides():
    rng = np.random.default_rng(7)
    l, b = 15 + rng.uniform(-10, 10, 300), -79 + rng.uniform(-2, 2, 300)  # noqa: E741  near the pole: 4 deg wide
    (box,) = boxes(l, b, [12, 14, 16], [0, 1 / 3], 10)
    assert len(box.rows) == 300
    assert np.isnan(box.l)
    assert np.ptp(box.x) < 5


def test_places_about_the_middle_keep_distances_on_the_sky():
    from astropy import units as u
    from astropy.coordinates import SkyCoord

    l, b = np.array([10.0, 14.0, 12.0]), np.array([-79.0, -78.0, -80.0])  # noqa: E741
    x, y = offsets(l, b)
    sky = SkyCoord(l * u.deg, b * u.deg, frame="galactic")
    assert np.hypot(x[0] - x[1], y[0] - y[1]) == pytest.approx(sky[0].separation(sky[1]).deg, rel=1e-3)


def test_longitudes_are_counted_from_the_widest_gap():
    assert from_first(np.array([359.0, 1.0, 355.0])).tolist() == [4.0, 6.0, 0.0]


def test_groups_with_a_fifth_of_their_stars_in_common_are_one_and_others_are_not():
    rng = np.random.default_rng(8)
    values = np.concatenate([rng.normal(place, 0.1, (20, 5)) for place in (0, 5)])
    first, second = np.arange(20), np.arange(20, 40)
    found = merged([first[:14], first[4:], second, first], [0, 1, 1, 2], values)
    assert [(rows.tolist(), number) for rows, number in found] == [(first.tolist(), 3), (second.tolist(), 1)]


def test_pieces_of_a_rich_cluster_are_one_candidate():
    values = np.random.default_rng(9).normal(size=(60, 5))
    found = merged([np.arange(30), np.arange(30, 60)], [0, 0], values)
    assert [(len(rows), number) for rows, number in found] == [(60, 1)]


def test_stars_beyond_the_cuts_are_counted_by_their_first_reason():
    n = 6
    parallax, pmra, magnitude = np.ones(n), np.zeros(n), np.full(n, 15.0)
    parallax[:3], pmra[3], magnitude[4] = (np.nan, -1, 8), 40, 19
    stars = Stars(np.arange(n).astype(str), *np.zeros((2, n)), parallax, pmra, np.zeros(n), magnitude, magnitude)
    kept, dropped = Cuts(7, 30, 18).kept(stars)
    assert kept.tolist() == [False] * 5 + [True]
    assert list(dropped.values()) == [1, 1, 2, 1]


def test_a_catalogue_is_read_with_its_units_whatever_its_form(tmp_path):
    from astropy import units as u
    from astropy.table import QTable

    table = QTable(
        {
            "source_id": [2**62 + 1, 7],
            "ra": [0, 10] * u.deg,
            "dec": [0, 10] * u.deg,
            "parallax": [1, 2] * u.arcsec,
            "pmra": [1, 2] * u.mas / u.yr,
            "pmdec": [1, 2] * u.mas / u.yr,
            "phot_g_mean_mag": [10, 11] * u.mag,
            "phot_bp_mean_mag": [11, 13] * u.mag,
            "phot_rp_mean_mag": [10, 11] * u.mag,
        }
    )
    table.write(tmp_path / "stars.ecsv")
    stars = read_stars(tmp_path / "stars.ecsv")
    assert stars.source_id.tolist() == [str(2**62 + 1), "7"]
    assert stars.parallax == pytest.approx([1000, 2000])
    assert stars.colour == pytest.approx([1, 2])
    table.remove_column("pmdec")
    table.write(tmp_path / "less.ecsv")
    with pytest.raises(AlertlabError, match=r"less.ecsv: has no column pmdec"):
        read_stars(tmp_path / "less.ecsv")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"method": "kmeans"}, "blind_search.method: 'kmeans' is none of dbscan"),
        ({"min_pts": []}, "blind_search.min_pts"),
        ({"smallest": 1}, "blind_search.smallest: 1 is below 3"),
        ({"colour": 1}, "blind_search.colour: is no key"),
    ],
)
def test_a_search_that_cannot_be_is_told_with_its_key(given, told):
    with pytest.raises(AlertlabError, match=told):
        BlindSearch.of(SEARCH | given)
