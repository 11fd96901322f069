"""Ready tables of features: what is a feature, what is a label, whatever program wrote them."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from alertlab.config import compose, instantiate
from alertlab.core.split import SplitPlan
from alertlab.datamodules import TableDataModule
from alertlab.datamodules.tables.feature_rows import FeatureRows
from alertlab.runtime import AlertlabError
from alertlab.runtime.manifest import Column
from astropy.table import Table
from tables_by_hand import ready


def build(*overrides):
    return instantiate(compose("train", ["datamodule=feature_table", *overrides]).datamodule)


def feature_table(folder, table, *overrides, classes="[A,B]", name="t.parquet", index=None):
    """The datamodule of a table that is written for it."""
    if name.endswith("parquet"):
        table.to_parquet(folder / name, index=index)
    elif name.endswith(".csv"):
        table.to_csv(folder / name, index=bool(index))
    else:
        Table.from_pandas(table).write(folder / name, **({"format": "votable"} if name.endswith("vot") else {}))
    return build(f"datamodule.source.path={folder / name}", f"datamodule.classes={classes}", *overrides)


def noise(classes, each=12):
    """Features that tell nothing, sorted by class."""
    table = ready(classes, each).rename(columns={"name": "object_id", "kind": "class"})
    return table.sort_values("class", kind="stable").reset_index(drop=True)


def features_in(data):
    return [column.name for column in data.samples().columns["features"]]


FEATURES = ["Amplitude", "Period", "g-r"]


@pytest.mark.parametrize("name", ["t.parquet", "t.csv"])
def test_the_index_that_pandas_writes_is_no_feature(tmp_path, name):
    table = noise(["A", "B"])
    table = table[table.Amplitude > -1]  # a filter, after which pandas writes its index
    data = feature_table(tmp_path, table, name=name, index=True)
    assert features_in(data) == FEATURES
    assert len(data.samples()) == len(table)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda table: table.assign(**{"Unnamed: 0": range(24), "_healpix_29": 5, "Norder": 3, "Npix": 7}), ""),
        (lambda table: table[table.Amplitude > -1].reset_index(), "column index numbers the rows"),
        (lambda table: table.assign(level_0=np.arange(24)[::-1]), "column level_0 numbers the rows"),
        (lambda table: table.assign(number=np.arange(1, 25)), "column number numbers the rows"),
    ],
)
def test_columns_that_number_the_rows_are_no_features(tmp_path, capsys, change, told):
    assert features_in(feature_table(tmp_path, change(noise(["A", "B"])), index=False)) == FEATURES
    assert told in capsys.readouterr().err


def test_an_integer_that_is_measured_is_a_feature_and_an_index_that_is_named_is_what_it_is_named(tmp_path):
    table = noise(["A", "B"]).assign(detections=5, index=[7] * 23 + [8])
    data = feature_table(tmp_path, table, index=False)
    assert features_in(data) == [*FEATURES, "index"]
    assert data.samples().facts["detections"].tolist() == [5] * 24
    by_index = noise(["A", "B"]).set_index("object_id")
    assert feature_table(tmp_path, by_index, index=True).samples().object_id[0] == by_index.index[0]


@pytest.mark.parametrize(
    ("column", "is_told"),
    [
        (lambda table: (table["class"] == "B").astype(int), True),
        (lambda table: (table["class"] == "B") * 5 + table.Amplitude * 0.001, True),
        (lambda table: np.where(table["class"] == "B", 3, np.arange(24) % 2), True),
        (lambda table: (np.arange(24) % 3).astype(float), False),
        (lambda table: table.Amplitude * 2, False),
    ],
    ids=["a code of the class", "an interval of its own", "codes of types", "codes of something else", "noise"],
)
def test_a_column_that_tells_the_class_alone_is_named(tmp_path, capsys, column, is_told):
    table = noise(["A", "B"])
    assert "code" in features_in(feature_table(tmp_path, table.assign(code=column(table))))
    error = capsys.readouterr().err
    assert ("t.parquet: column code alone tells the class" in error) == is_told
    assert ("datamodule.source.leave_out=[code]" in error) == is_told


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([0, 1], "[0,1]"),
        ([0.0, 1.0], "[0,1]"),
        ([0, 1], "[0.0,1.0]"),
        (["0", "1"], "[0,1]"),
        ([False, True], "[false,true]"),
        (["NO", "YES"], "[NO,YES]"),
        ([b"0", b"1"], "[0,1]"),
        ([Decimal(0), Decimal(1)], "[0,1]"),
        ([100000.0, 2.0], "[1e5,2]"),
    ],
)
def test_labels_and_classes_are_one_text_whatever_file_and_yaml_made_of_them(tmp_path, labels, classes):
    table = noise(["A", "B"])
    table["class"] = [labels[0] if name == "A" else labels[1] for name in table["class"]]
    data = feature_table(tmp_path, table, classes=classes)
    assert data.samples().counts() == dict.fromkeys(data.taxonomy.classes, 12)


def test_labels_of_a_csv_that_has_gaps_are_those_without(tmp_path):
    table = noise(["A", "B"])
    table["class"] = table["class"].map({"A": 0, "B": 1}).where(table.index != 3)  # pandas writes 0.0 and 1.0
    data = feature_table(tmp_path, table, name="t.csv", classes="[0,1]")
    assert data.samples().counts() == {"0": 11, "1": 12}
    assert data.left_out == {"no label": 1}


def test_the_same_table_of_every_format_gives_the_same_samples(tmp_path):
    table = noise(["A", "B"]).assign(object_id=[f"00{number}" for number in range(24)])
    first, *others = [
        feature_table(tmp_path, table, name=name, index=False).samples()
        for name in ("t.parquet", "t.csv", "t.fits", "t.vot", "t.ecsv")
    ]
    assert first.object_id.tolist() == table.object_id.tolist()
    assert [each.digest() for each in others] == [first.digest()] * 4


def test_one_class_alone_is_told(tmp_path, capsys):
    feature_table(tmp_path, noise(["A", "B"]), "+datamodule.label_map={B: null}", classes="[A]")
    assert "datamodule.classes: A is the only class" in capsys.readouterr().err


class Twice:
    """A source of one's own that gives one object twice."""

    description, origin = "two nights", "nights"

    def rows(self, max_days):
        objects = np.array(["a", "b", "b"])
        return FeatureRows(objects, ["A", "B", "B"], np.zeros((3, 1), np.float32), (Column("f"),), None, {})


def test_a_sample_that_a_source_gives_twice_is_named():
    with pytest.raises(AlertlabError, match=r"two nights: sample [0-9]+ of object b stands there twice"):
        TableDataModule(Twice(), SplitPlan(), ["A", "B"]).samples()


def labelled_by(label_map):
    return TableDataModule(None, SplitPlan(), ["rest", "TDE", "2"], label_map=label_map)


def test_labels_that_are_mapped_are_text_on_both_sides():
    data = labelled_by({0: "rest", 3.0: "TDE", True: "rest", "SN": 2, "M": None})
    found = [data.class_of(label, "t") for label in ("0", "3", "True", "SN", "M", None, "2")]
    assert found == ["rest", "TDE", "rest", "2", None, None, "2"]
    assert data.left_out == {"M": 1, "no label": 1}


@pytest.mark.parametrize(
    ("label_map", "message"),
    [
        ("AB", "datamodule.label_map: 'AB' is not a mapping"),
        ({None: "rest"}, "datamodule.label_map: None is no label"),
        ({"A": "none"}, "datamodule.label_map: A becomes 'none', which is no class; null leaves its rows out"),
        ({"A": ""}, "datamodule.label_map: A becomes '', which is no class"),
        ({1: "rest", "1": "TDE"}, "datamodule.label_map: 1 becomes rest and TDE"),
    ],
)
def test_a_label_map_that_cannot_be_is_refused_at_once(label_map, message):
    with pytest.raises(AlertlabError, match=message):
        labelled_by(label_map)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "datamodule.classes=AB",
            r"datamodule.classes: AB stands where a list.*write 'datamodule.classes=\[AB\]'",
        ),
        ("datamodule.source.leave_out=Period", r"datamodule.source.leave_out: Period stands where a list"),
        ("datamodule.cut_days=16", r"datamodule.cut_days: 16 stands.*'datamodule.cut_days=\[16\]'"),
        ("datamodule.cut_days=[a]", r"datamodule.cut_days: 'a' is not a whole number of days"),
    ],
)
def test_a_text_where_a_list_belongs_names_its_key(override, message):
    with pytest.raises(AlertlabError, match=message):
        build("datamodule.source.path=t.csv", "datamodule.classes=[A,B]", override)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.assign(g="red", h="blue"), r"column g holds .*'red' in row 0.*leave_out=\[g,h\]"),
        (lambda table: table.assign(g=["1"] * 23 + ["1_000"]), "column g holds .*'1_000' in row 23"),
        (lambda table: table.assign(g=pd.Timestamp("2024-01-01")), "column g holds (timestamp|date32)"),
        (lambda table: table.assign(days="many"), "column days, row 0: 'many' is"),
        (lambda table: table[:0], "no labelled object to learn from .it has no rows"),
        (lambda table: table.assign(**{"class": None}), "no labelled object .* .24 left out with no label"),
        (lambda table: table[["object_id", "class"]], "no column is left that could be a feature"),
    ],
)
@pytest.mark.parametrize("name", ["t.parquet", "t.csv"])
def test_columns_that_are_no_features_are_refused_in_every_format(tmp_path, change, message, name):
    table = change(noise(["A", "B"]))
    with pytest.raises(AlertlabError, match=f"{name}: .*{message}"):
        feature_table(tmp_path, table, name=name, index=False).samples()


def test_numbers_of_any_type_are_features_and_what_is_lost_is_told(tmp_path, capsys):
    table = noise(["A", "B"]).assign(
        price=[Decimal("1.5")] * 23 + [None], seen=pd.array([True, None] * 12, dtype="boolean"), empty=None, far=1e300
    )
    samples = feature_table(tmp_path, table).samples()
    columns = [column.name for column in samples.columns["features"]]
    values = dict(zip(columns, samples.inputs["features"].T, strict=True))
    np.testing.assert_array_equal(values["price"], [1.5] * 23 + [np.nan])
    np.testing.assert_array_equal(values["seen"], [1, np.nan] * 12)
    error = capsys.readouterr().err
    assert "t.parquet: no object has a value in empty, far" in error
    assert "t.parquet: 24 values are infinite or beyond float32" in error
