"""Building what a checked config names."""

from typing import Any

from hydra.errors import InstantiationException
from hydra.utils import instantiate as hydra_instantiate
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from ..runtime.errors import AlertlabError
from .environment import check_plain
from .errors import ConfigError, first_line


def instantiate(node: Any, **instead: Any) -> Any:
    """Build what ``_target_`` names, with other values ``instead``; an error names the target, not Hydra's insides."""
    where = f"{node.get('_target_')}: " if isinstance(node, DictConfig) else ""
    try:
        content = OmegaConf.to_container(node, resolve=True) if OmegaConf.is_config(node) else node
        check_plain([content, instead])  # Hydra resolves again
        return hydra_instantiate(content, _convert_="all", **instead)
    except InstantiationException as error:
        if isinstance(error.__cause__, AlertlabError):
            raise error.__cause__ from None
        raise ConfigError(f"{where}{first_line(error.__cause__ or error)}") from error
    except OmegaConfBaseException as error:
        raise ConfigError(f"{where}{first_line(error)}") from error
