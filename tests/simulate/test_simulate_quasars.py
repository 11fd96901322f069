"""Simulated nuclei, against the theory of damped random walks and what their changes are said to be."""

import numpy as np
import pytest
from alertlab.runtime.errors import AlertlabError
from alertlab.simulate import SimulatedQuasars
from alertlab.simulate.quasars.changes import KINDS
from alertlab.simulate.quasars.visits import CATALINA, draw_errors, draw_visits, open_nights, ztf
from alertlab.simulate.quasars.walks import changing_walks

TIME = np.array([0.0, 1.0, 4.0, 30.0, 33.0, 90.0])


def walks(n, change, tau, sigma, seed=1):
    time = np.tile(TIME, (n, 1))
    each = (np.full(n, change), np.tile(tau, (n, 1)), np.tile(sigma, (n, 1)))
    return changing_walks(np.random.default_rng(seed), time, *each)


def test_a_steady_walk_is_the_one_that_celerite_knows():
    from celerite2 import terms

    made = walks(20_000, np.nan, (20.0, 20.0), (0.3, 0.3))
    expected = terms.RealTerm(a=0.09, c=1 / 20).get_value(TIME[:, None] - TIME)
    assert np.cov(made.T) == pytest.approx(expected, abs=0.03 * 0.09)


def test_the_likelihood_of_steady_walks_is_highest_at_their_own_parameters():
    import celerite2

    simulated = SimulatedQuasars(12, 5, tau=(100, 100), sigma=(0.2, 0.2), magnitude=(18, 18), error=0.02, catalina=0)
    table = simulated.detections()
    curves = [table.filter(np.array(table["oid"]) == name) for name in dict.fromkeys(table["oid"].to_pylist())]

    def likelihood(tau, sigma):
        total = 0.0
        for curve in curves:
            term = celerite2.terms.RealTerm(a=sigma**2, c=1 / tau)
            process = celerite2.GaussianProcess(term, mean=18.0)
            process.compute(curve["time"].to_numpy(), yerr=curve["error"].to_numpy())
            total += process.log_likelihood(curve["magnitude"].to_numpy())
        return total

    own = likelihood(100, 0.2)
    assert all(own > likelihood(*other) for other in ((30, 0.2), (330, 0.2), (100, 0.14), (100, 0.29)))


def test_after_a_change_of_sigma_the_variance_relaxes_within_tau():
    """d<x^2>/dt = (2 / tau) (sigma^2 - <x^2>), from the old variance at the change."""
    made = walks(30_000, 10.0, (20.0, 20.0), (0.1, 0.5))
    after = TIME > 10
    decay = np.exp(-2 * (TIME[after] - 10) / 20)
    expected = np.append(np.full(3, 0.01), 0.01 * decay + 0.25 * (1 - decay))
    assert made.var(0) == pytest.approx(expected, rel=0.04)


def test_a_change_of_tau_alone_leaves_the_variance_and_changes_the_correlation():
    made = walks(30_000, 4.0, (200.0, 10.0), (0.2, 0.2))
    assert made.var(0) == pytest.approx(np.full(6, 0.04), rel=0.04)
    correlation = np.corrcoef(made.T)
    assert correlation[0, 2] == pytest.approx(np.exp(-4 / 200), abs=0.02)
    assert correlation[2, 3] == pytest.approx(np.exp(-26 / 10), abs=0.02)
    assert correlation[1, 3] == pytest.approx(np.exp(-3 / 200 - 26 / 10), abs=0.02)  # across the change


def only(kind, n=600, **given):
    amplitude = given.pop("amplitude", (0.5, 0.5))
    more = {"change_days": (300, 300), "error": 0.05, "catalina": 0, "tau": (200, 200), "sigma": (0.1, 0.1)}
    return SimulatedQuasars(n, 3, changes={kind: 1.0}, amplitude=amplitude, **(more | given))


def sides(simulated, inner=0.0):
    """Magnitudes before and after the change, of each object."""
    table, labels = simulated.detections(), simulated.labels()
    names = np.array(table["oid"])
    time, magnitude = table["time"].to_numpy(), table["magnitude"].to_numpy()
    for name, change in zip(labels["oid"].to_pylist(), labels["change_time"].to_pylist(), strict=True):
        own = names == name
        since = time[own] - time[own][0] - change
        yield magnitude[own][since < -inner], magnitude[own][since > inner]


def test_a_step_has_its_amplitude_at_its_time():
    labels = only("step").labels()
    assert set(labels["amplitude"].to_pylist()) == {0.5}
    assert np.all(labels["change_time"].to_numpy() == pytest.approx(300))
    steps = np.array([after.mean() - before.mean() for before, after in sides(only("step")) if before.size])
    assert np.abs(steps).mean() == pytest.approx(0.5, abs=0.03)
    assert 0.4 < (steps > 0).mean() < 0.6  # fainter as often as brighter


@pytest.mark.parametrize(("kind", "loud"), [("onset", 1), ("end", 0)])
def test_variability_begins_and_ends_with_its_amplitude(kind, loud):
    each = list(sides(only(kind, tau=(20, 20), magnitude=(18, 18), error=1e-6, amplitude=(0.3, 0.3)), inner=100))
    spread = [np.sqrt(np.mean((np.concatenate([side[place] for side in each]) - 18) ** 2)) for place in (0, 1)]
    assert spread[loud] == pytest.approx(0.3, rel=0.1)
    assert spread[1 - loud] == pytest.approx(0.03, rel=0.1)


def test_a_flare_brightens_by_its_amplitude_and_decays():
    steady = only("step", amplitude=(1e-3, 1e-3), sigma=(1e-6, 1e-6), magnitude=(18, 18), error=1e-6)
    flaring = only("flare", amplitude=(1.0, 1.0), sigma=(1e-6, 1e-6), magnitude=(18, 18), error=1e-6)
    assert min(steady.detections()["magnitude"].to_pylist()) == pytest.approx(18, abs=0.01)
    magnitude = flaring.detections()["magnitude"].to_numpy()
    assert magnitude.min() == pytest.approx(17, abs=0.05)
    assert magnitude.max() == pytest.approx(18, abs=1e-3)


def test_a_run_begins_with_a_shorter_one_and_another_seed_is_another():
    long, short = SimulatedQuasars(300, 1), SimulatedQuasars(20, 1)
    first = long.detections().slice(0, short.detections().num_rows)
    assert first.equals(short.detections())
    for name in short.labels().column_names:  # NaN is NaN
        np.testing.assert_array_equal(long.labels()[name].to_numpy()[:20], short.labels()[name].to_numpy())
    assert not SimulatedQuasars(20, 2).detections().equals(short.detections())
    assert len({each.fingerprint() for each in (long, short, SimulatedQuasars(20, 1, tau=(1, 2)))}) == 3
    assert short.fingerprint() == SimulatedQuasars(20, 1).fingerprint()


def test_numbers_of_detections_are_balanced():
    names = np.array(SimulatedQuasars(4000, 1).detections()["oid"])
    number = np.unique(names, return_counts=True)[1]
    assert number.min() == 50
    assert number.max() == 200
    counts = np.histogram(number, np.arange(50, 191, 20))[0]
    assert counts.min() > 0.8 * counts.max()


def test_the_longest_published_light_curves_can_be_simulated():
    names = np.array(SimulatedQuasars(40, 1, detections=(976, 976)).detections()["oid"])
    assert set(np.unique(names, return_counts=True)[1]) == {976}


def test_kinds_have_their_shares():
    shares = {"step": 0.2, "flare": 0.1}
    kinds = np.array(SimulatedQuasars(5000, 1, changes=shares).labels()["class"])
    assert (kinds == "step").mean() == pytest.approx(0.2, abs=0.02)
    assert (kinds == "flare").mean() == pytest.approx(0.1, abs=0.015)
    assert (kinds == "steady").mean() == pytest.approx(0.7, abs=0.02)
    assert set(KINDS) == {"step", "onset", "end", "flare", "timescale"}


def test_cadences_are_those_of_the_surveys():
    rng, number = np.random.default_rng(0), np.full(200, 100)
    wide = np.diff(draw_visits(rng, ztf(1200.0), number, 1), axis=1)
    assert 2 < np.median(wide) < 6  # days
    assert np.all(wide.max(1) > 80)  # seasons
    catalina = np.diff(draw_visits(rng, CATALINA, number, 1), axis=1)
    assert np.median(catalina) * 24 * 60 == pytest.approx(10, abs=0.1)  # four in half an hour
    assert 15 < np.median(catalina[catalina > 0.5]) < 60
    assert open_nights(1, 5000).mean() == pytest.approx(0.69, abs=0.03)


def test_errors_reach_a_fifth_of_a_magnitude_at_the_limit():
    rng = np.random.default_rng(0)
    error = draw_errors(rng, ztf(1200.0), np.repeat([[14.0], [19.3], [20.8]], 2000, 1))
    assert np.median(error, axis=1) == pytest.approx([0.0122, 0.05, 0.2], rel=0.08)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"n": 0}, "simulate.n: 0"),
        ({"seed": -1}, "simulate.seed: -1"),
        ({"difficulty": 2}, "simulate.difficulty: 2"),
        ({"changes": {"jump": 0.1}}, "simulate.changes: jump unknown; choose from step"),
        ({"changes": {"step": 0.7, "flare": 0.6}}, "simulate.changes.*1 at most together"),
        ({"amplitude": [2, 1]}, r"simulate.amplitude: \[2, 1\]; give \[LOWEST, HIGHEST\]"),
        ({"catalina": 1.5}, "simulate.catalina"),
    ],
)
def test_what_cannot_be_simulated_is_refused(given, message):
    with pytest.raises(AlertlabError, match=message):
        SimulatedQuasars(**({"n": 5, "seed": 1} | given))
