"""A few samples of each task, and what a model could answer to them."""

import numpy as np
from alertlab.core.predictions import predictions_of, told_of
from alertlab.core.samples import Samples
from alertlab.core.taxonomy import Taxonomy
from alertlab.runtime import Bands, Column, Grid, Quantities, Quantity, Ragged

N = 4
IDS, OBJECTS = np.array([40, 30, 20, 10]), np.array(["a", "b", "b", "c"])
FACTS = {"detections": np.array([3.0, np.nan, 5.0, 6.0])}
EMBEDDING = np.arange(8, dtype=np.float32).reshape(N, 2)
QUERIES = Ragged(
    np.array([[1, 0], [1, 1], [2, 0], [7, 1], [9, 0]], np.float32), np.array([0, 3, 3, 4, 5])
)  # the second sample is asked nothing
TASKS = ("classification", "detection", "regression", "forecast", "generation")


def samples_of(task, **changes):
    features = np.arange(12, dtype=np.float32).reshape(N, 3)
    inputs = {"features": features}
    columns = {"features": tuple(map(Column, "abc"))}
    facts = dict(FACTS)
    if task in ("classification", "detection"):
        target, names = np.array([0, 1, -1, 2]), Taxonomy(["star", "galaxy", "oddity"])
    elif task == "regression":
        target = np.array([[1, np.nan], [2, 3], [np.nan, np.nan], [4, 5]])
        names = Quantities((Quantity("flux", "mJy", minimum=0.0), Quantity("size", "arcsec")))
    elif task == "forecast":
        inputs = {"query": QUERIES}
        columns = {"query": (Column("horizon", "d"), Column("band"))}
        target = Ragged(np.array([18, 17, np.nan, 16, 15], np.float32), QUERIES.offsets)
        names = Bands(("g", "r"), "mag")
        facts["mjd_last"] = np.array([59000.0, 59001.0, 59002.0, np.nan])
    else:
        target = np.arange(N * 4, dtype=np.float32).reshape(N, 1, 2, 2)
        target[2] = np.nan
        names = Grid(("channel", "y", "x"), ("density",), spacing=1.5, spacing_unit="Mpc")
    given = {"target": target, "names": names, "columns": columns, "facts": facts} | changes
    return Samples(inputs, sample_id=IDS, object_id=OBJECTS, **given)


def answers_to(task):
    random = np.random.default_rng(0)
    if task == "classification":
        found = {"probability": random.dirichlet([1, 1, 1], N)}
    elif task == "detection":
        found = {"score": np.array([0.5, 2.0, 1.0, 9.0]), "score_by_class": random.random((N, 2))}
    elif task == "regression":
        found = {"value": random.normal(size=(N, 2)), "deviation": random.random((N, 2))}
    elif task == "forecast":
        value, deviation = random.normal(size=(2, 5))
        found = {"value": Ragged(value, QUERIES.offsets), "deviation": Ragged(np.exp(deviation), QUERIES.offsets)}
    else:
        found = {"field": random.normal(size=(N, 3, 1, 2, 2))}
    return found | {"embedding": EMBEDDING}


def predictions(task, part="test", repeat=0, samples=None, answers=None):
    """What a model said, as training joins it to the samples; training saw stars and galaxies."""
    samples, answers = samples or samples_of(task), answers or answers_to(task)
    train = np.array([0, 1])
    seen = {
        name: values.take(train) if isinstance(values, Ragged) else values[train] for name, values in answers.items()
    }
    told = told_of(task, samples.take(train), seen)
    return predictions_of(task, samples, answers, told, part, repeat)
