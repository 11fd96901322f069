"""Properties of the readers for any bytes at all, and for any damage to a packet."""

import io
import tarfile
import zlib

import numpy as np
import pytest
from alertlab.alerts import Alert, AlertError, Rejected, read_alerts
from alertlab.alerts.build import build_alert
from alertlab.alerts.container import MAGIC, read_records
from alertlab.alerts.cutout import decode_cutout
from alertlab.alerts.metadata import COLUMNS, metadata_features
from alertlab.alerts.packets import WANTED, read_packets
from alertlab.alerts.write import encode_cutout, encode_packet
from alertlab.simulate import simulate_packets
from astropy.io import fits as astropy_fits
from fits_by_hand import WHOLE, zipped
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

PACKETS = [encode_packet(packet) for packet, _ in simulate_packets(4, seed=21)]
CUTOUT = encode_cutout(np.random.default_rng(2).normal(100, 9, (63, 63)))
NAMES = [column.name for column in COLUMNS]
SEVERAL = settings(max_examples=150, deadline=None, derandomize=True)
FEW = settings(SEVERAL, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


def flipped(data, flips):
    changed = bytearray(data)
    for place, bit in flips:
        changed[place % len(data)] ^= 1 << bit
    return bytes(changed)


flips = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 7)), min_size=1, max_size=20)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def check(found):
    """What every reader owes for everything it found."""
    found = list(found)
    assert found
    for each in found:
        if isinstance(each, Rejected):
            assert each.reason.isprintable()
            assert 5 < len(each.reason) < 160
        else:
            assert (each.stamp.shape, each.stamp.dtype) == ((3, 63, 63), np.float32)
            assert not np.isinf(each.stamp).any()
            assert not np.isinf(metadata_features([each.candidate], NAMES)).any()
    return found


@SEVERAL
@given(st.binary(max_size=3000))
def test_any_bytes_are_rejected_as_a_packet(data):
    for start in (b"", MAGIC):
        assert all(isinstance(each, Rejected) for each in check(read_packets(start + data, "packet")))


@SEVERAL
@given(st.sampled_from(PACKETS), flips)
def test_any_flips_in_a_packet_give_an_alert_or_a_reason(packet, flips):
    check(read_packets(flipped(packet, flips), "packet"))


@SEVERAL
@given(st.sampled_from(PACKETS), st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 7)), min_size=1, max_size=3))
def test_any_flips_in_a_schema_give_an_alert_or_a_reason(packet, flips):
    check(read_packets(flipped(packet, flips), "packet"))


@SEVERAL
@given(st.binary(max_size=500), st.sampled_from([b"", b"\x1f\x8b", b"\x1f\x8b\x08\0\0\0\0\0\0\0"]))
def test_any_bytes_are_no_cutout(data, start):
    with pytest.raises(AlertError):
        decode_cutout(start + data)


@SEVERAL
@given(flips)
def test_a_flipped_cutout_is_refused_or_as_it_was(flips):
    """The sum in the gzip trailer guards the pixels; the header's time and system may be anything."""
    try:
        pixels = decode_cutout(flipped(CUTOUT, flips))
    except AlertError:
        return
    np.testing.assert_array_equal(pixels, decode_cutout(CUTOUT))


@pytest.mark.filterwarnings("ignore::astropy.utils.exceptions.AstropyUserWarning")
@SEVERAL
@given(st.lists(st.tuples(st.integers(0, 559), st.integers(0, 6)), min_size=1, max_size=4))
def test_what_a_damaged_fits_header_gives_astropy_gives_too(flips):
    raw = flipped(WHOLE, flips)
    try:
        pixels = decode_cutout(zipped(raw))
    except AlertError:
        return
    try:
        with astropy_fits.open(io.BytesIO(raw), ignore_missing_simple=True) as hdus:
            expected = hdus[0].data
    except Exception:  # astropy refuses more: a keyword with a control character, say
        assume(False)
    assume(expected is not None)
    np.testing.assert_array_equal(pixels, np.where(np.isfinite(expected), expected, np.nan).astype("f4"))


@SEVERAL
@given(st.binary(max_size=300), st.integers(0, 2))
def test_any_bytes_after_the_header_of_a_container_end_in_an_exception_or_records(data, kind):
    start = PACKETS[0].index(b"alertlab packet.") + 16
    try:
        records = list(read_records(PACKETS[0][:start] + data, WANTED))
    except (ValueError, EOFError, IndexError, zlib.error):
        return
    assert records == []


@FEW
@given(st.dictionaries(st.sampled_from([*NAMES, "xpos", "ypos", "isdiffpos"]), anything), anything, anything)
def test_any_values_of_a_candidate_give_features_or_a_reason(candidate, candid, object_id):
    table = metadata_features([candidate, {}], NAMES)
    assert table.dtype == np.float32
    assert not np.isinf(table).any()
    try:
        alert = build_alert(candid, object_id, candidate, [np.ones((62, 63), np.float32)] * 3, "packet")
    except AlertError:
        return
    assert -(2**63) <= alert.candid < 2**63
    assert alert.object_id.isprintable()


def night(members, **options):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, **options) as archive:
        for number, data in enumerate(members):
            member = tarfile.TarInfo(f"{number}.avro")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


@FEW
@given(damage=st.lists(flips, min_size=1, max_size=4), zipping=st.booleans())
def test_damaged_members_of_an_archive_are_each_accounted_for(tmp_path, damage, zipping):
    members = [flipped(PACKETS[0], each) for each in damage]
    path = tmp_path / "night.tar"
    path.write_bytes(night([*members, PACKETS[1]], mode="w:gz" if zipping else "w"))
    found = check(read_alerts(path))
    assert {each.origin for each in found} == {f"{path}:{number}.avro" for number in range(len(members) + 1)}
    assert isinstance(found[-1], Alert)


@FEW
@given(flips=flips, zipping=st.booleans())
def test_any_flips_in_an_archive_lose_no_packet_silently(tmp_path, flips, zipping):
    path = tmp_path / "night.tar"
    path.write_bytes(flipped(night(PACKETS, mode="w:gz" if zipping else "w"), flips))
    found = check(read_alerts(path))
    assert len(found) >= len(PACKETS) or any("the archive is damaged" in str(each) for each in found)
