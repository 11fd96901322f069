"""The detector of light curves: what a score does not depend on, and what it is against other implementations."""

from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
import torch
from alertlab import runtime
from alertlab.bundle import BundleDetails, write_bundle
from alertlab.config import compose, instantiate
from alertlab.core.curve_columns import CURVE, beginnings
from alertlab.models.networks.onnx_export import export_graph
from alertlab.models.networks.recurrent import GRU
from alertlab.models.sequences.recurrent_network import (
    Reconstruction,
    RecurrentNetwork,
    chi_squared,
    reconstruction_loss,
)
from alertlab.runtime import Ragged
from alertlab.runtime.errors import AlertlabError
from curve_rows import CurveRows
from feature_table import FakeRun
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

SMALL = ["model.units=6", "model.latent=3", "model.n_estimators=15", "model.draws=3", "model.batch_size=32"]
SCALARS = ("score", "isolation", "distance", "chi_squared", "deviation")


def made(*words, name="contextual_detector"):
    base = [f"model={name}", "evaluation=detection", *SMALL, "trainer.max_epochs=2"]
    return instantiate(compose("train", [*base, *words]).model)


def trained(folder, *words, bands=("g",), name="contextual_detector"):
    model, data = made(*words, name=name), CurveRows(bands=bands)
    data.draw(0)
    model.fit(data, FakeRun(folder))
    return model, data


@pytest.fixture(scope="module")
def detector(tmp_path_factory):
    return trained(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def bundle(detector, tmp_path_factory):
    model, data = detector
    details = BundleDetails("tiny", "0.1.0", "", "BSD-3-Clause", "text")
    return runtime.load(write_bundle(tmp_path_factory.mktemp("bundle") / "tiny.bundle", model, data.samples(), details))


def of_curves(samples, curves):
    return replace(samples, inputs={CURVE: curves})


def close(ours, theirs):
    for name in SCALARS:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(ours["embedding"], theirs["embedding"], atol=1e-5)


def test_padding_and_order_of_a_batch_do_not_change_a_score(detector, bundle):
    model, data = detector
    samples = data.samples("test")
    together = model.predict(samples)
    order = np.random.default_rng(0).permutation(len(samples))
    close(model.predict(samples.take(order)), {name: values[order] for name, values in together.items()})
    alone = [model.predict(samples.take(np.array([row]))) for row in range(len(samples))]
    close({name: np.concatenate([each[name] for each in alone]) for name in together}, together)
    close(bundle.answers({CURVE: samples.inputs[CURVE]}, 3), together)


def test_a_longer_padding_does_not_change_what_the_network_says(detector):
    model, data = detector
    (prepared,) = runtime_prepared(model, data.samples("test"))
    longer = torch.cat([prepared, torch.zeros(len(prepared), 40, prepared.shape[2])], 1)
    with torch.inference_mode():
        short, long = (model.answers(model.network(each)) for each in (prepared, longer))
    for name in short:
        np.testing.assert_allclose(short[name], long[name], rtol=1e-5, atol=1e-6)


def runtime_prepared(model, samples):
    (spec,) = model.inputs
    return (torch.from_numpy(runtime.operations.apply(spec.preprocessing, samples.inputs[CURVE])),)


def test_later_points_do_not_change_the_score_of_a_prefix(detector):
    model, data = detector
    samples = data.samples("test")
    curves = samples.inputs[CURVE]
    lengths = np.maximum(curves.lengths // 2, 2)
    later = np.arange(len(curves.values)) - curves.offsets[curves.owner] >= lengths[curves.owner]
    changed = curves.values.copy()
    changed[later, 2] += 3
    changed[later, 0] += 1000
    prefixes = [Ragged(values, curves.offsets).first(lengths) for values in (curves.values, changed)]
    ours, theirs = (model.predict(of_curves(samples, each)) for each in prefixes)
    for name in ours:
        np.testing.assert_array_equal(ours[name], theirs[name])
    assert not np.allclose(ours["score"], model.predict(samples)["score"])


@pytest.mark.parametrize("score_of", ["forest", "reconstruction", "either"])
@pytest.mark.parametrize("shape", ["one band", "six bands"])
def test_the_bundle_says_what_was_trained(score_of, shape, tmp_path):
    words = [f"model.score_of={score_of}", "model.prefixes=1", "model.longest=20"]
    if shape == "one band":
        model, data = trained(tmp_path, *words)
    else:
        model, data = trained(tmp_path, *words, bands=tuple("ugrizy"), name="live_detector")
    details = BundleDetails("tiny", "0.1.0", "", "BSD-3-Clause", "text")
    samples = data.samples()
    bundle = runtime.load(write_bundle(tmp_path / "tiny.bundle", model, samples, details))
    answers, expected = bundle.answers({CURVE: samples.inputs[CURVE]}), model.predict(samples)
    np.testing.assert_allclose(answers["embedding"], expected["embedding"], atol=1e-5)
    np.testing.assert_allclose(answers["chi_squared"], expected["chi_squared"], rtol=1e-4, atol=1e-5)
    off = {name: np.abs(answers[name] - expected[name]) > 1e-5 + 1e-4 * np.abs(expected[name]) for name in SCALARS}
    assert all(each.mean() <= 0.02 for each in off.values())  # a tree may say otherwise within rounding of a threshold
    assert all(np.abs(answers[name] - expected[name]).max() <= bundle.manifest.parity.atol for name in ("score",))


def test_the_isolation_score_is_that_of_scikit_learn(detector):
    model, data = detector
    answers = model.predict(data.samples("test"))
    expected = -model.forest.score_samples(answers["embedding"].astype(np.float32))
    np.testing.assert_allclose(answers["isolation"], expected, rtol=1e-12)
    assert len(model.forest.estimators_) == 15
    latents = model.predict(data.samples("train"))["embedding"].astype(np.float32)
    from sklearn.ensemble import IsolationForest

    again = IsolationForest(n_estimators=15, random_state=7).fit(latents)  # of the train part alone, seed of the run
    np.testing.assert_allclose(-again.score_samples(answers["embedding"].astype(np.float32)), expected, rtol=1e-12)


def test_the_distance_is_that_of_mahalanobis_to_the_train_part(detector):
    from scipy.spatial.distance import mahalanobis
    from sklearn.covariance import ledoit_wolf

    model, data = detector
    train, test = (model.predict(data.samples(part)) for part in ("train", "test"))
    covariance, _ = ledoit_wolf(train["embedding"])
    inverse, centre = np.linalg.inv(covariance), train["embedding"].mean(axis=0)
    expected = [mahalanobis(row, centre, inverse) for row in test["embedding"]]
    np.testing.assert_allclose(test["distance"], expected, rtol=1e-4)


def test_a_score_of_the_distance_is_the_distance_and_so_is_the_bundles(tmp_path):
    model, data = trained(tmp_path, "model.score_of=distance", "model.scaling=context")
    answers = model.predict(data.samples())
    np.testing.assert_array_equal(answers["score"], answers["distance"])
    details = BundleDetails("tiny", "0.1.0", "", "BSD-3-Clause", "text")
    bundle = runtime.load(write_bundle(tmp_path / "tiny.bundle", model, data.samples(), details))
    told = bundle.answers({CURVE: data.samples().inputs[CURVE]})
    np.testing.assert_allclose(told["score"], answers["score"], rtol=1e-4, atol=1e-5)


def test_a_score_of_either_is_the_one_that_lies_further_out_in_training(tmp_path):
    model, data = trained(tmp_path, "model.score_of=either")
    train, test = (model.predict(data.samples(part)) for part in ("train", "test"))
    parts = []
    for name, change in (("isolation", lambda x: x), ("chi_squared", np.log1p)):
        middle, high = np.quantile(change(train[name]), [0.5, 0.99])
        parts.append((change(test[name]) - middle) / (high - middle))
    np.testing.assert_allclose(test["score"], np.maximum(*parts), rtol=1e-6)


def test_the_loss_by_hand():
    rng = np.random.default_rng(0)
    value, decoded = rng.normal(size=(2, 2, 3))
    error, present = np.array([[0.1, 0.2, 0.4], [0.5, 0, 0]]), np.array([[1, 1, 1], [1, 0, 0]])
    mean, log_variance = rng.normal(size=(2, 2, 4))
    output = Reconstruction(*map(torch.from_numpy, (value, decoded, error, present, mean, log_variance)))
    divergence = np.sum(mean**2 + np.exp(log_variance) - log_variance - 1, axis=1) / 2
    for power in (1, 2):
        first = np.mean((value[0] - decoded[0]) ** 2 / error[0] ** power)
        second = (value[1, 0] - decoded[1, 0]) ** 2 / 0.5**power
        expected = np.array([first, second]) + divergence / 200
        np.testing.assert_allclose(reconstruction_loss(output, power, 1 / 200), expected)
    np.testing.assert_allclose(chi_squared(output), [np.mean(((value - decoded)[0] / error[0]) ** 2), second])


def test_the_divergence_is_that_of_torch():
    mean, log_variance = torch.randn(2, 5, 4)
    nothing = torch.zeros(5, 3)
    output = Reconstruction(nothing, nothing, nothing, nothing, mean, log_variance)
    normal = torch.distributions.Normal
    expected = torch.distributions.kl_divergence(normal(mean, (log_variance / 2).exp()), normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(reconstruction_loss(output, 1.0, 1.0), expected)


def test_the_encoder_is_a_bidirectional_layer_over_packed_sequences():
    torch.manual_seed(0)
    network = RecurrentNetwork(1, 5, 3, 0.25, False).eval()
    lengths = torch.tensor([7, 1, 4])
    points = torch.randn(3, 7, 4)
    points[..., -1] = (torch.arange(7) < lengths[:, None]).float()
    theirs = nn.GRU(2, 5, 2, batch_first=True, bidirectional=True)
    with torch.no_grad():
        for number, layer in enumerate((network.first, network.second)):
            for gru, ending in ((layer.forwards, ""), (layer.backwards, "_reverse")):
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                    getattr(theirs, f"{name}_l{number}{ending}").copy_(getattr(gru, f"{name}_l0"))
        packed = pack_padded_sequence(points[..., :2], lengths, batch_first=True, enforce_sorted=False)
        _, last = theirs(packed)
        expected = network.mean(torch.cat([last[2], last[3]], 1))
        torch.testing.assert_close(network(points).mean, expected)


def test_a_recurrent_layer_exports_with_any_length(tmp_path):
    layer = GRU(3, 4).eval()
    example = {"light_curve": np.zeros((2, 5, 3), np.float32)}
    export_graph(
        layer, lambda states: {"states": states}, ("states",), example, {"light_curve": "length"}, tmp_path / "g"
    )
    session = onnxruntime.InferenceSession(tmp_path / "g")
    plain = nn.GRU(3, 4, batch_first=True)
    plain.load_state_dict(layer.state_dict())
    for n, length in ((1, 1), (7, 31), (2, 5)):
        points = torch.randn(n, length, 3)
        (states,) = session.run(None, {"light_curve": points.numpy()})
        np.testing.assert_allclose(states, plain(points)[0].detach(), atol=1e-6)


def test_beginnings_are_prefixes_of_at_least_the_shortest():
    rows = [np.arange(n, dtype=np.float32)[:, None] for n in (2, 9, 30)] * 50
    curves = Ragged.of(rows)
    cut = beginnings(curves, 0.5, 5, np.random.default_rng(0))
    assert all(np.array_equal(cut[row], each[: len(cut[row])]) for row, each in enumerate(rows))
    assert (cut.lengths >= np.minimum(curves.lengths, 5)).all()
    long = cut.lengths[2::3]
    assert 10 < np.sum(long < 30) < 40
    assert beginnings(curves, 0.0, 5, np.random.default_rng(0)).lengths.tolist() == curves.lengths.tolist()


def test_light_curves_that_are_too_long_are_told(tmp_path, capsys):
    trained(tmp_path, "model.longest=10")
    assert "light curves of the train part have more points; their last 10 are used" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("model.scaling=log", "model.scaling: 'log' is none of curve, asinh, context, train"),
        ("model.score_of=both", "model.score_of: 'both' is none of forest, distance, reconstruction, either"),
        ("model.draws=0", "model.draws: 0 is not a whole number of 1 or more"),
    ],
)
def test_what_cannot_be_is_refused_with_its_key(word, told):
    with pytest.raises(AlertlabError, match=told):
        made(word)
