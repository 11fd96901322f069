"""The config of an earlier run, which anybody may have written."""

from collections.abc import Sequence
from pathlib import Path

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from .check import check
from .errors import ConfigError, first_line
from .yaml_file import check_file

BEFORE = {"first": {}, "calibration": "none"}  # keys that runs of before do not have, and what they did


def load(path: Path, allowed: Sequence[str] = ()) -> DictConfig:
    """Read the config of an earlier run, and check it as one that is composed.

    Raises
    ------
    ConfigError
        For no such file, or whatever :func:`alertlab.config.compose` refuses.
    """
    if not path.is_file():
        raise ConfigError(f"{path}: no config; the run ended before it had one, train anew")
    check_file(path, str(path))
    try:
        config = OmegaConf.load(path)
    except (OmegaConfBaseException, ValueError, TypeError, OSError, RecursionError) as error:
        raise ConfigError(f"{path}: {first_line(error)}") from error
    if not isinstance(config, DictConfig):
        raise ConfigError(f"{path.name}: not a config, it holds no keys")
    name = "ensemble" if "members" in config else "train"
    if name == "train":
        for key, before in BEFORE.items():
            config.setdefault(key, before)
    check(config, name, allowed)
    return config
