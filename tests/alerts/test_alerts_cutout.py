"""Cut-outs: against astropy's reading of the same bytes."""

import gzip
import io
import zlib
from functools import partial

import numpy as np
import pytest
from alertlab.alerts import AlertError
from alertlab.alerts.cutout import LARGEST, decode_cutout, pad_to_stamp
from astropy.io import fits

zipped = partial(gzip.compress, mtime=0)  # the same bytes, hence the same test names, in every worker


def fits_bytes(image, **header):
    hdu = fits.PrimaryHDU(image)
    hdu.header.update(header)
    buffer = io.BytesIO()
    hdu.writeto(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("dtype", ["f4", "f8", "i2", "i4", "u1"])
@pytest.mark.parametrize("shape", [(63, 63), (44, 63), (63, 1)])
def test_pixels_agree_with_astropy(dtype, shape):
    image = (np.random.default_rng(1).normal(100, 30, shape)).astype(dtype)
    data = fits_bytes(image, BUNIT="DN", OBJECT="a / slash in a string")
    expected = fits.getdata(io.BytesIO(data)).astype("f4")
    np.testing.assert_array_equal(decode_cutout(zipped(data)), expected)


def test_scaled_integers_agree_with_astropy():
    image = np.arange(63 * 63, dtype="u2").reshape(63, 63)  # astropy stores uint16 with BZERO
    data = fits_bytes(image)
    np.testing.assert_array_equal(decode_cutout(zipped(data)), fits.getdata(io.BytesIO(data)).astype("f4"))


def test_infinite_pixels_become_nan():
    image = np.zeros((63, 63), "f8")
    image[0, 0], image[1, 1], image[2, 2] = np.inf, np.nan, 1e300
    decoded = decode_cutout(zipped(fits_bytes(image)))
    assert np.isnan(decoded[[0, 1, 2], [0, 1, 2]]).all()
    assert np.isfinite(decoded).sum() == 63 * 63 - 3


whole = zipped(fits_bytes(np.ones((63, 63), "f4")))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xd8\xff\xe0 jpeg", "JPEG preview"),
        (b"", "not gzipped"),
        (b"SIMPLE  =", "not gzipped"),
        (whole[:60], "cut short"),
        (whole[:10] + b"\xff" * 50, "damaged"),
        (whole[:-8] + b"12345678", "damaged"),
        (zipped(b"not fits at all"), "not FITS"),
        (zipped(b"SIMPLE  = T"), "no END"),
        (zipped(fits_bytes(np.ones((64, 63), "f4"))), "64x63"),
        (zipped(fits_bytes(np.ones((3, 63, 63), "f4"))), "NAXIS 3"),
        (zipped(fits_bytes(np.ones((63, 63), "f4"))[:5000]), "data are cut short"),
        (
            zipped(fits_bytes(np.ones((63, 63), "f4")).replace(b"NAXIS1  =  ", b"NAXIS1  = x")),
            "header is damaged",
        ),
    ],
)
def test_what_is_no_cutout_is_refused_with_its_reason(data, reason):
    with pytest.raises(AlertError, match=reason):
        decode_cutout(data)


def test_a_zip_bomb_is_not_unpacked():
    bomb = zlib.compressobj(9, wbits=31)
    data = b"".join(bomb.compress(b"\0" * LARGEST) for _ in range(64)) + bomb.flush()
    with pytest.raises(AlertError, match="unpacks to more than"):
        decode_cutout(data)


@pytest.mark.parametrize(
    ("shape", "xpos", "ypos", "corner"),
    [
        ((45, 63), 94.4, 13.9, (18, 0)),  # cut by the lower edge: rows are missing before the first
        ((53, 63), 229.3, 3058.6, (0, 0)),  # the upper edge
        ((63, 56), 3047.9, 197.5, (0, 0)),  # the right edge
        ((63, 39), 8.2, 1500.0, (0, 24)),  # the left edge
        ((49, 39), 8.2, 18.0, (14, 24)),  # a corner of the chip
        ((63, 40), 8.2, 1500.0, (0, 23)),  # counted from 0, or cut at another rounding: within a pixel
        ((62, 63), 1500.0, 31.6, (1, 0)),
    ],
)
def test_an_edge_cut_stamp_is_padded_where_the_chip_ended(shape, xpos, ypos, corner):
    image = np.ones(shape, "f4")
    stamp = pad_to_stamp(image, xpos, ypos)
    assert stamp.shape == (63, 63)
    np.testing.assert_array_equal(stamp[corner[0] : corner[0] + shape[0], corner[1] : corner[1] + shape[1]], image)
    assert np.isnan(stamp).sum() == 63 * 63 - image.size


@pytest.mark.parametrize("row", [1, 14.4, 31, 32, 1500, 3049, 3050, 3066.7, 3080])
@pytest.mark.parametrize("column", [1, 20.2, 31, 32, 1500, 3041, 3042, 3060.1, 3072])
def test_the_detection_is_at_the_centre_wherever_it_is_on_the_chip(row, column):
    """A stamp is cut out of a chip whose pixels say where they are, counted from 1."""
    rows, columns = np.mgrid[1:3081, 1:3073].astype("f4")
    y, x = round(row), round(column)
    inside = slice(max(y - 32, 0), y + 31), slice(max(x - 32, 0), x + 31)
    for chip, position in ((rows, y), (columns, x)):
        assert pad_to_stamp(chip[inside], column, row)[31, 31] == position


@pytest.mark.parametrize(
    ("shape", "xpos", "ypos", "reason"),
    [
        ((21, 21), 1500.0, 1500.0, "21x21, not at the edge of the chip"),
        ((62, 63), 1500.0, 1500.0, "62x63, not at the edge of the chip"),
        ((40, 40), 1500.0, 1500.0, "40x40, not at the edge of the chip"),
        ((21, 21), 1500.0, 13.9, "21x21, not what the edge"),  # cropped after the edge had cut it
        ((45, 21), 1500.0, 13.9, "45x21, not at the edge of the chip"),  # by the edge one way, by somebody the other
        ((45, 63), 1500.0, 3072.0, "45x63, not what the edge"),
        ((45, 63), None, None, "no xpos, ypos"),
        ((45, 63), 1500.0, np.nan, "no xpos, ypos"),
        ((45, 63), -999.0, -999.0, "no xpos, ypos"),  # ZTF's sentinel
        ((45, 63), 1500.0, 1e6, "no xpos, ypos"),
    ],
)
def test_a_smaller_stamp_that_the_edge_did_not_cut_is_refused(shape, xpos, ypos, reason):
    with pytest.raises(AlertError, match=reason):
        pad_to_stamp(np.ones(shape, "f4"), xpos, ypos)


def test_a_position_that_nothing_depends_on_may_be_unknown():
    whole = np.ones((63, 63), "f4")
    assert pad_to_stamp(whole, None, np.nan) is whole
    assert pad_to_stamp(np.ones((45, 63), "f4"), None, 13.9).shape == (63, 63)
