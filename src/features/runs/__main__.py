"""The helper of :mod:`.compile`: the features of a set, the last first, so that their kernels are in the cache."""

import json
import sys
from dataclasses import replace

from ..sets import FLUX, feature_set
from .batch import extract_batch
from .compile import made_up

if __name__ == "__main__":
    name, bands, quantity = json.loads(sys.argv[1])
    features = feature_set(name, tuple(bands), quantity)
    backwards = replace(features, features=features.features[::-1])
    extract_batch(made_up(features.used, quantity == FLUX), backwards)
