"""What may stand where in a config: the table, and nothing else, says which classes a config can build.

A class is named in full, one by one. Where a library has too many, its modules
are: only these are ever imported, and only subclasses of one class are taken.
Functions are never taken, but for the one of our own that builds a datamodule.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True)
class Allowed:
    """What a place takes.

    Attributes
    ----------
    names : full names.
    modules : whose classes are taken when they are subclasses of ``base``.
    base : full name of a class.
    partial : whether ``_partial_`` is true there; None for either.
    """

    names: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    base: str = ""
    partial: bool | None = False

    def takes(self, target: str) -> bool:
        """Whether a name may stand here; imports nothing but ``modules``."""
        module, _, name = target.rpartition(".")
        if module not in self.modules or name.startswith("_"):
            return target in self.names
        where, _, base = self.base.rpartition(".")
        found = vars(import_module(module)).get(name)
        return isinstance(found, type) and issubclass(found, getattr(import_module(where), base))

    def __str__(self) -> str:
        return ", ".join((*self.names, *(f"{module}.*" for module in self.modules)))


def _named(package: str, *names: str, partial: bool = False) -> Allowed:
    return Allowed(tuple(f"{package}.{name}" for name in names), partial=partial)


SPLIT = _named("alertlab.core.split", "SplitPlan")
TRAINER = _named("pytorch_lightning", "Trainer", partial=True)
AUGMENTATION = _named("alertlab.core.contracts", "Augmentation")
METRICS = Allowed(modules=("torchmetrics.classification", "torchmetrics.regression"), base="torchmetrics.Metric")
OF_TABLES = _named(
    "alertlab.models",
    "FlatBalancedForest",
    "GradientBoosting",
    "HierarchicalBalancedForest",
    "Perceptron",
    "PlainForest",
)
CALLBACKS = _named(  # of Lightning's, those that neither write files where they are told nor take functions
    "pytorch_lightning.callbacks",
    "BackboneFinetuning",
    "EMAWeightAveraging",
    "EarlyStopping",
    "GradientAccumulationScheduler",
    "StochasticWeightAveraging",
    "Timer",
)
ESTIMATORS = (  # modules without a parameter `memory`, a folder whose pickles joblib would load, or names of files
    "sklearn.discriminant_analysis",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.naive_bayes",
    "sklearn.neighbors",
    "sklearn.neural_network",
    "sklearn.svm",
    "sklearn.tree",
    "imblearn.ensemble",
)

FIRST = "first"
PLACES: dict[tuple[str, ...], Allowed] = {
    ("datamodule",): _named(
        "alertlab.datamodules",
        "ForecastDataModule",
        "GroupDataModule",
        "ImageDataModule",
        "SequenceDataModule",
        "StampDataModule",
        "TableDataModule",
        "ztf_stamps",
    ),
    ("datamodule", "split"): SPLIT,
    ("datamodule", "label_rules", "*"): _named("alertlab.alerts", "LabelRule"),
    ("datamodule", "source"): Allowed(
        (
            "alertlab.datamodules.CatalogueTable",
            "alertlab.datamodules.GroupTable",
            "alertlab.datamodules.ImageFiles",
            "alertlab.datamodules.LightCurveFeatures",
            "alertlab.datamodules.LightCurveSequences",
            "alertlab.datamodules.ReadyTable",
            "alertlab.datamodules.SpectrumRows",
            "alertlab.datamodules.SimulatedGroups",
            "alertlab.simulate.SimulatedStamps",
        )
    ),
    ("datamodule", "source", "simulator"): _named(
        "alertlab.simulate", "SimulatedClusters", "SimulatedGaia", "SimulatedHalo"
    ),
    ("datamodule", "source", "curves"): _named("alertlab.datamodules", "CurveFiles", "SimulatedCurves"),
    ("datamodule", "source", "curves", "simulator"): _named(
        "alertlab.simulate", "SimulatedLightCurves", "SimulatedQuasars", "SimulatedTransients"
    ),
    ("datamodule", "source", "spectra"): Allowed(
        ("alertlab.datamodules.SpectrumFiles", "alertlab.simulate.SimulatedSpectra")
    ),
    ("model",): _named(
        "alertlab.models",
        "AttentiveForecaster",
        "Autoencoder",
        "BackboneCnn",
        "ColumnCut",
        "ContextualDetector",
        "DampedRandomWalk",
        "DeepSVDD",
        "DiagramClassifier",
        "DielemanCnn",
        "DihedralClassifier",
        "DihedralCnn",
        "FlatBalancedForest",
        "GradientBoosting",
        "HierarchicalBalancedForest",
        "ImageCnn",
        "IsolationForestDetector",
        "LeastConfidence",
        "Mahalanobis",
        "McIsolationForest",
        "MomentsForest",
        "NearestNeighbours",
        "OneClassSVM",
        "Perceptron",
        "PlainForest",
        "RecurrentForecaster",
        "SplitModel",
        "StampClassifier",
        "TabularNetwork",
        "UnsupervisedForest",
        "VariationalAutoencoder",
        "WindowMean",
    ),
    ("model", "classifier"): OF_TABLES,
    **{
        ("model", side, *place): allowed
        for side in ("below", "above")  # members of a SplitModel
        for place, allowed in {
            (): Allowed((*OF_TABLES.names, "alertlab.models.TabularNetwork")),
            ("augmentation",): AUGMENTATION,
            ("trainer",): TRAINER,
            ("trainer", "callbacks", "*"): CALLBACKS,
            ("metrics", "*"): METRICS,
        }.items()
    },
    ("forest",): _named("alertlab.models", "AADForest", "PineForest"),
    ("model", "augmentation"): AUGMENTATION,
    ("model", "trainer"): TRAINER,
    ("trainer",): TRAINER,
    ("trainer", "callbacks", "*"): CALLBACKS,
    ("model", "trainer", "callbacks", "*"): CALLBACKS,
    ("evaluation",): _named(
        "alertlab.evaluation",
        "DetectionEvaluator",
        "Evaluator",
        "ForecastEvaluator",
        "GenerationEvaluator",
        "LeaveOneClassOut",
        "RegressionEvaluator",
    ),
    ("tracking",): _named("alertlab.tracking", "Tracker"),
    ("bundle",): _named("alertlab.workflows.bundling", "BundleInfo"),
    ("sampler",): _named(
        "optuna.samplers",
        "CmaEsSampler",
        "GPSampler",
        "GridSampler",
        "NSGAIISampler",
        "QMCSampler",
        "RandomSampler",
        "TPESampler",
    ),
    ("pruner",): _named(
        "optuna.pruners", "HyperbandPruner", "MedianPruner", "NopPruner", "SuccessiveHalvingPruner", "WilcoxonPruner"
    ),
    ("launcher",): _named("alertlab.workflows.sweep.launch", "Jobs", "Processes"),
    ("model", "metrics", "*"): METRICS,
    # for models of a package of one's own, which take such parts
    ("model", "optimizer"): Allowed(modules=("torch.optim",), base="torch.optim.Optimizer", partial=None),
    ("model", "scheduler"): Allowed(
        modules=("torch.optim.lr_scheduler",), base="torch.optim.lr_scheduler.LRScheduler", partial=None
    ),
    ("model", "callbacks", "*"): CALLBACKS,
    ("model", "estimator"): Allowed(modules=ESTIMATORS, base="sklearn.base.BaseEstimator"),
}

# What `--allow` never takes: it is for a package of one's own, and these hold functions that read, write and run.
LIBRARIES = frozenset(
    "alertlab astropy clarabel click cloudpickle coniferest fastavro fsspec hydra imblearn joblib lightning "
    "lightning_fabric llvmlite matplotlib mlflow numba numpy omegaconf onnx onnxruntime onnxscript optuna pandas "
    "pip pkg_resources PIL pyarrow pytorch_lightning requests scipy setuptools sklearn sqlalchemy src torch "
    "torchmetrics yaml".split()
)


def place(path: Sequence[object]) -> Allowed | None:
    """What a path takes, None where no class may stand; the training ``first`` is made of the same parts."""
    path = path[1:] if path[:1] == (FIRST,) else path
    return PLACES.get(tuple("*" if isinstance(part, int) else str(part) for part in path))
