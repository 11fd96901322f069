"""A multi-layer perceptron over ranked features as a model."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import helper
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.utils.class_weight import compute_sample_weight
from threadpoolctl import threadpool_limits

from ...core.contracts import Data, Run
from ...core.export import Exported
from ...core.progress import status
from ...core.samples import Samples
from ...runtime import operations
from ...runtime.manifest import PROBABILITY, OutputSpec
from ..graphs.graph_file import DOUBLE, NAME, Graph, save_graph
from ..inputs import table_input
from .features import HUGE, NATIVE, cleaning, every_class, labelled, prepared, tabular, two_classes
from .knots import knots
from .softmax_graph import softmax_nodes
from .threads import threads

MIDDLE = 0.5  # of the ranks


class Perceptron:
    """Dense layers with ReLU between, in scikit-learn's implementation; Adam.

    Parameters
    ----------
    dense : widths of the hidden layers. learning_rate, batch_size : of Adam. l2_regularization : on the weights.
    class_weight : balanced or None. max_epochs : passes over the train part.
    early_stopping : stop after ``patience`` epochs without a better score on ``validation_fraction`` of the train part.
    quantiles : knots a feature is ranked by.
    n_jobs : threads of linear algebra, -1 for all cores.
    """

    def __init__(
        self,
        *,
        dense: Sequence[int],
        learning_rate: float,
        batch_size: int,
        l2_regularization: float,
        class_weight: str | None,
        max_epochs: int,
        early_stopping: bool,
        patience: int,
        validation_fraction: float,
        quantiles: int,
        n_jobs: int,
    ) -> None:
        self.quantiles, self.n_jobs, self.class_weight = quantiles, n_jobs, class_weight
        self.batch_size, self.early_stopping = batch_size, early_stopping
        self.arguments: dict[str, Any] = {
            "hidden_layer_sizes": tuple(dense),
            "activation": "relu",
            "solver": "adam",
            "alpha": l2_regularization,
            "learning_rate_init": learning_rate,
            "max_iter": max_epochs,
            "shuffle": True,
            "tol": 1e-4,
            "early_stopping": early_stopping,
            "validation_fraction": validation_fraction,
            "n_iter_no_change": patience,
            "beta_1": 0.9,
            "beta_2": 0.999,
            "epsilon": 1e-8,
            "warm_start": False,
            "verbose": False,
        }

    def fit(self, data: Data, run: Run) -> None:
        """Learn from the train part alone; loss and score of each epoch are metrics."""
        train = labelled(tabular(data.samples("train")))
        two_classes(train.target, 2 if self.early_stopping else 1, "model.early_stopping")
        self.classes = train.taxonomy.classes
        self.input = table_input(train, NAME, ranking(train, self.quantiles))
        batch = min(self.batch_size, len(train))
        self.network = MLPClassifier(**self.arguments, batch_size=batch, random_state=run.seed)
        weight = compute_sample_weight(self.class_weight, train.target)
        with status("training the perceptron"), threadpool_limits(threads(self.n_jobs)), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # max_epochs is a limit, not a mistake
            warnings.filterwarnings("ignore", "Got `batch_size`", UserWarning)  # few rows, of which some are held back
            self.network.fit(prepared(self.input, train).astype(np.float64), train.target, sample_weight=weight)
        scores = self.network.validation_scores_ if self.early_stopping else [None] * len(self.network.loss_curve_)
        for step, (loss, score) in enumerate(zip(self.network.loss_curve_, scores, strict=True)):
            held = {} if score is None else {"held_back_accuracy": float(score)}
            run.log_metrics({"train_loss": float(loss), **held}, step)

    def predict(self, samples: Samples) -> NDArray[np.float64]:
        """(n, classes) probabilities."""
        features = prepared(self.input, samples)
        if not len(features):
            return np.zeros((0, len(self.classes)))
        with threadpool_limits(threads(self.n_jobs)):
            told = self.network.predict_proba(features.astype(np.float64))
        return every_class(told, self.network.classes_, len(self.classes))

    def export(self, path: Path) -> Exported:
        """Write the layers and the softmax as one ONNX graph, in float64 as they were trained."""
        constants: dict[str, NDArray[np.generic]] = {}
        nodes, at = [helper.make_node("Cast", [NAME], ["layer_0"], to=DOUBLE)], "layer_0"
        layers = list(zip(self.network.coefs_, self.network.intercepts_, strict=True))
        for number, (weights, bias) in enumerate(layers, 1):
            constants |= {f"weights_{number}": weights, f"bias_{number}": bias}
            nodes.append(helper.make_node("Gemm", [at, f"weights_{number}", f"bias_{number}"], [f"sum_{number}"]))
            at = f"sum_{number}"
            if number < len(layers):
                nodes.append(helper.make_node("Relu", [at], [f"layer_{number}"]))
                at = f"layer_{number}"
        softmax, more = softmax_nodes(at, self.network.classes_, len(self.classes))
        graph = Graph([*nodes, *softmax], {PROBABILITY: len(self.classes)}, constants | more)
        save_graph(graph, len(self.input.columns), path)
        return Exported((self.input,), (OutputSpec(PROBABILITY, (len(self.classes),), self.classes),))


def ranking(train: Samples, quantiles: int) -> tuple[dict[str, Any], ...]:
    """Features as ranks among the train part, of mean 0 and scale 1 as if all ranks were as frequent; unknown is 0.

    Ranks bear any unit and any tail, so that no feature needs a scale of its own.
    """
    columns = train.columns[NAME]
    missing = [column.missing for column in columns]
    values = operations.apply(cleaning(NATIVE), train.inputs[NAME]).astype(np.float64)
    known = np.where(values == np.array(missing, np.float64), np.nan, values)
    spread = 12**-0.5  # standard deviation of numbers spread evenly from 0 to 1
    return (
        {"op": "bound", "limit": HUGE, "value": 0.0},
        {
            "op": "quantile",
            "knots": [knots(column, quantiles) for column in known.T],
            "missing": missing,
            "offset": 0.0,
        },
        {"op": "standardize", "mean": [MIDDLE] * len(columns), "scale": [spread] * len(columns)},
        {"op": "nan_to_num", "value": 0.0},
    )
