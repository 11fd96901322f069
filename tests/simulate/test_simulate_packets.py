"""Simulated packets as independent readers see them: fastavro for Avro, astropy for FITS."""

import collections
import gzip
import io
import itertools
import tarfile
from pathlib import Path

import fastavro
import numpy as np
import pytest
from alertlab.alerts.schema import CANDIDATE, alert_schema, field_types
from alertlab.alerts.write import encode_packet
from alertlab.runtime.errors import AlertlabError
from alertlab.simulate import simulate_packets
from astropy.io import fits

REAL = Path(__file__).parents[2] / "../shared/data/ztf_avro/ztf_alerts.tar.gz"
KINDS = ("Science", "Template", "Difference")
CHIP = {"x": 3072, "y": 3080}


def read(data):
    (packet,) = fastavro.reader(io.BytesIO(data))
    return packet


def pixels(packet, kind):
    stream = gzip.GzipFile(fileobj=io.BytesIO(packet[f"cutout{kind}"]["stampData"]))
    with fits.open(stream) as file:
        file.verify("exception")
        assert file[0].header["BITPIX"] == -32
        return file[0].data.astype(np.float64)


@pytest.fixture(scope="module")
def packets():
    return [(read(encode_packet(packet)), label) for packet, label in simulate_packets(300, seed=3)]


def test_a_packet_carries_three_cutouts_of_one_shape(packets):
    for packet, _ in packets[:100]:
        shapes = {pixels(packet, kind).shape for kind in KINDS}
        assert len(shapes) == 1


def test_the_candidate_has_the_fields_of_a_real_packet_in_their_order():
    if not REAL.is_file():
        pytest.skip(f"{REAL} is absent")
    with tarfile.open(REAL) as archive:
        for member in archive:
            if not member.isfile() or not member.name.endswith(".avro"):
                continue
            reader = fastavro.reader(archive.extractfile(member))
            packet = next(reader)
            if packet.get("schemavsn") == "3.3" and "drbversion" in packet["candidate"]:
                break
    assert list(field_types(CANDIDATE)) == list(packet["candidate"])
    assert len(field_types(CANDIDATE)) == 103


def test_the_schema_is_legal_avro_named_as_the_survey_names_it():
    schema = fastavro.parse_schema(alert_schema())
    assert schema["name"] == "ztf.alert"
    assert [field["name"] for field in schema["fields"]][:4] == ["schemavsn", "publisher", "objectId", "candid"]


def test_every_candidate_field_is_filled_with_a_finite_number(packets):
    for packet, _ in packets:
        for name, value in packet["candidate"].items():
            if value is None:
                assert name.startswith("objectidps")
            elif not isinstance(value, str):
                assert np.isfinite(value), name


def test_equal_arguments_give_equal_bytes():
    first = [encode_packet(packet) for packet, _ in simulate_packets(8, seed=11)]
    assert first == [encode_packet(packet) for packet, _ in simulate_packets(8, seed=11)]
    assert first != [encode_packet(packet) for packet, _ in simulate_packets(8, seed=12)]


def test_a_longer_run_begins_with_the_shorter_one():
    long = itertools.islice(simulate_packets(1000, seed=5), 7)
    assert [p for p, _ in long] == [p for p, _ in simulate_packets(7, seed=5)]


def test_classes_are_balanced_and_shuffled(packets):
    labels = [label for _, label in packets]
    assert set(collections.Counter(labels).values()) == {60}
    assert labels[:5] != labels[5:10] or labels[5:10] != labels[10:15]


def test_about_a_tenth_of_the_objects_has_two_packets_of_one_class(packets):
    labels, times = collections.defaultdict(set), collections.defaultdict(list)
    for packet, label in packets:
        labels[packet["objectId"]].add(label)
        times[packet["objectId"]].append(packet["candidate"]["jd"])
    assert all(len(of) == 1 for of in labels.values())
    returning = [epochs for epochs in times.values() if len(epochs) == 2]
    assert 0.05 < len(returning) / len(times) < 0.16
    assert all(later > earlier for earlier, later in returning)
    assert len({packet["candid"] for packet, _ in packets}) == len(packets)


def test_both_packets_of_an_object_show_one_place(packets):
    by_object = collections.defaultdict(list)
    for packet, _ in packets:
        by_object[packet["objectId"]].append(packet["candidate"])
    for first, second in (pair for pair in by_object.values() if len(pair) == 2):
        assert (first["ra"], first["dec"], first["field"]) == (second["ra"], second["dec"], second["field"])
        assert second["ndethist"] > first["ndethist"]


def test_a_stamp_is_cut_where_its_position_meets_the_edge_of_the_chip():
    cut = 0
    for packet, _ in simulate_packets(500, seed=8):
        candidate = packet["candidate"]
        near = candidate["mindtoedge"] < 31
        cut += near
        if not near and cut > 1:
            continue
        ny, nx = pixels(packet, "Difference").shape
        for size, axis in ((nx, "x"), (ny, "y")):
            centre = int(np.floor(candidate[f"{axis}pos"] + 0.5))  # the first pixel is 1
            assert size == min(centre + 31, CHIP[axis]) - max(centre - 31, 1) + 1
        if cut >= 3:
            break
    assert cut >= 2


def test_magnitudes_agree_with_the_light_in_the_difference(packets):
    """A 14 px aperture holds the flux that magpsf states; bright, clean, point-like cases."""
    excess = []
    for packet, label in packets:
        candidate, image = packet["candidate"], pixels(packet, "Difference")
        if label not in ("SN", "AGN") or image.shape != (63, 63) or candidate["magpsf"] > candidate["diffmaglim"] - 2:
            continue
        radius = np.hypot(*(np.indices(image.shape) - 31))
        aperture = -2.5 * np.log10(np.nansum(image[radius <= 7])) + candidate["magzpsci"]
        excess.append(aperture - candidate["magpsf"])
    assert len(excess) > 20
    assert abs(np.median(excess)) < 0.05


def test_the_stated_limit_is_five_times_the_noise(packets):
    limits = [packet["candidate"]["diffmaglim"] for packet, _ in packets]
    assert np.median(limits) == pytest.approx(20.5, abs=0.3)
    for packet, _ in packets:
        candidate = packet["candidate"]
        assert candidate["sigmapsf"] <= 0.2172  # 5 sigma, the stream's own cut
        assert candidate["magfromlim"] == pytest.approx(candidate["diffmaglim"] - candidate["magap"], abs=1e-4)


@pytest.mark.parametrize("label", ["AGN", "SN", "VS", "asteroid"])
def test_what_is_real_peaks_at_the_centre_of_the_difference(label):
    near = 0
    for packet, _ in simulate_packets(60, seed=21, classes=[label], difficulty=0.2):
        if packet["candidate"]["mindtoedge"] < 32:
            continue
        centre = np.nan_to_num(pixels(packet, "Difference")[25:38, 25:38])
        row, column = np.unravel_index(np.argmax(centre), centre.shape)
        near += np.hypot(row - 6, column - 6) < 3
    assert near >= 50


def test_a_faded_object_is_fainter_in_science_than_in_template(packets):
    box = (slice(29, 34), slice(29, 34))
    faded = [p for p, label in packets if label == "VS" and p["candidate"]["isdiffpos"] == "f"]
    fainter, bright = [], []
    for packet in faded:
        science, template, difference = (pixels(packet, kind) for kind in KINDS)
        if science.shape == (63, 63):
            bright.append(np.nansum(difference[box]) > 0)
            fainter.append(science[box].sum() < template[box].sum())
    assert np.mean(bright) > 0.9  # the residual of a saturated star can outshine it
    assert np.mean(fainter) > 0.75  # the seeing differs between the two


def test_an_asteroid_is_absent_from_the_template_and_near_the_ecliptic():
    from astropy.coordinates import BarycentricMeanEcliptic, SkyCoord

    candidates = [p["candidate"] for p, _ in simulate_packets(80, seed=2, classes=["asteroid"])]
    places = SkyCoord([c["ra"] for c in candidates], [c["dec"] for c in candidates], unit="deg")
    assert np.median(np.abs(places.transform_to(BarycentricMeanEcliptic()).lat.deg)) < 12
    assert np.median([c["distnr"] for c in candidates]) > 4  # px: nothing of the reference lies there
    assert min(c["dec"] for c in candidates) > -30


def test_some_difference_stamps_hold_nan_pixels_but_never_at_the_candidate(packets):
    holed = 0
    for packet, _ in packets:
        image = pixels(packet, "Difference")
        holed += bool(np.isnan(image).any())
        if image.shape == (63, 63):
            assert np.isfinite(image[28:35, 28:35]).all()
    assert 0.07 < holed / len(packets) < 0.18


def test_difficulty_makes_differences_fainter():
    easy, hard = (
        [p["candidate"]["magfromlim"] for p, _ in simulate_packets(100, seed=4, difficulty=d)] for d in (0.0, 1.0)
    )
    assert np.median(easy) > np.median(hard) + 0.3


def sky_noise(packet):
    """Of the science image, from differences of rows: neither sources nor background count."""
    return 1.4826 * np.nanmedian(np.abs(np.diff(pixels(packet, "Science"), axis=0))) / np.sqrt(2)


def test_difficulty_makes_the_pixels_noisier_for_the_same_stars():
    easy, hard = ([p for p, _ in simulate_packets(40, seed=4, classes=["VS"], difficulty=d)] for d in (0.0, 1.0))
    ratio = [sky_noise(noisy) / sky_noise(clear) for clear, noisy in zip(easy, hard, strict=True)]
    assert np.median(ratio) == pytest.approx(1.6**2, rel=0.15)


def test_poor_exposures_lie_mostly_behind_bogus(packets):
    poor = collections.Counter(label for packet, label in packets if packet["candidate"]["magzpsci"] < 25)
    assert poor["bogus"] > sum(poor.values()) / 2
    assert 0.02 < sum(poor.values()) / len(packets) < 0.15


def test_a_history_reaches_back_thirty_days_and_is_in_order(packets):
    lengths = []
    for packet, _ in packets:
        times = [visit["jd"] for visit in packet["prv_candidates"]]
        assert times == sorted(times)
        assert packet["candidate"]["jd"] - 30 <= times[0]
        assert times[-1] < packet["candidate"]["jd"]
        lengths.append(len(times))
    assert 10 <= np.median(lengths) <= 16


def test_noise_zero_point_and_limit_are_those_of_real_alerts(packets, shared_data):
    """The simulated median lies between the quartiles of the real ones."""
    from alertlab.alerts import Rejected, read_alerts

    found = read_alerts(shared_data / "ztf_stamps/ztf_stamps.parquet")
    real = [alert for alert in found if not isinstance(alert, Rejected)][::3]

    def between(simulated, measured):
        low, high = np.nanquantile(measured, (0.25, 0.75))
        assert low <= np.median(simulated) <= high

    for name in ("magzpsci", "diffmaglim", "fwhm", "classtar", "distpsnr2"):
        column = np.array([alert.candidate[name] for alert in real], dtype=float)
        between([packet["candidate"][name] for packet, _ in packets], np.where(column == -999, np.nan, column))
    steps = [np.diff(alert.stamp[0].astype(float), axis=0) for alert in real]
    between([sky_noise(packet) for packet, _ in packets], [1.05 * np.nanmedian(np.abs(step)) for step in steps])


@pytest.mark.parametrize("n", [0, -3])
def test_no_packets_is_an_error_that_names_the_number(n):
    with pytest.raises(AlertlabError, match=rf"simulate.n: {n} packets, at least 1"):
        simulate_packets(n, seed=1)


def test_an_unknown_class_is_an_error_that_names_those_known():
    with pytest.raises(AlertlabError, match=r"simulate.classes: unknown quasar; .*AGN, SN, VS, asteroid, bogus"):
        simulate_packets(5, seed=1, classes=["AGN", "quasar"])


@pytest.mark.parametrize(("arguments", "message"), [({"seed": -1}, "seed"), ({"difficulty": 1.5}, "difficulty")])
def test_arguments_out_of_range_are_named(arguments, message):
    with pytest.raises(AlertlabError, match=f"simulate.{message}"):
        simulate_packets(5, **{"seed": 1, **arguments})
