"""Light curves cut in two: nothing of the future is in any input."""

import numpy as np
import pandas as pd
import pytest
from alertlab.config import compose, instantiate
from alertlab.core.predictions.forecast import LAST
from alertlab.runtime.errors import AlertlabError
from alertlab.simulate import SimulatedQuasars


@pytest.fixture(scope="module")
def table():
    made = SimulatedQuasars(30, 2, catalina=1.0, detections=(24, 60)).detections()
    return made.to_pandas()[["oid", "time", "magnitude", "error"]]


def samples(table, folder, *words):
    return module(table, folder, *words).samples()


def module(table, folder, *words):
    path = folder / f"curves{len(list(folder.iterdir()))}.parquet"
    table.to_parquet(path)
    place = [f"datamodule.source.curves.path={path}", "columns@datamodule.source.columns=plain"]
    place += ["datamodule.source.columns.object_id=oid", "datamodule.source.columns.band=null"]
    return instantiate(compose("train", ["datamodule=forecasts", *place, *words]).datamodule)


def test_what_comes_later_changes_no_input(table, tmp_path):
    """The future of every light curve is another one: brighter, noisier."""
    found = samples(table, tmp_path)
    last = dict(zip(found.object_id.tolist(), found.facts[LAST], strict=True))
    later = table.time > table.oid.map(last) + 0.01
    other = table.assign(
        magnitude=np.where(later, table.magnitude - 2, table.magnitude), error=np.where(later, 0.3, table.error)
    )
    again = samples(other, tmp_path)
    for name in ("light_curve", "query"):
        np.testing.assert_array_equal(found.inputs[name].values, again.inputs[name].values)
        np.testing.assert_array_equal(found.inputs[name].offsets, again.inputs[name].offsets)
    assert len(again.target.values) == len(found.target.values)
    assert (again.target.values[:, 0] < found.target.values[:, 0] - 1.5).all()


def later_nights(own, seen):
    """Time, mean by inverse variance and its error of the nights after so many points, by pandas."""
    later = own.iloc[seen:].assign(weight=lambda table: table.error**-2.0)
    later["night"] = (later.time.diff() > 0.5).cumsum()
    later["weighted"] = later.weight * later.magnitude
    found = later.groupby("night").agg(time=("time", "mean"), weight=("weight", "sum"), total=("weighted", "sum"))
    return found.time.to_numpy(), (found.total / found.weight).to_numpy(), found.weight.to_numpy() ** -0.5


def test_every_point_is_seen_or_asked_for_night_by_night_with_its_error_and_no_night_is_parted(table, tmp_path):
    found = samples(table, tmp_path, "datamodule.seen=0.7")
    for row, name in enumerate(found.object_id):
        own = table[table.oid == name].sort_values("time", kind="stable")
        seen, query, target = found.inputs["light_curve"][row], found.inputs["query"][row], found.target[row]
        assert 0.7 * len(own) - 1 <= len(seen) <= 0.7 * len(own) + 4  # four exposures a night
        np.testing.assert_allclose(seen[:, 2], own.magnitude[: len(seen)], rtol=1e-6)
        np.testing.assert_allclose(seen[:, 3], own.error[: len(seen)], rtol=1e-6)
        time, value, error = later_nights(own, len(seen))
        np.testing.assert_allclose(query[:, 0], time - own.time.iloc[len(seen) - 1], atol=1e-3)
        np.testing.assert_allclose(target, np.stack([value, error], 1), rtol=1e-6)
        assert query[0, 0] > 0.5


def test_light_curves_without_a_later_night_are_listed(table, tmp_path):
    short = pd.DataFrame({"oid": "short", "time": 1.0 + np.arange(9) / 100, "magnitude": 18.0, "error": 0.1})
    path = tmp_path / "with_short.parquet"
    pd.concat([table, short]).to_parquet(path)
    place = [f"datamodule.source.curves.path={path}", "columns@datamodule.source.columns=plain"]
    place += ["datamodule.source.columns.object_id=oid", "datamodule.source.columns.band=null"]
    data = instantiate(compose("train", ["datamodule=forecasts", *place]).datamodule)
    assert "short" not in data.samples().object_id
    (row,) = data.rejected_table().to_pylist()
    assert row["object_id"] == "short"
    assert "no night begins after" in row["reason"]


def test_light_curves_of_the_train_part_alone_are_cut_elsewhere_too(table, tmp_path):
    data = module(table, tmp_path, "datamodule.also_seen=[0.4,0.6]")
    plain = module(table, tmp_path)
    for each in (data, plain):
        each.draw(0)
    for part in ("validation", "test"):
        assert data.samples(part).digest() == plain.samples(part).digest()
    many, few = data.samples("train"), plain.samples("train")
    assert len(many) == 3 * len(few) == len(set(many.sample_id.tolist()))
    assert set(many.object_id) == set(few.object_id)
    lengths = {name: [] for name in few.object_id}
    for row, name in enumerate(many.object_id):
        seen, query = many.inputs["light_curve"][row], many.inputs["query"][row]
        lengths[name].append(len(seen))
        whole = few.inputs["light_curve"][row % len(few)]
        np.testing.assert_array_equal(seen, whole[: len(seen)])
        assert len(query) == len(later_nights(table[table.oid == name].sort_values("time"), len(seen))[0])
    assert all(third > first for first, _, third in map(sorted, lengths.values()))


@pytest.mark.parametrize("share", [0, 1, -0.1])
def test_a_share_that_is_none_is_refused(table, tmp_path, share):
    with pytest.raises(AlertlabError, match=r"datamodule\.seen"):
        samples(table, tmp_path, f"datamodule.seen={share}")
