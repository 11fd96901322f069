"""The same light curves in any form give the same table; what is no light curve is told in one line."""

import re
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from alertlab.config import compose
from alertlab.features import extract
from alertlab.features.tables.columns import DETECTION, Columns
from alertlab.features.tables.flat import as_table, flat
from alertlab.features.tables.values import LEFT_OUT, NO_BAND
from alertlab.runtime.errors import AlertlabError
from alertlab.workflows.features import settings_of
from astropy.time import Time
from astropy.units import mmag

NAMES = ("time", "magnitude", "error", "band", "rb", "positive")


def nested_lists(frame):
    return pa.table(pa.Table.from_pandas(frame.groupby("object_id", sort=False)[list(NAMES)].agg(list).reset_index()))


def struct_of_lists(frame):
    table = nested_lists(frame)
    records = pa.StructArray.from_arrays([table[name].combine_chunks() for name in NAMES], NAMES)
    return pa.table({"object_id": table["object_id"], "lightcurve": records})


def list_of_structs(frame):
    rows = [
        {"object_id": name, "lightcurve": group[list(NAMES)].to_dict("records")}
        for name, group in frame.groupby("object_id", sort=False)
    ]
    return pa.Table.from_pylist(rows)


IN_A_COLUMN = {name: f"lightcurve.{name}" for name in NAMES}


@pytest.mark.parametrize(
    ("form", "columns"),
    [
        (lambda frame: frame, None),
        (lambda frame: {name: frame[name].to_numpy() for name in frame}, None),
        (lambda frame: {name: frame[name].tolist() for name in frame}, None),
        (lambda frame: frame.sample(frac=1, random_state=9), None),
        (lambda frame: pa.Table.from_pandas(frame, preserve_index=False).to_batches()[0], None),
        (nested_lists, None),
        (struct_of_lists, IN_A_COLUMN),
        (list_of_structs, IN_A_COLUMN),
        (lambda frame: pa.concat_tables([list_of_structs(frame)[20:], list_of_structs(frame)[:20]]), IN_A_COLUMN),
    ],
    ids=["pandas", "arrays", "lists", "shuffled", "batch", "nested", "struct", "records", "sliced"],
)
def test_every_form_of_the_same_light_curves_gives_the_same_table(long, form, columns):
    expected = extract(pa.Table.from_pandas(long), features="alerce174")
    assert extract(form(long), features="alerce174", columns=columns).to_pandas().equals(expected.to_pandas())


def test_the_values_are_those_of_a_pandas_groupby(long):
    found = extract(long, features="alerce174").to_pandas().set_index("object_id")
    for band in (1, 2):
        groups = long[long.band == band].groupby("object_id")
        np.testing.assert_allclose(found[f"mean_mag_{band}"], groups.magnitude.mean())
        np.testing.assert_allclose(found[f"n_pos_{band}"], groups.positive.agg(lambda signs: (signs > 0).sum()))


def test_the_table_begins_with_the_names_and_says_which_set_it_holds(long):
    table = extract(long, features="alerce152")
    assert table.column_names[0] == "object_id"
    assert set(table.schema.types[1:]) == {pa.float64()}
    assert table.schema.metadata[b"alertlab.features"] == b"alerce152"


def test_arrays_of_fits_files_are_read(long):
    columns = {name: long[name].to_numpy() for name in long}
    for name in ("time", "magnitude"):
        columns[name] = columns[name].astype(">f8")
    columns["object_id"] = long.object_id.to_numpy(dtype="S")
    assert extract(columns).to_pandas().equals(extract(long).to_pandas())


@pytest.mark.parametrize(
    ("brighter", "fainter"), [("t", "f"), ("1", "0"), (True, False), (1, 0), ("1.0", "-1.0"), ("True", "FALSE")]
)
def test_signs_are_read_as_ztf_and_pandas_write_them(long, brighter, fainter):
    written = long.assign(positive=[brighter if sign > 0 else fainter for sign in long.positive])
    found, _ = flat(as_table(written), Columns(), DETECTION, "it")
    assert found["positive"].to_pylist() == long.positive.tolist()


def test_the_package_is_light_to_import_and_its_function_stays_one():
    code = (
        "import sys, alertlab.features\n"
        "assert not {'numba', 'pyarrow', 'scipy'} & set(sys.modules)\n"
        "from alertlab.features.runs.batch import extract_batch\n"
        "from alertlab.features import extract\n"
        "assert extract.__name__ == 'extract'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.rename(columns={"magnitude": "magnitud"}), "no column magnitude. Did you mean magnitud"),
        (lambda frame: frame.drop(columns="band"), "no column band.*columns.band=null"),
        (
            lambda frame: frame.assign(band=7),
            "column band, row 0.*'7' is unknown; columns.bands knows 1, 2, 3, g, r, i",
        ),
        (lambda frame: frame.assign(magnitude="faint"), "column magnitude, row 0 .object obj...: 'faint' is"),
        (lambda frame: frame.assign(positive="up"), "column positive, row 0.*'up' is unknown; a sign is"),
        (
            lambda frame: frame.assign(object_id=1.5),
            "column object_id, row 0: 1.5 is a real number, which loses digits of long names",
        ),
        (lambda frame: frame[:0], "hold no rows"),
        (lambda frame: frame.assign(time=pd.Timestamp("2020-01-01")), "column time, row 0.*not a number"),
        (lambda frame: 5, "int is no Arrow table, data frame or mapping"),
        (lambda frame: {"object_id": ["a"], "time": [1.0, 2.0]}, "cannot be made a table"),
    ],
)
def test_what_is_no_light_curve_is_told_in_one_line(long, change, message):
    with pytest.raises(AlertlabError, match=message) as caught:
        extract(change(long))
    assert "\n" not in str(caught.value)


def test_lists_of_unequal_length_name_the_object():
    table = pa.table({"object_id": ["a", "b"], "time": [[1.0], [1.0, 2.0]], "magnitude": [[1.0], [1.0]]})
    table = table.append_column("error", pa.array([[0.1], [0.1, 0.1]]))
    with pytest.raises(AlertlabError, match="object b has 2 values in time and 1 in magnitude"):
        extract(table, columns={"band": None})


def test_single_values_beside_lists_are_refused():
    table = pa.table({"object_id": ["a"], "time": [[1.0]], "magnitude": [1.0], "error": [[0.1]]})
    with pytest.raises(AlertlabError, match="magnitude holds single values where time holds lists"):
        extract(table, columns={"band": None})


def test_an_unknown_quantity_or_band_in_the_mapping_is_refused(long):
    with pytest.raises(AlertlabError, match=r"columns.magnitud: no such quantity. Did you mean magnitude"):
        extract(long, columns={"magnitud": "m"})
    with pytest.raises(AlertlabError, match="z is band 'z-band'; a band is a word, or null"):
        extract(long, columns={"bands": {"z": "z-band"}})
    with pytest.raises(AlertlabError, match="constant_band: None is not the name of a band"):
        extract(long, columns={"constant_band": None})


@pytest.mark.parametrize(
    ("band", "bands"),
    [
        (["V", "I"], {"V": "V", "I": "I"}),
        ([1.0, 2.0], {1.0: "g", 2: "r"}),
        (["1.0", "+2 "], {"1": "g", 2: 2}),
        ([True, False], {True: "a", False: False}),
        (["true", "False"], {True: "a", False: "b"}),
        (["y", "n"], {"y": "y", "n": "n"}),
        (["on", "no"], {True: "a", False: "b"}),
        ([b"g ", b"r"], None),
    ],
)
def test_bands_are_known_by_their_text_whatever_yaml_or_pandas_made_of_them(long, band, bands):
    one, two = band
    found, _ = flat(
        as_table(long.assign(band=[one if each == 1 else two for each in long.band])),
        Columns.of({"bands": bands}),
        DETECTION,
        "it",
    )
    assert found["band"].to_pylist() == long.band.tolist()


def test_no_band_is_null_or_a_word_for_it(long):
    band = ["1", None, "None", "--", " ", "4"] * (len(long) // 6 + 1)
    columns = Columns.of({"bands": {"1": "g", "4": None}})
    found, _ = flat(as_table(long.assign(band=band[: len(long)])), columns, DETECTION, "it")
    assert found["band"].to_pylist()[:6] == [1, NO_BAND, NO_BAND, NO_BAND, NO_BAND, LEFT_OUT]


def test_a_band_that_is_unknown_is_answered_with_an_override_that_names_all(long):
    with pytest.raises(AlertlabError) as caught:
        flat(as_table(long.assign(band=np.where(long.band == 1, "V", "I"))), Columns(), DETECTION, "it")
    (override,) = re.findall(r"'(bands=[^']*)'", str(caught.value))
    columns = settings_of(compose("features", [override])).columns
    assert columns.bands == {"V": "V", "I": "I"}
    data = ["datamodule=light_curves", "datamodule.source.curves.path=x", "datamodule.classes=[A,B]"]
    assert compose("train", [*data, override]).datamodule.source.columns.bands == columns.bands


def test_names_of_columns_may_have_blanks_and_yaml_may_have_made_them_numbers(long):
    some = long.rename(columns={"time": " time ", "error": "7"})
    found, _ = flat(as_table(some), Columns.of({"time": " time", "error": 7}), DETECTION, "it")
    assert found["time"].to_pylist() == long.time.tolist()
    assert found["error"].to_pylist() == long.error.tolist()
    for given, message in (({"time": None}, "columns.time: a value is needed"), ({"time_zero": "a"}, "is no number")):
        with pytest.raises(AlertlabError, match=message):
            Columns.of(given)


def test_decimals_are_numbers_and_quantities_of_astropy_have_their_units(long):
    decimals = long.assign(magnitude=[Decimal(repr(each)) for each in long.magnitude])
    columns = {name: long[name].to_numpy() for name in long}
    columns |= {"time": Time(columns["time"], format="mjd"), "magnitude": columns["magnitude"] * 1000 * mmag}
    for given in (decimals, columns):
        found, _ = flat(as_table(given), Columns(), DETECTION, "it")
        np.testing.assert_allclose(found["magnitude"], long.magnitude)
        np.testing.assert_allclose(found["time"], long.time)


def test_a_column_that_is_absent_is_first_looked_for_under_its_usual_names():
    from alertlab.features.tables.columns import DETECTION, Columns, resolve

    with pytest.raises(AlertlabError, match=r"no column object_id\. Did you mean oid"):
        resolve(Columns(), ["corrected", "oid", "time", "magnitude", "error", "band"], DETECTION, "x")
