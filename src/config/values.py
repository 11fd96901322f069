"""What the values of a config must be, as far as all its parts agree on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from .environment import Path, dotted
from .errors import ConfigError, shown
from .secrets import is_remote
from .targets import TARGET
from .typed import listed

LISTS = {
    "authors",
    "baselines",
    "classes",
    "cut_days",
    "facts",
    "filters",
    "detectors",
    "formats",
    "join_columns",
    "known",
    "label_rules",
    "layers",
    "leave_in",
    "leave_out",
    "members",
    "metadata",
    "metrics",
    "only",
    "outliers",
    "shown",
    "used_bands",
}
WORDS = {("split", "leave_out"): "each"}  # that may stand in the place of such a list
PLAIN = ("blind_search", "bounds", "columns", "search")  # groups of values, that build nothing
MAPPINGS = {
    "bands",
    "branches",
    "class_weights",
    "constraints",
    "label_map",
    "objectives",
    "places",
    "priors_map",
    "space",
    "watch",
}  # their keys are the user's own
ONE_OR_MORE = ("features",)  # a text, or a list of them
NAMES = (("name",), ("bundle", "name"), ("bundle", "version"))  # of folders

KINDS: tuple[tuple[type, str, Any], ...] = (  # of a default, in words, and what a value may be
    (int, "a whole number", (int,)),
    (float, "a number", (int, float)),
    (str, "a text", (str,)),
)
LEAST = {"nested": 0, "repeats": 1, "retrain": 0, "seed": 0}

# What a config may say of the Trainer. Not here: where it writes (default_root_dir, logger, profiler), what it sends
# (model_registry), what it loads by name (plugins), and what alertlab sets itself.
TRAINER = {
    "accelerator",
    "accumulate_grad_batches",
    "benchmark",
    "callbacks",
    "check_val_every_n_epoch",
    "detect_anomaly",
    "deterministic",
    "devices",
    "gradient_clip_algorithm",
    "gradient_clip_val",
    "inference_mode",
    "limit_train_batches",
    "limit_val_batches",
    "log_every_n_steps",
    "max_epochs",
    "max_steps",
    "max_time",
    "min_epochs",
    "min_steps",
    "num_nodes",
    "precision",
    "strategy",
    "sync_batchnorm",
}
STRATEGIES = ("auto", "ddp", "ddp_spawn", "ddp_find_unused_parameters_true", "ddp_spawn_find_unused_parameters_true")


def check_values(content: Mapping[Any, Any]) -> None:
    """Check kinds of values that no part of a config may change.

    Parameters
    ----------
    content : resolved, as a plain container.

    Raises
    ------
    ConfigError
        With the key, and what to write.
    """
    _check_kinds(content, ())
    for path in NAMES:
        part = content.get(path[0])
        name = part.get(path[1]) if len(path) > 1 and isinstance(part, dict) else part
        if path[0] in content and not isinstance(name, str):
            raise ConfigError(f"{dotted(path)}: {shown(name)} is not a text; write '{dotted(path)}=\"{name}\"'")
        if not isinstance(name, str):
            continue
        if not name.strip() or name in (".", "..") or set(name) & set("/\\") or not name.isprintable():
            raise ConfigError(f"{dotted(path)}: {name!r} is to be the name of a folder, without / or \\")
    for path in (("trainer",), ("model", "trainer")):
        node: Any = content
        for key in path:
            node = node.get(key) if isinstance(node, dict) else None
        if isinstance(node, dict) and node.get(TARGET) == "pytorch_lightning.Trainer":
            _check_trainer(node, dotted(path))


def check_root(content: Mapping[Any, Any], root: Mapping[str, Any], groups: Sequence[str]) -> None:
    """Check that all keys of a root config are there, no others, each of the kind of its default.

    Parameters
    ----------
    root : the root config's own keys and defaults. groups : keys that are filled by groups of configs.

    Raises
    ------
    ConfigError
        With the key.
    """
    for key in groups:
        if key not in content:
            raise ConfigError(f"{key}: is missing; name one, {key}=OPTION")
        node = content[key]
        if not isinstance(node, dict) or (key not in PLAIN and TARGET not in node):
            raise ConfigError(f"{key}: {shown(node)} is no part of an experiment; name one, {key}=OPTION")
    for key, default in root.items():
        if key not in content:
            raise ConfigError(f"{key}: is missing; it is {shown(default)} by default")
        _check_scalar(key, content[key], default)
    for key in content:
        if key == "experiment":
            raise ConfigError("experiment: the file of the experiment needs the first line `# @package _global_`")
        if key not in groups and key not in root:
            raise ConfigError(f"{key}: nothing reads this key; there are {', '.join((*groups, *root))}")


def check_addresses(content: Mapping[Any, Any], typed: Sequence[str], trusted: Sequence[str]) -> None:
    """Refuse to send results to another machine that a file of configs names, unless the person who runs it does too.

    Parameters
    ----------
    typed : overrides, of which one that begins with ``tracking`` is consent.
    trusted : addresses that come from the environment.

    Raises
    ------
    ConfigError
        With the key.
    """
    tracking = content.get("tracking")
    if not isinstance(tracking, dict) or any(word.lstrip("+~").startswith("tracking") for word in typed):
        return
    for key in ("uri", "artifacts"):
        address = tracking.get(key)
        if isinstance(address, str) and is_remote(address) and f"tracking.{key}" not in trusted:
            raise ConfigError(
                f"tracking.{key}: a file of configs names {address}, another machine that results would be sent to; "
                f"if that is what you want, give tracking.{key}={address}"
            )


def _check_kinds(node: Any, path: Path) -> None:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    ours = not isinstance(node, dict) or str(node.get(TARGET, "alertlab.")).startswith("alertlab.")
    for key, value in items:
        at = (*path, key)
        word = value is not None and WORDS.get(at[-2:]) == value
        if ours and key in LISTS and value is not None and not isinstance(value, list) and not word:
            typed = f"{key}: [A, B]"  # Hydra has no words for an item of a list
            if all(isinstance(part, str) for part in at) and not isinstance(value, dict):
                one = listed(dotted(at), [part.strip() for part in str(value).split(",")])
                typed = f"{one}, or of several '{dotted(at)}=[A,B]'"
            raise ConfigError(f"{dotted(at)}: {value} stands where a list belongs; write {typed}")
        if ours and key in MAPPINGS and value is not None and not isinstance(value, dict):
            raise ConfigError(f"{dotted(at)}: {value} stands where a mapping belongs; write '{dotted(at)}={{A: B}}'")
        _check_kinds(value, at)


def _check_scalar(key: str, value: Any, default: Any) -> None:
    if key in ONE_OR_MORE and isinstance(value, list):
        return
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise ConfigError(f"{key}: {shown(value)} is neither true nor false")
        return
    for kind, words, types in KINDS:
        if isinstance(default, kind):
            least = LEAST.get(key)
            if not isinstance(value, types) or isinstance(value, bool) or (least is not None and value < least):
                remedy = f"; write '{key}=\"{value}\"'" if kind is str and isinstance(value, float) else ""
                bound = "" if least is None else f" of {least} or more"
                raise ConfigError(f"{key}: {shown(value)} is not {words}{bound}{remedy}")


def _check_trainer(node: Mapping[Any, Any], key: str) -> None:
    for name in node:
        if name not in TRAINER and not str(name).startswith("_"):
            raise ConfigError(
                f"{key}.{name}: is not among what a config may say of the Trainer ({', '.join(sorted(TRAINER))})"
            )
    epochs = node.get("max_epochs")
    if not isinstance(epochs, int) or isinstance(epochs, bool) or epochs < 0:  # -1 never ends; 0 is the trainer's own
        raise ConfigError(f"{key}.max_epochs: {shown(epochs)} is not a whole number of 1 or more")
    if node.get("strategy", "auto") not in STRATEGIES:
        raise ConfigError(f"{key}.strategy: {shown(node['strategy'])} is not among {', '.join(STRATEGIES)}")
    if not isinstance(node.get("callbacks", []), list):
        raise ConfigError(f"{key}.callbacks: {shown(node['callbacks'])} stands where a list belongs")
