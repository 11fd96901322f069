"""What is typed as a hint says, works; and what has another form than was thought is told, not taken."""

import re
import shlex

import numpy as np
import pandas as pd
import pytest
from alertlab.config import compose
from alertlab.features import extract
from alertlab.features.tables.bounds import Bounds
from alertlab.features.tables.clean import Rules
from alertlab.features.tables.columns import DETECTION, LIMIT, Columns
from alertlab.features.tables.flat import as_table, flat
from alertlab.runtime.errors import AlertlabError
from alertlab.workflows.features import settings_of
from astropy import units as u
from astropy.io import fits
from astropy.time import Time

GOOD = pd.DataFrame(
    {"object_id": "a", "time": 58000.0 + np.arange(8), "band": [1, 2] * 4, "magnitude": 18.0, "error": 0.1}
)
LIMITS = pd.DataFrame({"object_id": "a", "time": 57990.0 + np.arange(3), "band": 1, "diffmaglim": 20.5})


def rows(table, needed=DETECTION, **columns):
    return flat(as_table(table), Columns.of(columns), needed, "it")[0].to_pandas()


@pytest.mark.parametrize("names", [["ztfg", "ZTF_r"], ["Sloan g", "r.MP9601"], ["b'g'", "b'r'"], ["g'", "ztf::r"]])
def test_the_hint_at_bands_makes_them_known_when_it_is_typed(names, tmp_path):
    frame = GOOD.assign(band=names * 4)
    with pytest.raises(AlertlabError) as told:
        rows(frame)
    said = str(told.value).partition("such as ")[2].partition("; or columns.band=null")[0]
    words = ["columns=plain"]
    if said.startswith("'bands="):
        words += shlex.split(said.partition(" (each")[0])
    else:
        file = re.search(r"in FOLDER/(\S+) below (defaults: .*\]), with --config-dir FOLDER", said)
        (tmp_path / file[1]).parent.mkdir()
        (tmp_path / file[1]).write_text(f"{file[2]}\n{said.partition(' (each')[0]}\n")
        words = ["columns=mine"]
    columns = settings_of(compose("features", words, [tmp_path])).columns
    assert flat(as_table(frame), columns, DETECTION, "it")[0].column("band").to_pylist() == [1, 2] * 4


@pytest.mark.parametrize(
    "time",
    [GOOD.time.map(repr), pd.to_timedelta(GOOD.time - 58000, unit="D")],
    ids=["text", "timedelta"],
)
def test_times_that_are_no_dates_are_not_said_to_be_dates(time):
    with pytest.raises(AlertlabError, match=r"not a number; convert the column$"):
        rows(GOOD.assign(time=time))


def test_formats_scales_and_frames_are_known_in_capitals_as_headers_have_them():
    capitals = Columns.of({"time_format": "JD", "time_scale": "TDB", "frame": "FK5"})
    assert (capitals.time_format, capitals.time_scale, capitals.frame) == ("jd", "tdb", "fk5")


def test_a_column_in_other_case_is_the_one_that_is_meant():
    with pytest.raises(AlertlabError, match=r"no column object_id. Did you mean OBJECT_ID\?"):
        rows(GOOD.rename(columns=str.upper))


def test_errors_in_millimagnitudes_are_not_called_fluxes():
    frame = GOOD.assign(error=GOOD.error * 500)
    with pytest.raises(AlertlabError, match=r"columns.error_unit=mmag"):
        rows(frame)
    np.testing.assert_allclose(rows(frame, error_unit="mmag").error, GOOD.error / 2)


def test_a_column_named_a_magnitude_limit_is_asked_for_its_unit_beside_fluxes():
    columns = {"unit": "nJy", "limit": "diffmaglim"}
    with pytest.raises(AlertlabError, match=r"column diffmaglim: in nJy, .* Declare columns.limit_unit"):
        rows(LIMITS, LIMIT, **columns)
    assert rows(LIMITS, LIMIT, **columns, limit_unit="mag").limit.tolist() == [20.5] * 3
    flux = (20.5 * u.ABmag).to_value(u.nJy)
    np.testing.assert_allclose(rows(LIMITS.assign(diffmaglim=flux), LIMIT, **columns, limit_unit="nJy").limit, 20.5)


def test_a_unit_that_says_nothing_gives_way_to_the_declared_one():
    table = as_table(GOOD)
    field = table.schema.field("magnitude").with_metadata({"unit": "magnitudes (AB)"})
    table = table.cast(table.schema.set(table.schema.get_field_index("magnitude"), field))
    with pytest.raises(AlertlabError, match=r"'magnitudes \(AB\)' is no unit; columns.unit is mag"):
        rows(table)
    assert rows(table, unit="mag").magnitude.tolist() == [18.0] * 8


def test_limits_whose_times_count_from_another_zero_are_told():
    limits = LIMITS.rename(columns={"diffmaglim": "limit"})
    detections = GOOD.assign(magnitude=18 + np.sin(GOOD.time))
    with pytest.warns(UserWarning, match=r"every limit lies 50001 days or more from the detections"):
        extract(detections, non_detections=limits.assign(time=limits.time - 49993), features="alerce174")
    table = extract(detections, non_detections=limits)
    assert table.num_rows == 1


def test_structured_arrays_are_tables(tmp_path):
    detections = GOOD.assign(magnitude=18 + np.sin(GOOD.time))
    records = detections.to_records(index=False)
    plain = records.astype([("object_id", "U5"), *records.dtype.descr[1:]])
    fits.BinTableHDU(plain.astype([("object_id", "S5"), *records.dtype.descr[1:]])).writeto(tmp_path / "it.fits")
    expected = extract(detections).to_pandas()
    for each in (records, np.asarray(plain), fits.getdata(tmp_path / "it.fits")):
        pd.testing.assert_frame_equal(extract(each).to_pandas(), expected)


@pytest.mark.parametrize(
    ("given", "message"),
    [({"columns": "plain"}, "columns='plain': give Columns or Mapping"), ({"rules": {"min_rb": 0.5}}, "give Rules")],
)
def test_arguments_of_another_kind_are_named(given, message):
    with pytest.raises(AlertlabError, match=message):
        extract(GOOD, **given)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: Rules(max_days=np.nan), "max_days: nan is no number of days above 0"),
        (lambda: Rules(max_days=-5.0), "max_days: -5.0 is no number of days above 0"),
        (lambda: Rules(max_error=np.nan), "max_error: nan is no number"),
        (lambda: Bounds.of({"magnitude": [np.nan, 40]}), "bounds.magnitude: nan is no bound; null is for none"),
        (lambda: Columns.of({"zero_point": "nan"}), "columns.zero_point: nan is no finite number"),
        (lambda: rows(GOOD.assign(ra=1.0, dec=2.0), frame="altaz"), "columns.frame: altaz is no frame that two angles"),
    ],
)
def test_a_setting_that_would_switch_off_what_it_sets_is_refused(made, message):
    with pytest.raises(AlertlabError, match=message):
        made()


def test_words_for_nothing_among_dates_are_no_times():
    days = Time(GOOD.time, format="mjd").isot.tolist()
    frame = GOOD.assign(time=["NaT", "", " nan ", *days[3:]])
    np.testing.assert_allclose(rows(frame, time_format="iso").time, [np.nan] * 3 + GOOD.time.tolist()[3:])


def test_one_absurd_time_in_another_scale_is_counted_and_stops_nothing():
    times = Time(GOOD.time, format="mjd").tdb.mjd
    times[2] = 1e12
    found, refused = flat(as_table(GOOD.assign(time=times)), Columns(time_scale="tdb"), DETECTION, "it")
    np.testing.assert_allclose(found.column("time").to_numpy(), GOOD.time.drop(2), rtol=0, atol=1e-8)
    assert refused == {"time outside -100000 to 100000": 1}
