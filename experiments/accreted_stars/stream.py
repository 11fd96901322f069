"""Write a mock stream; train every way of using few real labels of GD-1 beside it; scores as rows, as curve.py.

    python experiments/accreted_stars/stream.py mock --out mock_stream.parquet
    python experiments/accreted_stars/stream.py train candidates.parquet mock_stream.parquet --seeds 10 --out stream.csv

The mock knows of a stream what the definition of its frame says, and where others have found its proper motions; it
has seen none of the stars. A seed is a split of the real stars, half of which test, and initial weights.
"""

import argparse
import csv
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from alertlab.config import compose
from alertlab.workflows.train import first_of
from curve import METHODS, data_of, fitted
from recovered import found_at
from sklearn.metrics import average_precision_score

# from equatorial to the frame of GD-1 (Koposov, Rix & Hogg 2010, ApJ 712, 260, appendix)
FRAME = np.array(
    [
        [-0.4776303088, -0.1738432154, 0.8611897727],
        [0.510844589, -0.8524449229, 0.111245042],
        [0.7147776536, 0.4930681392, 0.4959603976],
    ]
)
BOX = {"phi1": (-70, -20), "phi2": (-5.5, 5.5), "pm_phi1": (-10, -4.5), "pm_phi2": (-6.5, 3.5)}  # of the candidates
# mas/yr: middle and half width of the box drawn round the stream by Price-Whelan & Bonaca (2018, ApJ 863, L20)
STREAM = {"pm_phi1": (-7.9, 1.0), "pm_phi2": (-0.6, 1.6)}
WIDTH = 0.3  # deg across the stream, standard deviation
SHARE = 0.15  # of stream stars
LABELS = (100, 1000)  # to train and validate on
FIELDS = ["seed", "labels", "positives", "method", "average_precision", "purity"]


def mock(n: int, seed: int) -> pd.DataFrame:
    """Field stars uniform in the box; stream stars along phi2 = 0, Gaussian about its motions, half width 2 sigma."""
    rng = np.random.default_rng(seed)
    stream = rng.random(n) < SHARE
    table = pd.DataFrame({name: rng.uniform(*limits, n) for name, limits in BOX.items()})
    table.loc[stream, "phi2"] = rng.normal(0, WIDTH, stream.sum())
    for name, (middle, half) in STREAM.items():
        table.loc[stream, name] = rng.normal(middle, half / 2, stream.sum())
    table["parallax"] = np.where(stream, 0.12, rng.gamma(1, 0.3, n)) + rng.normal(0, 0.4, n)  # 8 kpc; faint stars
    along, across = np.radians(table["phi1"]), np.radians(table["phi2"])
    unit = np.stack([np.cos(along) * np.cos(across), np.sin(along) * np.cos(across), np.sin(across)], 1) @ FRAME
    table["ra"], table["dec"] = np.degrees(np.arctan2(unit[:, 1], unit[:, 0])) % 360, np.degrees(np.arcsin(unit[:, 2]))
    table.insert(0, "source_id", np.arange(n) + 1)
    return table.assign(label_photometric=stream.astype(int))


def compute(real: Path, mocked: Path, seeds: int, out: Path) -> None:
    """A row a seed, number of labels and method."""
    out.write_text(",".join(FIELDS) + "\n")
    base = [
        "experiment=stream_stars",
        "trainer.max_epochs=20",
        "model.patience=5",
        f"datamodule.source.path={real}",
        f"first.datamodule.source.path={mocked}",
    ]
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            plain = compose("train", [*base, f"seed={seed}", f"datamodule.split.seed={seed}"])
            before = first_of(plain)
            source = fitted(before, data_of(before), folder / "source")
            parts = data_of(plain)
            for labels in LABELS:
                split = _fewer(parts, labels, seed, folder / f"{labels}.parquet")
                for method, more in METHODS.items():
                    config = compose("train", [*base, f"seed={seed}", f"datamodule.split.file={split}", *(more or [])])
                    data = data_of(config)
                    start = folder / "source" / "weights.safetensors" if method.startswith("transfer") else None
                    model = source if more is None else fitted(config, data, folder / f"{labels} {method}", start)
                    test, learned = data.samples("test"), data.samples("train").counts()["stream"]
                    score = model.predict(test)[:, 1]
                    found = average_precision_score(test.target, score), found_at(test.target, score)[0]
                    with out.open("a", newline="") as file:
                        row = [seed, labels, learned, method, *(f"{value:.5f}" for value in found)]
                        csv.writer(file, lineterminator="\n").writerow(row)


def _fewer(data, labels: int, seed: int, path: Path) -> Path:
    """A split of which only so many labelled objects train and validate, a quarter of them the latter."""
    rng = np.random.default_rng([seed, labels])
    learning = [data.samples(part) for part in ("train", "validation")]
    pool = np.concatenate([each.object_id for each in learning])
    target = np.concatenate([each.target for each in learning])
    part = dict.fromkeys(data.samples("test").object_id.tolist(), "test") | dict.fromkeys(pool.tolist(), "unused")
    for number in (0, 1):  # shares of the classes stay, and each has some
        own = rng.permutation(pool[target == number])[: max(4, round(labels * np.mean(target == number)))]
        part |= {name: "validation" if place % 4 == 0 else "train" for place, name in enumerate(own.tolist())}
    pd.DataFrame({"object_id": list(part), "part": list(part.values())}).to_parquet(path)
    return path


def main() -> None:
    """As the first lines say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="kind", required=True)
    making, training = kinds.add_parser("mock"), kinds.add_parser("train")
    training.add_argument("real", type=Path)
    training.add_argument("mock", type=Path)
    training.add_argument("--seeds", type=int, default=10)
    for each in (making, training):
        each.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    if options.kind == "mock":
        mock(20000, 1).to_parquet(options.out, index=False)
    else:
        compute(options.real, options.mock, options.seeds, options.out)


if __name__ == "__main__":
    main()
