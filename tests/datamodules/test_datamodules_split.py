"""Splits by time, by sky and with classes left out, of every kind of data: where time and place come from."""

import numpy as np
import pandas as pd
import pytest
from alertlab.alerts import read_alerts
from alertlab.config import compose, instantiate
from alertlab.runtime import AlertlabError
from alertlab.simulate import write_dataset
from astropy import units
from astropy_healpix import HEALPix
from tables_by_hand import long_table, ready


def build(name, *overrides):
    return instantiate(compose("train", [f"datamodule={name}", *overrides]).datamodule)


@pytest.fixture(scope="module")
def stamps():
    """A datamodule of simulated stamps, by overrides."""
    return lambda *overrides: build("simulated_stamps", "datamodule.source.n=200", *overrides)


def cells(samples, nside):
    ra, dec = (samples.places[name] * units.deg for name in ("ra", "dec"))
    return HEALPix(nside, order="nested", frame="icrs").lonlat_to_healpix(ra, dec)


def test_time_and_place_of_stamps_are_those_of_their_packets(tmp_path):
    write_dataset(tmp_path, 20, seed=2)
    data = build("ztf_stamps", f"datamodule.path={tmp_path}/packets", f"datamodule.labels={tmp_path}/labels.csv")
    candidates = {alert.candid: alert.candidate for alert in read_alerts(tmp_path / "packets")}
    samples = data.samples()
    for candid, *place in zip(samples.sample_id.tolist(), *samples.places.values(), strict=True):
        candidate = candidates[candid]
        assert place == [candidate["jd"] - 2400000.5, candidate["ra"], candidate["dec"]]


def test_stamps_without_metadata_and_from_the_cache_have_time_and_place(stamps, tmp_path):
    cached = [stamps("datamodule.metadata=[]", f"datamodule.cache={tmp_path}").samples().places for _ in range(2)]
    plain = stamps("datamodule.cache=null").samples().places
    for name in ("mjd", "ra", "dec"):
        assert np.isfinite(plain[name]).all()
        for places in cached:
            np.testing.assert_array_equal(places[name], plain[name])


def test_stamps_are_parted_by_time(stamps):
    date = float(np.median(stamps().samples().places["mjd"]))
    data = stamps(f"datamodule.split.test_after={date}")
    data.draw(0)
    learned = np.concatenate([data.samples(part).places["mjd"] for part in ("train", "validation")])
    assert learned.max() < date <= data.samples("test").places["mjd"].min()
    assert len(data.samples("validation")) == pytest.approx(0.2 * len(learned), abs=2)


@pytest.mark.parametrize("folds", [0, 3])
def test_stamps_are_parted_by_sky(stamps, folds):
    data = stamps("datamodule.split.sky_nside=8", f"datamodule.split.folds={folds}")
    for repeat in range(2):
        data.draw(repeat)
        parts = [set(cells(data.samples(part), 8).tolist()) for part in ("train", "validation", "test")]
        assert sum(map(len, parts)) == len(set().union(*parts))


def test_a_class_of_stamps_is_left_out_of_training(stamps):
    data = stamps("datamodule.split.leave_out=[SN]")
    data.draw(0)
    counts = {part: data.samples(part).counts()["SN"] for part in ("train", "validation", "test")}
    assert counts == {"train": 0, "validation": 0, "test": data.samples().counts()["SN"]}
    with pytest.raises(
        AlertlabError, match=r"leave_out: TDE is no class of the data; known: AGN, SN, VS, asteroid, bog"
    ):
        stamps("datamodule.split.leave_out=[TDE]").draw(0)


def test_what_is_in_no_part_is_told_once_however_often_it_is_drawn(shared_data, capsys):
    path = shared_data / "ztf_stamps" / "ztf_stamps.parquet"
    data = build("ztf_stamps", f"datamodule.path={path}", "datamodule.split.test_after=60000")
    for repeat in (0, 1, 0):
        data.draw(repeat)
    assert capsys.readouterr().err.count("objects are in no part") == 1
    table = pd.read_parquet(path, columns=["objectId", "jd"]).groupby("objectId").jd.agg(["min", "max"]) - 2400000.5
    part = pd.Series(data.split.parts)
    first, last = (table[name].loc[part.index] for name in ("min", "max"))
    assert ((part == "test") == (first >= 60000)).all()
    assert ((part == "unused") == ((first < 60000) & (last >= 60000))).all()


def feature_table(folder, *overrides, name="t.csv"):
    random = np.random.default_rng(0)
    table = ready(["A", "B"], 40).rename(columns={"name": "object_id", "kind": "class"})
    places = {"seen": random.uniform(58000, 60000, 80), "RA": random.uniform(0, 360, 80), "DEC": 0.1}
    table = table.assign(**places)
    table.to_csv(folder / name, index=False)
    own = [f"datamodule.source.path={folder / name}", "datamodule.classes=[A,B]"]
    return table, build("feature_table", *own, *overrides)


def test_columns_of_time_and_place_part_a_ready_table_and_are_no_features(tmp_path):
    named = "datamodule.source.places={mjd: seen, ra: RA, dec: DEC}"
    table, data = feature_table(tmp_path, named, "datamodule.split.test_after=59000")
    samples = data.samples()
    assert [column.name for column in samples.columns["features"]] == ["Amplitude", "Period", "g-r"]
    for name, column in (("mjd", "seen"), ("ra", "RA"), ("dec", "DEC")):
        assert samples.places[name].tolist() == table[column].tolist()
    data.draw(0)
    assert set(data.samples("test").object_id) == set(table.object_id[table.seen >= 59000])
    _, by_sky = feature_table(tmp_path, named, "datamodule.split.sky_nside=4")
    by_sky.draw(0)
    assert not set(cells(by_sky.samples("train"), 4)) & set(cells(by_sky.samples("test"), 4))


def test_places_of_a_ready_table_that_are_none_are_named(tmp_path):
    with pytest.raises(
        AlertlabError, match=r"datamodule.source.places.mjd: .*t.csv has no column SEEN. Did you mean se"
    ):
        feature_table(tmp_path, "datamodule.source.places={mjd: SEEN}")[1].samples()
    with pytest.raises(
        AlertlabError, match=r"datamodule.source.places: when is no time or place; known: mjd, mjd_last"
    ):
        feature_table(tmp_path, "datamodule.source.places={when: seen}")
    with pytest.raises(AlertlabError, match=r"test_after: the data do not say mjd .*source.places=\{mjd: COLUMN\}"):
        feature_table(tmp_path, "datamodule.split.test_after=59000")[1].draw(0)


def light_curves(folder, *overrides, places=True):
    """Objects of 100 days, begun one after the other; the half of those that begin before 59100 goes beyond it."""
    table = long_table(["RRL", "E"], 20).rename(columns={"kind": "class"})
    number = table.oid.str[3:].astype(int)
    table["time"] += 10 * (number % 20)
    if places:
        table["ra"], table["dec"] = (number * 9 + table.band * 0.001) % 360, 10 * (number % 5) - 20.0
    table.to_parquet(folder / "c.parquet")
    own = [f"datamodule.source.curves.path={folder}/c.parquet", f"datamodule.source.cache={folder}/cache"]
    own += ["datamodule.classes=[RRL,E]", "datamodule.source.workers=1"]
    return table, build("light_curves", *own, *overrides)


def test_light_curves_are_parted_by_first_and_last_detection(tmp_path):
    table, data = light_curves(tmp_path, "datamodule.split.test_after=59140")
    data.draw(0)
    time = table.groupby("oid").time.agg(["min", "max"])
    samples = data.samples()
    assert samples.places["mjd"].tolist() == time["min"].tolist()
    assert samples.places["mjd_last"].tolist() == time["max"].tolist()
    for name, part in data.split.parts.items():
        first, last = time.loc[name]
        assert part == ("train" if last < 59140 else "test" if first >= 59140 else "unused")


def test_light_curves_are_parted_by_mean_place(tmp_path):
    table, data = light_curves(tmp_path, "datamodule.split.sky_nside=2")
    data.draw(0)
    mean = table.groupby("oid")[["ra", "dec"]].mean()  # no object lies across 0 h
    np.testing.assert_allclose(data.samples().places["ra"], mean.ra, atol=1e-9)
    np.testing.assert_allclose(data.samples().places["dec"], mean.dec, atol=1e-5)
    assert not set(cells(data.samples("train"), 2)) & set(cells(data.samples("test"), 2))


def test_light_curves_without_places_cannot_be_parted_by_them(tmp_path):
    _, data = light_curves(tmp_path, "datamodule.split.sky_nside=2", places=False)
    with pytest.raises(AlertlabError, match=r"sky_nside: the data do not say ra .*datamodule.source.columns"):
        data.draw(0)


def test_simulated_light_curves_have_time_and_place(tmp_path):
    own = ["datamodule.source.curves.simulator.n=60", "datamodule.source.curves.simulator.balance=equal"]
    own += [f"datamodule.source.cache={tmp_path}", "datamodule.source.workers=1", "datamodule.split.sky_nside=4"]
    places = build("simulated_light_curves", *own).samples().places
    assert all(np.isfinite(values).all() for values in places.values())
    assert (places["mjd"] <= places["mjd_last"]).all()
