"""What each part of the recipe is worth on real stamps, on splits that no reported result knows.

    python experiments/stamp_classifier/ablation.py STAMPS.parquet images --out experiments/stamp_classifier/measured

The rows of `variants.yaml` are overrides of the experiment. Inputs, network, loss and order of draws are those of the
config; the loop is a plain one in bfloat16 that turns each stamp once a step, at random, where the network takes the
mean of four turns: a quarter of the time, so differences count and not the values. No epoch is chosen, and what is not
trained on (validation and test parts, 40 % of the objects) is held out. Splits and seeds are 1000 and following; the
reported ones are 0 and following. A training before is done once for all repeats. Finished rows are not done again.
"""

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import yaml
from alertlab.config import compose, instantiate
from alertlab.datamodules.sampler import draw
from alertlab.models.networks.network_model import Prepare
from alertlab.workflows.train import first_of
from sklearn.metrics import balanced_accuracy_score, log_loss
from sklearn.utils.class_weight import compute_sample_weight
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn

HERE = Path(__file__).parent
SEED = 1000


def prepared(model, samples) -> tuple[list[torch.Tensor], torch.Tensor]:
    """Inputs as the network takes them, and classes."""
    inputs = Prepare(model.inputs)({spec.name: np.asarray(samples.inputs[spec.name]) for spec in model.inputs})
    return [torch.from_numpy(each) for each in inputs.values()], torch.from_numpy(samples.target)


def turned(network, stamp, *metadata, generator):
    """Logits of stamps that are turned once each, at random."""
    quarters = torch.from_numpy(generator.integers(0, 4, len(stamp)))
    stamp = stamp.clone()
    for turns in (1, 2, 3):
        stamp[quarters == turns] = torch.rot90(stamp[quarters == turns], turns, (2, 3))
    described = network.describe(network.convolve(stamp.to(memory_format=torch.channels_last)))
    if metadata:
        described = torch.cat([described, network.standardise(metadata[0])], 1)
    return network.decide(described)


def fitted(config, train, seed: int, weights: dict | None):
    """The model and its network after the epochs of the config."""
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    model = instantiate(config.model)
    model.inputs = model.inputs_of(train)
    network = model.build(train).to(memory_format=torch.channels_last)
    if weights:
        network.load_state_dict(weights)
    inputs, target = prepared(model, train)
    optimiser = torch.optim.Adam(network.parameters(), lr=model.learning_rate)
    decays = [each.decay for each in config.trainer.get("callbacks") or []]
    mean = AveragedModel(network, avg_fn=get_ema_avg_fn(decays[0]), use_buffers=True) if decays else None
    for _ in range(config.trainer.max_epochs):
        rows = torch.from_numpy(draw(train.target, model.balanced, generator))
        for batch in rows.split(model.batch_size):
            stamp, *metadata = (each[batch] for each in inputs)
            if len(batch) == 1:
                continue  # batch normalisation has no variance of it
            if model.augmentation.flip:
                mirrored = torch.from_numpy(generator.random(len(batch)) < 0.5)
                stamp = torch.where(mirrored[:, None, None, None], stamp.flip(3), stamp)
            optimiser.zero_grad()
            with torch.autocast("cpu", torch.bfloat16):
                logits = turned(network, stamp, *metadata, generator=generator)
            model.loss(logits.float(), target[batch]).mean().backward()
            optimiser.step()
            if mean:
                mean.update_parameters(network)
    return model, (mean.module if mean else network).eval()


def scores(model, network, samples, name: str) -> dict[str, float]:
    """Balanced accuracy and log loss, each class as heavy as another."""
    inputs, target = prepared(model, samples)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        logits = network(*inputs).float()
    probability, truth = torch.softmax(logits.double(), 1).numpy(), target.numpy()
    loss = log_loss(truth, probability, sample_weight=compute_sample_weight("balanced", truth), labels=range(5))
    return {
        f"{name} balanced accuracy": balanced_accuracy_score(truth, probability.argmax(1)),
        f"{name} log loss": loss,
    }


def begun(config, loaded: dict) -> dict | None:
    """Weights of the training before, if there is one; kept in ``loaded``."""
    if not config.first:
        return None
    before = first_of(config)
    key = str((before.datamodule, before.model))
    if key not in loaded:
        data = loaded.setdefault(str(before.datamodule), instantiate(before.datamodule))
        data.draw(0)
        _, network = fitted(before, data.samples("train"), SEED, None)
        loaded[key] = copy.deepcopy(network.state_dict())
    return loaded[key]


def main() -> None:
    """Train what is not there, print all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stamps", type=Path)
    parser.add_argument("rows", help="a part of variants.yaml: images or metadata")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", nargs="*", help="names of rows")
    parser.add_argument("--out", type=Path, required=True, help="folder of ablation_ROWS.csv")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    plan = yaml.safe_load((HERE / "variants.yaml").read_text())[asked.rows]
    table = asked.out / f"ablation_{asked.rows}.csv"
    done = pd.read_csv(table).to_dict("records") if table.is_file() else []
    loaded: dict = {}
    for name in asked.only or plan["rows"]:
        config = compose("train", [*plan["always"], f"datamodule.path={asked.stamps}", *plan["rows"][name]])
        for repeat in range(sum(each["variant"] == name for each in done), asked.repeats):
            data = loaded.setdefault(str(config.datamodule), instantiate(config.datamodule))
            data.draw(repeat)
            weights, start = begun(config, loaded), time.process_time()
            model, network = fitted(config, data.samples("train"), SEED + repeat, weights)
            held = np.concatenate([data.split.rows(data.samples(), part) for part in ("validation", "test")])
            found = scores(model, network, data.samples("train"), "train")
            found |= scores(model, network, data.samples().take(held), "held out")
            done.append({"variant": name, "repeat": repeat, **found, "seconds": time.process_time() - start})
            pd.DataFrame(done).to_csv(table, index=False, float_format="%.4f")
        rows = pd.DataFrame(done).query("variant == @name").drop(columns=["variant", "repeat"])
        cells = [f"{rows[column].mean():.3f} ± {rows[column].std():.3f}" for column in rows]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
