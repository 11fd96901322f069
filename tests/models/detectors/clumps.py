"""Four clumps of a few features, each detector at a size of seconds, and their bundles."""

from dataclasses import replace

import numpy as np
from alertlab.config import compose, instantiate
from alertlab.core.samples import Samples
from alertlab.core.taxonomy import Taxonomy
from alertlab.runtime import Column
from feature_table import FakeRun, FeatureModule

CLASSES = ("star", "galaxy", "quasar", "oddity")
COLUMNS = 6
TINY = ["model.dense=[32,16]", "model.latent=4", "model.batch_size=32", "model.learning_rate=2e-3"]
TINY += ["trainer.max_epochs=8"]
DETECTORS = {
    "isolation_forest": ["model.n_jobs=1"],
    "one_class_svm": ["model.nu=0.05"],
    "nearest_neighbours": [],
    "mahalanobis": [],
    "unsupervised_forest": ["model.forests=20", "model.n_jobs=1"],
    "least_confidence": ["model.classifier.n_estimators=50", "model.classifier.n_jobs=1"],
    "autoencoder": [*TINY, "model.latent=2"],
    "variational_autoencoder": [*TINY, "model.latent=2"],
    "deep_svdd": TINY,
    "multi_class_deep_svdd": TINY,
    "mc_isolation_forest": [*TINY, "model.latent=16", "model.n_estimators=50", "trainer.max_epochs=30"],
}
NETWORKS = [name for name, words in DETECTORS.items() if TINY[0] in words]


def clumps(each, odd, seed=0):
    """``each`` rows of three clumps that lie apart, and ``odd`` of the centres and scatter given by a function.

    Parameters
    ----------
    odd : (generator, centres) -> features of the fourth class.
    """
    rng = np.random.default_rng(seed)
    centres = 4 * np.eye(3, COLUMNS)
    kind = np.repeat([0, 1, 2], each)
    usual = centres[kind] + 0.5 * rng.normal(size=(len(kind), COLUMNS))
    strange = odd(rng, centres)
    features = np.concatenate([usual, strange]).astype(np.float32)
    target = np.concatenate([kind, np.full(len(strange), 3)]).astype(np.int64)
    n = len(target)
    names = np.array([f"object {row}" for row in range(n)])
    columns = {"features": tuple(map(Column, "abcdef"))}
    return Samples({"features": features}, target, np.arange(n), names, Taxonomy(CLASSES), columns)


def module(samples, test=0.2, leave_out=("oddity",)):
    """A datamodule of these rows, of which oddities train nothing."""
    data = FeatureModule(leave_out, samples, test)
    data.draw(0)
    return data


def fitted(name, data, folder, *words):
    """A detector trained on the data."""
    model = instantiate(compose("train", [f"model={name}", *DETECTORS[name], *words]).model)
    folder.mkdir(exist_ok=True)
    model.fit(data, FakeRun(folder))
    return model


def with_features(samples, change):
    """The same samples with features that ``change`` made of a copy."""
    features = samples.inputs["features"].copy()
    change(features)
    return replace(samples, inputs={"features": features})
