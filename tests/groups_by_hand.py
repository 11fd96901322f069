"""A small table of groups: clusters on a line in the diagram, and stars anywhere in it."""

import numpy as np
import pandas as pd


def write_groups(folder, n=48, fields=12, stars=30, seed=1):
    """``groups.parquet``, a row a star; what makes ``datamodule=groups`` read it."""
    random = np.random.default_rng(seed)
    parts = []
    for number in range(n):
        cluster = number % 2 == 0
        colour = random.uniform(0, 3, stars)
        absolute = 3 * colour if cluster else random.uniform(-2, 10, stars)
        parts.append(
            pd.DataFrame(
                {
                    "candidate": f"group {number:03d}",
                    "sky": f"field {number % fields:02d}",
                    "label": "cluster" if cluster else "field",
                    "parallax": 2.0,
                    "phot_g_mean_mag": absolute + 10 - 5 * np.log10(2.0),
                    "bp_rp": colour,
                    "found": float(number),
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    table.to_parquet(folder / "groups.parquet")
    words = {"path": folder / "groups.parquet", "field": "sky", "facts": "[found]"}
    return [f"datamodule.source.{key}={value}" for key, value in words.items()]
