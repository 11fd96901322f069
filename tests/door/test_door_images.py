"""Images of every form, against what Pillow and astropy wrote."""

import gzip

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.door.images import Image, ImageForm, Unreadable, decode, read_images
from alertlab.runtime import AlertlabError
from images_by_hand import encoded, fits_bytes, pixels, wcs_cards, write_folder, write_parquet, write_tar

RGB = ImageForm(("red", "green", "blue"))
ONE = ImageForm(("r",))


def found(path, form=RGB):
    """Name -> image, and those that cannot be read."""
    each = [one if isinstance(one, Unreadable) else decode(one, form) for one in read_images(path, form)]
    return {one.name: one for one in each if isinstance(one, Image)}, [
        one for one in each if isinstance(one, Unreadable)
    ]


def test_a_folder_a_tar_a_table_and_hdf5_hold_the_same_pixels(tmp_path):
    images = pixels(4)
    members = [(f"set/galaxy{number}.png", encoded(each)) for number, each in enumerate(images)]
    paths = [
        write_folder(tmp_path / "folder", images),
        write_tar(tmp_path / "set.tar", [*members, ("set/galaxy3.json", b"{}")]),
        write_tar(tmp_path / "set.tar.gz", members, "w:gz"),
        write_parquet(tmp_path / "set.parquet", images),
    ]
    for path in paths:
        good, bad = found(path)
        assert not bad
        assert sorted(good) == [f"galaxy{number}" for number in range(4)]
        for number, each in enumerate(images):
            np.testing.assert_array_equal(good[f"galaxy{number}"].pixels, each.transpose(2, 0, 1))
            assert good[f"galaxy{number}"].pixels.dtype == np.uint8


def test_hdf5_in_the_form_of_galaxy10_is_read(tmp_path):
    h5py = pytest.importorskip("h5py", reason="h5py is not installed: pip install 'alertlab[hdf5]'")
    images = pixels(70)  # more than are read at once
    with h5py.File(tmp_path / "ten.h5", "w") as file:
        file["images"], file["ans"] = images, np.arange(70, dtype=np.uint8)
    good, bad = found(tmp_path / "ten.h5", ImageForm(RGB.channels, name=None, image="images"))
    assert not bad
    np.testing.assert_array_equal(np.stack([each.pixels for each in good.values()]), images.transpose(0, 3, 1, 2))
    assert [*good] == [str(number) for number in range(70)]


@pytest.mark.parametrize("mode", ["P", "RGBA", "CMYK"])
def test_pictures_of_any_mode_are_three_channels(tmp_path, mode):
    from PIL import Image as Pillow

    picture = Pillow.fromarray(pixels(1)[0]).convert(mode)
    picture.save(tmp_path / ("a.jpg" if mode == "CMYK" else "a.png"))
    good, _ = found(tmp_path)
    assert good["a"].pixels.shape == (3, 12, 12)


def test_sixteen_bits_are_kept(tmp_path):
    deep = np.arange(12 * 12, dtype=np.uint16).reshape(12, 12) * 300
    (tmp_path / "a.png").write_bytes(encoded(deep))
    good, _ = found(tmp_path, ONE)
    np.testing.assert_array_equal(good["a"].pixels[0], deep.astype(np.float32))


@pytest.mark.parametrize("apart", [".", "_"])
def test_bands_in_files_of_their_own_are_channels_in_the_order_asked_for(tmp_path, apart):
    form = ImageForm(("i", "g"), bands_apart=True)
    planes = {
        name: np.random.default_rng(seed).normal(size=(5, 7)).astype(np.float32) for seed, name in enumerate("gri")
    }
    for name, plane in planes.items():
        (tmp_path / f"J1-23{apart}{name}.fits").write_bytes(fits_bytes(plane))
    (tmp_path / f"J2{apart}g.fits").write_bytes(fits_bytes(planes["g"]))
    good, (bad,) = found(tmp_path, form)
    np.testing.assert_array_equal(good["J1-23"].pixels, np.stack([planes["i"], planes["g"]]))
    assert (bad.name, bad.reason) == ("J2", "channel i is not there")


def test_a_cube_is_channels_first_and_integers_are_scaled_as_the_header_says(tmp_path):
    cube = np.random.default_rng(3).normal(size=(3, 6, 5)).astype(np.float32)
    (tmp_path / "cube.fits.gz").write_bytes(gzip.compress(fits_bytes(cube)))
    counts = np.arange(3 * 30, dtype=np.int16).reshape(3, 6, 5)
    (tmp_path / "counts.fits").write_bytes(fits_bytes(counts, BSCALE=0.5, BZERO=10.0))
    good, bad = found(tmp_path)
    assert not bad
    np.testing.assert_array_equal(good["cube"].pixels, cube)
    assert good["counts"].pixels.dtype == np.float32


def test_the_place_on_the_sky_is_that_of_the_middle_pixel(tmp_path):
    for name, galactic in (("equatorial", False), ("galactic", True)):
        cards = wcs_cards(150.0, 2.2, 0.2, 9)
        if galactic:
            cards |= {"CTYPE1": "GLON-TAN", "CTYPE2": "GLAT-TAN", "CRVAL1": 0.0, "CRVAL2": 0.0}
        (tmp_path / f"{name}.fits").write_bytes(fits_bytes(np.ones((9, 9), np.float32), **cards))
    good, _ = found(tmp_path, ONE)
    here = good["equatorial"]
    assert (here.ra, here.dec, here.pixel_scale) == pytest.approx((150.0, 2.2, 0.2), rel=1e-9)
    there = good["galactic"]
    centre = (266.405, -28.936)  # of the galactic coordinates, in degrees (Reid & Brunthaler 2004)
    assert (there.ra, there.dec) == pytest.approx(centre, abs=1e-3)


def test_bad_images_are_told_with_their_reason(tmp_path):
    whole = encoded(pixels(1, 64)[0], "JPEG")
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "noise.png").write_bytes(bytes(range(200)))
    (tmp_path / "grey.png").write_bytes(encoded(pixels(1)[0, ..., 0]))
    (tmp_path / "empty.fits").write_bytes(fits_bytes(np.full((3, 4, 4), np.nan, np.float32)))
    (tmp_path / "line.fits").write_bytes(fits_bytes(np.ones(5, np.float32)))
    (tmp_path / "notes.txt").write_text("clouds")
    good, bad = found(tmp_path)
    assert not good
    reasons = {each.name: each.reason for each in bad}
    assert sorted(reasons) == ["cut", "empty", "grey", "line", "noise"]
    assert "truncated" in reasons["cut"].lower()
    assert reasons["grey"] == "1 channels instead of 3"
    assert reasons["empty"] == "no pixel is known"
    assert reasons["line"].startswith("1 axes")


def test_a_second_image_of_a_name_is_told(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.png").write_bytes(encoded(pixels(1)[0]))
    good, (bad,) = found(tmp_path)
    assert [*good] == ["same"]
    assert bad.reason == "a second image named same"


def test_a_damaged_tar_gives_what_lies_before_the_damage(tmp_path):
    members = [(f"galaxy{number}.png", encoded(each)) for number, each in enumerate(pixels(6))]
    path = write_tar(tmp_path / "set.tar", members)
    path.write_bytes(path.read_bytes()[: 3 * 1024 + 100])
    good, bad = found(path)
    assert [*good] == ["galaxy0", "galaxy1", "galaxy2"][: len(good)]
    assert good
    assert "damaged from here on" in bad[-1].reason


def test_a_tar_never_touches_the_disk(tmp_path, monkeypatch):
    inside = tmp_path / "inside"
    inside.mkdir()
    path = write_tar(tmp_path / "slip.tar", [("../../slipped.png", encoded(pixels(1)[0])), ("/abs.png", b"x")])
    monkeypatch.chdir(inside)
    before = sorted(tmp_path.rglob("*"))
    good, bad = found(path)
    assert [*good] == ["slipped"]
    assert [each.name for each in bad] == ["abs"]
    assert sorted(tmp_path.rglob("*")) == before


def raw_table(path, rows):
    """Rows of (name, band, array)."""
    table = {
        "name": [name for name, _, _ in rows],
        "band": [band for _, band, _ in rows],
        "ny": [array.shape[0] for _, _, array in rows],
        "nx": [array.shape[1] for _, _, array in rows],
        "raw": [array.astype("<f4").tobytes() for _, _, array in rows],
    }
    pq.write_table(pa.table(table), path, row_group_size=3)
    return path


RAW = ImageForm(("G", "R"), name="name", image="raw", band="band", height="ny", width="nx", missing=100.0)


def test_rows_of_an_object_are_its_channels_whatever_their_order(tmp_path):
    random = np.random.default_rng(1)
    planes = {(name, band): random.normal(size=(4, 6)).astype(np.float32) for name in "abc" for band in "GRU"}
    planes["a", "R"][0, 0] = 100
    keys = [*planes][::-1]
    keys.remove(("c", "R"))
    good, (bad,) = found(raw_table(tmp_path / "raw.parquet", [(*key, planes[key]) for key in keys]), RAW)
    assert (bad.name, bad.reason) == ("c", "band R is not there")
    for name in "ab":
        expected = np.stack([planes[name, "G"], planes[name, "R"]])
        np.testing.assert_array_equal(good[name].pixels, np.where(expected == 100, np.nan, expected))


def test_raw_values_that_do_not_fill_the_image_are_told(tmp_path):
    path = raw_table(tmp_path / "raw.parquet", [("a", "G", np.ones((2, 2)))])
    table = pq.read_table(path)
    pq.write_table(table.set_column(2, "ny", pa.array([3])), path)
    form = ImageForm(("G",), name="name", image="raw", band="band", height="ny", width="nx")
    _, (bad,) = found(path, form)
    assert bad.reason == "16 bytes are not 3x2 values of float32"


def test_what_is_not_there_is_said_with_what_is(tmp_path):
    path = write_parquet(tmp_path / "set.parquet", pixels(1))
    with pytest.raises(
        AlertlabError, match=r"datamodule.columns.image: .* has no column jpeg; it has object_id, image"
    ):
        found(path, ImageForm(RGB.channels, image="jpeg"))
    with pytest.raises(AlertlabError, match="no such file"):
        found(tmp_path / "nowhere")
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(AlertlabError, match="of no known kind"):
        found(tmp_path / "a.txt")
