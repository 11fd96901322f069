"""Which predictions a reader should see: the most confident mistakes, and some right ones to compare."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions
from ..rows import one_an_object

SEED = 0  # of the right ones


@dataclass(frozen=True)
class Example:
    """One prediction that is shown.

    Attributes
    ----------
    sample_id, object_id, repeat : which it is.
    true, predicted : class names.
    probability : of each class, by name.
    wrong, tested : how often a sample of its object was mistaken, of how many times.
    """

    sample_id: int
    object_id: str
    repeat: int
    true: str
    predicted: str
    probability: dict[str, float]
    wrong: int
    tested: int


@dataclass(frozen=True)
class ClassGallery:
    """What is shown of one true class.

    Attributes
    ----------
    name : of the class.
    samples, mistakes : rows of this class, and how many of them are mistaken.
    wrong : the most confident mistakes, most confident first.
    right : right ones, drawn at random.
    """

    name: str
    samples: int
    mistakes: int
    wrong: tuple[Example, ...]
    right: tuple[Example, ...]


def galleries(predictions: ClassPredictions, wrong: int, right: int) -> list[ClassGallery]:
    """A gallery of each class, in taxonomy order; an object is shown once among the wrong and once among the right.

    Parameters
    ----------
    predictions : labelled rows of one part, of any repeats.
    wrong, right : the most examples to show of each.
    """
    return [
        _gallery(predictions.take(predictions.target == index), index, wrong, right)
        for index in range(len(predictions.classes))
    ]


def _gallery(rows: ClassPredictions, index: int, wrong: int, right: int) -> ClassGallery:
    predicted = rows.prediction
    mistaken = predicted != index
    confidence = rows.probability[np.arange(len(rows)), predicted]
    by_confidence = np.lexsort((rows.repeat, rows.sample_id, -confidence))
    worst = one_an_object(rows.object_id, by_confidence[mistaken[by_confidence]])[:wrong]
    by_id = np.lexsort((rows.repeat, rows.sample_id))
    sound = one_an_object(rows.object_id, by_id[~mistaken[by_id]])
    drawn = np.random.default_rng([SEED, index]).permutation(sound)[:right]
    return ClassGallery(
        rows.classes[index],
        len(rows),
        int(mistaken.sum()),
        tuple(_example(rows, row, predicted) for row in worst),
        tuple(_example(rows, row, predicted) for row in drawn),
    )


def _example(rows: ClassPredictions, row: int, predicted: NDArray[np.int64]) -> Example:
    own = rows.object_id == rows.object_id[row]
    return Example(
        int(rows.sample_id[row]),
        str(rows.object_id[row]),
        int(rows.repeat[row]),
        rows.classes[rows.target[row]],
        rows.classes[predicted[row]],
        dict(zip(rows.classes, rows.probability[row].tolist(), strict=True)),
        int((predicted[own] != rows.target[own]).sum()),
        int(own.sum()),
    )
