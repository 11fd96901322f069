"""Simulated transients, against the published flux law, astropy's distances and their own counts."""

import numpy as np
import pytest
from alertlab.runtime.errors import AlertlabError
from alertlab.simulate import SimulatedTransients
from alertlab.simulate.transients import COMMON, RARE
from alertlab.simulate.transients.light import distance_moduli, flux_law, magnitudes, peak_of
from alertlab.simulate.transients.visits import SKY


@pytest.fixture(scope="module")
def transients():
    return SimulatedTransients(768, 1)


def test_the_flux_law_is_that_of_villar():
    """Worked by hand for A = 1, b = -0.5 / 12, t_rise = 3, plateau = 12, t_fall = 25."""
    law = (np.array(3.0), np.array(12.0), np.array(25.0), np.array(0.5))
    assert flux_law(np.array(0.0), *law) == pytest.approx(0.5)
    assert flux_law(np.array(6.0), *law) == pytest.approx(0.75 / (1 + np.exp(-2)))
    assert flux_law(np.array(12.0), *law) == pytest.approx(0.5 / (1 + np.exp(-4)))
    assert flux_law(np.array(37.0), *law) == pytest.approx(0.5 / np.e / (1 + np.exp(-37 / 3)))


def test_the_peak_is_where_the_law_is_highest():
    from scipy.optimize import minimize_scalar

    law = (3.0, 12.0, 25.0, 0.5)
    found = minimize_scalar(lambda t: -flux_law(np.array(t), *map(np.array, law)), bounds=(-5, 20), method="bounded")
    delay, top = peak_of(*(np.array([each]) for each in law))
    assert delay[0] == pytest.approx(found.x, abs=0.1)
    assert top[0] == pytest.approx(-found.fun, rel=1e-4)


def test_distances_are_those_of_astropy():
    from astropy.cosmology import FlatLambdaCDM

    redshift = np.array([0.02, 0.1, 0.37, 0.82])
    expected = FlatLambdaCDM(H0=70, Om0=0.3).distmod(redshift).value
    assert distance_moduli(redshift) == pytest.approx(expected, abs=2e-3)


def test_a_magnitude_is_the_absolute_one_plus_distance_and_band():
    """At 5000 Angstrom (1 + z) the colour has no part; a factor of ten bluewards costs the colour."""
    mu = distance_moduli(np.array(0.2))
    at_pivot = magnitudes(np.array(-19.0), np.array(3.0), np.array(0.2), np.array(6000.0))
    assert at_pivot == pytest.approx(-19 + mu - 2.5 * np.log10(1.2))
    bluer = magnitudes(np.array(-19.0), np.array(3.0), np.array(0.2), np.array(600.0))
    assert bluer - at_pivot == pytest.approx(3.0)


def test_fluxes_scatter_about_nothing_before_the_rise_as_their_errors_say(transients):
    table, labels = transients.detections(), transients.labels()
    names, time = np.array(table["oid"]), table["time"].to_numpy()
    peak = dict(zip(labels["oid"].to_pylist(), labels["time_of_peak"].to_pylist(), strict=True))
    kind = dict(zip(labels["oid"].to_pylist(), labels["class"].to_pylist(), strict=True))
    first = dict(zip(names[::-1].tolist(), time[::-1].tolist(), strict=True))
    since = time - np.array([first[name] + peak[name] for name in names])
    early = (since < -50) & np.array([kind[name] == "SNIa" for name in names])
    pull = (table["magnitude"].to_numpy() / table["error"].to_numpy())[early]
    assert early.sum() > 1000
    assert pull.mean() == pytest.approx(0, abs=0.1)
    assert pull.std() == pytest.approx(1, abs=0.05)
    assert (pull < 0).mean() == pytest.approx(0.5, abs=0.05)  # negative fluxes are there
    error, band = table["error"].to_numpy()[early], np.array(table["band"])[early]
    for name, sky in zip("ugrizy", SKY, strict=True):
        assert np.median(error[band == name]) == pytest.approx(sky, rel=0.1)


def test_every_object_is_detected_and_has_its_number_of_visits(transients):
    labels, table = transients.labels(), transients.detections()
    assert min(labels["detected"].to_pylist()) >= 5
    names, flux = np.array(table["oid"]), table["magnitude"].to_numpy()
    bright = flux > 5 * table["error"].to_numpy()
    counted = [int(bright[names == name].sum()) for name in labels["oid"].to_pylist()[:50]]
    assert counted == labels["detected"].to_pylist()[:50]
    number = np.unique(names, return_counts=True)[1]
    assert number.min() >= 40
    assert number.max() <= 120
    assert np.all(np.diff(table["time"].to_numpy())[names[1:] == names[:-1]] > 0)


def test_kinds_have_their_shares_and_faint_ones_are_near(transients):
    labels = transients.labels()
    kind, redshift = np.array(labels["class"]), labels["redshift"].to_numpy()
    assert set(np.unique(kind)) <= {*COMMON, *RARE}
    assert (kind == "SNIa").mean() == pytest.approx(0.5, abs=0.05)
    assert np.isin(kind, RARE).mean() == pytest.approx(0.06, abs=0.03)
    assert np.median(redshift[kind == "SNII"]) < np.median(redshift[kind == "SNIa"])


def test_the_rest_frame_takes_off_distance_and_time_dilation():
    away, rest = SimulatedTransients(40, 2), SimulatedTransients(40, 2, rest_frame=True)
    redshift = rest.labels()["redshift"].to_numpy()
    first, there = away.detections(), rest.detections()
    own = np.array(first["oid"]) == "transient0000003"
    span = [np.ptp(each["time"].to_numpy()[own]) for each in (first, there)]
    assert span[0] / span[1] == pytest.approx(1 + redshift[3])
    ratio = there["magnitude"].to_numpy()[own] / first["magnitude"].to_numpy()[own]
    from astropy.cosmology import FlatLambdaCDM

    mu = FlatLambdaCDM(H0=70, Om0=0.3).distmod(redshift[3]).value - 2.5 * np.log10(1 + redshift[3])
    assert ratio == pytest.approx(np.full(ratio.size, 10 ** (0.4 * (mu - 27.5 - 20))), rel=0.005)


def test_a_run_begins_with_a_shorter_one(transients):
    short = SimulatedTransients(20, 1)
    assert transients.detections().slice(0, short.detections().num_rows).equals(short.detections())
    assert transients.labels().slice(0, 20).equals(short.labels())
    assert SimulatedTransients(20, 1).fingerprint() == short.fingerprint() != transients.fingerprint()


def test_difficulty_scatters_the_kinds():
    easy, hard = (SimulatedTransients(256, 1, difficulty=each).labels() for each in (0.0, 1.0))
    absolute = [each["absolute"].to_numpy()[np.array(each["class"]) == "SNIa"] for each in (easy, hard)]
    assert np.ptp(absolute[0]) == pytest.approx(0)
    assert absolute[1].std() == pytest.approx(0.8, rel=0.25)


def test_what_cannot_be_simulated_is_refused():
    with pytest.raises(AlertlabError, match=r"simulate.mixture: SNIax unknown; choose from SNIa"):
        SimulatedTransients(5, 1, mixture={"SNIax": 1.0})
    with pytest.raises(AlertlabError, match=r"simulate.visits"):
        SimulatedTransients(5, 1, visits=(3, 2))
