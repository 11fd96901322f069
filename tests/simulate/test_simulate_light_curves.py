import collections

import numpy as np
import pytest
from alertlab.features.memory import features_of
from alertlab.features.tables.columns import ALERCE
from alertlab.runtime.errors import AlertlabError
from alertlab.simulate import SimulatedLightCurves
from alertlab.simulate.light_curves import BRANCHES, CLASSES
from alertlab.simulate.light_curves.objects import SHINE, simulate_object
from alertlab.simulate.light_curves.observe import flux, quoted_error
from alertlab.simulate.light_curves.taxonomy import FLOOR, class_of
from astropy.timeseries import LombScargle

PERIODIC = BRANCHES["Periodic"]
TRANSIENT = BRANCHES["Transient"]


@pytest.fixture(scope="module")
def source():
    source = SimulatedLightCurves(300, seed=4, balance="equal")
    source.objects()
    return source


@pytest.fixture(scope="module")
def frames(source):
    return source.detections().to_pandas(), source.non_detections().to_pandas()


def test_the_same_seed_gives_the_same_tables_and_another_one_others():
    first, again, other = (SimulatedLightCurves(30, seed) for seed in (7, 7, 8))
    for table in ("detections", "non_detections", "labels"):
        ours, theirs, others = (getattr(each, table)().to_pandas() for each in (first, again, other))
        assert ours.equals(theirs)
        assert not ours.equals(others)


@pytest.mark.parametrize("balance", ["published", "equal"])
def test_an_object_does_not_depend_on_how_many_there_are(balance):
    few, more = (SimulatedLightCurves(n, seed=2, balance=balance) for n in (20, 33))
    assert more.detections().slice(0, few.detections().num_rows).to_pandas().equals(few.detections().to_pandas())
    assert more.labels().slice(0, 20).equals(few.labels())


def test_published_shares_follow_the_labelled_set_and_leave_ten_of_the_rarest():
    published = {"QSO": 26168, "E": 37901, "RRL": 32482, "LPV": 14076}  # of 123,496, Sanchez-Saez et al. 2021
    counts = collections.Counter(class_of(index, 3, "published") for index in range(6000))
    assert set(counts) == set(CLASSES)
    assert min(counts.values()) >= FLOOR
    for name, number in published.items():
        expected = FLOOR + (6000 - 15 * FLOOR) * number / 123_496
        assert abs(counts[name] - expected) < 4 * expected**0.5  # Poisson


def test_equal_shares_are_equal_and_every_class_shines():
    counts = collections.Counter(class_of(index, 3, "equal") for index in range(150))
    assert set(counts.values()) == {10}
    assert set(SHINE) == set(counts) == set(CLASSES)


def test_columns_are_those_of_the_real_tables(source, shared_data):
    import pyarrow.parquet as pq

    for ours, name in ((source.detections(), "detections"), (source.non_detections(), "non_detections")):
        real = pq.read_schema(shared_data / f"ztf_lightcurves/{name}.parquet")
        assert ours.schema.names == real.names
        for field in ours.schema:
            assert str(field.type) == str(real.field(field.name).type).replace("large_", "")


def test_the_published_features_can_be_computed():
    source = SimulatedLightCurves(15, seed=9, difficulty=0.3, balance="equal")
    table = features_of(source.detections(), "alerce152", source.non_detections(), ALERCE, None).to_pandas()
    counts = source.detections().to_pandas().groupby("oid").size()
    assert set(table.object_id) == set(counts[counts >= 6].index)
    seen = table.drop(columns="object_id").notna().mean()
    assert (seen > 0.5).mean() > 0.85  # no whole family is missing but AllWISE colours


def test_most_objects_have_six_detections_and_some_have_fewer(frames):
    counts = frames[0].groupby("oid").size()
    assert 0.95 < (counts >= 6).mean() <= 1.0
    assert counts.min() >= 1


def test_what_was_not_seen_is_fainter_than_its_limit_and_what_was_is_brighter(source):
    """A detection is above 5 sigma of its own image, by the limit the survey states."""
    for each in source.objects():
        assert (each.measured.difference <= each.measured.limit + 1e-9).all()


def test_upper_limits_lie_before_between_and_after_and_at_most_a_month_before_a_detection(source):
    where, wait = collections.Counter(), []
    for each in source.objects():
        seen, limits = each.measured.time, each.measured.limit_time
        assert not set(limits) & set(seen)
        where["before"] += int((limits < seen[0]).sum())
        where["after"] += int((limits > seen[-1]).sum())
        where["between"] += int(((limits > seen[0]) & (limits < seen[-1])).sum())
        wait.extend((np.append(seen, np.inf)[np.searchsorted(seen, limits)] - limits).tolist())
    assert np.mean(np.array(wait) <= 30) > 0.9  # the rest is told of by detections that the cleaning leaves out
    assert min(where.values()) > 0
    assert where["between"] > where["before"] > where["after"]


@pytest.mark.parametrize(
    ("corrected", "real"),
    [  # medians of sigmapsf of real detections by magpsf: the Bright Transient Survey, and eight variable stars
        (False, {17.25: 0.047, 18.25: 0.073, 19.25: 0.127}),
        (True, {17.25: 0.065, 18.25: 0.102, 19.25: 0.143}),
    ],
)
def test_errors_grow_as_the_survey_quotes_them(frames, corrected, real):
    table = frames[0][frames[0].corrected == corrected]
    for magnitude, error in real.items():
        near = table.sigmapsf[(table.magpsf - magnitude).abs() < 0.25]
        assert np.median(near) == pytest.approx(error, rel=0.25)


def test_the_limit_is_five_times_the_noise_of_an_empty_sky():
    limit = np.array([19.0, 20.5])
    assert flux(limit) == pytest.approx(5 * quoted_error(np.zeros(2), np.zeros(2), limit))


def test_corrected_magnitudes_hold_the_template_and_differences_do_not(source, frames):
    """10^-0.4m of total, template and difference add up; transients have no template."""
    table = frames[0].set_index("oid")
    for each in source.objects()[:60]:
        rows = table.loc[[each.name]]
        assert (rows.corrected == (each.label not in TRANSIENT and each.light.corrected)).all()
        if not each.light.corrected:
            assert (rows.magnitude == rows.magpsf).all()
            assert rows.magpsf_corr.isna().all()
            continue
        template = np.array(each.measured.reference)[rows.band.to_numpy() - 1]
        total = 10 ** (-0.4 * template) + rows.isdiffpos * 10 ** (-0.4 * rows.magpsf)
        assert rows.magnitude.to_numpy() == pytest.approx(-2.5 * np.log10(total.to_numpy()), abs=1e-6)
        assert ((rows.magnitude < template) == (rows.isdiffpos > 0)).all()


def test_transients_only_brighten_and_variables_do_both(source):
    up = collections.defaultdict(list)
    for each in source.objects():
        up[each.label].append(each.measured.positive.mean())
    assert all(np.mean(up[name]) > 0.98 for name in TRANSIENT)
    assert all(0.2 < np.mean(up[name]) < 0.8 for name in ("QSO", "RRL", "DSCT", "YSO", "LPV"))


@pytest.mark.parametrize(("label", "fastest"), [("RRL", 5), ("CEP", 2)])
def test_lomb_scargle_finds_the_periods_of_pulsating_stars(source, label, fastest):
    found = 0
    stars = [each for each in source.objects() if each.label == label and each.measured.time.size > 60][:6]
    for each in stars:
        rows = each.measured.band == np.bincount(each.measured.band).argmax()
        values = each.measured.corrected[rows], each.measured.corrected_error[rows]
        search = LombScargle(each.measured.time[rows], *values)
        frequency, power = search.autopower(minimum_frequency=0.01, maximum_frequency=fastest, samples_per_peak=4)
        best = frequency[np.argmax(power)] * each.light.truth["period"]
        found += min(abs(best * factor - 1) for factor in (1, 2, 0.5)) < 0.002
    assert found >= 0.7 * len(stars) > 3


def test_what_lies_beyond_the_galaxy_avoids_its_plane_and_young_stars_keep_to_it(source):
    from astropy.coordinates import SkyCoord

    latitudes = collections.defaultdict(list)
    for each in source.objects():
        latitudes[each.label].append(abs(SkyCoord(each.ra, each.dec, unit="deg").galactic.b.deg))
        assert each.dec > -30
    for name in (*TRANSIENT, "QSO", "AGN", "Blazar"):
        assert min(latitudes[name]) > 7.9
    assert np.mean(latitudes["YSO"]) < 15 < np.mean(latitudes["RRL"])


def test_difficulty_leaves_fewer_and_noisier_detections():
    easy, hard = ([simulate_object(index, 5, difficulty, "equal") for index in range(60)] for difficulty in (0.0, 1.0))
    detections = [sum(each.measured.time.size for each in objects) for objects in (easy, hard)]
    assert detections[1] < 0.6 * detections[0]
    limits = [np.median(np.concatenate([each.measured.limit for each in objects])) for objects in (easy, hard)]
    assert limits[0] - limits[1] > 0.7  # 2.5 log10(1.6^2) = 1.02 mag, less what selection by brightness gives back


def test_simulated_data_say_so(source):
    assert source.description.startswith("300 simulated light curves")
    assert set(source.detections().column("source").unique().to_pylist()) == {"simulated"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "simulate.n: 0 objects"),
        ({"seed": -1}, "simulate.seed"),
        ({"difficulty": 2.0}, "simulate.difficulty"),
        ({"balance": "even"}, "simulate.balance: 'even'; choose published or equal"),
    ],
)
def test_arguments_out_of_range_are_named_at_the_call(arguments, message):
    with pytest.raises(AlertlabError, match=message):
        SimulatedLightCurves(**{"n": 5, "seed": 1, **arguments})
