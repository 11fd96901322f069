"""What a path holds is found out once, by the names of its files."""

import pandas as pd
import pytest
from alertlab.door.place import Kind, look
from alertlab.runtime.errors import AlertlabError

NAME = "hats_primary_table_url"


@pytest.fixture
def make(tmp_path):
    """Write files below a folder: tables for names of tables, else some text."""

    def write(*names, folder=tmp_path / "there", text="no table"):
        for name in names:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if name.endswith(".parquet"):
                pd.DataFrame({"a": [1]}).to_parquet(path)
            else:
                path.write_text(text)
        return folder

    return write


def names(found):
    return [str(file.relative_to(found.path)) for file in found.files()]


@pytest.mark.parametrize("about", ["hats.properties", "properties", "partition_info.csv", "catalog_info.json"])
@pytest.mark.parametrize("tile", ["Npix=4.parquet", "Npix=4/part0.parquet"])
def test_of_a_hats_catalogue_the_tiles_alone_are_read(make, about, tile):
    tile = f"dataset/Norder=0/Dir=0/{tile}"
    others = ("dataset/_metadata", "dataset/_common_metadata", "dataset/data_thumbnail.parquet", "point_map.fits")
    found = look(make(about, tile, *others))
    assert found.kind is Kind.CATALOGUE
    assert names(found) == [tile]
    assert found.passed_over() == 0


def test_of_a_collection_the_main_catalogue_is_read(make):
    folder = make("collection.properties", text=f"# of hats\n{NAME} = main\n")
    make("main/hats.properties", "main/dataset/Norder=0/Dir=0/Npix=4.parquet", "margin/dataset/Norder=0/Npix=5.parquet")
    assert names(look(folder)) == ["main/dataset/Norder=0/Dir=0/Npix=4.parquet"]
    make("collection.properties", text=f"{NAME} = elsewhere\n")
    with pytest.raises(AlertlabError, match=r"names no folder beside it .'elsewhere'"):
        look(folder)


def test_of_a_folder_the_tables_are_read_and_other_files_counted(make):
    found = look(make("a/one.parquet", "b.csv", "notes.txt", "_SUCCESS", ".hidden.parquet"))
    assert (found.kind, names(found), found.passed_over()) == (Kind.TABLES, ["a/one.parquet", "b.csv"], 1)


def test_packets_and_tables_are_told_apart_and_looking_twice_changes_nothing(make):
    folder = make("night/1.avro", "night/labels.csv")
    assert look(folder).packets
    assert look(look(folder)) == look(folder)
    assert look(make("t.FITS") / "t.FITS").kind is Kind.TABLE


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("there/b.cvs", "no such file or folder. Did you mean .*b.csv"),
        ("there/notes.txt", "of no known kind; expected .parquet"),
        ("there/empty", "holds neither a table .* nor packets"),
    ],
)
def test_what_holds_nothing_is_told(make, tmp_path, name, message):
    make("b.csv", "notes.txt", "empty/notes.txt")
    with pytest.raises(AlertlabError, match=message):
        look(tmp_path / name)
