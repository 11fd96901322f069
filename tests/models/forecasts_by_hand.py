"""Light curves, queries and truths as every forecaster takes them."""

import numpy as np
import torch
from alertlab.models.forecasts.seen import KNOWN
from alertlab.runtime import Ragged
from alertlab.runtime.operations import apply


def padded(curves, queries):
    """Tensors of light curves (time, magnitude, error) and horizons, with the column of points that there are."""
    rows = [np.stack([time - time[0], np.ones_like(time), value, error], 1) for time, value, error in curves]
    given = Ragged.of([row.astype(np.float32) for row in rows]), Ragged.of([query[:, None] for query in queries])
    return tuple(torch.from_numpy(apply(KNOWN, each).astype(np.float32)) for each in given)
