"""Light curves of forty objects, made by hand, in the order of nothing."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def long() -> pd.DataFrame:
    """One row a detection, shuffled; 25 to 60 of each of 40 objects, all of them good."""
    random = np.random.default_rng(7)
    rows = []
    for number in range(40):
        n = int(random.integers(25, 61))
        rows.append(
            pd.DataFrame(
                {
                    "object_id": f"obj{number * 37 % 41:02}",
                    "time": 58000 + np.sort(random.uniform(0, 900, n)),
                    "magnitude": random.normal(18, 0.5, n),
                    "error": random.uniform(0.01, 0.1, n),
                    "band": random.integers(1, 3, n),
                    "rb": random.uniform(0.6, 1, n),
                    "positive": random.choice([-1, 1], n),
                }
            )
        )
    return pd.concat(rows).sample(frac=1, random_state=3).reset_index(drop=True)
