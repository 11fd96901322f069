"""A few light curves behind the same protocol as a datamodule: nothing is read, everything is drawn."""

import numpy as np
from alertlab.core.curve_columns import CURVE, curve_columns
from alertlab.core.samples import Samples
from alertlab.core.split import SplitPlan
from alertlab.core.taxonomy import Taxonomy
from alertlab.datamodules import DataModule
from alertlab.runtime import Ragged


class CurveRows(DataModule):
    """Two classes of walks, of 3 to 30 points.

    Parameters
    ----------
    bands : names; fluxes where there are several, else magnitudes.
    """

    description = "drawn light curves"

    def __init__(self, n=90, bands=("g",), seed=1):
        super().__init__(SplitPlan(validation=0.2, test=0.2))
        self.n, self.bands, self.seed = n, bands, seed

    def read(self):
        rng, many = np.random.default_rng(self.seed), len(self.bands) > 1
        target = np.arange(self.n) % 2
        rows = []
        for kind in target:
            length = rng.integers(3, 31)
            time = np.sort(rng.uniform(0, 500, length))
            value = np.cumsum(rng.normal(0, 0.05 * (1 + 3 * kind), length))
            value = 10 * value if many else 18 + value
            band = rng.integers(1, 1 + len(self.bands), length)
            rows.append(np.stack([time - time[0], band, value, rng.uniform(0.01, 0.05, length)], 1).astype(np.float32))
        kind = ("flux", "uJy") if many else ("magnitude", "mag")
        names = np.array([f"walk {row}" for row in range(self.n)])
        columns = {CURVE: curve_columns(self.bands, *kind)}
        taxonomy = Taxonomy(["calm", "wild"], None)
        return Samples({CURVE: Ragged.of(rows)}, target, np.arange(self.n), names, taxonomy, columns)
