"""Simulated fields with open clusters, against astropy, the Plummer law and their own lists."""

import json

import numpy as np
import pandas as pd
import pytest
from alertlab.cli import main
from alertlab.runtime.errors import AlertlabError
from alertlab.simulate import SimulatedClusters
from alertlab.simulate.clusters.isochrones import draw_masses, photometry, turn_off, with_companion
from alertlab.simulate.clusters.motions import disc_motion, equatorial, plummer


@pytest.fixture(scope="module")
def field():
    return SimulatedClusters(2, 1, (4000, 4000), clusters=4, asterisms=2).field(1)


def test_members_are_where_their_cluster_is_and_move_with_it(field):
    stars, clusters = field.stars.to_pandas(), field.clusters.to_pandas()
    for row, cluster in clusters.iterrows():
        own = stars[field.cluster == row]
        assert len(own) == cluster.members
        for name, tolerance in (("l", 0.3), ("b", 0.3), ("parallax", 0.05), ("pmra", 0.4), ("pmdec", 0.4)):
            assert own[name].median() == pytest.approx(cluster[name], abs=tolerance), name


def test_galactic_and_equatorial_places_are_those_of_astropy(field):
    from astropy import units as u
    from astropy.coordinates import SkyCoord

    stars = field.stars.to_pandas()
    sky = SkyCoord(stars.ra.to_numpy() * u.deg, stars.dec.to_numpy() * u.deg).galactic
    separation = sky.separation(SkyCoord(stars.l.to_numpy() * u.deg, stars.b.to_numpy() * u.deg, frame="galactic"))
    assert separation.arcsec.max() < 0.01


def test_measured_parallaxes_scatter_as_their_errors_say(field):
    stars = field.stars.to_pandas()
    own = field.cluster == 0
    pull = (stars.parallax - field.clusters["parallax"][0].as_py())[own] / stars.parallax_error[own]
    assert np.std(pull) == pytest.approx(1, abs=4 / np.sqrt(2 * own.sum()) + 0.1)


def test_a_field_depends_on_its_number_alone_and_no_order_says_who_belongs_together():
    one, many = (SimulatedClusters(n, 3, (500, 900), clusters=2).field(0) for n in (1, 5))
    assert one.stars.equals(many.stars)
    members = np.flatnonzero(one.cluster >= 0)
    assert np.median(np.diff(members)) > 1
    assert not SimulatedClusters(1, 4, (500, 900), clusters=2).field(0).stars.equals(one.stars)


def test_older_clusters_turn_off_fainter_and_nothing_shines_beyond_its_life():
    """10 Gyr for a star like the Sun is the definition; 1 Gyr is 10^0.4 = 2.5 suns."""
    assert turn_off(np.array([10.0, 9.0])) == pytest.approx([1.0, 2.512], rel=1e-3)
    bright = [np.nanmin(photometry(np.linspace(0.2, 19, 4000), np.full(4000, age))[0]) for age in (7.0, 8.0, 9.0)]
    assert bright == sorted(bright)
    assert np.isnan(photometry(np.array([3.0]), np.array([9.5]))[0])


def test_two_alike_stars_in_one_are_three_quarters_of_a_magnitude_brighter():
    absolute, colour = photometry(np.array([0.6]), np.array([7.0]))
    both = with_companion(absolute, colour, np.array([0.6]))
    assert both[0] - absolute == pytest.approx(-2.5 * np.log10(2), abs=1e-3)
    assert both[1] == pytest.approx(colour, abs=1e-3)


def test_masses_follow_the_broken_power_law():
    """Worked by hand: m^-2.3 from 1 to 2 and from 2 to 4 holds masses as 1 : 2^-1.3."""
    masses = draw_masses(np.random.default_rng(0), np.full(20000, 1.0), np.full(20000, 4.0))
    assert np.sum(masses > 2) / np.sum(masses < 2) == pytest.approx(2**-1.3, abs=0.02)


def test_half_of_a_plummer_sphere_lies_within_1_3_of_its_radius():
    """1.3048 of the scale radius (Aarseth et al. 1974), less for a sphere that ends at 6 of them."""
    r = np.linalg.norm(plummer(np.random.default_rng(0), 20000, 2.0), axis=1)
    assert np.sum(r < 2 * 1.3048) / len(r) == pytest.approx(0.5 / (36 / 37) ** 1.5, abs=0.02)


def test_the_disc_turns_as_astropy_s_galaxy_does():
    """Stars on circular orbits near the Sun, by astropy's frames, with the slope of rotation that A and B say."""
    from astropy import units as u
    from astropy.coordinates import ICRS, CartesianDifferential, Galactocentric, SkyCoord

    a, b, r0 = 15.3, -11.9, 8.2
    speed = (a - b) * r0
    sun = CartesianDifferential([11.1, speed + 12.2, 7.3] * u.km / u.s)
    frame = Galactocentric(galcen_distance=r0 * u.kpc, galcen_v_sun=sun, z_sun=0 * u.pc)
    l, d = np.array([20.0, 100.0, 200.0, 310.0]), 0.05  # noqa: E741
    place = SkyCoord(l * u.deg, 0 * u.deg, d * u.kpc, frame="galactic").transform_to(frame)
    x, y = place.x.value, place.y.value
    r = np.hypot(x, y)
    turning = speed - (a + b) * (r - r0)  # dV/dR = -(A + B)
    moving = SkyCoord(
        x=x * u.kpc,
        y=y * u.kpc,
        z=place.z,
        v_x=turning * y / r * u.km / u.s,
        v_y=-turning * x / r * u.km / u.s,
        v_z=0 * u.km / u.s,
        frame=frame,
    ).transform_to(ICRS())
    ours = equatorial(l, np.zeros(4), *disc_motion(l, np.zeros(4), np.full(4, d)))
    assert ours[2] == pytest.approx(moving.pm_ra_cosdec.value, abs=0.5)
    assert ours[3] == pytest.approx(moving.pm_dec.value, abs=0.5)


def test_the_verb_writes_catalogue_clusters_and_members(tmp_path, capsys):
    assert main(["simulate", "clusters", "--stars", "300", "-n", "2", "--out", str(tmp_path / "new"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    catalogue = pd.read_parquet(tmp_path / "new" / "catalogue.parquet")
    members, clusters = (pd.read_csv(tmp_path / "new" / f"{name}.csv") for name in ("members", "clusters"))
    assert told["clusters"] == len(clusters) == 24
    assert members.cluster.value_counts().to_dict() == clusters.set_index("cluster").members.astype(int).to_dict()
    assert members.source_id.isin(catalogue.source_id).all()
    assert catalogue.source_id.is_unique


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"clusters": -1}, "simulate.clusters: -1"),
        ({"faintest": 30}, "simulate.faintest: 30"),
        ({"members": (50, 20)}, "simulate.members"),
        ({"distance": (3, 4), "faintest": 10}, "simulate.distance: a cluster at"),
    ],
)
def test_what_cannot_be_simulated_is_told_with_its_key(given, told):
    with pytest.raises(AlertlabError, match=told):
        SimulatedClusters(1, 1, (100, 100), **given).field(0)
