"""How many periods of Catalina's variables the published statistic and the best period find, class by class.

    python experiments/light_curve_features/best_periods.py --data ../shared/data

The rules of the best period were chosen on one half of the objects; the other half decided nothing.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from alertlab.features.maths.best_period import best_period
from alertlab.features.maths.periodogram import search
from catalina import CLOSE

SEED = 0  # of the halves


def main() -> None:
    """Search, count and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of catalina_sss")
    table = pd.read_parquet(parser.parse_args().data / "catalina_sss" / "catalina_sss.parquet")
    columns = ["mjd_minus_53000", "mag", "magerr"]
    rows = pd.DataFrame([_both(*row) for row in table[columns].itertuples(index=False)])
    found = table[["class"]].assign(
        chosen=np.random.default_rng(SEED).random(len(table)) < 0.5,
        published=near(rows["published"], table["period"], (0.5, 1, 2)),
        best=near(rows["best"], table["period"], (0.5, 1, 2)),
        published_itself=near(rows["published"], table["period"], (1,)),
        best_itself=near(rows["best"], table["period"], (1,)),
    )
    counts = found.drop(columns="chosen").groupby("class")
    print(counts.mean().assign(objects=counts.size()).round(3).to_string())
    for name, some in (("half of the choices", found[found["chosen"]]), ("other half", found[~found["chosen"]])):
        print(f"{name}: {some[['published', 'best']].mean().round(4).to_dict()} of {len(some)}")
    print(f"all: {found.drop(columns=['class', 'chosen']).mean().round(4).to_dict()} of {len(found)}")
    print(f"milliseconds of processor, median: {(1e3 * rows[['published_s', 'best_s']].median()).round(1).to_dict()}")


def near(found: pd.Series, catalogue: pd.Series, factors: tuple[float, ...]) -> np.ndarray:
    """Whether a period is one of some multiples of the catalogue's, to :data:`~.catalina.CLOSE`."""
    return np.any([np.abs(found / (catalogue * factor) - 1) < CLOSE for factor in factors], axis=0)


def _both(when: np.ndarray, magnitude: np.ndarray, error: np.ndarray) -> dict[str, float]:
    good = np.isfinite(magnitude) & (error > 0) & (error < 1)
    given = [np.asarray(column, dtype=np.float64)[good] for column in (when, magnitude, error)]
    band = np.ones(good.sum(), dtype=np.int64)
    begin = time.process_time()
    published = search(*given, band).period
    middle = time.process_time()
    best = best_period(*given, band)
    end = time.process_time()
    period = np.nan if best is None else best.period
    return {"published": published, "best": period, "published_s": middle - begin, "best_s": end - middle}


if __name__ == "__main__":
    main()
