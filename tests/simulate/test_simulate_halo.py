"""Simulated stars of two galaxies."""

import numpy as np
import pyarrow.parquet as pq
import pytest
from alertlab.runtime import AlertlabError
from alertlab.simulate import SimulatedHalo
from alertlab.simulate.halo.galaxies import galaxy
from alertlab.simulate.halo.stars import draw_places, seen
from astropy import units as u
from astropy.coordinates import CartesianDifferential, Galactocentric, SkyCoord
from scipy.stats import kstest


def column(stars, name):
    return stars.table[name].to_numpy(zero_copy_only=False)


def test_positions_and_motions_are_those_of_astropy():
    """A star of any velocity about the centre, seen from the Sun."""
    random = np.random.default_rng(0)
    place, velocity = random.uniform(-1.5, 1.5, (50, 3)), random.normal(0, 100, (50, 3))
    longitude, latitude, pm_l, pm_b = seen(place, velocity, 235.0)

    x, y = place[:, 0] - 8.2, place[:, 1]
    phi = np.arctan2(y, x)
    v_x = velocity[:, 0] * np.cos(phi) + velocity[:, 1] * np.sin(phi)  # along the rotation is towards falling phi
    v_y = velocity[:, 0] * np.sin(phi) - velocity[:, 1] * np.cos(phi)
    frame = Galactocentric(
        galcen_distance=8.2 * u.kpc,
        z_sun=0 * u.pc,
        galcen_v_sun=CartesianDifferential((11.1, 235 + 12.24, 7.25) * u.km / u.s),
    )
    speeds = {f"v_{axis}": each * u.km / u.s for axis, each in zip("xyz", (v_x, v_y, velocity[:, 2]), strict=True)}
    star = SkyCoord(x=x * u.kpc, y=y * u.kpc, z=place[:, 2] * u.kpc, **speeds, frame=frame).galactic
    np.testing.assert_allclose(star.l.wrap_at(360 * u.deg).deg, longitude, atol=0.02)
    np.testing.assert_allclose(star.b.deg, latitude, atol=0.02)
    np.testing.assert_allclose(star.pm_l_cosb.value, pm_l, atol=0.05)
    np.testing.assert_allclose(star.pm_b.value, pm_b, atol=0.05)


def test_heights_are_exponential_within_the_cut():
    place, parallax = draw_places(np.random.default_rng(1), 0.3, 4000)
    near = np.hypot(place[:, 0], place[:, 1]) < 1.5  # a column that the cut does not touch
    assert kstest(np.abs(place[near, 2]), "expon", args=(0, 0.3)).pvalue > 0.01
    assert parallax.min() > 0.4


def test_velocities_and_shares_are_those_of_the_galaxy():
    for gap in (0.0, 0.5):
        stars = SimulatedHalo(40_000, 3, gap)
        for each in galaxy(gap).populations:
            own = column(stars, "true_population") == each.name
            assert own.mean() == pytest.approx(each.share, abs=4 * (each.share / 40_000) ** 0.5)
            speed = column(stars, "true_v_phi")[own]
            assert speed.mean() == pytest.approx(each.rotation, abs=4 * each.spread[1] / own.sum() ** 0.5)
            assert column(stars, "true_v_r")[own].std() == pytest.approx(each.spread[0], rel=4 / (2 * own.sum()) ** 0.5)


def test_labels_are_few_and_err_by_the_rule():
    clean, noisy = (SimulatedHalo(40_000, 3, 0.0, 30_000, noise) for noise in (0.0, 1.0))
    truth = column(clean, "true_class")
    for stars in (clean, noisy):
        labelled = column(stars, "label") != None  # noqa: E711  of an array
        assert labelled.sum() == 30_000
        np.testing.assert_array_equal(np.isfinite(column(stars, "fe_h")), labelled)
    assert (column(clean, "label")[labelled] == truth[labelled]).all()
    called = column(noisy, "label") == "accreted"
    height = np.abs(np.sin(np.radians(galactic(noisy).b.deg))) / column(noisy, "parallax")
    np.testing.assert_array_equal(called, labelled & (height > 1.5) & (column(noisy, "fe_h") < -1.5))
    assert 0.5 < (truth[called] == "accreted").mean() < 0.95


def galactic(stars):
    return SkyCoord(column(stars, "ra") * u.deg, column(stars, "dec") * u.deg).galactic


def test_the_same_seed_gives_the_same_stars_and_another_names_none_of_them():
    one, again, other = (SimulatedHalo(100, seed, 1.0).table for seed in (1, 1, 2))
    assert one.equals(again)
    assert not set(one["source_id"].to_pylist()) & set(other["source_id"].to_pylist())


def test_what_cannot_be_simulated_is_told():
    for words, told in (({"gap": -1}, "gap: -1"), ({"labels": 0}, "labels: 0"), ({"label_noise": 2}, "label_noise: 2")):
        with pytest.raises(AlertlabError, match=told):
            SimulatedHalo(10, 1, **words)


def test_the_command_writes_a_table_with_units(tmp_path, capsys):
    from alertlab.cli import main

    words = ["-n", "500", "--seed", "4", "--gap", "1", "--labels", "50", "--label-noise", "0.5"]
    assert main(["simulate", "halo", "--out", str(tmp_path / "halo"), *words]) == 0
    assert "accreted" in capsys.readouterr().out
    table = pq.read_table(tmp_path / "halo" / "stars.parquet")
    assert table.schema.field("pmra").metadata == {b"unit": b"mas / yr"}
    assert table.equals(SimulatedHalo(500, 4, 1.0, 50, 0.5).table)
