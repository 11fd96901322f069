"""The laws behind the classes, against the formulas of their papers."""

import numpy as np
import pytest
from alertlab.simulate.light_curves.binaries import eclipses, eclipsing
from alertlab.simulate.light_curves.cataclysmic import cataclysmic
from alertlab.simulate.light_curves.pulsators import fourier, rr_lyrae
from alertlab.simulate.light_curves.supernovae import GRID, KINDS, redshift, snia, snii, two_slopes
from alertlab.simulate.light_curves.visits import draw_visits, windows
from alertlab.simulate.light_curves.walks import (
    WAVELENGTH,
    damped_random_walk,
    distance_modulus,
    quasar_variability,
)
from alertlab.simulate.light_curves.weather import FIRST, NIGHTS, moon_light, sun_place

DENSE = np.linspace(FIRST - 100, FIRST + NIGHTS, 4000)


def dense(shine, rng, band, spread=1.0):
    return shine(rng, DENSE, np.full(DENSE.size, band), spread)


def test_a_damped_random_walk_has_the_structure_function_of_its_law():
    """SF(d) = sqrt(2) sigma sqrt(1 - exp(-d / tau)), MacLeod et al. 2010 eq. 3, at irregular times."""
    rng, tau, sigma = np.random.default_rng(0), 50.0, 0.2
    time = np.sort(rng.uniform(0, 1000, 120))
    walks = np.array([damped_random_walk(rng, time, tau, sigma) for _ in range(3000)])
    assert walks.std(0) == pytest.approx(np.full(time.size, sigma), rel=0.07)  # stationary from the first point on
    for one, other in ((0, 5), (10, 30), (20, 100)):
        measured = np.sqrt(np.mean((walks[:, one] - walks[:, other]) ** 2))
        lag = time[other] - time[one]
        assert measured == pytest.approx(np.sqrt(2) * sigma * np.sqrt(1 - np.exp(-lag / tau)), rel=0.05)
        correlation = np.corrcoef(walks[:, one], walks[:, other])[0, 1]
        assert correlation == pytest.approx(np.exp(-lag / tau), abs=0.06)


def test_a_damped_random_walk_is_the_one_that_celerite_knows():
    """The covariance over draws is that of a real term, sigma^2 exp(-lag / tau)."""
    from celerite2 import terms

    rng, tau, sigma = np.random.default_rng(1), 20.0, 0.3
    time = np.array([0.0, 1.0, 4.0, 30.0, 33.0])
    walks = np.array([damped_random_walk(rng, time, tau, sigma) for _ in range(20_000)])
    expected = terms.RealTerm(a=sigma**2, c=1 / tau).get_value(time[:, None] - time)
    assert np.cov(walks.T) == pytest.approx(expected, abs=0.03 * sigma**2)


def test_quasars_vary_as_macleod_found():
    """log f = A + B log(l / 4000) + C (M + 23) + D log(M_BH / 1e9); the pivots give A alone."""
    tau, sigma = quasar_variability(-23.0, 9.0, 4000.0)
    assert np.log10(tau) == pytest.approx(2.4)
    assert np.log10(np.sqrt(2) * sigma) == pytest.approx(-0.51)
    bluer, redder = (quasar_variability(-25.0, 9.0, WAVELENGTH[band])[1] for band in (1, 2))
    assert bluer / redder == pytest.approx((4770 / 6231) ** -0.479)


def test_distances_are_those_of_astropy():
    from astropy.cosmology import FlatLambdaCDM

    cosmology = FlatLambdaCDM(H0=70, Om0=0.3)
    for z in (0.05, 0.5, 2.0, 4.0):
        assert distance_modulus(z) == pytest.approx(cosmology.distmod(z).value, abs=0.01)
    for z in (0.02, 0.1, 0.25):
        assert redshift(cosmology.distmod(z).value) == pytest.approx(z, rel=0.02)


def test_the_two_slope_law_has_its_limits():
    """Villar et al. 2019 eq. 1, no tail: half the start at the middle of the rise, a line, then an exponential."""
    law = KINDS["IIP"].red
    law = type(law)(law.rise, law.plateau, law.slope, law.fall, 0.0, law.tail_time)
    at = two_slopes(np.array([0.0, 40.0, 60.0, 200.0, 200.0 + law.fall]), law)
    assert at[0] == pytest.approx(0.5)
    assert at[1] - at[2] == pytest.approx(20 * law.slope, rel=1e-3)
    assert at[4] / at[3] == pytest.approx(np.exp(-1))


@pytest.mark.parametrize(
    ("kind", "band", "declines"),
    [  # magnitudes below peak 15 and 30 d later, medians of the Bright Transient Survey
        ("Ia", "green", (0.97, 2.18)),
        ("Ia", "red", (0.67, 1.16)),
        ("Ibc", "green", (0.94, 1.77)),
        ("Ibc", "red", (0.68, 1.24)),
    ],
)
def test_supernovae_fade_as_those_of_the_bright_transient_survey(kind, band, declines):
    curve = -2.5 * np.log10(two_slopes(GRID, getattr(KINDS[kind], band)))
    peak = curve.argmin()
    for days, expected in zip((15, 30), declines, strict=True):
        fallen = np.interp(GRID[peak] + days, GRID, curve) - curve[peak]
        assert fallen == pytest.approx(expected, abs=0.25)


def test_supernovae_rise_within_three_weeks_and_plateaus_last_three_months():
    rng, rises, above = np.random.default_rng(3), [], []
    for _ in range(40):
        light = dense(snia, rng, 2)
        bright = np.isfinite(light.magnitude) & (light.magnitude < light.magnitude.min() + 3)
        rises.append(DENSE[light.magnitude.argmin()] - DENSE[bright][0])
        light = dense(snii, rng, 2)
        above.append(np.ptp(DENSE[light.magnitude < light.magnitude.min() + 1.2]))
    assert 10 < np.median(rises) < 24
    assert 40 < np.median(above) < 140


def test_eclipses_hide_no_more_than_the_discs_allow():
    phase = np.linspace(0, 1, 2001)
    # A dark disc of half the radius, seen edge on, hides a quarter of a uniform one: 0.75 of the light is left.
    assert eclipses(phase, 0.2, 0.1, np.pi / 2, 1e-9).min() == pytest.approx(0.75, abs=1e-6)
    # Twins hide half of the light, 0.753 mag, and as much in either eclipse.
    twins = eclipses(phase, 0.3, 0.3, np.pi / 2, 1.0)
    assert -2.5 * np.log10([twins[0], twins[1000]]) == pytest.approx([0.753, 0.753], abs=1e-3)
    # Beyond contact of the discs there is no eclipse.
    assert (eclipses(phase, 0.2, 0.1, np.arccos(0.31), 1.0) == 1).all()
    assert eclipses(np.array([0.25]), 0.3, 0.2, np.pi / 2, 0.5) == pytest.approx(1.0)


def test_the_lens_of_two_discs_has_its_area():
    """Against counting: a fine grid over the discs."""
    x, y = np.meshgrid(np.linspace(-1, 2, 1500), np.linspace(-1, 1, 1000))
    cell = (3 / 1499) * (2 / 999)
    from alertlab.simulate.light_curves.binaries import overlap

    for distance, one, other in ((0.5, 0.6, 0.4), (0.1, 0.6, 0.2), (0.9, 0.5, 0.7)):
        counted = (((x**2 + y**2) < one**2) & (((x - distance) ** 2 + y**2) < other**2)).sum() * cell
        assert overlap(np.array([distance]), one, other)[0] == pytest.approx(counted, rel=0.01)


def test_binaries_dim_by_eclipses_only_and_by_less_than_three_magnitudes():
    rng = np.random.default_rng(5)
    depths = [np.ptp(dense(eclipsing, rng, 2).magnitude) for _ in range(150)]
    assert max(depths) < 3.0
    assert 0.2 < np.median(depths) < 0.8  # Catalina's EW, EB and EA: 0.17 to 0.95 mag, 5 to 95 %


def test_fundamental_rr_lyrae_rise_faster_than_they_fade():
    phase = np.linspace(0, 1, 1000, endpoint=False)
    curve = fourier(phase, (0.45, 0.33, 0.18), (2.42, 5.05, 1.5))  # magnitudes: least is brightest
    assert np.ptp(curve) == pytest.approx(1.0, abs=0.01)
    rise = (phase[curve.argmin()] - phase[curve.argmax()]) % 1
    assert 0.08 < rise < 0.3


def test_rr_lyrae_vary_more_in_g_than_in_r():
    ratio = []
    for seed in range(20):
        green, red = (dense(rr_lyrae, np.random.default_rng(seed), band).magnitude for band in (1, 2))
        ratio.append(np.ptp(green) / np.ptp(red))
    assert ratio == pytest.approx(np.full(20, 1.4), rel=0.05)  # Sesar et al. 2010, ApJ 708, 717


def test_cataclysmic_variables_brighten_by_magnitudes():
    rng = np.random.default_rng(6)
    ranges = []
    for _ in range(30):
        magnitude = dense(cataclysmic, rng, 1).magnitude
        ranges.append(np.ptp(magnitude[np.isfinite(magnitude)]))
    assert 2 < np.median(ranges) < 8


def test_the_sun_is_where_astropy_has_it():
    from astropy.coordinates import get_sun
    from astropy.time import Time

    mjd = np.array([58202.3, 58300.3, 58500.3, 58900.3])
    ra, dec = sun_place(mjd)
    sun = get_sun(Time(mjd, format="mjd"))
    # Coordinates of date against those of 2000: 20 years of precession are 0.3 deg.
    assert np.abs((np.rad2deg(ra) - sun.ra.deg + 180) % 360 - 180).max() < 0.5
    assert np.rad2deg(dec) == pytest.approx(sun.dec.deg, abs=0.2)


def test_the_moon_is_full_when_it_was():
    """Full Moon of 31 January 2018 and new Moon of 9 September 2018."""
    assert moon_light(np.array([58149.56])) > 0.98
    assert moon_light(np.array([58370.75])) < 0.02


def test_a_place_is_seen_at_night_while_the_sun_is_far_and_once_in_three_days():
    from astropy.coordinates import AltAz, EarthLocation, SkyCoord, get_sun
    from astropy.time import Time

    ra, dec = 150.0, 20.0
    _, start, end = windows(ra, dec, seed=1)
    middle = Time((start + end)[::8] / 2, format="mjd")
    frame = AltAz(obstime=middle, location=EarthLocation(lat=33.356, lon=-116.865, height=1700))
    assert SkyCoord(ra, dec, unit="deg").transform_to(frame).alt.deg.min() > 29
    assert get_sun(middle).transform_to(frame).alt.deg.max() < -11
    intervals = []
    for seed in range(20):
        visits = draw_visits(np.random.default_rng(seed), ra, dec, 1, 1.0, 1.0)
        intervals.append(np.diff(visits.time[visits.band == 2]))
    # Real intervals within a band: 1.0, 3.0, 5.0 d at 25, 50 and 75 %.
    assert np.quantile(np.concatenate(intervals), (0.25, 0.5, 0.75)) == pytest.approx([1, 3, 5], abs=0.7)
    assert max(np.concatenate(intervals)) > 90  # half the year it is too near to the Sun
