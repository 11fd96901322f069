"""Facts of alerts, to judge by: what astropy makes of the same places and dates."""

import numpy as np
from alertlab.datamodules.stamps.facts import alert_facts, season
from astropy.coordinates import SkyCoord
from astropy.time import Time


def test_latitude_and_season_agree_with_astropy():
    random = np.random.default_rng(0)
    mjd, ra, dec = random.uniform(58000, 62000, 200), random.uniform(0, 360, 200), random.uniform(-30, 90, 200)
    facts = alert_facts(mjd, ra, dec, np.full((200, 3), 19.0))
    np.testing.assert_allclose(facts["galactic_latitude"], SkyCoord(ra, dec, unit="deg").galactic.b.deg, atol=1e-4)
    month = np.array([each.month for each in Time(mjd, format="mjd").to_datetime()])
    np.testing.assert_array_equal(facts["season"], (month - 1) // 3 + 1)


def test_what_a_packet_does_not_say_is_unknown_and_a_fact_of_none_is_left_out():
    fields = np.array([[18.2, -999.0, 3.0], [np.nan, -999.0, 1.0]])
    facts = alert_facts(np.array([59000.0, np.nan]), np.array([10.0, np.nan]), np.array([20.0, np.nan]), fields)
    assert "fwhm" not in facts
    np.testing.assert_array_equal(facts["magnitude"], [18.2, np.nan])
    np.testing.assert_array_equal(np.isnan(facts["galactic_latitude"]), [False, True])
    np.testing.assert_array_equal(season(np.array([np.nan, 1e9])), [np.nan, np.nan])
