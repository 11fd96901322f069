"""Networks of a few weights for each kind of answer, and data of a few rows, without any config."""

from functools import partial

import numpy as np
import pytorch_lightning as pl
import torch
from alertlab.core.contracts import Augmentation
from alertlab.core.samples import Samples
from alertlab.core.split import SplitPlan
from alertlab.core.taxonomy import Taxonomy
from alertlab.datamodules import DataModule
from alertlab.models import NetworkModel, gaussian_loss, standardising, table_input
from alertlab.runtime import Column, OutputSpec, Quantities, Quantity
from feature_table import FakeRun
from torch import nn
from torch.nn import functional

N = 90
TRAINER = partial(pl.Trainer, accelerator="cpu", max_epochs=2, deterministic=True, enable_checkpointing=True)


class Rows(DataModule):
    """Three features; the target is a class, or two values, one of them unknown in every third row."""

    description = "rows by hand"

    def __init__(self, classes, lost=0):
        super().__init__(SplitPlan(validation=0.3, test=0.2))
        self.classes, self.lost = classes, lost

    def read(self):
        random = np.random.default_rng(0)
        features = random.normal(size=(N, 3)).astype(np.float32)
        if self.classes:
            target, names = features[:, :2].argmax(axis=1).astype(np.int64), Taxonomy(["left", "right"])
            target[: self.lost] = -1
        else:
            target, names = features[:, :2].astype(np.float64), Quantities((Quantity("a"), Quantity("b")))
            target[::3, 1] = np.nan
        objects = np.array([f"object {row}" for row in range(N)])
        columns = {"features": tuple(map(Column, "xyz"))}
        return Samples({"features": features}, target, np.arange(N), objects, names, columns)


class Small(NetworkModel):
    """A classifier of one layer."""

    def __init__(self, metrics=(), **changes):
        given = {"learning_rate": 0.01, "batch_size": 8, "balanced": False, "patience": 9, "trainer": TRAINER}
        given |= {"augmentation": Augmentation(), "init_from": None, "init_last_layer": True}
        super().__init__(**given | changes, metrics=metrics)

    def inputs_of(self, train):
        return (table_input(train, "features", (standardising(train.inputs["features"]),)),)

    def build(self, train):
        return nn.Linear(3, 2)

    def loss(self, output, target):
        return functional.cross_entropy(output, target, reduction="none")


class Values(Small):
    """Two values, their deviations, and what lies between."""

    task = "regression"

    def build(self, train):
        return nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 4))

    def outputs_of(self, train):
        return OutputSpec("value", (2,)), OutputSpec("deviation", (2,)), OutputSpec("embedding", (4,))

    def answers(self, output):
        return {"deviation": output[:, 2:].exp(), "embedding": torch.tanh(output), "value": output[:, :2]}

    def loss(self, output, target):
        return gaussian_loss(output[:, :2], output[:, 2:].exp(), target)


def fitted(model, data, folder):
    """The model after training, and its run."""
    data.draw(0)
    model.fit(data, run := FakeRun(folder))
    return model, run
