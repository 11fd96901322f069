"""The model that `first_batch` trains; it runs in the process of `alertlab train`."""

import os
import time
from pathlib import Path

from alertlab.models import StampClassifier
from torch import Tensor


class Stopwatch(StampClassifier):
    """Notes when the first batch has its loss, and ends the process."""

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        """Where a training arrives with its first batch."""
        float(super().loss(logits, target).mean())
        Path(os.environ["FIRST_BATCH"]).write_text(str(time.monotonic()))
        os._exit(0)
