"""What drives the highest scores of a detector: asked of the model at the end of a training, or of a bundle."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.contracts import Data, Model, answers_of
from ..core.driven import explained
from ..core.predictions import Predictions, ScorePredictions, Told
from ..core.progress import status
from ..core.rows import Inputs
from ..runtime.tasks.detection import SCORE


def explained_by(model: Model, data: Data, rows: Predictions, told: Told, evaluator: Any) -> Predictions:
    """Rows of one part; of the evaluated one those down to the last of ``evaluation.ranks`` say what drives them.

    Nothing is changed of other tasks, and of a detector that takes something else than one table.
    """
    ranks = getattr(evaluator, "ranks", ())
    if not isinstance(rows, ScorePredictions) or not ranks or not told.answers.usual:
        return rows
    if not len(rows) or rows.part[0] != getattr(evaluator, "part", ""):
        return replace(rows, driven_by=np.full(len(rows), ""))
    samples = data.samples(evaluator.part)
    ((name, columns),) = samples.columns.items()

    def score_of(values: NDArray[np.float32]) -> Any:
        some = samples.take(np.zeros(len(values), np.int64))
        return answers_of(model, replace(some, inputs=Inputs({name: values})))[SCORE]

    with status("explaining the highest scores"):
        return explained(rows, samples.inputs[name], columns, told.answers.usual, score_of, ranks[-1])
