"""A small table of features behind the same protocol as a datamodule: nothing is read, everything is drawn."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from alertlab import runtime
from alertlab.bundle import BundleDetails, write_bundle
from alertlab.core.contracts import Loading
from alertlab.core.samples import Samples
from alertlab.core.split import Split, SplitPlan
from alertlab.core.taxonomy import Taxonomy
from alertlab.datamodules import DataModule
from alertlab.runtime.manifest import Column, FeatureSetId

BRANCHES = {"Transient": ("SNIa", "SNII"), "Stochastic": ("QSO",), "Periodic": ("RRL", "E", "LPV")}
CLASSES = ("QSO", "SNIa", "RRL", "E", "SNII", "LPV")  # not in the order of the branches
FEATURES = ("Amplitude", "Multiband_period", "g-r", "SPM_A", "IAR_phi")
SHARES = (0.35, 0.1, 0.25, 0.15, 0.05, 0.1)


class FakeRun:
    """What a model may ask of a run."""

    def __init__(self, directory, seed=7):
        self.seed, self.directory, self.epochs, self.files = seed, directory, [], []

    def log_metrics(self, metrics, step):
        self.epochs.append({"epoch": step, **metrics})

    def log_files(self, path):
        assert path.is_relative_to(self.directory)
        assert path.exists()
        self.files.append(path)


def bundled(model, data, folder):
    """The model exported and loaded by the runtime."""
    details = BundleDetails("table", "1", "", "BSD-3-Clause", "text")
    return runtime.load(write_bundle(folder / "table-1.bundle", model, data.samples(), details))


class FeatureTable:
    """Five features of scales 1e-3 to 1e6, of which every class has its own; with NaN, infinite and absurd values.

    Parameters
    ----------
    without : classes that the train part lacks.
    """

    description = "drawn features"

    def __init__(self, n=240, branches=BRANCHES, without=(), validation=False, seed=1):
        rng = np.random.default_rng(seed)
        target = np.concatenate([np.arange(len(CLASSES)), rng.choice(len(CLASSES), n - len(CLASSES), p=SHARES)])
        centre = np.random.default_rng(5).normal(0, 1.5, (len(CLASSES), len(FEATURES)))
        features = (centre[target] + rng.normal(size=(n, len(FEATURES)))) * np.logspace(-3, 6, len(FEATURES))
        features[rng.random(features.shape) < 0.1] = np.nan
        features[3::40, 1], features[5::40, 2], features[7::40, 3] = np.inf, -np.inf, 1e35
        self.everything = Samples(
            {"features": features.astype(np.float32)},
            target.astype(np.int64),
            np.arange(n) + 10**15,
            np.array([f"ZTF{number}" for number in range(n)]),
            Taxonomy(CLASSES, branches),
            {"features": tuple(Column(name, description=f"the {name}") for name in FEATURES)},
            FeatureSetId("drawn", "3", "ab" * 32),
        )
        train = (np.arange(n) % 3 > 0) & ~np.isin(np.array(CLASSES)[target], without)
        part = np.where(train, "train", np.where((np.arange(n) % 2 == 0) & validation, "validation", "test"))
        self.part = part
        self.loading = Loading()

    def holding(self, features, target):
        """The same objects with these rows instead, all of them to train on."""
        self.everything = replace(self.everything, inputs={"features": features.astype(np.float32)}, target=target)
        self.part[:] = "train"
        return self

    @property
    def split(self):
        return Split(dict(zip(self.everything.object_id.tolist(), self.part.tolist(), strict=True)))

    def draw(self, repeat):
        pass

    def samples(self, part=None):
        return self.everything if part is None else self.everything.take(self.part == part)

    def write_rejected(self, path: Path):
        return 0


class FeatureModule(DataModule):
    """The same table as a datamodule, which networks can be trained on; one class is left out.

    Parameters
    ----------
    samples : others, in the place of the table.
    test : share of the other classes' objects that test.
    """

    description = "drawn features"

    def __init__(self, leave_out=("E",), samples=None, test=0.2, **table):
        super().__init__(SplitPlan(validation=0.2 * (1 - test), test=test, leave_out=list(leave_out)))
        self.table = FeatureTable(**table).everything if samples is None else samples

    def read(self):
        return self.table
