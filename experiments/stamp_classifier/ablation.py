"""Train variants of the stamp classifier on the same splits, and keep what each reaches.

    python experiments/stamp_classifier/ablation.py STAMPS.parquet images --out ablation.csv

The rows of `variants.yaml` under the given name are lists of overrides. Seeds and splits are 1000 and following; those
of the reported results are 0 and following, so that no reported test part has a say in what is chosen here. A training
before, as the config's `first` says, is done once for all repeats. Rows that the file has are not trained again.
"""

import argparse
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import torch
import yaml
from alertlab.config import compose, instantiate
from alertlab.workflows.train import first_of
from sklearn.metrics import balanced_accuracy_score, log_loss
from sklearn.utils.class_weight import compute_sample_weight

HERE = Path(__file__).parent
SEED = 1000


def fitted(config, data, seed: int, folder: str, weights: Path | None = None):
    """A model trained in ``folder``, where it leaves its weights."""
    epochs: list[dict] = []
    directory = Path(folder)
    run = SimpleNamespace(
        seed=seed, directory=directory, log_metrics=lambda each, _: epochs.append(each), log_files=lambda _: None
    )
    model = instantiate(config.model, **({"init_from": str(weights)} if weights else {}))
    model.fit(data, run)
    return model, len(epochs)


def scores(model, data) -> dict[str, float]:
    """Of each part balanced accuracy and log loss, each class as heavy as another."""
    found = {}
    for part in ("train", "validation", "test"):
        samples = data.samples(part)
        probability, weight = model.predict(samples), compute_sample_weight("balanced", samples.target)
        found[f"{part}_balanced_accuracy"] = balanced_accuracy_score(samples.target, probability.argmax(1))
        found[f"{part}_log_loss"] = log_loss(samples.target, probability, sample_weight=weight, labels=range(5))
    return found


def main() -> None:
    """Train what is not there, print all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stamps", type=Path)
    parser.add_argument("rows", help="a part of variants.yaml")
    parser.add_argument("--variants", type=Path, default=HERE / "variants.yaml")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", help="one row")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    plan = yaml.safe_load(asked.variants.read_text())[asked.rows]
    done = pd.read_csv(asked.out).to_dict("records") if asked.out.is_file() else []
    before = tempfile.TemporaryDirectory()
    loaded: dict = {}
    for name, row in plan["rows"].items():
        if asked.only not in (None, name):
            continue
        config = compose("train", [*plan["always"], f"datamodule.path={asked.stamps}", *row])
        begin = first_of(config) if config.first else None
        key = str((begin.datamodule, begin.model)) if begin else ""
        for repeat in range(asked.repeats):
            if any(each["variant"] == name and each["repeat"] == repeat for each in done):
                continue
            start = time.process_time()
            if begin and key not in loaded:
                simulated = instantiate(begin.datamodule)
                simulated.draw(0)
                folder = Path(before.name, str(len(loaded)))
                fitted(begin, simulated, SEED, str(folder))
                loaded[key] = folder / "weights.safetensors"
                print(f"{name}: simulated stamps took {time.process_time() - start:.0f} s", flush=True)
            data = loaded.setdefault(str(config.datamodule), instantiate(config.datamodule))
            data.draw(repeat)
            start = time.process_time()
            with tempfile.TemporaryDirectory() as folder:
                model, epochs = fitted(config, data, SEED + repeat, folder, loaded.get(key))
            took = {"best_epoch": model.best_epoch, "epochs": epochs, "seconds": round(time.process_time() - start)}
            done.append({"variant": name, "repeat": repeat, **scores(model, data), **took})
            pd.DataFrame(done).to_csv(asked.out, index=False, float_format="%.4f")
        rows = pd.DataFrame([each for each in done if each["variant"] == name]).drop(columns=["variant", "repeat"])
        told = [f"{column} {rows[column].mean():.3f} ± {np.std(rows[column], ddof=1):.3f}" for column in rows]
        print(f"{name}: {', '.join(told)}", flush=True)


if __name__ == "__main__":
    main()
