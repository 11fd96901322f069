"""Processes that are no damped random walk, against celerite2, Campbell's theorem and what they are said to be."""

import numpy as np
import pyarrow.parquet as pq
import pytest
from alertlab.runtime.errors import AlertlabError
from alertlab.simulate import SimulatedQuasars, write_quasars
from alertlab.simulate.quasars.processes import COHERENT, carma, carma_weights, oscillation, shot_noise
from celerite2 import terms
from scipy.integrate import quad

TIME = np.array([0.0, 1.0, 4.0, 30.0, 33.0, 90.0])
MANY = 20_000


def drawn(process, *parameters, **more):
    rng, time = np.random.default_rng(1), np.tile(TIME, (MANY, 1))
    return process(rng, time, *(np.full(MANY, each) for each in parameters), **more)


def test_carma_is_the_sum_of_two_terms_of_celerite():
    slow, fast = 60.0, 9.0
    weight = carma_weights(np.array([slow]), np.array([fast]))[:, 0]
    rates = np.array([1 / slow, 1 / fast])
    amplitude = weight * (weight / (rates[:, None] + rates)).sum(1)
    kernel = terms.RealTerm(a=amplitude[0], c=rates[0]) + terms.RealTerm(a=amplitude[1], c=rates[1])
    expected = kernel.get_value(TIME[:, None] - TIME)
    assert expected[0, 0] == pytest.approx(1)
    assert np.cov(drawn(carma, slow, fast).T) == pytest.approx(expected, abs=0.03)


def test_carma_is_smoother_than_a_walk_of_its_slow_timescale():
    made = drawn(carma, 60.0, 9.0)
    step = np.var(made[:, 1] - made[:, 0])
    assert step < 0.5 * 2 * (1 - np.exp(-1 / 60))


def test_an_oscillation_is_a_complex_term_of_celerite():
    period = 40.0
    expected = terms.ComplexTerm(a=1.0, b=0.0, c=1 / (COHERENT * period), d=2 * np.pi / period)
    made = drawn(oscillation, period)
    assert np.cov(made.T) == pytest.approx(expected.get_value(TIME[:, None] - TIME), abs=0.03)


def test_flares_obey_campbells_theorem_in_mean_variance_skewness_and_covariance():
    rise, decay, rate = 3.0, 20.0, 2.0
    made = drawn(shot_noise, rise, decay, rate=rate)

    def flare(t):
        return np.exp(t / rise if t < 0 else -t / decay)

    each = rate / (rise + decay)  # a day

    def product(lag):
        return quad(lambda t: flare(t) * flare(t + lag), -200, 400, limit=200, points=[0, -lag])[0]

    expected = each * 2 * np.array([product(lag) for lag in TIME]) / rate
    assert made.mean(0) == pytest.approx(np.zeros(6), abs=0.03)
    assert np.cov(made.T)[0] == pytest.approx(expected, abs=0.04)
    skewness = -each * 6 * quad(lambda t: flare(t) ** 3, -200, 400, points=[0])[0] / rate**1.5
    scatter = np.mean(made**3, axis=1).std() / np.sqrt(MANY)
    assert np.mean(made**3) == pytest.approx(skewness, abs=3 * scatter)
    assert scatter < 0.05 * abs(skewness)


def test_flares_brighten_faster_than_they_fade_and_the_other_processes_do_not():
    """The cubed increments of a process that is the same backwards have no mean."""
    flares, walk = drawn(shot_noise, 3.0, 20.0, rate=2.0), drawn(carma, 60.0, 9.0)
    for made, expected in ((flares, True), (walk, False), (drawn(oscillation, 40.0), False)):
        steps = (made[:, 2] - made[:, 1]) ** 3
        pull = steps.mean() / (steps.std() / np.sqrt(MANY))
        assert (pull < -5) == expected  # brighter is a smaller magnitude
        assert expected or abs(pull) < 4


@pytest.mark.parametrize("process", ["walk", "shots", "carma", "periodic"])
def test_every_process_has_its_standard_deviation_and_a_run_begins_with_a_shorter_one(process):
    given = {
        "process": process,
        "tau": (30, 30),
        "sigma": (0.2, 0.2),
        "magnitude": (18, 18),
        "error": 1e-4,
        "catalina": 1,
    }
    made = SimulatedQuasars(300, 2, detections=(60, 60), **given)
    magnitude = made.detections()["magnitude"].to_numpy()
    assert np.std(magnitude) == pytest.approx(0.2, rel=0.08)
    short = SimulatedQuasars(20, 2, detections=(60, 60), **given).detections()
    assert made.detections().slice(0, short.num_rows).equals(short)


def test_the_share_of_flares_falls_with_luminosity_and_none_is_told_of_a_walk():
    labels = SimulatedQuasars(500, 1, process="shots", share=(0.2, 0.8)).labels()
    share, luminosity = labels["share"].to_numpy(), labels["luminosity"].to_numpy()
    assert np.corrcoef(share, luminosity)[0, 1] == pytest.approx(-1)
    assert (share.min(), share.max()) == pytest.approx((0.2, 0.8), abs=0.01)
    assert set(SimulatedQuasars(20, 1).labels()["share"].to_pylist()) == {0.0}


def test_what_is_written_has_the_columns_of_the_public_compilation_and_the_truth_apart(tmp_path):
    told = write_quasars(tmp_path / "new", 12, 4, 0.5, "carma")
    curves, objects = (pq.read_table(tmp_path / "new" / f"{name}.parquet") for name in ("lightcurves", "objects"))
    assert curves.column_names == ["lc_id", "object_id", "group_id", "time", "value", "value_err"]
    assert objects["n_obs"].to_numpy().sum() == curves.num_rows == told["detections"]
    assert {"true_tau", "true_sigma", "true_second"} < set(objects.column_names)
    seasons = np.diff(np.sort(curves.filter(np.asarray(curves["lc_id"]) == "nucleus0000000")["time"].to_numpy()))
    assert (seasons > 90).sum() == pytest.approx(7, abs=1)
    with pytest.raises(AlertlabError, match="new"):
        write_quasars(tmp_path / "new", 12, 4, 0.5)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"process": "noise"}, "simulate.process: 'noise' is none of walk, shots"),
        ({"process": "shots", "changes": {"step": 0.1}}, "simulate.changes: a walk alone"),
        ({"share": (0.5, 1.5)}, "share is at most 1"),
        ({"ratio": (0.5, 1.0)}, "ratio less than 1"),
    ],
)
def test_what_is_no_process_is_refused(given, message):
    with pytest.raises(AlertlabError, match=message):
        SimulatedQuasars(**({"n": 5, "seed": 1} | given))
