"""Units, times and frames of a table become those of a light curve; what is no such thing is counted or refused."""

import json
import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.config import compose
from alertlab.door.place import look
from alertlab.features import extract
from alertlab.features.brightness import to_flux_errors, to_fluxes
from alertlab.features.runs.batch import extract_batch
from alertlab.features.sets import feature_set
from alertlab.features.tables.assemble import assemble
from alertlab.features.tables.bounds import Bounds
from alertlab.features.tables.clean import Rules
from alertlab.features.tables.columns import DETECTION, Columns
from alertlab.features.tables.flat import as_table, flat
from alertlab.features.tables.read import read_light_curves
from alertlab.features.tables.values import NOTHING
from alertlab.runtime.errors import AlertlabError
from alertlab.workflows.features import settings_of
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.table import Table
from astropy.time import Time

NAMES = ["object_id", "time", "band", "magnitude", "error"]


@pytest.fixture(scope="module")
def curves(long):
    """Five objects, positions in the sky."""
    some = long[long.object_id < "obj06"][NAMES].reset_index(drop=True)
    return some.assign(ra=150.0 + some.object_id.str[3:].astype(int), dec=2.0)


def rows(table, needed=DETECTION, bounds=Bounds(), **columns):  # noqa: B008  frozen
    """The measurements of a table, as a frame, and what is not among them."""
    found, refused = flat(as_table(table), Columns.of(columns), needed, "it", 0, bounds)
    return found.to_pandas(), +refused


def in_njy(frame):
    flux = (frame.magnitude.to_numpy() * u.ABmag).to_value(u.nJy)
    return frame.assign(magnitude=flux, error=frame.error * flux * np.log(10) / 2.5)


def write(frame, path, unit=None):
    """A table in the format of the file's ending."""
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    elif path.name == "nested.parquet":
        frame.groupby("object_id").agg(list).reset_index().to_parquet(path)
    elif path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        table = Table.from_pandas(frame)
        for name in ("magnitude", "error") if unit else ():
            table[name].unit = unit
        form = {".fits": "fits", ".vot": "votable", ".ecsv": "ascii.ecsv"}[path.suffix]
        table.write(path, format=form)


def features_of(path, **columns):
    chunks = list(read_light_curves(look(path), None, Columns.of(columns), Bounds()))
    assert not sum((chunk.refused for chunk in chunks), start=chunks[0].refused)
    found = assemble(pa.concat_tables([chunk.detections for chunk in chunks if chunk.detections]), None, Rules())
    return found.curves, extract_batch(found.curves, feature_set("alerce152"))


def test_the_same_light_curves_in_any_format_unit_and_time_give_the_same_features(curves, tmp_path):
    write(curves, tmp_path / "long.parquet")
    expected, values = features_of(tmp_path / "long.parquet")
    assert np.isfinite(values).sum() > 300
    other = in_njy(curves).assign(time=curves.time + 2400000.5)
    for name in ("flat.csv", "flat.parquet", "nested.parquet", "flat.fits", "flat.vot", "flat.ecsv"):
        own = name.endswith((".fits", ".vot", ".ecsv"))  # these say their units
        for kind, frame, columns in (
            ("plain", curves, {}),
            ("other", other, {"time_format": "jd"} | ({} if own else {"unit": "nJy"})),
        ):
            path = tmp_path / kind / name
            path.parent.mkdir(exist_ok=True)
            write(frame, path, "nJy" if kind == "other" else None)
            found, its = features_of(path, **columns)
            assert found.object_id.tolist() == expected.object_id.tolist()
            np.testing.assert_allclose(found.detections["magnitude"], expected.detections["magnitude"], rtol=1e-12)
            np.testing.assert_allclose(its, values, rtol=1e-4, atol=1e-6, err_msg=str(path))


# photometry


@pytest.mark.parametrize("unit", ["nJy", "uJy", "mJy", "Jy", "erg / (s cm2 Hz)", "W / (m2 Hz)", "10 uJy"])
def test_fluxes_become_the_ab_magnitudes_of_astropy(curves, unit):
    flux = (curves.magnitude.to_numpy() * u.ABmag).to_value(u.Unit(unit))
    sigma = curves.error.to_numpy() * flux * np.log(10) / 2.5
    found, refused = rows(curves.assign(magnitude=flux, error=sigma), unit=unit)
    np.testing.assert_allclose(found.magnitude, curves.magnitude, rtol=1e-9)
    np.testing.assert_allclose(found.error, curves.error, rtol=1e-9)
    assert not refused


def test_magnitudes_become_fluxes_and_come_back(curves):
    magnitude, error = curves.magnitude.to_numpy(), curves.error.to_numpy()
    flux = to_fluxes(magnitude, 31.4)
    np.testing.assert_allclose(flux, (magnitude * u.ABmag).to_value(u.nJy), rtol=1e-9)
    sigma = to_flux_errors(error, magnitude, 31.4)
    found, _ = rows(curves.assign(magnitude=flux, error=sigma), unit="nJy")
    np.testing.assert_allclose(found[["magnitude", "error"]], np.transpose([magnitude, error]), rtol=1e-12)


def test_counts_millimagnitudes_and_errors_of_a_unit_of_their_own(curves):
    counts = 10 ** (-0.4 * (curves.magnitude - 25.0))
    found, _ = rows(curves.assign(magnitude=counts, error=counts * 0.01), unit="counts", zero_point=25.0)
    np.testing.assert_allclose(found.magnitude, curves.magnitude)
    np.testing.assert_allclose(found.error, 2.5 / np.log(10) * 0.01)
    flux = in_njy(curves)
    for error, unit in ((curves.error, "mag"), (curves.error * 1000, "mmag"), (flux.error / 1000, "uJy")):
        found, _ = rows(flux.assign(error=error), unit="nJy", error_unit=unit)
        np.testing.assert_allclose(found.error, curves.error, rtol=1e-9)


def test_a_flux_below_three_deviations_has_no_magnitude_and_is_counted_where_that_is_asked_for(curves):
    flux = in_njy(curves)
    flux.loc[flux.index[:7], "magnitude"] = [-3.0, 0.0, -999.0, -1e5, -0.1, -99.0, -1.0]
    found, refused = rows(flux, unit="nJy")
    assert not refused
    np.testing.assert_allclose(found.magnitude[7:], curves.magnitude[7:], rtol=1e-9)
    assert found.magnitude[:7].isna().all()
    np.testing.assert_allclose(found.flux, flux.magnitude / 1000)
    np.testing.assert_allclose(found.flux_error, flux.error / 1000)
    dropped = json.loads(extract(flux, columns={"unit": "nJy"}).schema.metadata[b"alertlab.features.dropped"])
    assert dropped == {"flux below 3 standard deviations, which has no magnitude": 7}
    kept = extract(flux, ["all_bands"], columns={"unit": "nJy"}).schema.metadata[b"alertlab.features.dropped"]
    assert json.loads(kept) == {}


def test_limits_are_fluxes_too():
    limits = pd.DataFrame({"object_id": "a", "time": [58000.0, 58001, 58002], "band": 1, "limit": [1000.0, -3, 10]})
    found, refused = rows(limits, ("limit",), unit="nJy")
    np.testing.assert_allclose(found.limit, [23.9, 28.9])
    assert refused == {"flux not above 0, which has no magnitude": 1}
    assert rows(limits.assign(limit=[20.0, 99.0, 20.5]), ("limit",), unit="nJy", limit_unit="mag")[1] == {
        "limit is a sentinel (99)": 1
    }


@pytest.mark.parametrize(
    ("flux", "columns", "message"),
    [
        (lambda f: f, {}, "column magnitude: .* outside -5 to 40, such as .* they look like fluxes.*columns.unit=nJy"),
        (lambda f: f - f.mean(), {}, "columns.unit=nJy"),
        (lambda f: 10 * np.sin(np.arange(len(f))) + 1e-6 * f, {}, "columns.unit=nJy"),
        (lambda f: f, {"unit": "counts"}, "columns.unit: counts is a flux of no known zero point; give columns.zero"),
        (lambda f: f, {"unit": "nJyy"}, "columns.unit: 'nJyy' is no unit; columns.unit is mag, mmag, nJy"),
        (lambda f: f, {"unit": "km"}, "columns.unit: km is neither a magnitude nor a flux"),
        (lambda f: f, {"unit": "mag", "zero_point": 25}, "is in mag; columns.zero_point is for counts"),
        (lambda f: f, {"unit": "mag", "error_unit": "nJy"}, "errors in nJy beside magnitudes in mag"),
    ],
)
def test_what_is_no_magnitude_is_refused_with_the_key_that_mends_it(curves, flux, columns, message):
    with pytest.raises(AlertlabError, match=message):
        rows(curves.assign(magnitude=flux(in_njy(curves).magnitude)), **columns)


def test_of_a_table_of_few_rows_impossible_values_are_counted(curves):
    found, refused = rows(curves[:5].assign(time=2458300.5))
    assert refused == {"time outside -100000 to 100000": 5}
    assert found.band.tolist() == [NOTHING] * found.object_id.nunique()


def test_a_column_that_is_named_a_flux_is_asked_for_its_unit(curves):
    small = in_njy(curves).rename(columns={"magnitude": "psfFlux"})
    small[["psfFlux", "error"]] /= 1e4
    with pytest.raises(AlertlabError, match=r"column psfFlux: a flux of which unit. Declare columns.unit=nJy"):
        rows(small, magnitude="psfFlux")
    np.testing.assert_allclose(rows(small, magnitude="psfFlux", unit="10 uJy")[0].magnitude, curves.magnitude)


def test_a_unit_that_contradicts_the_file_is_refused_and_the_same_in_other_letters_is_not(curves):
    table = Table.from_pandas(in_njy(curves))
    table["magnitude"].unit, table["error"].unit = u.nJy, u.uJy
    table["error"] /= 1000
    for unit in (None, "nJy", "1e-9 Jy"):
        np.testing.assert_allclose(rows(table, unit=unit)[0].error, curves.error, rtol=1e-9)
    for unit in ("mag", "uJy"):
        with pytest.raises(AlertlabError, match=f"column magnitude: the file says nJy, columns.unit says {unit}"):
            rows(table, unit=unit)


# times

WAYS = {
    "tai": lambda t: (t.tai.mjd, {"time_scale": "tai"}),
    "tt, JD": lambda t: (t.tt.jd, {"time_scale": "tt", "time_format": "jd"}),
    "tdb, BJD": lambda t: (t.tdb.jd, {"time_scale": "tdb", "time_format": "bjd"}),
    "a round number less": lambda t: (t.jd - 2450000, {"time_format": "hjd", "time_zero": 2450000}),
    "text": lambda t: (t.isot.astype(object), {"time_format": "iso"}),
    "text with blanks and a zone": lambda t: ([f" {each}Z" for each in t.iso], {"time_format": "iso"}),
    "text of TAI": lambda t: (t.tai.isot.astype(object), {"time_format": "iso", "time_scale": "tai"}),
    "dates of pandas": lambda t: (pd.to_datetime(t.isot), {"time_format": "iso"}),
    "Unix": lambda t: (t.unix, {"time_format": "unix"}),
    "years": lambda t: (t.decimalyear, {"time_format": "decimalyear"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_times_become_mjd_in_utc_as_astropy_has_it(curves, way):
    times, columns = WAYS[way](Time(curves.time.to_numpy(), format="mjd", scale="utc"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found, _ = rows(curves.assign(time=times), **columns)
    np.testing.assert_allclose(found.time, curves.time, rtol=0, atol=2e-6 if way == "years" else 2e-8)


def test_times_relative_to_an_event_are_times(curves):
    found, refused = rows(curves.assign(time=np.linspace(-30, 400, len(curves))))
    assert len(found) == len(curves)
    assert not refused


@pytest.mark.parametrize(("unit", "size"), [("s", 86400), ("min", 1440), ("h", 24), ("yr", 1 / 365.25), ("d", 1)])
def test_times_of_a_unit_of_the_file_become_days(curves, unit, size):
    table = Table.from_pandas(curves.assign(time=(curves.time - 58000) * size))
    table["time"].unit = unit
    np.testing.assert_allclose(rows(table, time_zero=58000)[0].time, curves.time, rtol=1e-12)


def test_a_zero_that_only_the_unit_of_a_file_names_is_asked_for(curves):
    table = Table.from_pandas(curves.assign(time=curves.time + 0.5 - 57000))
    table["time"].unit = u.Unit("BJD - 2457000, days", parse_strict="silent")
    with pytest.raises(AlertlabError, match=r"declare columns.time_format=bjd columns.time_zero=2457000"):
        rows(table)
    found, _ = rows(table, time_format="bjd", time_zero=2457000)
    np.testing.assert_allclose(found.time, curves.time)


def test_a_column_that_the_file_knows_as_times_needs_no_declaration(curves):
    table = Table.from_pandas(curves)
    table["time"] = Time(curves.time.to_numpy(), format="mjd", scale="utc").tdb
    found, _ = rows(table)
    np.testing.assert_allclose(found.time, curves.time, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("change", "columns", "message"),
    [
        (lambda t: t + 2400000.5, {}, "column time: .* outside .*Julian dates: declare columns.time_format=jd"),
        (lambda t: t, {"time_format": "jd"}, "modified Julian dates: declare columns.time_format=mjd"),
        (lambda t: t - 50000 + 0.5, {"time_format": "hjd"}, "columns.time_zero=2450000"),
        (lambda t: t, {"time_zero": 53000}, "is columns.time_zero=53000 right"),
        (lambda t: (t - 40587) * 86400, {}, "seconds since 1970: declare columns.time_format=unix"),
        (lambda t: 20180701 + t * 0, {}, "dates of eight digits.*columns.time_format=iso"),
        (lambda t: t.astype(np.float32), {}, r"single precision, which tells 58\d\d\d only to 5.6 min.*float64"),
        (lambda t: t.astype(np.float32).astype(float), {}, "single precision"),
        (lambda t: (t + 2400000.5).astype(np.float32), {"time_format": "jd"}, "only to 6 h"),
        (lambda t: pd.to_datetime(t, unit="D"), {}, "not a number; dates need columns.time_format=iso"),
        (lambda t: t, {"time_format": "iso"}, "no date; columns.time_format=mjd"),
        (lambda t: t.map(lambda day: "yesterday"), {"time_format": "iso"}, "row 0 .*'yesterday' is no date like"),
        (lambda t: t, {"time_format": "mdj"}, "columns.time_format: mdj is none of .* Did you mean mjd"),
        (lambda t: t, {"time_scale": "ut1"}, "columns.time_scale: ut1 is none of"),
    ],
)
def test_times_that_are_not_what_was_declared_are_refused_with_what_to_declare(curves, change, columns, message):
    with pytest.raises(AlertlabError, match=message):
        rows(curves.assign(time=change(curves.time)), **columns)


def test_times_in_single_precision_that_tell_minutes_apart_are_read(curves):
    for times in ((curves.time - 58000).astype(np.float32), np.floor(curves.time), np.floor(2 * curves.time) / 2):
        found, _ = rows(curves.assign(time=times))
        np.testing.assert_array_equal(found.time, times)


# the sky


@pytest.mark.parametrize("frame", ["galactic", "fk5", "fk4", "barycentricmeanecliptic"])
def test_positions_of_any_frame_become_icrs(curves, frame):
    sky = SkyCoord(curves.ra.to_numpy(), curves.dec.to_numpy(), unit="deg").transform_to(frame).spherical
    found, _ = rows(curves.assign(ra=sky.lon.deg, dec=sky.lat.deg), frame=frame)
    np.testing.assert_allclose(found[["ra", "dec"]], curves[["ra", "dec"]], rtol=1e-9)


def test_angles_of_other_units_and_west_of_zero_are_degrees_east(curves):
    table = Table.from_pandas(curves.assign(ra=curves.ra / 15, dec=np.radians(curves.dec)))
    table["ra"].unit, table["dec"].unit = u.hourangle, u.rad
    found, _ = rows(table)
    np.testing.assert_allclose(found[["ra", "dec"]], curves[["ra", "dec"]])
    assert rows(curves.assign(ra=-10.0))[0].ra.unique().tolist() == [350]


def test_a_frame_that_there_is_not_or_lacks_an_angle_is_refused(curves):
    with pytest.raises(AlertlabError, match=r"columns.frame: galctic is no frame"):
        rows(curves, frame="galctic")
    with pytest.raises(AlertlabError, match=r"columns.frame=galactic needs both"):
        rows(curves, frame="galactic", dec=None)


# what is possible


@pytest.mark.parametrize("value", [-999.0, -9999.0, -99.0, 99.0, 99.9, 99.99, 999.0, np.float32(99.99)])
def test_a_sentinel_is_dropped_and_counted_under_its_number(curves, value):
    some = curves.astype({"magnitude": np.float32}) if isinstance(value, np.float32) else curves
    some = some.assign(magnitude=np.where(np.arange(len(some)) % 10 == 0, value, some.magnitude))
    table = extract(some, "alerce174")
    clean = extract(curves[np.arange(len(curves)) % 10 != 0].astype(some.dtypes), "alerce174")
    counted = json.loads(table.schema.metadata[b"alertlab.features.dropped"])
    assert counted == {f"magnitude is a sentinel ({value:g})": -(-len(curves) // 10)}
    assert table.to_pandas().equals(clean.to_pandas())


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("magnitude", 45.0, "magnitude outside -5 to 40"),
        ("error", 11.0, "error above 10"),
        ("error", -999.0, "error is a sentinel (-999)"),
        ("time", 2458300.5, "time outside -100000 to 100000"),
        ("time", -999.0, "time is a sentinel (-999)"),
        ("ra", 400.0, "ra outside -180 to 360"),
        ("dec", -999.0, "dec is a sentinel (-999)"),
        ("rb", 1.5, "rb outside 0 to 1"),
    ],
)
def test_an_impossible_value_of_what_is_needed_drops_the_detection(curves, column, value, reason):
    some = curves.assign(rb=0.9)
    some.loc[3, column] = value
    found, refused = rows(some)
    assert refused == {reason: 1}
    assert len(found) == len(curves) - 1


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("W1", -9999.0, "W1 is a sentinel (-9999), taken as unknown"),
        ("sgscore1", 7.0, "sgscore1 outside -999 to 1, taken as unknown"),
    ],
)
def test_an_impossible_value_of_what_is_not_needed_is_unknown(curves, column, value, reason):
    some = curves.assign(W1=12.0, sgscore1=0.5)
    some.loc[3, column] = value
    found, refused = rows(some)
    assert refused == {reason: 1}
    assert found[column].isna().tolist() == [number == 3 for number in range(len(curves))]


def test_bounds_and_sentinels_are_config(curves):
    absolute = curves.assign(magnitude=curves.magnitude - 37)
    with pytest.raises(AlertlabError, match=r"outside -5 to 40.*widen bounds.magnitude"):
        rows(absolute)
    assert len(rows(absolute, bounds=Bounds.of({"magnitude": [-30, None]}))[0]) == len(curves)
    some = curves.assign(magnitude=np.where(curves.index == 3, 25.0, curves.magnitude))
    bounds = settings_of(compose("features", ["bounds.sentinels.magnitude=[25]"])).bounds
    assert rows(some, bounds=bounds)[1] == {"magnitude is a sentinel (25)": 1}
    for config, message in (
        ({"magnitud": [0, 1]}, "bounds.magnitud: no such bound"),
        ({"magnitude": [40, -5]}, "bounds.magnitude: 40 is not below -5"),
        ({"magnitude": 5}, "bounds.magnitude: 5 is no pair of numbers"),
        ({"sentinels": {"mag": [1]}}, "bounds.sentinels.mag: no such quantity"),
    ):
        with pytest.raises(AlertlabError, match=message):
            Bounds.of(config)


def test_bounds_are_the_same_in_python_and_on_the_command_line():
    assert settings_of(compose("features", [])).bounds == Bounds()
    assert (
        settings_of(compose("features", ["bounds.time=[0,1]"])).meaning != settings_of(compose("features", [])).meaning
    )
    assert (
        settings_of(compose("features", ["columns.unit=nJy"])).meaning != settings_of(compose("features", [])).meaning
    )


def test_an_object_of_which_nothing_is_left_is_listed(curves):
    some = curves.assign(magnitude=np.where(curves.object_id == curves.object_id[0], 99.0, curves.magnitude))
    with pytest.warns(UserWarning, match="1 of 5 objects left out"):
        table = extract(some)
    assert list(json.loads(table.schema.metadata[b"alertlab.features.left_out"])) == [curves.object_id[0]]


@pytest.mark.parametrize("nothing", [None, np.nan, -999.0])
def test_an_optional_column_that_holds_nothing_counts_as_absent(curves, tmp_path, nothing):
    extra = {name: [nothing] * len(curves) for name in ("difference", "difference_error", "rb", "positive")}
    some = curves.assign(**extra | {"positive": None})
    assert extract(some).to_pandas().equals(extract(curves).to_pandas())
    some.to_parquet(tmp_path / "null.parquet", row_group_size=40)
    chunks = list(read_light_curves(look(tmp_path / "null.parquet"), None, Columns(), Bounds()))
    assert not {"difference", "rb", "positive"} & set(chunks[0].detections.column_names)


def test_a_column_that_is_null_in_one_part_of_a_file_is_not_absent(curves, tmp_path):
    some = curves.assign(rb=np.where(curves.index > len(curves) - 3, 0.9, np.nan))
    pq.write_table(pa.Table.from_pandas(some), tmp_path / "rb.parquet", row_group_size=40)
    for chunk in read_light_curves(look(tmp_path / "rb.parquet"), None, Columns(), Bounds()):
        assert chunk.detections is None or "rb" in chunk.detections.column_names
