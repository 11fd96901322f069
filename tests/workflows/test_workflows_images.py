"""Images all the way: trained, judged, bundled, and answered for in every form that images have."""

import numpy as np
import pyarrow.parquet as pq
import pytest
from alertlab import runtime
from alertlab.cli import main
from alertlab.core.predictions import read_predictions
from alertlab.runtime import AlertlabError
from alertlab.workflows.predict.dispatch import predict
from images_by_hand import encoded, pixels, write_folder, write_labels, write_parquet, write_tar

N = 40
SMALL = ["model=image_cnn", "model.stem=4", "model.widths=[4]", "model.blocks=[1]", "model.batch_size=8"]
SMALL += ["trainer.max_epochs=2", "evaluation.resamples=10", "evaluation.formats=[]", "datamodule.cache=cache"]
SMALL += ["datamodule.split.validation=0.25", "datamodule.split.test=0.25", "name=tiny"]


@pytest.fixture(scope="module")
def train(tmp_path_factory, store):
    """Trains on data of a folder and gives the bundle."""

    def train(*words):
        folder = tmp_path_factory.mktemp("run")
        store(folder)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            assert main(["train", "datamodule=images", *SMALL, *words]) == 0
        return next(folder.rglob("*.bundle"))

    return train


@pytest.fixture(scope="module")
def spirals(train, tmp_path_factory):
    """A bundle that was trained on pictures in a folder, and that folder."""
    folder = tmp_path_factory.mktemp("data")
    write_folder(folder / "pictures", pixels(N))
    labels = write_labels(folder / "labels.csv", ["spiral", "smooth"], N)
    words = [f"datamodule.source.path={folder}/pictures", f"datamodule.labels={labels}"]
    return train(*words, "datamodule.classes=[spiral,smooth]"), folder / "pictures"


def test_pictures_in_a_folder_go_from_training_to_answers_in_every_form(spirals, tmp_path):
    bundle, pictures = spirals
    images = pixels(N)
    loaded = runtime.load(bundle)
    loaded.self_test()
    raw = images.transpose(0, 3, 1, 2).astype(np.float32)
    expected = {f"galaxy{row}": each for row, each in enumerate(loaded.predict({"image": raw}).probability)}
    members = [(f"galaxy{row}.png", encoded(each)) for row, each in enumerate(images)]
    paths = [pictures, write_tar(tmp_path / "new.tar", members), write_parquet(tmp_path / "new.parquet", images)]
    np.savez(tmp_path / "new.npz", image=raw, object_id=[*expected])
    for path in (*paths, tmp_path / "new.npz"):
        done = predict(bundle, path, tmp_path / "out.parquet")
        found = read_predictions(done.predictions)
        assert sorted(found.object_id.tolist()) == sorted(expected)
        for name, probability in zip(found.object_id.tolist(), found.probability, strict=True):
            np.testing.assert_allclose(probability, expected[name], atol=1e-5)


def test_images_that_the_bundle_does_not_take_are_rejected_with_the_reason(spirals, tmp_path):
    bundle, _ = spirals
    new = write_folder(tmp_path / "new", pixels(3))
    (new / "wide.png").write_bytes(encoded(pixels(1, 13)[0]))
    (new / "cut.png").write_bytes(encoded(pixels(1)[0])[:50])
    done = predict(bundle, new, tmp_path / "out.parquet")
    assert len(read_predictions(done.predictions)) == 3
    reasons = {row["name"]: row["reason"] for row in pq.read_table(done.rejected).to_pylist()}
    assert reasons["wide"] == "13x13 pixels, the bundle takes 12x12"
    assert "cut" in reasons
    with pytest.raises(AlertlabError, match=r"--strict"):
        predict(bundle, new, tmp_path / "other.parquet", strict=True)
    assert not (tmp_path / "other.parquet").exists()
    with pytest.raises(AlertlabError, match=r"columns.colour=x: of images one of columns.name"):
        predict(bundle, new, tmp_path / "other.parquet", overrides=["columns.colour=x"])


def test_bytes_in_columns_of_other_names_are_answered_for(spirals, tmp_path):
    bundle, _ = spirals
    path = write_parquet(tmp_path / "set.parquet", pixels(N))
    table = pq.read_table(path).rename_columns(["id", "jpeg"])
    pq.write_table(table, tmp_path / "renamed.parquet")
    words = ["columns.name=id", "columns.image=jpeg"]
    one = predict(bundle, path, tmp_path / "one.parquet")
    two = predict(bundle, tmp_path / "renamed.parquet", tmp_path / "two.parquet", overrides=words)
    assert pq.read_table(one.predictions).equals(pq.read_table(two.predictions))


def test_votes_go_from_training_to_values_that_keep_to_their_tree(train, tmp_path):
    random = np.random.default_rng(9)
    smooth = random.uniform(0.2, 0.8, N)
    edge = random.uniform(0, 1, N) * (1 - smooth)
    votes = {"smooth": smooth, "disc": 1 - smooth, "edge_on": edge, "face_on": 1 - smooth - edge}
    path = write_parquet(tmp_path / "set.parquet", pixels(N), **votes)
    values = "{shape: [smooth,disc], edge: {of: disc, columns: [edge_on,face_on]}}"
    bundle = train(
        f"datamodule.source.path={path}",
        "datamodule.classes=null",
        "datamodule.label=null",
        f"datamodule.values={values}",
        "model.task=regression",
        "evaluation=regression",
    )
    done = predict(bundle, path, tmp_path / "out.parquet")
    value = read_predictions(done.predictions).value
    np.testing.assert_allclose(value[:, :2].sum(1), 1, atol=1e-5)
    np.testing.assert_allclose(value[:, 2:].sum(1), value[:, 1], atol=1e-5)
    assert runtime.load(bundle).manifest.answers.order == {"shape": None, "edge": 1}
