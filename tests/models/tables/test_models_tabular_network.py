"""Dense layers over a table."""

import numpy as np
import pytest
import torch
from alertlab.config import compose, instantiate
from alertlab.models.networks.freezing import Freezing
from alertlab.models.networks.task import NetworkTask
from alertlab.runtime import AlertlabError
from feature_table import FakeRun, FeatureModule, FeatureTable
from sklearn.utils.class_weight import compute_class_weight
from torch import nn
from torch.nn import functional

SMALL = ["model=tabular_network", "model.dense=[8]", "trainer.max_epochs=1", "model.batch_size=1000"]


def model(*words):
    return instantiate(compose("train", [*SMALL, *words]).model)


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ([], [nn.Linear, nn.ReLU] * 2),
        (["model.normalisation=layer", "model.dropout=0.3"], [nn.Linear, nn.LayerNorm, nn.ReLU, nn.Dropout] * 2),
        (["model.normalisation=batch", "model.activation=gelu"], [nn.Linear, nn.BatchNorm1d, nn.GELU] * 2),
    ],
)
def test_the_config_says_which_layers_there_are(words, kinds):
    built, train = model("model.dense=[8,4]", *words), FeatureTable().samples("train")
    network = built.build(train)
    assert [type(layer) for hidden in network.describe for layer in hidden] == kinds
    assert [
        layer.out_features for hidden in network.describe for layer in hidden if hasattr(layer, "out_features")
    ] == [
        8,
        4,
    ]


def test_training_weighs_classes_as_torch_and_scikit_learn_do():
    train = FeatureTable().samples("train")
    weights = model().class_weights(train)
    classes = np.arange(6)
    np.testing.assert_allclose(weights, compute_class_weight("balanced", classes=classes, y=train.target), rtol=1e-6)
    assert model("model.class_weight=null").class_weights(train) is None

    logits, target = torch.randn(len(train), 6), torch.from_numpy(train.target)
    task = NetworkTask(nn.Identity(), ("x",), 6, cross_entropy, 0.1, lambda x: x.softmax(1), [], Freezing(), weights)
    task.log_dict = lambda *_, **__: None
    ours = task.training_step(({"x": logits}, target), 0)
    assert float(ours) == pytest.approx(float(functional.cross_entropy(logits, target, weights)), rel=1e-5)


def cross_entropy(logits, target):
    return functional.cross_entropy(logits, target, reduction="none")


def test_an_unknown_feature_says_as_much_as_a_mean_one(tmp_path):
    data = FeatureModule(leave_out=())
    data.draw(0)
    fitted = model()
    fitted.fit(data, FakeRun(tmp_path))
    (spec,) = fitted.inputs
    mean = np.array(spec.preprocessing[1]["mean"], np.float32)[None]
    unknown, like_the_mean = (data.samples().take(np.arange(1)) for _ in range(2))
    object.__setattr__(unknown, "inputs", {"features": np.full_like(mean, np.nan)})
    object.__setattr__(like_the_mean, "inputs", {"features": mean})
    np.testing.assert_allclose(fitted.predict(unknown), fitted.predict(like_the_mean), atol=1e-6)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("model.dense=[0]", r"model\.dense: \[0\] holds a width"),
        ("model.dropout=1", r"model\.dropout: 1 is no share"),
        ("model.normalisation=group", r"model\.normalisation: 'group' is none of none, batch, layer"),
        ("model.activation=step", r"model\.activation: 'step' is none of relu"),
        ("model.balanced=true", r"model\.balanced: samples are drawn or weighed, not both"),
    ],
)
def test_a_wrong_value_is_told_by_its_key(words, told):
    with pytest.raises(AlertlabError, match=told):
        model(words)


def test_it_learns_what_a_forest_learns(tmp_path):
    """Clumps of FeatureTable lie 1.5 deviations apart in five features; chance is 1 in 6."""
    data = FeatureModule(leave_out=(), n=900)
    data.draw(0)
    fitted = model("model.dense=[32,32]", "trainer.max_epochs=30", "model.batch_size=64", "model.learning_rate=0.01")
    fitted.fit(data, FakeRun(tmp_path))
    test = data.samples("test")
    assert (fitted.predict(test).argmax(1) == test.target).mean() > 0.6
