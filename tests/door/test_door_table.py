"""One reader for tables of every format: the same names, numbers and nulls, and units where a format has them."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.door.table import open_table
from alertlab.door.values import Place, labels, names, numbers
from alertlab.runtime.errors import AlertlabError
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.table import MaskedColumn, Table
from astropy.time import Time

FORMATS = {"csv": "ascii.csv", "fits": "fits", "vot": "votable", "ecsv": "ascii.ecsv"}


@pytest.fixture
def frame():
    return pd.DataFrame({"name": ["007", "ZTF18a", "b"], "mag": [18.5, np.nan, 20.0], "n": [1, 2, 3]})


def at(path):
    return Place(str(path), "it")


@pytest.mark.parametrize("ending", ["parquet", *FORMATS])
def test_names_and_numbers_are_the_same_in_every_format(frame, tmp_path, ending):
    path = tmp_path / f"t.{ending}"
    if ending == "parquet":
        frame.to_parquet(path)
    else:
        table = Table.from_pandas(frame)
        table["mag"] = MaskedColumn(table["mag"], mask=np.isnan(frame.mag), unit=None if ending == "csv" else "mag")
        table.write(path, format=FORMATS[ending])
    opened = open_table(path)
    for found in (opened.read(text=["name"]), pa.concat_tables(opened.batches(["name", "mag", "n"], ["name"]))):
        assert names(found["name"], at(path)).to_pylist() == frame.name.tolist()
        np.testing.assert_array_equal(numbers(found["mag"], at(path)), frame.mag)
        np.testing.assert_array_equal(numbers(found["n"], at(path)), frame.n)
    if ending not in ("parquet", "csv"):
        assert opened.schema.field("mag").metadata[b"unit"] == b"mag"


def test_names_of_fits_are_text_without_the_blanks_that_fill_them(tmp_path):
    Table({"name": np.array([b"ZTF18a   ", b"b"])}).write(tmp_path / "t.fits")
    assert names(open_table(tmp_path / "t.fits").read()["name"], at(tmp_path)).to_pylist() == ["ZTF18a", "b"]


def test_times_and_positions_of_ecsv_are_columns_of_numbers(tmp_path):
    time = Time(["2018-07-01T00:00:00", "2019-01-01T12:00:00"], scale="tai")
    sky = SkyCoord([10.0, 20.0] * u.deg, [0.0, 5.0] * u.deg, frame="galactic")
    Table({"time": time, "sky": sky}).write(tmp_path / "t.ecsv")
    opened = open_table(tmp_path / "t.ecsv")
    np.testing.assert_allclose(opened.read()["time"].to_numpy(), time.mjd)
    np.testing.assert_allclose(opened.read()["sky.ra"].to_numpy(), sky.icrs.ra.deg)
    about = opened.schema.field("time").metadata
    assert (about[b"format"], about[b"scale"]) == (b"mjd", b"tai")


def test_csv_has_comments_blanks_in_its_header_and_words_for_nothing(tmp_path):
    (tmp_path / "t.csv").write_text("# made by hand\nname, mag \na,18\nb,--\n# a note\nc,None\nd,NaN\n")
    opened = open_table(tmp_path / "t.csv")
    assert opened.names == ["name", "mag"]
    (found,) = opened.batches(["name", "mag"], ["name"])
    assert found["name"].to_pylist() == ["a", "b", "c", "d"]
    np.testing.assert_array_equal(numbers(found["mag"], at(tmp_path)), [18, np.nan, np.nan, np.nan])


def test_columns_that_the_writing_program_added_are_known_as_such(frame, tmp_path):
    frame.iloc[[2, 0, 1]].assign(**{"_healpix_29": 5, "Unnamed: 0": 1}).to_parquet(tmp_path / "t.parquet")
    opened = open_table(tmp_path / "t.parquet")
    assert opened.names == ["name", "mag", "n"]
    assert {"__index_level_0__", "_healpix_29", "Unnamed: 0"} <= opened.added


def test_numbers_may_be_decimals_and_names_whole_numbers_but_text_is_no_number(tmp_path):
    table = pa.table({"d": [Decimal("1.50"), None], "i": [7, 8], "f": [7.0, None], "t": ["1.5", "2"]})
    pq.write_table(table, tmp_path / "t.parquet")
    found = open_table(tmp_path / "t.parquet").read()
    np.testing.assert_array_equal(numbers(found["d"], at("t")), [1.5, np.nan])
    assert names(found["i"], at("t")).to_pylist() == ["7", "8"]
    assert names(found["f"], at("t")).to_pylist() == ["7", None]
    with pytest.raises(AlertlabError, match=r"t: column it, row 0: '1.5' is string, not a number; convert the column"):
        numbers(found["t"], at("t"))


@pytest.mark.parametrize("blank", [" {}", "{}\t", "\u00a0{}"])
def test_names_and_labels_are_stripped_and_words_for_nothing_are_null(blank):
    text = pa.array([blank.format("ZTF18aaaaaaa"), "ZTF18aaaaaab", blank.format("None"), None, ""])
    expected = ["ZTF18aaaaaaa", "ZTF18aaaaaab", None, None, None]
    assert names(text, at("t")).to_pylist() == labels(text, at("t")).to_pylist() == expected
    assert names(text[:2], at("t")).to_pylist() == names(text[:2].dictionary_encode(), at("t")).to_pylist()
    assert names(text.slice(1, 1), at("t")).to_pylist() == ["ZTF18aaaaaab"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.parquet", b"PAR1 nothing", "not a readable .parquet file"),
        ("t.fits", b"SIMPLE = nothing", "not a readable .fits file"),
        ("t.vot", b"<VOTABLE>", "t.vot"),
        ("t.ecsv", b"# %ECSV 1.0\nnothing", "t.ecsv"),
        ("t.csv", b"a;b\n1;2\n", "its columns are parted by ';'"),
        ("t.csv", b"a,a\n1,2\n", "column a stands twice"),
    ],
)
def test_a_damaged_table_is_told_in_one_line(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AlertlabError, match=message) as caught:
        open_table(tmp_path / name).read()
    assert "\n" not in str(caught.value)


def test_a_file_of_two_tables_is_refused_with_their_names(tmp_path):
    from astropy.io import fits

    columns = [fits.Column("a", "D", array=np.ones(2))]
    hdus = [fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns), fits.BinTableHDU.from_columns(columns)]
    fits.HDUList(hdus).writeto(tmp_path / "t.fits")
    with pytest.raises(AlertlabError, match=r"holds 2 tables .1, 2.; a file of one table is needed"):
        open_table(tmp_path / "t.fits")


def test_times_of_fits_that_astropy_wrote_are_times(tmp_path):
    times = Time([58000.25, 58001.5], format="mjd", scale="tdb")
    Table({"time": times, "flux": [1.0, 2.0] * u.nJy}).write(tmp_path / "it.fits")
    opened = open_table(tmp_path / "it.fits")
    np.testing.assert_allclose(opened.read(["time"], []).column("time").to_numpy(), times.mjd, rtol=0, atol=1e-9)
    assert opened.schema.field("time").metadata == {b"unit": b"d", b"format": b"mjd", b"scale": b"tdb"}
    assert opened.schema.field("flux").metadata == {b"unit": b"nJy"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"#object_id,time\na,58000.5\n", r"line 1 has the names of its columns; take off the #"),
        ("a.csv", "object_id,time\na,1\n".encode("utf-16"), r"its text is not UTF-8; save it as CSV in UTF-8"),
        ("a.csv", b"object_id time\na 1\n", r"its columns are parted by ' '; write it with commas"),
        ("a.tsv", b"object_id,time\na,1\n", r"its columns are parted by ','; write it with tabs"),
    ],
)
def test_a_text_table_of_another_shape_is_told_what_to_write(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AlertlabError, match=message):
        open_table(tmp_path / name)


def test_a_comment_with_as_many_commas_is_a_comment(tmp_path):
    (tmp_path / "a.csv").write_text("# ZTF, r\nobject_id,time\na,58000.5\n")
    assert open_table(tmp_path / "a.csv").names == ["object_id", "time"]
