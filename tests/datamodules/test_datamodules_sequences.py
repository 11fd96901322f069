"""Light curves as sequences: what a point says, which are kept, and what is seen so many days after the first."""

import numpy as np
import pandas as pd
import pytest
from alertlab.config import compose, instantiate
from alertlab.core.contracts import Augmentation, Loading
from alertlab.core.curve_columns import CURVE
from alertlab.core.samples import number_of
from alertlab.runtime import Ragged
from alertlab.runtime.errors import AlertlabError
from alertlab.runtime.operations import apply


def table(n=24, points=20, seed=0):
    """Rows in no order, of stars with up to ``points`` measurements in two bands."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        count = points - number % 5
        time = 59000 + np.sort(rng.uniform(0, 100, count))
        rows += [
            {
                "oid": f"S{number:02}",
                "time": day,
                "magnitude": rng.normal(18, 0.2),
                "error": 0.05,
                "band": 1 + place % 2,
            }
            for place, day in enumerate(time)
        ]
    frame = pd.DataFrame(rows).sample(frac=1, random_state=0)
    frame["class"] = np.where(frame.oid.str[1:].astype(int) % 2, "odd", "even")
    return frame


def made(folder, frame, *words, classes="[odd,even]", name="curves"):
    path = folder / f"{name}.parquet"
    frame.to_parquet(path)
    base = [f"datamodule.source.curves.path={path}", "datamodule.source.cache=null", f"datamodule.classes={classes}"]
    data = instantiate(compose("train", ["datamodule=sequences", *base, *words]).datamodule)
    data.draw(0)
    return data


def test_a_point_says_time_since_the_first_band_value_and_error(tmp_path):
    frame = table()
    samples = made(tmp_path, frame).samples()
    assert [column.name for column in samples.columns[CURVE]] == ["time", "band", "magnitude", "error"]
    assert [column.unit for column in samples.columns[CURVE]] == ["d", "", "mag", "mag"]
    assert samples.object_id.tolist() == sorted(frame.oid.unique())
    for row, name in enumerate(samples.object_id):
        mine = frame[frame.oid == name].sort_values("time")
        expected = np.stack([mine.time - mine.time.min(), mine.band, mine.magnitude, mine.error], 1)
        np.testing.assert_allclose(samples.inputs[CURVE][row], expected, atol=1e-5)
        assert samples.facts["detections"][row] == len(mine)
        assert samples.facts["days"][row] == pytest.approx(np.ptp(mine.time), abs=1e-4)
        assert samples.places["mjd"][row] == mine.time.min()


def test_bands_are_numbered_as_they_are_named(tmp_path):
    both = made(tmp_path, table()).samples()
    swapped = made(tmp_path, table(), "datamodule.source.used_bands=[r,g]").samples()
    np.testing.assert_array_equal(swapped.inputs[CURVE].values[:, 1], 3 - both.inputs[CURVE].values[:, 1])
    red = made(tmp_path, table(), "datamodule.source.used_bands=[r]").samples()
    assert set(red.inputs[CURVE].values[:, 1]) == {1}
    assert red.columns[CURVE][1].description == "1 r"
    with pytest.raises(AlertlabError, match=r"used_bands: V is none of g, r, i"):
        made(tmp_path, table(), "datamodule.source.used_bands=[V]")


def test_fluxes_stay_fluxes_unless_magnitudes_are_asked_for(tmp_path):
    frame = table()
    frame["magnitude"], frame["error"] = 10 ** (0.4 * (23.9 - frame.magnitude)), 1.0
    frame.loc[frame.index[:40], "magnitude"] = -3.0  # a difference may be below 0
    unit = "datamodule.source.columns.unit=uJy"
    flux = made(tmp_path, frame, unit).samples()
    assert [column.name for column in flux.columns[CURVE]][2] == "flux"
    assert (flux.inputs[CURVE].values[:, 2] < 0).sum() == 40
    magnitude = made(tmp_path, frame, unit, "datamodule.source.quantity=magnitude").samples()
    kept = frame[frame.magnitude > 0]
    name = magnitude.object_id[3]
    mine = kept[kept.oid == name].sort_values("time")
    np.testing.assert_allclose(magnitude.inputs[CURVE][3][:, 2], 23.9 - 2.5 * np.log10(mine.magnitude), rtol=1e-5)
    with pytest.raises(AlertlabError, match=r"datamodule\.source\.quantity: 'flux' is neither"):
        made(tmp_path, frame, unit, "datamodule.source.quantity=flux")


def test_the_test_part_cut_after_some_days_holds_the_points_until_then(tmp_path, capsys):
    data = made(tmp_path, table(), "datamodule.cut_days=[20,60]", "datamodule.source.min_detections=3")
    assert data.further_parts == ("test_20d", "test_60d")
    whole = data.samples("test")
    for days in (20, 60):
        cut = data.samples(f"test_{days}d")
        for row, name in enumerate(cut.object_id):
            curve = whole.inputs[CURVE][whole.object_id.tolist().index(name)]
            np.testing.assert_array_equal(cut.inputs[CURVE][row], curve[curve[:, 0] <= days])
            assert cut.facts["detections"][row] == np.sum(curve[:, 0] <= days)
        enough = [
            name for row, name in enumerate(whole.object_id) if np.sum(whole.inputs[CURVE][row][:, 0] <= days) > 2
        ]
        assert cut.object_id.tolist() == enough
    few = made(tmp_path, table(), "datamodule.cut_days=[20]", "datamodule.source.min_detections=6")
    capsys.readouterr()
    few.samples("test_20d")
    few.samples("test_20d")
    assert capsys.readouterr().err.count("of the test part left out with fewer than 6 points") == 1


def test_what_is_seen_after_the_cut_changes_nothing_of_it(tmp_path):
    frame = table()
    begin = frame.groupby("oid").time.transform("min")
    late = frame.time > begin + 60
    changed = frame.copy()
    changed.loc[late, "magnitude"] += 2
    changed = changed[~(late & (changed.band == 2))]
    words = ("datamodule.cut_days=[60]", "datamodule.source.min_detections=3")
    ours, theirs = (made(tmp_path, each, *words).samples("test_60d") for each in (frame, changed))
    assert ours.object_id.tolist() == theirs.object_id.tolist()
    np.testing.assert_array_equal(ours.inputs[CURVE].values, theirs.inputs[CURVE].values)


def test_without_labels_all_are_of_the_one_class(tmp_path):
    frame = table().drop(columns="class")
    data = made(tmp_path, frame, "datamodule.source.curves.label=null", classes="[star]")
    assert data.samples().counts() == {"star": 24}
    with pytest.raises(AlertlabError, match=r"datamodule\.source\.curves\.label: null makes all of one class"):
        made(tmp_path, frame, "datamodule.source.curves.label=null")


def test_facts_and_groups_come_from_the_table_of_labels(tmp_path):
    frame = table()
    objects = frame.groupby("oid")["class"].first().reset_index()
    objects["amplitude"], objects["pair"] = (
        np.arange(len(objects)) / 10,
        [f"P{row % 12:02}" for row in range(len(objects))],
    )
    objects.to_parquet(tmp_path / "objects.parquet")
    labels = f"datamodule.source.curves.labels={tmp_path / 'objects.parquet'}"
    words = (labels, "datamodule.source.facts=[amplitude]", "datamodule.source.group=pair")
    data = made(tmp_path, frame.drop(columns="class"), *words)
    samples = data.samples()
    np.testing.assert_allclose(samples.facts["amplitude"], objects.amplitude)
    assert samples.object_id.tolist() == objects.pair.tolist()
    assert samples.sample_id.tolist() == [number_of(name) for name in objects.oid]
    parts = [set(data.samples(part).object_id) for part in ("train", "validation", "test")]
    assert sum(map(len, parts)) == len(set().union(*parts)) == 12
    with pytest.raises(AlertlabError, match=r"datamodule\.source\.facts: .* has no column amplitud\. Did you mean"):
        made(tmp_path, frame, labels, "datamodule.source.facts=[amplitud]")
    with pytest.raises(AlertlabError, match=r"datamodule\.source\.group: .* has no column pairs\. Did you mean pair"):
        made(tmp_path, frame, labels, "datamodule.source.group=pairs")


def test_balanced_parts_hold_as_many_of_each_bin_of_detections(tmp_path, capsys):
    rng = np.random.default_rng(3)
    frame = table(60, 64)
    keep = frame.oid.map(lambda name: 10 if int(name[1:]) < 45 else rng.integers(25, 60))
    rank = frame.groupby("oid").time.rank()
    frame = frame[rank <= keep]
    plain, balanced = (made(tmp_path, frame, *words) for words in ((), ("datamodule.balance_bin=20",)))
    counts = np.unique(plain.samples("train").facts["detections"] // 20, return_counts=True)[1]
    even = np.unique(balanced.samples("train").facts["detections"] // 20, return_counts=True)[1]
    most = int(np.ceil(np.median(counts)))
    assert even.tolist() == np.minimum(counts, most).tolist()
    assert counts.max() > 2 * most
    assert set(balanced.samples("train").object_id) <= set(plain.samples("train").object_id)
    assert balanced.samples("test").object_id.tolist() == plain.samples("test").object_id.tolist()
    balanced.samples("train")
    assert capsys.readouterr().err.count("of the train part") == 1


def test_what_is_left_out_is_listed_with_its_reason(tmp_path):
    frame = table()
    frame = frame[(frame.oid != "S03") | (frame.groupby("oid").time.rank() <= 4)]
    data = made(tmp_path, frame, "datamodule.label_map={even: null}", classes="[odd]")
    data.samples()
    told = dict(zip(*data.rejected_table().to_pydict().values(), strict=True))
    assert told["S03"] == "fewer than 6 clean detections"
    assert told["S04"] == "datamodule.label_map leaves out even"
    assert len(told) == 13


def test_training_curves_are_cut_anew_each_epoch_and_validation_never(tmp_path):
    data = made(tmp_path, table(60))
    augmentation = Augmentation(prefix=1.0, shortest=3)
    data.loading = Loading(8, False, augmentation, lambda raw: {CURVE: apply((), raw[CURVE])}, seed=1)
    loader = data.train_dataloader()

    def lengths(epoch):
        loader.sampler.set_epoch(epoch)
        return [(~inputs[CURVE][..., 0].isnan()).sum(1).tolist() for inputs, _ in loader]

    first = lengths(0)
    assert first == lengths(0)
    assert first != lengths(1)
    assert min(map(min, first)) >= 3
    whole = sorted(data.samples("validation").lengths)
    seen = [(~inputs[CURVE][..., 0].isnan()).sum(1).tolist() for inputs, _ in data.val_dataloader()]
    assert sorted(length for batch in seen for length in batch) == whole


def test_other_changes_than_those_of_light_curves_are_refused(tmp_path):
    data = made(tmp_path, table())
    data.loading = Loading(8, False, Augmentation(flip=True), lambda raw: {CURVE: apply((), raw[CURVE])})
    with pytest.raises(AlertlabError, match=r"model\.augmentation: is of an input stamp of one size, the data have"):
        next(iter(data.train_dataloader()))


def test_first_points_of_sequences():
    curves = Ragged.of([np.arange(5.0), np.arange(2.0), np.arange(0.0)])
    assert [curves.first(np.array([3, 9, 1]))[row].tolist() for row in range(3)] == [[0, 1, 2], [0, 1], []]
