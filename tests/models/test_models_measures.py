"""What networks are measured by, what they lose, and all that they answer."""

import warnings

import numpy as np
import onnxruntime
import pytest
import torch
from alertlab.config import compose, instantiate
from alertlab.models import gaussian_loss
from alertlab.models.networks.task import MeanOverStrata
from alertlab.runtime import AlertlabError
from feature_table import FakeRun
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import balanced_accuracy_score, f1_score, mean_squared_error
from small_networks import Rows, Small, Values, fitted
from test_models_conformance import SMALL, SMALL_OF_TABLES
from torchmetrics.classification import MulticlassConfusionMatrix, MulticlassF1Score
from torchmetrics.regression import MeanSquaredError


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=40), st.integers(1, 40))
def test_means_over_classes_are_scikit_learn_s_balanced_accuracy(rows, part):
    target, right = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    means = MeanOverStrata(2, 4)
    for start in range(0, len(rows), part):
        these = torch.from_numpy(right[start : start + part].astype(np.float32))
        means.update(torch.stack([these, 2 * these]), torch.from_numpy(target[start : start + part]))
    said = np.where(right, target, target + 10)  # a wrong one is none of the classes
    recall = [np.mean(said[target == each] == each) for each in np.unique(target)]
    found = means.compute().tolist()
    assert found == pytest.approx([np.mean(recall), 2 * np.mean(recall)], abs=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of predictions that are no class
        assert found[0] == pytest.approx(balanced_accuracy_score(target, said), abs=1e-6)


VALUES, STRATA = torch.arange(20.0), torch.arange(20) ** 2 % 3


def test_the_sums_of_two_processes_are_those_of_one():
    alone = MeanOverStrata(1, 3)
    alone.update(VALUES[None], STRATA)
    shares = [MeanOverStrata(1, 3) for _ in range(2)]
    for share, rows in zip(shares, (slice(0, 13), slice(13, 20)), strict=True):
        share.update(VALUES[None, rows], STRATA[rows])
    gathered = [share.sums.clone() for share in shares]
    for share in shares:  # torchmetrics gathers what each process has, and reduces it as the metric says
        share.distributed_available_fn, share.dist_sync_fn = lambda: True, lambda *_, **__: gathered
        torch.testing.assert_close(share.compute(), alone.compute())
    by_hand = np.mean([VALUES[stratum == STRATA].mean() for stratum in STRATA.unique()])
    assert float(alone.compute()) == pytest.approx(by_hand)


F1 = "{_target_: torchmetrics.classification.MulticlassF1Score, num_classes: 5, average: macro}"
OWN = """
from torchmetrics import Metric
import torch


class Rows(Metric):
    def __init__(self):
        super().__init__()
        self.add_state("rows", torch.tensor(0.0), dist_reduce_fx="sum")

    def update(self, probability, target):
        self.rows += len(target)

    def compute(self):
        return self.rows
"""


def test_further_metrics_of_the_config_are_measured_on_validation_each_epoch(tmp_path, monkeypatch):
    (tmp_path / "ownmetric.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    words = [*SMALL["stamp_cnn"], "datamodule.source.n=100", "datamodule.metadata=[]", "trainer.max_epochs=2"]
    words.append(f"model.metrics=[{F1},{{_target_: ownmetric.Rows}}]")
    with pytest.raises(AlertlabError, match=r"model\.metrics\[1\]\._target_: ownmetric\.Rows"):
        instantiate(compose("train", words).model)
    config = compose("train", words, [], ["ownmetric"])
    data, model = instantiate(config.datamodule), instantiate(config.model)
    _, run = fitted(model, data, tmp_path)
    validation = data.samples("validation")
    assert [epoch["validation_Rows"] for epoch in run.epochs] == [len(validation)] * 2
    told = model.predict(validation).argmax(axis=1)
    expected = f1_score(validation.target, told, average="macro", labels=np.arange(5), zero_division=0)
    seen = len(np.union1d(validation.target, told)) / 5  # torchmetrics averages over the classes that are met
    assert run.epochs[model.best_epoch]["validation_MulticlassF1Score"] == pytest.approx(expected / seen, abs=1e-6)


def test_a_metric_of_values_is_measured_on_the_main_answer(tmp_path):
    data = Rows(classes=False)
    data.draw(0)
    everything = data.everything
    everything.target[:] = np.nan_to_num(everything.target)
    model, run = fitted(Values([MeanSquaredError()]), data, tmp_path)
    validation = data.samples("validation")
    expected = mean_squared_error(validation.target, model.predict(validation)["value"])
    assert run.epochs[model.best_epoch]["validation_MeanSquaredError"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        ([MulticlassF1Score(2), MulticlassF1Score(2, average="micro")], "two metrics both named MulticlassF1Score"),
        ([3], "3.* is not a instance of"),
        ([MulticlassF1Score(7)], "number of classes"),
        ([MulticlassF1Score(2, average="none")], "validation_MulticlassF1Score is more than one number; give it an"),
        ([MulticlassConfusionMatrix(2)], "validation_MulticlassConfusionMatrix is more than one number"),
    ],
)
def test_metrics_that_cannot_be_measured_are_refused_in_one_line(tmp_path, metrics, message):
    with pytest.raises(AlertlabError, match=rf"model\.metrics: .*{message}") as refused:
        fitted(Small(metrics), Rows(classes=True), tmp_path)
    assert "\n" not in str(refused.value)


def test_a_sample_to_learn_from_without_a_class_is_refused_before_training(tmp_path):
    data = Rows(classes=True, lost=30)
    with pytest.raises(AlertlabError, match=r"datamodule: \d+ samples to learn from have no class"):
        fitted(Small(), data, tmp_path)


def loss_by_torch(value, deviation, target):
    """Row by row, of what is known."""
    found = []
    for row in range(len(target)):
        known = ~target[row].isnan()
        density = torch.distributions.Normal(value[row][known], deviation[row][known]).log_prob(target[row][known])
        each = -density - 0.5 * np.log(2 * np.pi)
        found.append(each.mean() if known.any() else torch.tensor(0.0, dtype=value.dtype))
    return torch.stack(found)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 99), st.sampled_from([(5, 1), (4, 7)]))
def test_the_gaussian_loss_is_that_of_torch_over_what_is_known(seed, shape):
    generator = torch.Generator().manual_seed(seed)
    value, target = torch.randn(2, *shape, generator=generator, dtype=torch.float64)
    deviation = torch.rand(shape, generator=generator, dtype=torch.float64) + 0.1
    target[torch.rand(shape, generator=generator) < 0.3] = torch.nan
    target[0] = torch.nan
    torch.testing.assert_close(gaussian_loss(value, deviation, target), loss_by_torch(value, deviation, target))
    assert float(gaussian_loss(value, deviation, value)[0]) == pytest.approx(
        np.mean(-norm.logpdf(0, scale=deviation[0]) - 0.5 * np.log(2 * np.pi))
    )


def test_what_is_unknown_has_no_gradient_whatever_is_said_of_it():
    value = torch.tensor([[1.0, torch.nan, 2.0], [torch.inf, 0.0, 1.0]], requires_grad=True)
    deviation = torch.tensor([[1.0, 0.0, 0.5], [torch.nan, 0.0, 2.0]], requires_grad=True)
    target = torch.tensor([[0.5, torch.nan, 1.0], [torch.nan, torch.nan, 4.0]])
    gaussian_loss(value, deviation, target).sum().backward()
    for gradient in (value.grad, deviation.grad):
        assert gradient.isfinite().all()
        assert not gradient[target.isnan()].any()
        assert gradient[~target.isnan()].all()


def test_values_in_double_precision_with_gaps_are_learnt_from(tmp_path):
    _, run = fitted(Values(), Rows(classes=False), tmp_path)
    assert all(np.isfinite(list(epoch.values())).all() for epoch in run.epochs)


def test_a_network_of_several_answers_exports_them_all_in_the_order_of_its_outputs(tmp_path):
    data = Rows(classes=False)
    model, _ = fitted(Values(), data, tmp_path)
    exported = model.export(tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    names = [node.name for node in session.get_outputs()]
    assert names == [spec.name for spec in exported.outputs] == ["value", "deviation", "embedding"]
    samples = data.samples()
    step = model.inputs[0].preprocessing[0]
    scaled = (samples.inputs["features"] - np.array(step["mean"])) / np.array(step["scale"])
    given = {"features": scaled.astype(np.float32)}
    with torch.inference_mode():
        output = model.network(torch.from_numpy(given["features"]))
    by_torch = [output[:, :2], output[:, 2:].exp(), output.tanh()]
    told = model.predict(samples)
    for name, values, expected in zip(names, session.run(None, given), by_torch, strict=True):
        np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(told[name], expected, rtol=1e-6)
    assert session.run(None, {"features": given["features"][:1]})[2].shape == (1, 4)


def test_an_output_that_answers_do_not_hold_is_named(tmp_path):
    class Lacking(Values):
        def answers(self, output):
            return {"value": output[:, :2]}

    data = Rows(classes=False)
    model, _ = fitted(Lacking(), data, tmp_path)
    with pytest.raises(AlertlabError, match="model: its answers hold value, and outputs_of declares deviation"):
        model.predict(data.samples())


@pytest.mark.parametrize("name", ["plain_forest", "gradient_boosting", "mlp", "stamp_cnn"])
def test_a_classifier_refuses_data_without_classes_in_one_line(name, tmp_path):
    words = SMALL_OF_TABLES.get(name) or SMALL[name]
    model, data = instantiate(compose("train", [f"model={name}", *words]).model), Rows(classes=False)
    data.draw(0)
    with pytest.raises(
        AlertlabError, match=r"datamodule: the data have no classes, .*Quantities; choose a model"
    ) as told:
        model.fit(data, FakeRun(tmp_path))
    assert "\n" not in str(told.value)
