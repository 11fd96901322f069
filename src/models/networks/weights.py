"""The weights of a trained network as a file, and a network that begins with another's."""

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ...files import replacing
from ...runtime.errors import AlertlabError
from .freezing import layers_of

FILE = "weights.safetensors"


def save_weights(network: nn.Module, classes: tuple[str, ...], folder: Path) -> Path:
    """Write the weights and the classes they tell apart; nothing in the file can run."""
    path = folder / FILE
    with replacing(path) as partial:
        state = {name: value.contiguous() for name, value in network.state_dict().items()}
        save_file(state, partial, {"classes": json.dumps(classes)})
    return path


def take_weights(network: nn.Module, path: Path, classes: tuple[str, ...], last_layer: bool) -> None:
    """Put the weights of a file into a network.

    Parameters
    ----------
    classes : of the network.
    last_layer : also those of the last layer, see :func:`~.freezing.layers_of`.

    Raises
    ------
    AlertlabError
        For a file that is no weights file, other classes, or a network of other shape.
    """
    theirs, their_classes = read_weights(path)
    ours = network.state_dict()
    last = {name.rpartition(".")[0] for name in layers_of(network)[-1]}
    if last_layer and their_classes != classes:
        raise AlertlabError(
            f"model.init_from: {path} tells {', '.join(their_classes)} apart, the data have {', '.join(classes)}; "
            "model.init_last_layer=false takes all but the last layer"
        )
    taken = [name for name in ours if last_layer or name.rpartition(".")[0] not in last]
    for name in taken:
        found = tuple(theirs[name].shape) if name in theirs else "absent"
        if found != tuple(ours[name].shape):
            raise AlertlabError(
                f"model.init_from: {name} is {found} in {path} and {tuple(ours[name].shape)} here; "
                "give the model the same inputs and widths as there"
            )
    network.load_state_dict(ours | {name: theirs[name] for name in taken})


def read_weights(path: Path) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Weights by name, and the classes they tell apart."""
    try:
        with safe_open(path, "pt") as file:
            return {name: file.get_tensor(name) for name in sorted(file.keys())}, tuple(
                json.loads(file.metadata()["classes"])
            )
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise AlertlabError(f"model.init_from: {path} holds no weights of alertlab ({error})") from error
