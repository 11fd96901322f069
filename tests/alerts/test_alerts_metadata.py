"""Metadata features: coding, coordinates, leaks."""

from decimal import Decimal

import numpy as np
import pytest
from alertlab.alerts import read_alerts
from alertlab.alerts.metadata import COLUMNS, LEAKS, metadata_columns, metadata_features, unknown_throughout
from alertlab.runtime import AlertlabError
from astropy.coordinates import BarycentricMeanEcliptic, SkyCoord


def test_ecliptic_and_galactic_coordinates_of_known_places():
    # J2000: the galactic centre and pole (IAU 1958 system), the ecliptic pole, the equinox.
    places = [(266.405, -28.936), (192.85948, 27.12825), (270.0, 66.5607), (0.0, 0.0)]
    candidates = [{"ra": ra, "dec": dec} for ra, dec in places]
    table = metadata_features(candidates, ["gal_long", "gal_lat", "ecl_long", "ecl_lat"])
    assert table[0, 1] == pytest.approx(0, abs=0.01)
    assert min(table[0, 0], 360 - table[0, 0]) < 0.01
    assert table[1, 1] == pytest.approx(90, abs=0.01)
    assert table[2, 3] == pytest.approx(90, abs=0.01)
    assert min(table[3, 2], 360 - table[3, 2]) < 0.01
    assert table[3, 3] == pytest.approx(0, abs=0.01)


def test_ecliptic_and_galactic_coordinates_are_those_of_astropy():
    generator = np.random.default_rng(0)
    ra, dec = generator.uniform(0, 360, 1000), np.degrees(np.arcsin(generator.uniform(-1, 1, 1000)))
    ra[:4], dec[:4] = [0, 360, 10, 266.4], [0, 0, 90, -90]
    candidates = [{"ra": float(east), "dec": float(north)} for east, north in zip(ra, dec, strict=True)]
    ours = metadata_features(candidates, ["ecl_long", "ecl_lat", "gal_long", "gal_lat"]).astype(np.float64)
    places = SkyCoord(ra, dec, unit="deg")
    ecliptic, galactic = places.transform_to(BarycentricMeanEcliptic(equinox="J2000")), places.galactic
    for columns, longitude, latitude in (
        (ours[:, :2], ecliptic.lon, ecliptic.lat),
        (ours[:, 2:], galactic.l, galactic.b),
    ):
        turn = (columns[:, 0] - longitude.deg + 180) % 360 - 180
        np.testing.assert_allclose(turn, 0, atol=2e-5)  # half a unit of float32 at 360 degrees
        np.testing.assert_allclose(columns[:, 1], latitude.deg, atol=4e-6)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        *[
            (value, 0)
            for value in ("t", "T", " t ", b"t", "1", "+1", 1, 1.0, "1.0", True, "true", np.bool_(True), Decimal(1))
        ],
        *[
            (value, 1)
            for value in ("f", b"f", "0", 0, 0.0, -1, -1.0, "-1", False, np.int8(0), np.float32(0), Decimal("0.0"))
        ],
        *[(value, np.nan) for value in (None, "", "nan", np.nan, 2, "yes", b"\xff", [], {})],
    ],
)
def test_isdiffpos_has_the_published_inverted_coding(value, code):
    np.testing.assert_array_equal(metadata_features([{"isdiffpos": value}], ["isdiffpos"]), [[code]])


def test_non_detections_are_visits_less_detections():
    assert metadata_features([{"ncovhist": 50, "ndethist": 8}], ["non_detections"])[0, 0] == 42


def test_what_a_packet_does_not_say_is_nan():
    assert np.isnan(metadata_features([{}], [column.name for column in COLUMNS])).all()


def test_an_alert_does_not_depend_on_its_batch():
    candidates = [{"ra": float(ra), "dec": float(ra) / 4 - 40} for ra in range(0, 360, 7)]
    names = ["ecl_lat", "ecl_long", "gal_lat", "gal_long"]
    alone = np.concatenate([metadata_features([candidate], names) for candidate in candidates])
    np.testing.assert_array_equal(metadata_features(candidates, names), alone)


@pytest.mark.parametrize("name", ["ssdistnr", "ssmagnr", "ssnamenr", "rb", "drb"])
def test_a_leaking_field_is_refused_with_the_reason(name):
    with pytest.raises(AlertlabError, match=f"{name} leaks the label.*{LEAKS[name][:20]}"):
        metadata_columns(["fwhm", name])


def test_an_unknown_feature_is_refused():
    with pytest.raises(AlertlabError, match="no feature 'colour'"):
        metadata_columns(["colour"])


def test_real_packets_give_every_feature(shared_data):
    alerts = [each for each in read_alerts(shared_data / "ztf_avro" / "ztf_alerts.tar.gz") if hasattr(each, "stamp")]
    table = metadata_features([alert.candidate for alert in alerts], [column.name for column in COLUMNS])
    assert np.isfinite(table).all()


@pytest.mark.parametrize("value", ["12.5", "", b"12", {"a": 1}, [1.0], None, np.nan, np.inf, -np.inf, 10**400, 1e300])
def test_what_is_no_finite_number_is_nan(value):
    names = [column.name for column in COLUMNS]
    assert np.isnan(metadata_features([dict.fromkeys(names, value)], names)).all()


@pytest.mark.parametrize("value", [2.5, Decimal("2.5"), np.float32(2.5), np.float16(2.5), np.float64(2.5)])
def test_a_number_of_any_type_is_a_number(value):
    assert metadata_features([{"fwhm": value}], ["fwhm"]) == 2.5


def test_minus_999_is_a_value_only_where_ztf_documents_it():
    names = ["distnr", "sgscore1", "fwhm", "ra", "ndethist", "non_detections"]
    (row,) = metadata_features([dict.fromkeys(names, -999.0) | {"ncovhist": 50}], names)
    np.testing.assert_array_equal(row, [-999, -999, np.nan, np.nan, np.nan, np.nan])


def test_columns_that_no_alert_has_are_named():
    metadata = np.array([[1, np.nan, np.nan], [np.nan, np.nan, np.nan]], np.float32)
    assert unknown_throughout(["ra", "fwhm", "chinr"], metadata) == "metadata: fwhm, chinr are unknown for every alert"
    assert unknown_throughout(["ra"], metadata[:, :1]) is None
