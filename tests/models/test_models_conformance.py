"""Every model of ``conf/model/``, and one of each task, trains, predicts, exports, and answers alike in the runtime."""

from pathlib import Path

import numpy as np
import pytest
from alertlab import conf, runtime
from alertlab.bundle import BundleDetails, write_bundle
from alertlab.config import compose, instantiate
from alertlab.core.contracts import answers_of, task_of
from alertlab.core.predictions import told_of
from alertlab.runtime import Ragged
from curve_rows import CurveRows
from examples import TASKS
from feature_table import FakeRun, FeatureModule, FeatureTable
from groups_by_hand import write_groups
from image_rows import ImageRows

NAMES = sorted(path.stem for path in Path(conf.__file__).parent.glob("model/[!_]*.yaml"))
SMALL = {
    "stamp_cnn": ["model.filters=[4,4,8,8,8]", "model.dense=16"],
    "stamp_cnn_dihedral": ["model.crop=9", "model.layers=[4,pool,6]", "model.dense=8", "model.quantiles=20"],
    "moments_forest": ["model.n_estimators=12", "model.n_jobs=1", "model.radii=[2,5]"],
    "stamp_cnn_multiscale": ["model.layers=[3,pool,4]", "model.dense=8", "model.quantiles=20"],
}
SMALL_OF_TABLES = {
    "hierarchical_forest": ["model.n_estimators=12", "model.n_jobs=2"],
    "flat_forest": ["model.n_estimators=12", "model.missing=native", "model.max_depth=4", "model.n_jobs=2"],
    "plain_forest": ["model.n_estimators=12", "model.n_jobs=1", "model.permutation_repeats=0"],
    "gradient_boosting": ["model.n_estimators=5", "model.n_jobs=1"],
    "column_cut": ["model.column=Amplitude", "model.threshold=0", "model.class_above=RRL"],
    "mlp": ["model.max_epochs=5", "model.dense=[8,4]", "model.quantiles=20", "model.n_jobs=1"],
}
SMALL_NETWORKS = {
    "tabular_network": [
        "model.dense=[16,8]",
        "model.normalisation=batch",
        "model.embedding=true",
        "trainer.max_epochs=2",
    ],
    "split_network": [
        "model.column=Amplitude",
        "model.threshold=0",
        "model.hidden_below=[Amplitude]",
        "model.below.dense=[8]",
        "model.above.dense=[8]",
        "trainer.max_epochs=2",
    ],
    "gaia_networks": [
        "model.column=Amplitude",
        "model.threshold=0.001",
        "model.hidden_below=[Amplitude]",
        "model.below.dense=[8]",
        "model.above.dense=[8]",
        "trainer.max_epochs=2",
    ],
}
NARROW = ["model.dense=[16,8]", "model.latent=3", "model.batch_size=64", "trainer.max_epochs=2"]
SMALL_DETECTORS = {
    "isolation_forest": ["model.n_estimators=20", "model.n_jobs=1"],
    "one_class_svm": [],
    "nearest_neighbours": ["model.neighbours=3"],
    "mahalanobis": [],
    "unsupervised_forest": ["model.forests=3", "model.n_estimators=5", "model.columns=3", "model.n_jobs=1"],
    "least_confidence": ["model.classifier.n_estimators=12", "model.classifier.n_jobs=1"],
    "autoencoder": NARROW,
    "variational_autoencoder": NARROW,
    "deep_svdd": NARROW,
    "multi_class_deep_svdd": NARROW,
    "mc_isolation_forest": [*NARROW, "model.n_estimators=10"],
}
OF_CURVES = ["model.units=6", "model.n_estimators=15", "model.draws=3", "model.batch_size=32", "trainer.max_epochs=2"]
SMALL_OF_CURVES = {
    "contextual_detector": (["model.latent=4"], ("g",)),
    "live_detector": (["model.latent=3"], tuple("ugr")),
}
OF_FORECASTS = [
    "datamodule=simulated_forecasts",
    "datamodule.source.cache=null",
    "datamodule.source.curves.simulator.n=60",
    "datamodule.source.curves.simulator.detections=[24,48]",
]
SMALL_FORECASTERS = {
    "damped_random_walk": ["model.cells=[8,6]"],
    "recurrent_forecaster": ["model.units=4", "model.depth=2", "model.code=3", "trainer.max_epochs=2"],
    "attentive_process": ["model.units=8", "model.heads=2", "trainer.max_epochs=2"],
    "persistence": [],
    "seen_mean": [],
}
OF_GROUPS = ["model.layers=[4,pool,6,pool]", "model.dense=8", "datamodule=groups", "trainer.max_epochs=2"]
SMALL_OF_GROUPS = {"diagram_cnn": OF_GROUPS}
OF_IMAGES = ["model.crop=12", "model.batch_size=16", "trainer.max_epochs=2"]
SMALL_OF_IMAGES = {
    "image_cnn": ["model.stem=4", "model.widths=[4,6]", "model.blocks=[1,1]"],
    "dihedral_cnn": ["model.layers=[4,pool,6]", "model.dense=8"],
    "dieleman_cnn": [
        "model.downsample=1",
        "model.view=11",
        "model.patch=8",
        "model.filters=[4,6]",
        "model.kernels=[3,2]",
        "model.pooled=[true,false]",
        "model.maxout=[8,6]",
    ],
    "backbone_cnn": ["model.backbone={_target_: small_backbone.tiny, _partial_: true, width: 5}"],
}
TASKS_OF_IMAGES = {
    "image_cnn": ("classification", "regression"),
    "dihedral_cnn": ("classification",),
    "dieleman_cnn": ("regression",),
    "backbone_cnn": ("classification",),
}
VARIANTS = {"with metadata": [], "images only": ["datamodule.metadata=[]"]}
TABLES = {"of two levels": {}, "flat": {"branches": {}}}
ALL = [
    *((name, variant) for name in SMALL for variant in VARIANTS),
    *((name, variant) for name in SMALL_OF_TABLES for variant in TABLES),
    *((name, "of a table") for name in (*SMALL_NETWORKS, *SMALL_DETECTORS)),
    *((name, "of light curves") for name in SMALL_OF_CURVES),
    *((name, "of forecasts") for name in SMALL_FORECASTERS),
    *((name, "of groups of stars") for name in SMALL_OF_GROUPS),
    *((name, f"{task} of images") for name, tasks in TASKS_OF_IMAGES.items() for task in tasks),
    *((name, f"of {task}") for name, task in TASKS.items()),
]


def test_no_model_is_left_out():
    forms = (
        SMALL,
        SMALL_OF_TABLES,
        SMALL_NETWORKS,
        SMALL_DETECTORS,
        SMALL_OF_CURVES,
        SMALL_FORECASTERS,
        SMALL_OF_GROUPS,
        SMALL_OF_IMAGES,
    )
    assert sorted(name for form in forms for name in form) == NAMES


@pytest.fixture(scope="module", params=ALL, ids=" ".join)
def fitted(request, tmp_path_factory, of_example):
    name, variant = request.param
    if name in TASKS:
        config = of_example(name)
        data = instantiate(config.datamodule)
    elif name in SMALL:
        small = [*SMALL[name], *VARIANTS[variant], "datamodule.source.n=120", "trainer.max_epochs=2"]
        config = compose("train", [f"model={name}", *small])
        data = instantiate(config.datamodule)
    elif name in SMALL_NETWORKS:
        config, data = compose("train", [f"model={name}", *SMALL_NETWORKS[name]]), FeatureModule(leave_out=())
    elif name in SMALL_FORECASTERS:
        config = compose("train", [f"model={name}", *SMALL_FORECASTERS[name], *OF_FORECASTS])
        data = instantiate(config.datamodule)
    elif name in SMALL_DETECTORS:
        config, data = compose("train", [f"model={name}", *SMALL_DETECTORS[name]]), FeatureModule()
    elif name in SMALL_OF_GROUPS:
        table = write_groups(tmp_path_factory.mktemp("groups"))
        config = compose("train", [f"model={name}", *SMALL_OF_GROUPS[name], *table])
        data = instantiate(config.datamodule)
    elif name in SMALL_OF_IMAGES:
        task = variant.partition(" ")[0]
        words = [*OF_IMAGES, *SMALL_OF_IMAGES[name], f"model.task={task}", f"evaluation={task}"]
        config = compose("train", [f"model={name}", *words], allowed=["small_backbone"])
        data = ImageRows(votes=task == "regression")
    elif name in SMALL_OF_CURVES:
        words, bands = SMALL_OF_CURVES[name]
        config, data = compose("train", [f"model={name}", *OF_CURVES, *words]), CurveRows(bands=bands)
    else:
        config, data = compose("train", [f"model={name}", *SMALL_OF_TABLES[name]]), FeatureTable(**TABLES[variant])
    model = instantiate(config.model)
    data.draw(0)
    run = FakeRun(tmp_path_factory.mktemp("run"))
    model.fit(data, run)
    return config, data, model, run


@pytest.fixture(scope="module")
def bundle_path(fitted, tmp_path_factory):
    _, data, model, _ = fitted
    return bundled(model, data, tmp_path_factory.mktemp("bundle"))


def bundled(model, data, folder):
    details = BundleDetails("tiny", "0.1.0", "", "BSD-3-Clause", "text")
    train = data.samples("train")
    told = told_of(task_of(model).name, train, answers_of(model, train))
    return write_bundle(folder / "tiny-0.1.0.bundle", model, data.samples(), details, told)


def flat(values):
    return values.values if isinstance(values, Ragged) else values


def test_every_row_has_a_finite_answer(fitted):
    _, data, model, _ = fitted
    samples = data.samples("test")
    answers = answers_of(model, samples)
    for values in answers.values():
        assert len(values) == len(samples)
        assert np.isfinite(flat(values)).all()
    if "score_by_class" in answers:
        seen = np.unique(data.samples("train").target)
        assert answers["score_by_class"].shape == (len(samples), len(seen))
        assert len(seen) < len(samples.classes)
    if samples.classes and "probability" in answers:
        assert answers["probability"].shape == (len(samples), len(samples.classes))
        np.testing.assert_allclose(answers["probability"].sum(axis=1), 1, atol=1e-6)
    if isinstance(samples.target, Ragged):
        assert answers["value"].lengths.tolist() == samples.target.lengths.tolist()


def test_a_prediction_does_not_depend_on_its_batch(fitted):
    _, data, model, _ = fitted
    samples = data.samples("test")
    together = answers_of(model, samples)
    for row in range(5):
        for name, alone in answers_of(model, samples.take(np.array([row]))).items():
            np.testing.assert_allclose(together[name][row], alone[0], atol=1e-6)


def test_nothing_to_predict_gives_nothing(fitted):
    _, data, model, _ = fitted
    one, nothing = (data.samples().take(np.arange(count)) for count in (1, 0))
    for name, values in answers_of(model, nothing).items():
        assert len(values) == 0
        assert flat(values).shape[1:] == flat(answers_of(model, one)[name]).shape[1:]


def test_every_epoch_is_recorded(fitted):
    config, _, _, run = fitted
    before = {"validation_pretraining_loss", "below_validation_loss"}
    first = [epoch for epoch in run.epochs if before & set(epoch)]
    epochs = [epoch for epoch in run.epochs if epoch not in first]
    assert len(epochs) == 2 or "trainer" not in config.model
    for each in (first, epochs):
        assert [epoch["epoch"] for epoch in each] == list(range(len(each)))
        assert all(np.isfinite(list(epoch.values())).all() for epoch in each)


def test_the_runtime_gives_the_same_answers(fitted, bundle_path):
    _, data, model, _ = fitted
    samples, bundle = data.samples(), runtime.load(bundle_path)
    answers = bundle.answers({spec.name: samples.inputs[spec.name] for spec in bundle.inputs})
    for name, values in answers_of(model, samples).items():
        np.testing.assert_allclose(flat(answers[name]), flat(values), atol=bundle.manifest.parity.atol, rtol=1e-4)
    assert bundle.inputs[0].feature_set == samples.feature_set


def test_the_card_names_features_and_branches(fitted, bundle_path):
    _, data, model, _ = fitted
    card, taxonomy = (bundle_path / "README.md").read_text(), runtime.load(bundle_path).manifest.taxonomy
    assert ("alertlab's features drawn, version 3" in card) == (
        getattr(data.samples().feature_set, "name", "") == "drawn"
    )
    assert taxonomy == (getattr(model, "branches", {}) or {})
    assert all(f"Branch {name}: {', '.join(of)}." in card for name, of in taxonomy.items())
    assert ("hierarchical-classification" in card) == bool(taxonomy)


def test_training_again_gives_the_same_bytes(fitted, bundle_path, tmp_path):
    config, data, model, _ = fitted
    again = instantiate(config.model)
    again.fit(data, run := FakeRun(tmp_path))
    for name, values in answers_of(model, data.samples()).items():
        np.testing.assert_array_equal(flat(answers_of(again, data.samples())[name]), flat(values))
    graph = bundled(again, data, tmp_path) / "model.onnx"
    assert graph.read_bytes() == (bundle_path / "model.onnx").read_bytes()
    assert run.epochs == fitted[3].epochs


def test_preprocessing_has_seen_the_train_part_alone(fitted):
    """Another test part, another validation part: the same scaling."""
    _, data, model, _ = fitted
    train = data.samples("train")
    spec = next((spec for spec in getattr(model, "inputs", ()) if spec.name == "metadata"), None)
    if spec is None:
        return  # nothing that is scaled by the train part; the ranks of a table have their own test
    raw = train.inputs["metadata"].astype(np.float64)
    column = [column.name for column in spec.columns].index("magpsf")  # has neither sentinel nor bounds
    magpsf = raw[:, column]
    scaling = next(step for step in spec.preprocessing if step["op"] in {"standardize", "quantile"})
    if scaling["op"] == "quantile":
        knots = scaling["knots"][column]
        assert (knots[0], knots[-1]) == (magpsf.min(), magpsf.max())
    else:
        assert scaling["mean"][column] == pytest.approx(magpsf.mean(), rel=1e-6)
        assert scaling["scale"][column] == pytest.approx(magpsf.std(), rel=1e-6)
