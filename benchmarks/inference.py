"""Bundle inference against torch eager, at batches of 1, 32 and 256.

    python -m benchmarks.inference
    python -m benchmarks.inference --threads 2 --model stamp_cnn_dihedral

"raw stamps" is `Bundle.predict`, with its checks and preprocessing, against the
same preprocessing followed by the network and softmax in torch; "graph" is the
prepared batch through onnxruntime against network and softmax alone. Both have
the same number of threads, 1 as `runtime.load` has it, and give the same
probabilities: that is checked first.
"""

import argparse
import statistics
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
import torch
from alertlab import runtime
from alertlab.config import instantiate
from alertlab.models.networks.network_model import NetworkModel, Prepare
from numpy.typing import NDArray

from .in_turn import in_turn, median_and_range, timed
from .subject import FEW, SMALL, experiment, trained
from .table import Table

PACKAGES = ("torch", "onnxruntime", "numpy")
QUICK = ("--rounds", "1", "--seconds", "0.01", "--overrides", *SMALL)
HEADER = ("batch", "torch eager, ms", "bundle, ms", "times as long", "range")
Arrays = Mapping[str, NDArray[np.float32]]


class Eager:
    """The trained network of a run as torch has it."""

    def __init__(self, folder: Path, bundle: Path, overrides: list[str]) -> None:
        config = experiment(folder, overrides)
        data, model = instantiate(config.datamodule), instantiate(config.model)
        assert isinstance(model, NetworkModel)
        data.draw(0)
        self.prepare = Prepare(model.inputs_of(data.samples("train")))
        self.network = model.build(data.samples("train")).eval()
        state = torch.load(bundle.parent / "checkpoints" / "best.ckpt", weights_only=True)["state_dict"]
        self.network.load_state_dict({name.removeprefix("network."): value for name, value in state.items()})

    def predict(self, raw: Arrays) -> NDArray[np.float32]:
        """Preprocessing, network, softmax."""
        return self.graph(self.prepare(raw))

    def graph(self, prepared: Arrays) -> NDArray[np.float32]:
        """Network and softmax."""
        with torch.inference_mode():
            logits = self.network(*(torch.from_numpy(array) for array in prepared.values()))
            probability: NDArray[np.float32] = torch.softmax(logits, 1).numpy()
            return probability


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="stamp_cnn", help="(default stamp_cnn)")
    parser.add_argument("--threads", type=int, default=1, help="of torch and onnxruntime each (default 1)")
    parser.add_argument("--rounds", type=int, default=9, help="alternations (default 9)")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each way in a round, about (default 1)")
    parser.add_argument("--overrides", nargs="*", default=[], metavar="KEY=VALUE", help="of the config")
    return parser


def measure(asked: argparse.Namespace) -> Table:
    """Two rows a batch size."""
    rows = []
    torch.set_num_threads(asked.threads)
    overrides = [f"model={asked.model}", *FEW, *asked.overrides]
    with tempfile.TemporaryDirectory() as name:
        path = trained(Path(name), overrides).bundle
        bundle, eager = runtime.load(path, threads=asked.threads), Eager(Path(name), path, overrides)
        torch.use_deterministic_algorithms(False)  # the trainer has set it for the whole process
    golden, _ = bundle.golden()
    for batch in (1, 32, 256):
        raw = {name: np.resize(array, (batch, *array.shape[1:])) for name, array in golden.items()}
        prepared = eager.prepare(raw)
        graph = partial(bundle._session.run, ["probability"], prepared)
        for what, ours, theirs in (
            ("raw stamps", lambda raw=raw: bundle.predict(raw).probability, partial(eager.predict, raw)),
            ("graph", lambda graph=graph: graph()[0], partial(eager.graph, prepared)),
        ):
            np.testing.assert_allclose(ours(), theirs(), atol=1e-5)
            calls = max(1, round(asked.seconds / timed(theirs)()))
            pairs = in_turn(timed(ours, calls), timed(theirs, calls), asked.rounds)
            milliseconds = (f"{1000 * statistics.median(each):.2f}" for each in (pairs.theirs, pairs.ours))
            rows.append((f"{batch}, {what}", *milliseconds, *median_and_range(pairs.times_as_long)))
    return Table(HEADER, rows)


if __name__ == "__main__":
    print(measure(options().parse_args()))
