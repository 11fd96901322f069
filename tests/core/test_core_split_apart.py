"""Splits that keep more apart than objects: times, cells of the sky, classes; and that nothing leaks."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.core.samples import PARTS, Samples
from alertlab.core.split import SplitPlan
from alertlab.core.taxonomy import Taxonomy
from alertlab.runtime import AlertlabError, Quantities, Quantity
from astropy import units
from astropy.coordinates import SkyCoord
from astropy_healpix import HEALPix
from hypothesis import given, settings
from hypothesis import strategies as st

CLASSES = ("A", "B", "C")
DATE = 59000.0


def seen(n=300, rows=2, seed=0, days=0.0, knots=40):
    """``n`` objects of three classes in clumps on the sky, each seen in ``rows`` rows over ``days``."""
    random = np.random.default_rng(seed)
    of = np.tile(np.arange(n), rows)
    centre = random.integers(0, knots, n)
    ra = (random.uniform(0, 360, knots)[centre] + random.normal(0, 1, n)) % 360
    dec = np.clip(np.degrees(np.arcsin(random.uniform(-1, 1, knots)))[centre] + random.normal(0, 1, n), -89, 89)
    places = {"mjd": random.uniform(58000, 60000, n)[of] + random.uniform(0, days, n * rows)}
    places |= {"ra": ra[of], "dec": dec[of]}
    return Samples(
        {"stamp": np.zeros((n * rows, 1), np.float32)},
        np.minimum(np.arange(n) % 4, 2)[of],  # a quarter, a quarter and a half
        np.arange(n * rows),
        np.array([f"o{number:04}" for number in range(n)])[of],
        Taxonomy(CLASSES),
        places=places,
    )


def part_of(samples, split):
    return np.array([split.parts[name] for name in samples.object_id.tolist()])


def cells_of(samples, nside):
    """By astropy's own frames and the object of the package; for objects whose rows are all at one place."""
    where = SkyCoord(samples.places["ra"] * units.deg, samples.places["dec"] * units.deg, frame="icrs")
    return HEALPix(nside, order="nested", frame="icrs").skycoord_to_healpix(where)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), days=st.sampled_from([0.0, 50.0, 400.0]), repeat=st.integers(0, 3))
def test_by_time_nothing_learned_from_is_later_than_anything_tested(seed, days, repeat):
    samples = seen(seed=seed, days=days)
    split = SplitPlan(test_after=DATE, seed=seed).make(samples, repeat)
    part, mjd = part_of(samples, split), samples.places["mjd"]
    assert mjd[np.isin(part, ["train", "validation"])].max() < DATE <= mjd[part == "test"].min()
    both = [name for name in set(samples.object_id) if len(set(mjd[samples.object_id == name] < DATE)) == 2]
    assert {name for name, where in split.parts.items() if where == "unused"} == set(both)


def test_by_time_validation_is_drawn_anew_by_class_and_test_stays():
    samples = seen()
    one, other = (SplitPlan(test_after=DATE, validation=0.25).make(samples, repeat) for repeat in (0, 1))
    for split in (one, other):
        learned = samples.take(np.isin(part_of(samples, split), ["train", "validation"]))
        validation = samples.take(split.rows(samples, "validation"))
        for name, count in learned.counts().items():
            assert validation.counts()[name] == pytest.approx(count / 4, abs=4)
    assert set(one.rows(samples, "test")) == set(other.rows(samples, "test"))
    assert set(one.rows(samples, "validation")) != set(other.rows(samples, "validation"))


def test_an_object_on_both_sides_of_the_date_is_told_and_in_no_part():
    samples = seen(days=300)
    split = SplitPlan(test_after=DATE).make(samples)
    count = sum(part == "unused" for part in split.parts.values())
    assert count > 5
    assert split.told == (
        f"datamodule.split: {count} of 300 objects are in no part, {count} of them since their rows lie on both sides "
        "of datamodule.split.test_after"
    )
    assert SplitPlan().make(samples).told == ""


def test_an_object_whose_time_is_unknown_is_in_no_part():
    samples = seen(rows=1)
    samples.places["mjd"][7] = np.nan
    split = SplitPlan(test_after=DATE).make(samples)
    assert [name for name, part in split.parts.items() if part == "unused"] == [samples.object_id[7]]


def test_a_sample_that_lasts_is_on_both_sides_by_its_last_moment():
    samples = seen(rows=1)
    samples = replace(samples, places={**samples.places, "mjd_last": samples.places["mjd"] + 100})
    split = SplitPlan(test_after=DATE).make(samples)
    mjd = samples.places["mjd"]
    assert np.array_equal(part_of(samples, split) == "unused", (mjd < DATE) & (mjd + 100 >= DATE))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    nside=st.sampled_from([4, 16]),
    folds=st.sampled_from([0, 4]),
    repeat=st.integers(0, 3),
)
def test_by_sky_no_cell_is_in_two_parts_and_no_object_is_lost(seed, nside, folds, repeat):
    samples = seen(seed=seed)
    split = SplitPlan(sky_nside=nside, folds=folds, seed=seed).make(samples, repeat)
    part, cells = part_of(samples, split), cells_of(samples, nside)
    assert all(len(set(part[cells == cell])) == 1 for cell in set(cells))
    assert set(part) == set(PARTS)


@pytest.mark.parametrize("seed", range(5))
def test_by_sky_the_fractions_are_of_objects_and_nearly_of_each_class(seed):
    samples = seen(2000, 1, knots=400)
    split = SplitPlan(sky_nside=8, validation=0.1, test=0.3, seed=seed).make(samples)
    part = part_of(samples, split)
    for name, fraction in zip(PARTS, (0.6, 0.1, 0.3), strict=True):
        assert np.mean(part == name) == pytest.approx(fraction, abs=0.02)
        for index in range(3):
            assert np.mean(part[samples.target == index] == name) == pytest.approx(fraction, abs=0.05)


def test_by_sky_a_cell_of_most_objects_trains_and_the_fraction_is_still_met():
    samples = seen(400, 1, knots=100)
    crowded = np.arange(400) % 5 < 3
    samples.places["ra"][crowded], samples.places["dec"][crowded] = 45.0, 2.0
    split = SplitPlan(sky_nside=8, validation=0, test=0.2).make(samples)
    assert np.mean(part_of(samples, split) == "test") == pytest.approx(0.2, abs=0.02)


def test_by_sky_each_seed_and_repeat_draws_anew_and_the_same_again():
    samples = seen()
    plans = [(0, 0), (0, 1), (1, 0), (0, 0)]
    digests = [SplitPlan(sky_nside=8, seed=seed).make(samples, repeat).digest() for seed, repeat in plans]
    assert len(set(digests)) == 3
    assert digests[0] == digests[3]


def test_by_sky_the_folds_test_every_object_once():
    samples = seen()
    tests = [set(SplitPlan(sky_nside=8, folds=4).make(samples, r).rows(samples, "test")) for r in range(4)]
    assert sum(map(len, tests)) == len(set().union(*tests)) == len(samples)


def test_the_mean_direction_of_its_rows_decides_the_cell_of_an_object():
    samples = seen(40, 1)
    around = seen(40, 2)
    turn = np.where(np.arange(80) < 40, 0.9, -0.3)  # across 0 h too
    ra = np.tile(samples.places["ra"], 2) + turn
    middle = SkyCoord(ra * units.deg, around.places["dec"] * units.deg).cartesian.xyz.value
    mean = SkyCoord(*(middle[:, :40] + middle[:, 40:]), representation_type="cartesian").spherical
    expected = HEALPix(64, order="nested").lonlat_to_healpix(mean.lon, mean.lat)
    from alertlab.core.split.objects import objects_of

    around = replace(around, places={**around.places, "ra": ra % 360})
    found = objects_of(around, around.target, CLASSES, SplitPlan(sky_nside=64))
    assert found.cell.tolist() == expected.tolist()


def test_an_object_without_a_place_is_in_no_part():
    samples = seen(rows=1)
    samples.places["dec"][:3] = [np.nan, 1e9, -99]
    split = SplitPlan(sky_nside=8).make(samples)
    assert {name for name, part in split.parts.items() if part == "unused"} == set(samples.object_id[:3])


@pytest.mark.parametrize("plan", [{}, {"folds": 3}, {"validation": 0.0}])
@pytest.mark.parametrize("left", [("C",), ("A", "B")])
def test_a_class_left_out_tests_whole_in_every_repeat(plan, left):
    samples = seen()
    out = np.isin(np.array(CLASSES)[samples.target], left)
    for repeat in range(3):
        split = SplitPlan(leave_out=left, **plan).make(samples, repeat)
        part = part_of(samples, split)
        assert set(part[out]) == {"test"}
        known = samples.take(~out)
        test = known.take(split.rows(known, "test"))
        share = 1 / 3 if "folds" in plan else 0.2
        for name, count in known.counts().items():
            assert test.counts()[name] == pytest.approx(count * share, abs=4)


def test_an_object_of_which_one_row_is_of_a_class_left_out_is_not_trained_on():
    samples = seen()
    samples.target[0] = 2  # o0000 is an A in its other row
    split = SplitPlan(leave_out=["C"]).make(samples)
    assert split.parts["o0000"] == "test"


@pytest.mark.parametrize("folds", [0, 3])
def test_all_of_it_at_once_keeps_all_of_it_apart(folds):
    samples = seen(2000, 2, days=30, knots=200)
    plan = SplitPlan(test_after=DATE, sky_nside=8, leave_out=["B"], folds=folds, test=0.3)
    split = plan.make(samples, 1)
    part, cells, mjd = part_of(samples, split), cells_of(samples, 8), samples.places["mjd"]
    learned = np.isin(part, ["train", "validation"])
    assert mjd[learned].max() < DATE <= mjd[part == "test"].min()
    assert not set(cells[learned]) & set(cells[part == "test"])
    assert 1 not in samples.target[learned]
    assert set(samples.target[part == "test"]) == {0, 1, 2}


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"leave_out": ["D"]}, r"leave_out: D is no class of the data; known: A, B, C"),
        ({"leave_out": ["A", "B", "C"]}, r"leave_out: all classes are left out"),
        ({"test_after": 2459000.5}, r"test_after: no object is seen only at or after MJD 2459000.5; .* from MJD 58"),
        ({"test_after": 50000}, r"test_after: no object is seen only before MJD 50000; they are seen from MJD 58"),
        ({"sky_nside": 1, "test": 0.5, "validation": 0.5}, r"validation: the fraction must leave objects"),
    ],
)
def test_a_plan_that_does_not_fit_the_data_names_its_key(plan, message):
    with pytest.raises(AlertlabError, match=rf"^datamodule\.split\.{message}"):
        SplitPlan(**plan).make(seen())


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"test_after": "2020-05-31"}, r"test_after: '2020-05-31' is no MJD"),
        ({"test_after": True}, r"test_after: True is no MJD"),
        ({"sky_nside": 12}, r"sky_nside: 12 is no power of 2"),
        ({"sky_nside": -1}, r"sky_nside: -1 is no power of 2"),
        ({"leave_out": "A"}, r"leave_out: 'A' is not a list; write \[A\]"),
        ({"test_after": DATE, "folds": 5}, r"folds: a split by datamodule.split.test_after has one test part"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_once(plan, message):
    with pytest.raises(AlertlabError, match=rf"^datamodule\.split\.{message}"):
        SplitPlan(**plan)


@pytest.mark.parametrize(("plan", "name"), [({"test_after": DATE}, "mjd"), ({"sky_nside": 8}, "dec")])
@pytest.mark.parametrize("unknown", [True, False])
def test_data_without_times_or_places_are_refused_with_the_remedy(plan, name, unknown):
    samples = seen()
    places = {each: values for each, values in samples.places.items() if each != name}
    if unknown:
        places[name] = np.full(len(samples), np.nan)
    message = rf"datamodule.split.{next(iter(plan))}: .*{name} of any sample; .*source.places=\{{{name}: COLUMN\}}"
    with pytest.raises(AlertlabError, match=message):
        SplitPlan(**plan).make(replace(samples, places=places))


def test_all_objects_in_one_cell_ask_for_smaller_ones():
    samples = seen()
    samples = replace(samples, places={"ra": samples.places["ra"] / 1e4, "dec": samples.places["dec"] / 1e4 + 1})
    with pytest.raises(AlertlabError, match=r"datamodule.split.sky_nside: one cell holds all 300 objects"):
        SplitPlan(sky_nside=1).make(samples)


def test_a_class_that_is_not_seen_before_the_date_is_named():
    samples = seen()
    samples.places["mjd"][samples.target == 1] = DATE + 5
    with pytest.raises(AlertlabError, match=rf"too few objects to split before MJD {DATE}: B has 0"):
        SplitPlan(test_after=DATE).make(samples)
    assert SplitPlan(test_after=DATE, leave_out=["B"]).make(samples)


def test_a_class_that_is_not_seen_after_the_date_is_named():
    samples = seen()
    samples.places["mjd"][samples.target == 1] = DATE - 5
    with pytest.raises(AlertlabError, match=r"the test part of the split has no B. Take another datamodule.split.test"):
        SplitPlan(test_after=DATE).make(samples)


@pytest.mark.parametrize("plan", [{}, {"folds": 4}, {"test_after": DATE}, {"sky_nside": 8}])
def test_samples_whose_target_is_no_class_are_parted_without_strata(plan):
    classes = seen()
    votes = np.random.default_rng(0).random((len(classes), 2)).astype(np.float32)
    samples = replace(classes, target=votes, names=Quantities((Quantity("smooth"), Quantity("disc"))))
    part = part_of(samples, SplitPlan(**plan).make(samples))
    assert set(part) == set(PARTS)
    if "test_after" not in plan:
        assert np.mean(part == "test") == pytest.approx(0.25 if "folds" in plan else 0.2, abs=0.02)
    with pytest.raises(AlertlabError, match=r"leave_out: C is no class of the data; known: none"):
        SplitPlan(leave_out=["C"], **plan).make(samples)


def test_a_split_file_may_leave_objects_unused(tmp_path):
    samples = seen()
    path = written(SplitPlan().make(samples), tmp_path, {"o0005": "unused"})
    split = SplitPlan(file=path).make(samples)
    assert split.parts["o0005"] == "unused"
    assert split.told == "datamodule.split: 1 of 300 objects are in no part"


# whatever made the split: a leak that is put in by hand fails


def written(split, folder, changes):
    parts = {**split.parts, **changes}
    pq.write_table(pa.table({"object_id": list(parts), "part": list(parts.values())}), folder / "s.parquet")
    return str(folder / "s.parquet")


@pytest.mark.parametrize(
    ("plan", "leaking", "to", "fault"),
    [
        ({"test_after": DATE}, "test", "train", r"in train: it is seen from MJD 59[0-9.]+ to 59"),
        ({"test_after": DATE}, "test", "validation", r"in validation: it is seen from MJD 59"),
        ({"test_after": DATE}, "train", "test", r"in test: it is seen from MJD 58"),
        ({"test_after": DATE}, "unused", "train", r"in train: it is seen from MJD 58[0-9.]+ to 59"),
        ({"test_after": DATE}, "unused", "test", r"in test: it is seen from MJD 58[0-9.]+ to 59"),
        ({"sky_nside": 8}, "test", "train", r"its cell [0-9]+ is also that of o[0-9]+ of"),
        ({"sky_nside": 8}, "validation", "train", r"its cell [0-9]+ is also that of o[0-9]+ of"),
        ({"leave_out": ("C",)}, "test", "train", r"in train: its class is left out of training"),
        ({"leave_out": ("C",)}, "test", "validation", r"in validation: its class is left out of training"),
    ],
)
def test_a_leak_put_into_a_split_file_by_hand_fails(tmp_path, plan, leaking, to, fault):
    samples = seen(days=300)
    split = SplitPlan(**plan).make(samples)
    of_c = set(samples.object_id[samples.target == 2])
    cells = dict(zip(samples.object_id.tolist(), cells_of(samples, 8).tolist(), strict=True))
    shared = {cell for cell in cells.values() if list(cells.values()).count(cell) > 1}
    leaked = next(
        name
        for name, part in split.parts.items()
        if part == leaking and name in of_c and ("sky_nside" not in plan or cells[name] in shared)
    )
    held = SplitPlan(**plan, file=written(split, tmp_path, {}))
    assert held.make(samples).digest() == split.digest()
    written(split, tmp_path, {leaked: to})
    key = next(iter(plan))
    with pytest.raises(AlertlabError, match=rf"datamodule\.split\.{key}: \d+ objects leak, the first is .*{fault}"):
        held.make(samples)


def test_an_object_of_which_nobody_knows_when_and_where_may_leak(tmp_path):
    samples = seen(rows=1)
    name = samples.object_id[0]
    for key, value, place in (("test_after", DATE, "mjd"), ("sky_nside", 8, "ra")):
        split = SplitPlan(**{key: value}).make(samples)
        places = {**samples.places, place: np.where(np.arange(len(samples)) == 0, np.nan, samples.places[place])}
        with pytest.raises(AlertlabError, match=rf"split\.{key}: 1 objects leak, the first is {name}"):
            SplitPlan(**{key: value}, file=written(split, tmp_path, {})).make(replace(samples, places=places))


def test_places_go_with_their_rows_and_change_no_digest():
    samples = seen()
    assert samples.take(np.array([3, 1])).places["mjd"].tolist() == samples.places["mjd"][[3, 1]].tolist()
    assert replace(samples, places={}).digest() == replace(samples).digest()
    with pytest.raises(ValueError, match=r"unequal length.*places\.mjd"):
        replace(samples, places={"mjd": np.zeros(3)})
