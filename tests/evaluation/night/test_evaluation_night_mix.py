"""A labelled part, re-weighted to the class mix of a night, is what a night drawn in that mix would be."""

from dataclasses import replace

import numpy as np
import pytest
from alertlab.evaluation import Evaluator, evaluate
from alertlab.evaluation.night.mix import Mix
from alertlab.evaluation.night.read import read_mix
from alertlab.runtime.errors import AlertlabError
from sklearn import metrics as sk

SHARES = {"AGN": 0.06, "SN": 0.01, "VS": 0.51, "asteroid": 0.12, "bogus": 0.30}


def weights(rows):
    """Of each row, in a loop."""
    count = np.bincount(rows.target, minlength=5)
    return np.array([SHARES[rows.classes[index]] / count[index] for index in rows.target])


def test_every_metric_of_a_night_is_that_of_scikit_learn_with_weights(make_noisy):
    rows = make_noisy()
    found = evaluate(rows, resamples=10, mix=read_mix(SHARES).of(rows.classes)).mean
    weight = {"sample_weight": weights(rows)}
    purity, recall, f1, _ = sk.precision_recall_fscore_support(rows.target, rows.prediction, **weight)
    for place, name in enumerate(rows.classes):
        assert found[f"night/precision/{name}"] == pytest.approx(purity[place])
        assert found[f"night/recall/{name}"] == pytest.approx(recall[place])
    assert found["night/macro_f1"] == pytest.approx(f1.mean())
    assert found["night/accuracy"] == pytest.approx(sk.accuracy_score(rows.target, rows.prediction, **weight))
    assert found["night/log_loss"] == pytest.approx(sk.log_loss(rows.target, rows.probability, **weight))
    ranked = rows.target == 1, rows.probability[:, 1]
    assert found["night/average_precision/SN"] == pytest.approx(sk.average_precision_score(*ranked, **weight))


def test_a_night_that_is_drawn_has_the_expected_numbers(make_noisy):
    rows = make_noisy(n=4000)
    mix = replace(read_mix(SHARES), alerts=100_000.0).of(rows.classes)
    night = evaluate(rows, resamples=300, mix=mix).night
    drawn = rows.take(np.random.default_rng(1).choice(4000, 100_000, p=weights(rows)))  # a night of these alerts
    sn = rows.classes.index("SN")
    called, true = drawn.prediction == sn, drawn.target == sn
    assert night.mean["alerts"][sn, 0] == pytest.approx(1000)
    assert night.mean["called"][sn, 0] == pytest.approx(called.sum(), rel=0.03)
    assert night.mean["found"][sn, 0] == pytest.approx((called & true).sum(), rel=0.08)
    assert night.mean["purity"][sn, 0] == pytest.approx(true[called].mean(), abs=0.01)
    low, high = night.intervals["purity"][sn, 0]
    assert low < night.mean["purity"][sn, 0] < high


def test_intervals_of_a_night_cover_as_they_say(make_noisy):
    whole = make_noisy(n=40_000)
    mix = read_mix(SHARES).of(whole.classes)
    truth = evaluate(whole, resamples=1, mix=mix).mean["night/precision/SN"]
    covered = 0
    for part in range(100):
        rows = whole.take(np.arange(part * 400, (part + 1) * 400))
        low, high = evaluate(rows, resamples=200, mix=mix).intervals["night/precision/SN"]
        covered += low <= truth <= high
    assert 82 <= covered <= 97  # of 90 %, three standard deviations of 100 draws


def test_by_magnitude_the_bins_add_up_to_the_whole_night(make_noisy):
    rows = make_noisy(n=2000)
    rows = replace(rows, facts={"magnitude": np.random.default_rng(0).uniform(15, 21, 2000)})
    night = evaluate(rows, resamples=10, mix=read_mix("ztf_night").of(rows.classes)).night
    assert night.fact == "magnitude"
    assert night.bins[1:] == ("below 16", "16 to 17", "17 to 18", "18 to 19", "19 to 20", "from 20")
    for quantity in ("share", "alerts", "found", "called"):
        np.testing.assert_allclose(night.mean[quantity][:, 1:].sum(axis=1), night.mean[quantity][:, 0])
    assert night.mean["share"][:, 0].sum() == pytest.approx(1)
    assert night.mean["alerts"][:, 0].sum() == pytest.approx(1e6)


def test_shares_by_magnitude_put_faint_supernovae_where_the_table_says(make_noisy, tmp_path):
    rows = make_noisy(n=3000, classes=("SN", "VS"))
    magnitude = np.random.default_rng(0).uniform(16, 20, 3000)
    rows = replace(rows, facts={"magnitude": magnitude})
    table = tmp_path / "mine.csv"
    lines = ["SN,16,18,10", "SN,18,20,90", "VS,16,18,450", "VS,18,20,450"]
    table.write_text("class,magnitude_low,magnitude_high,per_night\n" + "\n".join(lines) + "\n")
    mix = read_mix(str(table)).of(rows.classes)
    assert mix.alerts == 1000
    night = evaluate(rows, resamples=10, mix=mix).night
    np.testing.assert_allclose(night.mean["alerts"], [[100, 10, 90], [900, 450, 450]])
    weight = mix.weights(rows)
    faint = magnitude >= 18
    assert weight[faint & (rows.target == 0)].sum() == pytest.approx(0.09)
    assert weight[~faint & (rows.target == 0)].sum() == pytest.approx(0.01)


def test_of_branches_the_top_level_is_weighted_by_the_classes_below(light_curves):
    rows = light_curves.take(light_curves.repeat == 0)
    share = np.arange(1.0, 16.0)
    mix = read_mix(dict(zip(rows.classes, share, strict=True))).of(rows.classes)
    found = evaluate(rows, resamples=10, mix=mix)
    count = np.bincount(rows.target, minlength=15)
    top = rows.top()
    expected = sk.f1_score(top.target, top.prediction, average="macro", sample_weight=(share / count)[rows.target])
    assert found.top.mean["night/macro_f1"] == pytest.approx(expected)
    assert found.top.night.mean["share"][:, 0].sum() == pytest.approx(1)
    low, high = found.top.intervals["night/macro_f1"]
    assert low <= expected <= high


def test_several_repeats_have_deviations_and_mlflow_a_name_for_each(make_noisy):
    from alertlab.workflows.results import named_metrics

    evaluation = Evaluator(formats=[], priors=SHARES).evaluate(make_noisy(repeats=3))
    assert "±" in dict(evaluation.results())["night/macro_f1"]
    names = named_metrics(evaluation)
    assert {"test/night/recall/SN", "test/night/recall/SN_std", "test/night/accuracy"} <= set(names)


def test_files_of_a_night_are_written_the_same_again(make_noisy, tmp_path):
    for folder in ("one", "two"):
        Evaluator(formats=["png"], resamples=20, priors="rubin_night")(make_noisy(), tmp_path / folder)
    for name in ("night.csv", "night.tex", "night.png", "evaluation.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_classes_that_only_one_of_the_two_has_are_named_or_mapped():
    mix = Mix("mine", {"AGN": (0.2,), "asteroid": (0.5,), "satellite": (0.1,), "SN": (0.2,)})
    with pytest.raises(AlertlabError, match=r"mine has no share for Bogus and shares for asteroid, satellite, SN"):
        mix.of(("AGN", "Bogus"))
    found = mix.of(("AGN", "moving", "SN"), {"asteroid": "moving", "satellite": "moving"})
    assert found.share == {"AGN": (0.2,), "moving": (0.6,), "SN": (0.2,)}
    left = mix.of(("AGN", "SN"), {"asteroid": None, "satellite": None})
    assert left.of_class("AGN") == pytest.approx(0.5)
    with pytest.raises(AlertlabError, match="mine has no class comet"):
        mix.of(("AGN",), {"comet": "AGN"})


def test_what_no_row_stands_for_is_told(gaps, make_noisy):
    rows = make_noisy(only=[0, 1])
    evaluation = Evaluator(formats=[], resamples=5, priors=SHARES).evaluate(rows)
    (told,) = [line for line in evaluation.warnings() if "night" in line]
    assert "51 % (VS)" in told
    assert "30 % (bogus)" in told


@pytest.mark.parametrize(
    ("priors", "message"),
    [
        ("mars_night", r"no file mars_night; give one, or rubin_night, ztf_night"),
        ({"AGN": -1}, "AGN has -1, which is no share"),
        ({"AGN": 0}, "no share that is more than 0"),
    ],
)
def test_a_mix_that_is_none_is_refused(priors, message):
    with pytest.raises(AlertlabError, match=message):
        Evaluator(priors=priors)


def test_a_mix_by_magnitude_needs_that_fact(make_noisy, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("class,magnitude_low,magnitude_high,share\nSN,16,18,1\nVS,16,18,1\n")
    with pytest.raises(
        AlertlabError, match=r"mine is by magnitude, a fact that the predictions lack \(they have none\)"
    ):
        Evaluator(formats=[], priors=str(table)).evaluate(make_noisy(classes=("SN", "VS")))
    table.write_text("class,magnitude_low,magnitude_high,share\nSN,16,18,1\nVS,17,19,1\n")
    with pytest.raises(AlertlabError, match="bins of magnitude overlap"):
        read_mix(str(table))
