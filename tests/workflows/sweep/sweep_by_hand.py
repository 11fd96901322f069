"""A classifier that learns in no time and says what it was given, its data, and the words of a sweep over it."""

import json
import os
import signal
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from alertlab.core.export import Exported
from alertlab.core.samples import Samples
from alertlab.core.taxonomy import Taxonomy
from alertlab.datamodules import DataModule
from alertlab.models import table_input
from alertlab.runtime import Column, OutputSpec
from alertlab.workflows.sweep.begin import begin
from alertlab.workflows.sweep.plan import Asked, check_plan, plan_of
from alertlab.workflows.sweep.worker import work_at
from onnx import TensorProto, helper, numpy_helper, save

CLASSES = ("x", "y", "z")
ALLOWED = ("sweep_by_hand",)


class Clumps(DataModule):
    description = "three simulated clumps"

    def read(self):
        random, kind = np.random.default_rng(0), np.repeat([0, 1, 2], 50)
        values = random.normal(size=(150, 3)) + 2 * np.eye(3)[kind]
        names = np.array([f"object_{row:03}" for row in range(150)])
        columns = {"features": tuple(map(Column, "abc"))}
        return Samples(
            {"features": values.astype("f4")}, kind, 1000 + np.arange(150), names, Taxonomy(CLASSES), columns
        )


class Dial:
    """Nearest mean of a class; ``gain`` says how sure it is, ``blind`` how many columns it does not see.

    ``epochs`` losses of (gain - 1)² + 1 / (epoch + 1) are recorded; ``fails`` is what a training says before it fails;
    ``spy`` a file that every training and answer adds a line to; ``dies`` how it ends the process: ``always``, or the
    first time; ``takes`` seconds a training.
    """

    def __init__(self, gain=1.0, blind=0, epochs=0, fails="", spy="", dies="", takes=0.0, sizes=(1,), depth=1):
        self.gain, self.blind, self.epochs, self.fails = gain, blind, epochs, fails
        self.spy, self.dies, self.takes, self.sizes, self.depth = spy, dies, takes, sizes, depth

    def fit(self, data, run):
        everything = [data.samples(part) for part in (None, "train", "validation", "test")]
        self.note("fit", np.concatenate([each.sample_id for each in everything]))
        self.note("split", sorted(data.split.parts))
        time.sleep(self.takes)
        if self.dies and (self.dies == "always" or not Path(self.dies).exists()):
            Path(self.dies if self.dies != "always" else os.devnull).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fails:
            raise ValueError(self.fails)
        train = data.samples("train")
        self.input = table_input(train, "features", ({"op": "nan_to_num", "value": 0.0},))
        seen = np.arange(3) < 3 - self.blind
        features = np.asarray(train.inputs["features"])
        self.means = np.stack([features[train.target == place].mean(0) for place in range(3)]) * seen
        for epoch in range(self.epochs):
            time.sleep(self.takes)
            run.log_metrics({"validation_loss": (self.gain - 1) ** 2 + 1 / (epoch + 1)}, epoch)

    def predict(self, samples):
        self.note("predict", samples.sample_id)
        logits = self.gain * (np.asarray(samples.inputs["features"], float) @ self.means.T - (self.means**2).sum(1) / 2)
        exp = np.exp(logits - logits.max(1, keepdims=True))
        return exp / exp.sum(1, keepdims=True)

    def export(self, path):
        weights = {"w": self.gain * self.means.T, "b": -self.gain * (self.means**2).sum(1) / 2}
        nodes = [("MatMul", ["features", "w"], ["s"]), ("Add", ["s", "b"], ["l"]), ("Softmax", ["l"], ["probability"])]
        ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", 3]) for n in ("features", "probability")]
        constants = [numpy_helper.from_array(value.astype("f4"), name) for name, value in weights.items()]
        graph = helper.make_graph([helper.make_node(*each) for each in nodes], "dial", ends[:1], ends[1:], constants)
        save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)
        return Exported((self.input,), (OutputSpec("probability", (3,), CLASSES),))

    def note(self, what, given):
        if self.spy:
            with Path(self.spy).open("a") as file:
                told = given if what == "split" else [int(each) for each in given]
                file.write(json.dumps({"what": what, "given": told}) + "\n")


CONFIGS = {
    "model/dial.yaml": "{_target_: sweep_by_hand.Dial, gain: 1.0, blind: 2, epochs: 0, fails: '', spy: '', dies: '', "
    "takes: 0.0, sizes: [1], depth: 1}\n",
    "experiment/dial.yaml": "# @package _global_\n"
    "defaults: [override /datamodule: _parted, override /model: dial]\n"
    "name: dial\n"
    "datamodule: {_target_: sweep_by_hand.Clumps}\n"
    "evaluation: {resamples: 10, formats: []}\n",
    "search/dial.yaml": "defaults: [_search, override /pruner@_global_.pruner: none, _self_]\n"
    "space: {model.gain: {low: 0.1, high: 4.0, log: true}, model.blind: {choices: [0, 1, 2]}}\n"
    "n_trials: 4\n",
}


def write_configs(folder):
    """The folder for ``--config-dir``."""
    for name, text in CONFIGS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@contextmanager
def running(of):
    """The run of a sweep that goes on now."""
    with of.tracker.running(of.run):
        yield


def trained(asked):
    """A sweep whose trials are all trained here; nothing is concluded. Returns it, as it was begun."""
    plan = plan_of(asked)
    check_plan(plan)
    of = begin(plan)
    with running(of):
        work_at(plan, of.tracker, of.parent)
    return of


def asked_of(folder, *words):
    """What a command asks for."""
    return Asked(("experiment=dial", *words), (folder,), ALLOWED)
