"""Images as labelled samples, against what was written."""

import json
import pickle

import numpy as np
import pyarrow as pa
import pytest
from alertlab.config import compose, instantiate
from alertlab.core.contracts import Loading
from alertlab.datamodules.images import decoding
from alertlab.runtime import AlertlabError, Quantities, Ragged
from alertlab.runtime.operations import apply
from images_by_hand import encoded, fits_bytes, pixels, wcs_cards, write_folder, write_labels, write_parquet
from pyarrow import csv

N = 12


def make(path, *overrides, cache="null"):
    words = ["datamodule=images", f"datamodule.source.path={path}", f"datamodule.cache={cache}", *overrides]
    return instantiate(compose("train", words).datamodule)


@pytest.fixture
def folder(tmp_path):
    """Twelve pictures, and their labels."""
    write_labels(tmp_path / "labels.csv", ["spiral", "elliptical"], N)
    return write_folder(tmp_path / "pictures", pixels(N))


def of(folder, *overrides, **more):
    labels = f"datamodule.labels={folder.parent}/labels.csv"
    return make(folder, labels, "datamodule.classes=[spiral,elliptical]", *overrides, **more)


def by_name(samples):
    return dict(zip(samples.object_id.tolist(), samples.inputs["image"], strict=True))


def test_pictures_come_with_their_labels_as_float32_of_the_same_values(folder, tmp_path):
    samples = of(folder, cache=tmp_path / "cache").samples()
    images = by_name(samples)
    for number, each in enumerate(pixels(N)):
        np.testing.assert_array_equal(images[f"galaxy{number}"], each.transpose(2, 0, 1))
    assert samples.inputs["image"].dtype == np.float32
    assert samples.inputs.rows["image"].array.dtype == np.uint8  # as it lies in the cache
    assert samples.channels == {"image": ("red", "green", "blue")}
    label = dict(zip(samples.object_id.tolist(), samples.target.tolist(), strict=True))
    assert [label[f"galaxy{number}"] for number in range(N)] == [0, 1] * 6


def test_what_was_decoded_is_read_again_and_not_decoded(folder, tmp_path, monkeypatch):
    first = of(folder, cache=tmp_path / "cache").samples().digest()
    monkeypatch.setattr(decoding, "decode", lambda *_: pytest.fail("decoded anew"))
    assert of(folder, cache=tmp_path / "cache").samples().digest() == first
    monkeypatch.undo()
    assert of(folder).samples().digest() == first


def test_images_without_or_with_two_labels_are_rejected_with_the_reason(folder):
    labels = folder.parent / "labels.csv"
    lines = labels.read_text().splitlines()
    lines[1:3] = ["galaxy0,", "galaxy2,elliptical"]  # no label, a second one; galaxy1 is not named any more
    labels.write_text("\n".join(lines) + "\n")
    (folder / "cut.png").write_bytes(encoded(pixels(1)[0])[:60])
    data = of(folder)
    assert len(data.samples()) == N - 3
    reasons = {row["name"]: row["reason"] for row in data.rejected_table().to_pylist()}
    assert sorted(reasons) == ["cut", "galaxy0", "galaxy1", "galaxy2"]
    assert reasons["galaxy0"] == "no label"
    assert reasons["galaxy1"].startswith("no label: ")
    assert reasons["galaxy2"].startswith("two labels")


def test_unequal_sizes_and_floats_are_kept_as_they_are(tmp_path):
    random = np.random.default_rng(4)
    arrays = {f"galaxy{number}": random.normal(size=(1, 5 + number, 6)).astype(np.float32) for number in range(8)}
    for name, array in arrays.items():
        (tmp_path / f"{name}.fits").write_bytes(fits_bytes(array, **wcs_cards(10.0, -5.0, 0.4, 6)))
    (tmp_path / "galaxy8.png").write_bytes(encoded(pixels(1)[0, ..., 0]))  # bytes among floats
    write_labels(tmp_path / "labels.csv", ["a", "b"], 9)
    words = ["datamodule.source.channels=[r]", "datamodule.classes=[a,b]", f"datamodule.labels={tmp_path}/labels.csv"]
    for cache in ("null", tmp_path.parent / f"{tmp_path.name}cache"):
        samples = make(tmp_path, *words, cache=cache).samples()
        image = samples.inputs["image"]
        assert isinstance(image, Ragged)
        assert image.values.dtype == np.float32
        for row, name in enumerate(samples.object_id.tolist()):
            expected = arrays.get(name, pixels(1)[0, ..., 0][None])
            np.testing.assert_array_equal(image[row], expected)
        known = samples.object_id != "galaxy8"
        assert samples.places["dec"][known] == pytest.approx(-5, abs=1e-3)
        assert samples.facts["pixel_scale"][known] == pytest.approx(0.4)
        assert np.isnan(samples.facts["pixel_scale"][~known]).all()
        workers = pickle.loads(pickle.dumps(samples.take(np.array([3, 1])).inputs.rows["image"]))
        np.testing.assert_array_equal(workers.read()[0], image[3])


def test_votes_of_the_galaxy_challenge_are_quantities_that_keep_to_the_tree(tmp_path):
    """The form of training_solutions_rev1.csv: GalaxyID, then a column an answer, products along the tree."""
    random = np.random.default_rng(5)
    first = random.dirichlet([1, 1, 1], 6)
    second = random.dirichlet([1, 1], 6) * first[:, 1:2]
    columns = {"Class1.1": first[:, 0], "Class1.2": first[:, 1], "Class1.3": first[:, 2]}
    columns |= {"Class2.1": second[:, 0], "Class2.2": second[:, 1]}
    table = pa.table({"GalaxyID": np.arange(100008, 100014), **columns})
    csv.write_csv(table, tmp_path / "training_solutions_rev1.csv")
    pictures = tmp_path / "images_training_rev1"
    pictures.mkdir()
    for number, each in enumerate(pixels(6)):
        (pictures / f"{100008 + number}.jpg").write_bytes(encoded(each, "JPEG"))
    values = "{Class1: [Class1.1,Class1.2,Class1.3], Class2: {of: Class1.2, columns: [Class2.1,Class2.2]}}"
    words = ["datamodule.name=GalaxyID", "datamodule.classes=null", "datamodule.label=null"]
    data = make(
        pictures, *words, f"datamodule.labels={tmp_path}/training_solutions_rev1.csv", f"datamodule.values={values}"
    )
    samples = data.samples()
    assert isinstance(samples.names, Quantities)
    assert samples.names.groups == {"Class1": [0, 1, 2], "Class2": [3, 4]}
    assert samples.names.order == {"Class1": None, "Class2": 1}
    rows = samples.object_id.astype(int) - 100008
    np.testing.assert_allclose(samples.target, np.stack([*columns.values()], 1)[rows])


def test_objects_facts_and_places_come_from_the_table(tmp_path):
    columns = {"class": ["a", "b"] * 6, "star": [f"s{number // 2}" for number in range(N)], "z": np.arange(N) / 10}
    columns |= {"alpha": np.linspace(0, 90, N)}
    path = write_parquet(tmp_path / "set.parquet", pixels(N), **columns)
    words = ["datamodule.object_id=star", "datamodule.facts=[z]", "+datamodule.places.ra=alpha"]
    samples = make(path, "datamodule.classes=[a,b]", *words).samples()
    assert sorted(set(samples.object_id.tolist())) == [f"s{number}" for number in range(6)]
    np.testing.assert_allclose(samples.facts["z"], columns["z"])
    np.testing.assert_allclose(samples.places["ra"], columns["alpha"])


def test_several_workers_decode_as_one_does(tmp_path):
    path = write_parquet(tmp_path / "set.parquet", pixels(40), **{"class": ["a", "b"] * 20})
    one = make(path, "datamodule.classes=[a,b]", "datamodule.source.workers=1").samples()
    two = make(path, "datamodule.classes=[a,b]", "datamodule.source.workers=2").samples()
    np.testing.assert_array_equal(one.inputs["image"], two.inputs["image"])
    assert one.digest() == two.digest()


def test_a_damaged_cache_is_decoded_anew(folder, tmp_path, capsys):
    cache = tmp_path / "cache"
    first = of(folder, cache=cache).samples().digest()
    (kept,) = (each for each in cache.iterdir() if each.name != "digests")
    index = json.loads((kept / "index.json").read_text())
    assert sorted(index) == ["images.npy", "images.parquet", "rejected.parquet"]
    content = bytearray((kept / "images.npy").read_bytes())
    content[-1] ^= 1
    (kept / "images.npy").write_bytes(content)
    assert of(folder, cache=cache).samples().digest() == first
    assert "decoding anew" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ([], (("clockwise", "anticlockwise"),)),
        (["+datamodule.label_map.anticlockwise=clockwise"], ()),
        (["+datamodule.label_map.anticlockwise=null"], ()),
    ],
)
def test_labels_that_a_mirror_swaps_are_known_unless_they_are_one_class(tmp_path, words, pairs):
    path = write_parquet(tmp_path / "set.parquet", pixels(6), **{"class": ["clockwise", "anticlockwise"] * 3})
    mirrored = "datamodule.mirrored=[[clockwise,anticlockwise]]"
    samples = make(path, "datamodule.classes=[clockwise,anticlockwise]", mirrored, *words).samples()
    assert samples.taxonomy.mirrored == pairs


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["datamodule.classes=null"], "give classes and label"),
        (["datamodule.classes=[a]", "datamodule.values=[z]"], "one of them"),
        (["datamodule.classes=[a]", "datamodule.mirrored=[[a,b]]"], "datamodule.mirrored: b is none of"),
        (["datamodule.classes=[a]", "datamodule.source.channels=[]"], "datamodule.source.channels"),
        (["datamodule.classes=[a]", "+datamodule.places.lon=ra"], "lon is no time or place"),
    ],
)
def test_what_contradicts_itself_is_refused_at_once(tmp_path, words, told):
    with pytest.raises(AlertlabError, match=told):
        make(tmp_path, *words)


def test_a_folder_without_a_table_of_labels_is_refused(folder):
    with pytest.raises(AlertlabError, match=r"datamodule.labels: .* holds images alone; name the table"):
        make(folder, "datamodule.classes=[a]").samples()


def test_bytes_and_floats_make_the_same_batches(folder, tmp_path):
    batches = []
    for cache in ("null", tmp_path / "cache"):
        data = of(folder, "datamodule.split.validation=0.25", "datamodule.split.test=0.25", cache=cache)
        data.draw(0)
        data.loading = Loading(4, transform=lambda raw: {name: apply((), raw[name]) for name in raw}, seed=3)
        batches.append(next(iter(data.train_dataloader()))[0]["image"].numpy())
    np.testing.assert_array_equal(*batches)


def test_the_columns_of_the_table_that_are_not_there_are_said(tmp_path):
    path = write_parquet(tmp_path / "set.parquet", pixels(2))
    with pytest.raises(AlertlabError, match="has no column class; it has object_id, image"):
        make(path, "datamodule.classes=[a]").samples()
