"""Training: what validation measures, when it stops, and in two processes."""

import numpy as np
import pytest
import torch
from alertlab.config import compose, instantiate
from alertlab.models.networks.freezing import Freezing
from alertlab.models.networks.task import NetworkTask
from alertlab.models.networks.torch_model import Prepare
from sklearn.metrics import balanced_accuracy_score
from test_models_conformance import SMALL, FakeRun
from torch import nn
from torch.nn import functional


def test_validation_is_balanced_over_classes():
    """Loss and accuracy are those of a class-balanced set, whatever the batches."""
    generator = torch.Generator().manual_seed(0)
    logits, target = torch.randn(40, 3, generator=generator), torch.tensor([0] * 30 + [1] * 8 + [2] * 2)
    task = NetworkTask(
        nn.Identity(),
        ("x",),
        3,
        lambda a, b: functional.cross_entropy(a, b, reduction="none"),
        0.1,
        lambda logits: logits.softmax(1),
        [],
        Freezing(),
    )
    logged = {}
    task.log_dict = lambda values, **_: logged.update(values)
    for rows in (slice(0, 13), slice(13, 40)):
        task.validation_step(({"x": logits[rows]}, target[rows]), 0)
    task.on_validation_epoch_end()
    assert float(logged["validation_accuracy"]) == pytest.approx(balanced_accuracy_score(target, logits.argmax(1)))
    each = [functional.cross_entropy(logits[target == c], target[target == c]) for c in range(3)]
    assert float(logged["validation_loss"]) == pytest.approx(float(np.mean(each)), rel=1e-6)


def fit(run, *overrides):
    config = compose("train", [*SMALL["stamp_cnn"], "datamodule.source.n=100", *overrides])
    data, model = instantiate(config.datamodule), instantiate(config.model)
    data.draw(0)
    model.fit(data, run)
    return data, model


def test_training_stops_when_validation_no_longer_improves(tmp_path):
    _, model = fit(
        run := FakeRun(tmp_path),
        "datamodule.metadata=[]",
        "model.patience=2",
        "model.learning_rate=0.0",
        "trainer.max_epochs=20",
    )
    assert model.best_epoch == 0
    assert len(run.epochs) == 3


def test_a_callback_of_the_config_joins_those_of_the_model(tmp_path):
    timer = "{_target_: pytorch_lightning.callbacks.Timer, duration: {microseconds: 1}, interval: epoch}"
    fit(run := FakeRun(tmp_path), "trainer.max_epochs=5", f"+trainer.callbacks=[{timer}]")
    assert len(run.epochs) < 5


def test_checkpoints_load_as_plain_data(tmp_path):
    fit(FakeRun(tmp_path), "trainer.max_epochs=1")
    paths = sorted((tmp_path / "checkpoints").iterdir())
    assert [path.name for path in paths] == ["best.ckpt", "last.ckpt"]
    for path in paths:
        assert "state_dict" in torch.load(path, weights_only=True)


class DyingRun(FakeRun):
    """A run whose process dies at the end of one epoch."""

    dies_at = 2

    def log_metrics(self, metrics, step):
        if step == self.dies_at:
            self.dies_at = None
            raise KeyboardInterrupt
        super().log_metrics(metrics, step)


def test_a_resumed_training_has_not_forgotten_its_patience(tmp_path):
    still = ["datamodule.metadata=[]", "model.patience=3", "model.learning_rate=0.0", "trainer.max_epochs=20"]
    run = DyingRun(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        fit(run, *still)
    _, model = fit(run, *still)
    assert [epoch["epoch"] for epoch in run.epochs] == [0, 1, 2, 3]
    assert model.best_epoch == 0


def test_two_processes_train_together(tmp_path):
    data, model = fit(FakeRun(tmp_path), "trainer=ddp", "trainer.max_epochs=1", "model.batch_size=16")
    assert np.isfinite(model.predict(data.samples("test"))).all()
    samples = data.samples("validation")
    with torch.inference_mode():
        logits = model.network(*map(torch.from_numpy, Prepare(model.inputs)(samples.inputs).values()))
        each = model.loss(logits, torch.from_numpy(samples.target)).numpy()
    last = torch.load(tmp_path / "checkpoints" / "last.ckpt", weights_only=True)
    balanced = np.mean([each[samples.target == label].mean() for label in np.unique(samples.target)])
    assert last["callbacks"]["EndOfEpoch"]["best"] == pytest.approx(balanced, rel=1e-5)


def test_a_gpu_that_is_not_there_is_a_clear_error():
    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(Exception, match=r"(?i)gpu|cuda|accelerator"):
        instantiate(compose("train", ["trainer=gpu"]).trainer)()
